//! What holds of every rule, and what the files below share.
//!
//! Each rule is tried on grants that break it and on grants that do not.

use super::*;

mod actions;
mod reference;
mod vulnerable;
mod wildcard_resource;

/// One inline policy of the given statements.
fn policy(statements: &str) -> NamedPolicy {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    NamedPolicy {
        name: "p".to_owned(),
        kind: PolicyKind::Inline,
        arn: None,
        document: PolicyDocument::parse(&text).unwrap(),
    }
}

fn json_list(items: &[&str]) -> String {
    serde_json::to_string(items).unwrap()
}

fn allow(actions: &[&str], resources: &[&str]) -> String {
    let (actions, resources) = (json_list(actions), json_list(resources));
    format!(r#"{{"Effect":"Allow","Action":{actions},"Resource":{resources}}}"#)
}

fn run(statements: &str, options: &Options) -> Vec<Violation> {
    check(&[policy(statements)], options, Catalog::get())
}

fn rules(violations: &[Violation]) -> Vec<&'static str> {
    violations.iter().map(|violation| violation.rule).collect()
}

fn patterns_off() -> Options {
    Options {
        action_patterns: false,
        ..Options::default()
    }
}

fn declare(actions: &[&str]) -> Options {
    Options {
        declared: Some(DeclaredActions::parse(actions).unwrap()),
        ..patterns_off()
    }
}

fn exempt(actions: &[&str]) -> Options {
    let exempt_actions = actions.iter().map(|text| text.parse().unwrap()).collect();
    Options {
        exempt_actions,
        ..patterns_off()
    }
}

const TABLE: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/events";

#[test]
fn rule_ids_are_sorted_and_unique() {
    let ids = RULES.map(|rule| rule.id);
    assert!(ids.is_sorted_by(|a, b| a < b));
    for rule in RULES {
        assert!(
            rule.id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        );
        assert!(!rule.summary.ends_with('.'));
    }
}

#[test]
fn a_violation_points_and_quotes() {
    let statement = r#"{"Sid":"All","Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:us-east-1:123456789012:q"}"#;
    let managed = NamedPolicy {
        kind: PolicyKind::Managed,
        arn: Some("arn:aws:iam::123456789012:policy/p".to_owned()),
        ..policy(statement)
    };
    let [violation] = &check(&[managed], &Options::default(), Catalog::get())[..] else {
        panic!("one violation")
    };
    assert_eq!(violation.rule, "wildcard-action");
    assert_eq!(violation.policy, "p");
    assert_eq!(
        violation.policy_arn.as_deref(),
        Some("arn:aws:iam::123456789012:policy/p")
    );
    assert_eq!(violation.statement.to_string(), "All");
    assert_eq!(violation.quote, statement);
    assert_eq!(violation.actions, ["sqs:*"]);
    assert_eq!(violation.resource, None);
    assert!(
        violation
            .message
            .starts_with("`sqs:*` allows every action of `sqs`, ")
    );
}

#[test]
fn not_action_and_not_resource() {
    let statement = r#"{"Effect":"Allow","NotAction":["iam:*","sts:*"],"NotResource":"arn:aws:s3:::a"}"#;
    let found = run(statement, &declare(&["s3:*"]));
    assert_eq!(rules(&found), ["not-action", "not-resource", "undeclared-action"]);
    assert!(
        found[0].message.contains("except `iam:*` and `sts:*`"),
        "{}",
        found[0].message
    );
    assert!(
        found[1].message.contains("except `arn:aws:s3:::a`"),
        "{}",
        found[1].message
    );
    assert!(found[2].action_count > 20_000);

    let on_everything = run(
        r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#,
        &declare(&["*"]),
    );
    assert_eq!(rules(&on_everything), ["not-action", "wildcard-resource"]);
    let nothing = run(
        r#"{"Effect":"Allow","NotAction":"*","Resource":"*"}"#,
        &declare(&["s3:*"]),
    );
    assert_eq!(rules(&nothing), ["not-action"]);
}

#[test]
fn a_deny_neither_offends_nor_excuses() {
    let deny = r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#;
    assert_eq!(run(deny, &declare(&[])), []);
    assert_eq!(
        run(
            r#"{"Effect":"Deny","NotAction":"s3:*","NotResource":"x"}"#,
            &declare(&[])
        ),
        []
    );
    let both = format!("{deny},{}", allow(&["sqs:*"], &[TABLE]));
    let found = run(&both, &patterns_off());
    assert_eq!(rules(&found), ["wildcard-action"]);
    assert_eq!(found[0].statement.to_string(), "Statement[1]");
}

#[test]
fn a_condition_excuses_nothing() {
    let statement = r#"{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#;
    assert_eq!(rules(&run(statement, &patterns_off())), ["wildcard-resource"]);
}

#[test]
fn a_boundary_grants_nothing() {
    let boundary = NamedPolicy {
        kind: PolicyKind::Boundary,
        ..policy(&allow(&["*"], &["*"]))
    };
    assert_eq!(check(&[boundary], &declare(&[]), Catalog::get()), []);
}
