//! Public access: what a resource policy or trust policy grants to anyone at all.
//!
//! Decided by the engine of [`super::contain`] with principals that nobody named. What narrows a
//! grant to somebody known, as `aws:PrincipalOrgID` or `aws:SourceArn`, has for an outsider a
//! value that no policy names; other conditions narrow nothing.

use super::condition::Comparison;
use super::contain::{self, Compiled, Fact, Scope};
use super::rules::NamedPolicy;

/// The context keys by which a policy names somebody. A user name or a tag is not one: an outsider chooses those.
const NARROWING: [&str; 16] = [
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:SourceVpcArn",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:userid",
    "kms:CallerAccount",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
];

/// An address of the internet that belongs to nobody (RFC 5737).
const SOMEWHERE: &str = "198.51.100.1";

/// What the policies grant to outsiders.
#[must_use]
pub fn access(policies: &[NamedPolicy]) -> contain::Comparison {
    let fresh = contain::fresh_value();
    let mut facts: Vec<Fact> = NARROWING
        .iter()
        .map(|key| contain::fact(key, Comparison::StringEquals, &[&fresh]))
        .collect();
    facts.push(contain::fact("aws:SourceIp", Comparison::IpAddress, &[SOMEWHERE]));
    let scope = Scope {
        facts,
        outsiders: true,
        ..Scope::default()
    };
    contain::new_access(&Compiled::new(policies), &Compiled::new(&[]), &scope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::document::PolicyDocument;
    use crate::policy::rules::PolicyKind;

    fn is_public(rest: &str) -> bool {
        let text =
            format!(r#"{{"Version":"2012-10-17","Statement":[{{"Action":"sqs:*","Resource":"*",{rest}}}]}}"#);
        let policies = [NamedPolicy {
            name: "policy".to_owned(),
            kind: PolicyKind::Inline,
            arn: None,
            document: PolicyDocument::parse(&text).unwrap(),
        }];
        !access(&policies).is_contained()
    }

    #[test]
    fn public_is_what_nobody_narrows() {
        let table = [
            (r#""Effect":"Allow","Principal":"*""#, true),
            (r#""Effect":"Allow","Principal":{"AWS":"*"}"#, true),
            (r#""Effect":"Deny","Principal":"*""#, false),
            (r#""Effect":"Allow","Principal":{"AWS":"123456789012"}"#, false),
            (
                r#""Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"}"#,
                false,
            ),
            (r#""Effect":"Allow","NotPrincipal":{"AWS":"123456789012"}"#, true),
        ];
        for (rest, expected) in table {
            assert_eq!(is_public(rest), expected, "{rest}");
        }
    }

    #[test]
    fn conditions_narrow_when_they_name_somebody() {
        let table = [
            (r#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#, false),
            (r#"{"StringLike":{"aws:PrincipalOrgID":"*"}}"#, true),
            (
                r#"{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}"#,
                false,
            ),
            (
                r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/*"}}"#,
                false,
            ),
            (
                r#"{"ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:123456789012:t"}}"#,
                false,
            ),
            (r#"{"ArnLike":{"aws:SourceArn":"*"}}"#, true),
            (
                r#"{"StringNotEquals":{"aws:SourceAccount":"123456789012"}}"#,
                true,
            ),
            (r#"{"Bool":{"aws:SecureTransport":"true"}}"#, true),
            (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, false),
            (r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#, true),
            (
                r#"{"IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}}"#,
                true,
            ),
            (
                r#"{"StringEqualsIfExists":{"aws:SourceAccount":"123456789012"}}"#,
                false,
            ),
        ];
        for (condition, expected) in table {
            let rest = format!(r#""Effect":"Allow","Principal":"*","Condition":{condition}"#);
            assert_eq!(is_public(&rest), expected, "{condition}");
        }
    }
}
