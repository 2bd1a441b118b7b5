//! `wildcard-action`, `wildcard-action-pattern` and `undeclared-action`.

use super::*;

#[test]
fn wildcard_action() {
    let always = [
        "*",
        "*:*",
        "dynamodb:*",
        "DynamoDB:*",
        "dynamodb:?*",
        "nosuch:*",
        "dyn*:Query",
        "sqs:*e*",
    ];
    for action in always {
        let found = run(&allow(&[action], &[TABLE]), &patterns_off());
        assert_eq!(rules(&found), ["wildcard-action"], "{action}");
    }
    for action in ["dynamodb:Get*", "dynamodb:Quer?", "nosuch:Get*"] {
        let statement = allow(&[action], &[TABLE]);
        assert_eq!(
            rules(&run(&statement, &Options::default())),
            ["wildcard-action-pattern"]
        );
        assert_eq!(run(&statement, &patterns_off()), []);
    }
    assert_eq!(
        run(&allow(&["dynamodb:Query"], &[TABLE]), &Options::default()),
        []
    );
    let twice = run(&allow(&["sqs:*", "SQS:*"], &[TABLE]), &Options::default());
    assert_eq!(rules(&twice), ["wildcard-action"]);
}

#[test]
fn undeclared_action() {
    let read = ["dynamodb:GetItem", "dynamodb:Query", "sqs:Send*"];
    for action in [
        "dynamodb:Query",
        "DynamoDB:query",
        "sqs:SendMessage",
        "sqs:SendM*",
        "sqs:Send*",
    ] {
        assert_eq!(run(&allow(&[action], &[TABLE]), &declare(&read)), [], "{action}");
    }
    let table: &[(&str, &[&str], &str)] = &[
        (
            "dynamodb:Scan",
            &["dynamodb:Scan"],
            "`dynamodb:Scan` is allowed and not declared",
        ),
        (
            "nosuch:Scan",
            &["nosuch:Scan"],
            "`nosuch:Scan` is allowed and not declared",
        ),
        (
            "dynamodb:*Item",
            &[
                "dynamodb:BatchGetItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:DeleteItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
            ],
            "`dynamodb:*Item` allows `dynamodb:BatchGetItem`, `dynamodb:BatchWriteItem`, \
             `dynamodb:ConditionCheckItem`, `dynamodb:DeleteItem`, `dynamodb:PutItem` and 1 more, \
             not declared",
        ),
        // All that is known of it is declared, and it could still match more.
        (
            "dynamodb:Quer*",
            &["dynamodb:Quer*"],
            "`dynamodb:Quer*` is wider than any declared entry",
        ),
    ];
    for (action, expected, message) in table {
        let found = run(&allow(&[action], &[TABLE]), &declare(&read));
        assert_eq!(rules(&found), ["undeclared-action"], "{action}");
        assert_eq!(found[0].actions, *expected);
        assert_eq!(found[0].message, *message);
    }
}

#[test]
fn undeclared_action_needs_a_declaration() {
    let statement = allow(&["dynamodb:Scan"], &[TABLE]);
    assert_eq!(run(&statement, &Options::default()), []);
    assert_eq!(rules(&run(&statement, &declare(&[]))), ["undeclared-action"]);
    assert!(DeclaredActions::parse(["dynamodb:Scan", "dynamodb"]).is_err());
}
