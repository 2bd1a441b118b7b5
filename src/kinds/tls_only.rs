//! Whether a resource policy denies every request that does not use TLS.
//!
//! Decided by the policy engine and not by the words of a statement: whoever asks, for whichever of the actions, in
//! whatever context, some `Deny` must take the request in.

use serde_json::json;

use crate::check::Assessment;
use crate::policy::condition::Comparison;
use crate::policy::contain::{self, Compiled, Scope};
use crate::policy::rules::{NamedPolicy, PolicyKind};
use crate::policy::{Effect, PolicyDocument};

/// Records whether the policy denies everyone every one of the actions (`sqs:*`) on the resources without TLS.
pub fn judge(policy: Option<&str>, actions: &str, arns: &[&str], assessment: &mut Assessment) {
    const EXPECTED: &str = "a Deny of every principal and action where aws:SecureTransport is false";
    let Some(text) = policy.filter(|text| !text.is_empty()) else {
        assessment.saw("policy", "none");
        assessment.differs("requests without TLS are accepted", EXPECTED, "no policy");
        return;
    };
    // What everyone could do if nothing denied it.
    let everything = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": actions, "Resource": arns },
    ] });
    let parsed = PolicyDocument::parse(text)
        .and_then(|own| PolicyDocument::parse(&everything.to_string()).map(|all| (own, all)));
    let (mut own, everything) = match parsed {
        Ok(both) => both,
        Err(error) => {
            assessment.undetermined(format!("the policy cannot be understood: {error}"));
            return;
        }
    };
    assessment.saw("policy", format!("{} statements", own.statements.len()));
    own.statements
        .retain(|statement| statement.effect == Effect::Deny);
    let policies = [named("everything", everything), named("policy", own)];
    let scope = Scope {
        facts: vec![contain::fact("aws:SecureTransport", Comparison::Bool, &["false"])],
        witnesses: 1,
        ..Scope::default()
    };
    let answer = contain::new_access(&Compiled::new(&policies), &Compiled::new(&[]), &scope);
    for witness in &answer.witnesses {
        let who = match witness.principal.as_deref() {
            None | Some("*") => "an anonymous caller",
            Some(principal) => principal,
        };
        let found = format!("nothing denies `{}` to {who}", witness.action);
        assessment.differs("requests without TLS are accepted", EXPECTED, found);
    }
    if answer.gave_up {
        assessment.undetermined("the policy is too large to be decided, so that nothing is proven");
    }
}

fn named(name: &str, document: PolicyDocument) -> NamedPolicy {
    NamedPolicy {
        name: name.to_owned(),
        kind: PolicyKind::Inline,
        arn: None,
        document,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Outcome;

    const ARN: &str = "arn:aws:sqs:us-east-1:111122223333:acme-events-dev";

    fn outcome(statements: &str) -> Outcome {
        let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        let mut assessment = Assessment::default();
        judge(Some(&policy), "sqs:*", &[ARN], &mut assessment);
        assessment.conclude("").outcome
    }

    fn deny(principal: &str, action: &str, resource: &str, condition: &str) -> String {
        format!(
            r#"{{"Effect":"Deny",{principal},"Action":{action},"Resource":"{resource}","Condition":{condition}}}"#
        )
    }

    const EVERYONE: &str = r#""Principal":"*""#;
    const PLAIN: &str = r#"{"Bool":{"aws:SecureTransport":"false"}}"#;

    #[test]
    fn a_deny_of_everyone_and_everything_is_tls_only() {
        for (principal, action, resource, condition) in [
            (EVERYONE, r#""sqs:*""#, ARN, PLAIN),
            (EVERYONE, r#""SQS:*""#, "*", PLAIN),
            (EVERYONE, r#""*""#, "arn:aws:sqs:us-east-1:111122223333:*", PLAIN),
            (r#""Principal":{"AWS":"*"}"#, r#""sqs:*""#, ARN, PLAIN),
            (
                EVERYONE,
                r#"["sqs:Send*","sqs:*"]"#,
                ARN,
                r#"{"Bool":{"aws:SecureTransport":false}}"#,
            ),
            (
                EVERYONE,
                r#""sqs:*""#,
                ARN,
                r#"{"BoolIfExists":{"aws:SecureTransport":"false"}}"#,
            ),
            (
                EVERYONE,
                r#""sqs:*""#,
                ARN,
                r#"{"Bool":{"AWS:securetransport":["false"]}}"#,
            ),
        ] {
            let statement = deny(principal, action, resource, condition);
            assert_eq!(outcome(&statement), Outcome::Pass, "{statement}");
        }
    }

    #[test]
    fn two_statements_may_deny_it_together() {
        let account = r#""Principal":{"AWS":"111122223333"}"#;
        let others = r#""NotPrincipal":{"AWS":"111122223333"}"#;
        let one = deny(account, r#""sqs:*""#, ARN, PLAIN);
        assert_eq!(outcome(&one), Outcome::Fail);
        let both = format!("{one},{}", deny(others, r#""sqs:*""#, ARN, PLAIN));
        assert_eq!(outcome(&both), Outcome::Pass);
    }

    #[test]
    fn a_deny_that_leaves_somebody_or_something_out_is_not() {
        for (principal, action, resource, condition) in [
            (r#""Principal":{"AWS":"111122223333"}"#, r#""sqs:*""#, ARN, PLAIN),
            (
                r#""Principal":{"Service":"sns.amazonaws.com"}"#,
                r#""sqs:*""#,
                ARN,
                PLAIN,
            ),
            (
                r#""NotPrincipal":{"AWS":"arn:aws:iam::111122223333:role/a"}"#,
                r#""sqs:*""#,
                ARN,
                PLAIN,
            ),
            (EVERYONE, r#""sqs:SendMessage""#, ARN, PLAIN),
            (
                EVERYONE,
                r#"["sqs:SendMessage","sqs:ReceiveMessage"]"#,
                ARN,
                PLAIN,
            ),
            (EVERYONE, r#""sns:*""#, ARN, PLAIN),
            (
                EVERYONE,
                r#""sqs:*""#,
                "arn:aws:sqs:us-east-1:111122223333:acme-other-dev",
                PLAIN,
            ),
            (
                EVERYONE,
                r#""sqs:*""#,
                ARN,
                r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
            ),
            (
                EVERYONE,
                r#""sqs:*""#,
                ARN,
                r#"{"Bool":{"aws:SecureTransport":"false","aws:ViaAWSService":"false"}}"#,
            ),
            (
                EVERYONE,
                r#""sqs:*""#,
                ARN,
                r#"{"Bool":{"aws:SecureTransport":"false"},"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
            ),
        ] {
            let statement = deny(principal, action, resource, condition);
            assert_eq!(outcome(&statement), Outcome::Fail, "{statement}");
        }
    }

    #[test]
    fn an_allow_that_asks_for_tls_denies_nobody() {
        let allow = format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"{ARN}",
            "Condition":{{"Bool":{{"aws:SecureTransport":"true"}}}}}}"#
        );
        assert_eq!(outcome(&allow), Outcome::Fail);
    }

    #[test]
    fn what_cannot_be_read_is_no_answer() {
        let mut assessment = Assessment::default();
        judge(Some("{"), "sqs:*", &[ARN], &mut assessment);
        assert_eq!(assessment.conclude("").outcome, Outcome::Error);
    }
}
