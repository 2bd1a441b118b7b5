//! Public access: what a resource policy or trust policy grants to anyone at all.
//!
//! Decided by the engine of [`super::contain`] with principals that nobody named. What narrows a
//! grant to somebody known, as `aws:PrincipalOrgID` or `aws:SourceArn`, has for an outsider a
//! value that no policy names; other conditions narrow nothing.

use super::condition::Comparison;
use super::contain::{self, Circle, Compiled, Fact, Scope};
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
    let mut facts = unknown(&NARROWING, &fresh);
    facts.push(contain::fact("aws:SourceIp", Comparison::IpAddress, &[SOMEWHERE]));
    let scope = Scope {
        facts,
        circle: Circle::Outsiders,
        ..Scope::default()
    };
    contain::new_access(&Compiled::new(policies), &Compiled::new(&[]), &scope)
}

/// What the policies grant to AWS services on behalf of an account that nobody named: a confused
/// deputy does for its caller what the caller may not.
#[must_use]
pub fn on_behalf_of_anyone(policies: &[NamedPolicy]) -> contain::Comparison {
    let fresh = contain::fresh_value();
    // A service is no principal of an organisation.
    let own: Vec<&str> = NARROWING
        .into_iter()
        .filter(|key| !key.starts_with("aws:PrincipalOrg"))
        .collect();
    let scope = Scope {
        facts: unknown(&own, &fresh),
        circle: Circle::Services,
        every_principal: true,
        ..Scope::default()
    };
    contain::new_access(&Compiled::new(policies), &Compiled::new(&[]), &scope)
}

fn unknown(keys: &[&str], fresh: &str) -> Vec<Fact> {
    let one = |key: &&str| contain::fact(key, Comparison::StringEquals, &[fresh]);
    keys.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::document::PolicyDocument;
    use crate::policy::rules::PolicyKind;

    fn policies(rest: &str) -> [NamedPolicy; 1] {
        let text =
            format!(r#"{{"Version":"2012-10-17","Statement":[{{"Action":"sqs:*","Resource":"*",{rest}}}]}}"#);
        [NamedPolicy {
            name: "policy".to_owned(),
            kind: PolicyKind::Inline,
            arn: None,
            document: PolicyDocument::parse(&text).unwrap(),
        }]
    }

    fn is_public(rest: &str) -> bool {
        !access(&policies(rest)).is_contained()
    }

    #[test]
    fn a_service_acts_for_anyone_until_a_source_is_named() {
        let table = [
            ("{}", true),
            (r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::bucket"}}"#, false),
            (r#"{"StringEquals":{"AWS:SourceAccount":"123456789012"}}"#, false),
            (r#"{"StringEquals":{"aws:SourceOrgID":"o-1"}}"#, false),
            (r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}"#, false),
            (r#"{"StringLike":{"aws:SourceArn":"*"}}"#, true),
            (r#"{"Bool":{"aws:SecureTransport":"true"}}"#, true),
        ];
        for (condition, expected) in table {
            let rest = format!(
                r#""Effect":"Allow","Principal":{{"Service":"s3.amazonaws.com"}},"Condition":{condition}"#
            );
            assert_eq!(
                !on_behalf_of_anyone(&policies(&rest)).is_contained(),
                expected,
                "{condition}"
            );
            assert!(!is_public(&rest), "{condition}");
        }
        let account = r#""Effect":"Allow","Principal":{"AWS":"123456789012"}"#;
        assert!(on_behalf_of_anyone(&policies(account)).is_contained());
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
            (r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#, false),
            (r#"{"StringLike":{"aws:SourceVpce":"*"}}"#, true),
            (r#"{"StringLike":{"aws:UserAgent":"our-app/*"}}"#, true),
            (r#"{"StringEquals":{"aws:Referer":"https://example.com"}}"#, true),
            (r#"{"StringLike":{"aws:PrincipalAccount":"1*"}}"#, true),
            (r#"{"StringEquals":{"aws:PrincipalOrgID":[]}}"#, true),
        ];
        for (condition, expected) in table {
            let rest = format!(r#""Effect":"Allow","Principal":"*","Condition":{condition}"#);
            assert_eq!(is_public(&rest), expected, "{condition}");
        }
    }
}
