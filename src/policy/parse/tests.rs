//! What the parser accepts, what it refuses and where, and that it never panics.

use proptest::prelude::*;

use super::*;
use crate::policy::condition::{Comparison, SetQualifier};

fn parse(text: &str) -> PolicyDocument {
    PolicyDocument::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn refusal(text: &str) -> String {
    match PolicyDocument::parse(text) {
        Err(error) => error.to_string(),
        Ok(document) => panic!("accepted: {document:?}"),
    }
}

/// A statement that is valid but for the given elements.
fn with(elements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{elements}}}]}}"#)
}

#[test]
fn reads_an_identity_policy() {
    let document = parse(
        r#"{
          "Version": "2012-10-17",
          "Id": "p",
          "Statement": [
            {"Sid": "A", "Effect": "Allow", "Action": ["dynamodb:Query", "s3:Get*"], "Resource": "*"},
            {"Effect": "Deny", "NotAction": "iam:*", "NotResource": ["arn:aws:s3:::a", "arn:aws:s3:::b"],
             "Condition": {"ForAllValues:StringLikeIfExists": {"aws:TagKeys": ["a", "b"]},
                           "bool": {"aws:SecureTransport": false},
                           "NumericLessThan": {"s3:max-keys": 10}}}
          ]
        }"#,
    );
    assert_eq!(
        (document.version, document.id.as_deref()),
        (Version::V2012, Some("p"))
    );
    let [first, second] = &document.statements[..] else {
        panic!("two statements")
    };

    assert_eq!(
        (first.sid.as_deref(), first.index, first.effect),
        (Some("A"), 0, Effect::Allow)
    );
    let actions = ["dynamodb:Query", "s3:Get*"].map(|text| text.parse().unwrap());
    assert_eq!(first.actions, Actions::Only(actions.to_vec()));
    assert_eq!(first.resources, Resources::Only(vec!["*".to_owned()]));
    assert_eq!(first.principals, Principals::Absent);

    assert_eq!(
        (second.sid.as_deref(), second.index, second.effect),
        (None, 1, Effect::Deny)
    );
    assert!(matches!(&second.actions, Actions::Except(list) if list.len() == 1));
    assert!(matches!(&second.resources, Resources::Except(list) if list.len() == 2));
    let [tags, tls, keys] = &second.conditions[..] else {
        panic!("three conditions")
    };
    assert_eq!(tags.operator.comparison, Comparison::StringLike);
    assert_eq!(tags.operator.qualifier, Some(SetQualifier::ForAllValues));
    assert!(tags.operator.if_exists);
    assert_eq!(
        (tags.key.as_str(), &tags.values[..]),
        ("aws:TagKeys", &["a".into(), "b".into()][..])
    );
    assert_eq!(
        (tls.operator.comparison, &tls.values[..]),
        (Comparison::Bool, &["false".into()][..])
    );
    assert_eq!(keys.values, ["10"]);
}

#[test]
fn reads_trust_and_resource_policies() {
    let trust = parse(&with(
        r#""Principal":{"Service":"lambda.amazonaws.com","AWS":["123456789012","*"]},"Action":"sts:AssumeRole""#,
    ));
    assert_eq!(trust.statements[0].resources, Resources::Absent);
    assert_eq!(
        trust.statements[0].principals,
        Principals::Only(vec![
            Principal::Aws("123456789012".to_owned()),
            Principal::Aws("*".to_owned()),
            Principal::Service("lambda.amazonaws.com".to_owned()),
        ])
    );
    let public = parse(&with(r#""Principal":"*","Action":"sqs:*","Resource":"*""#));
    assert_eq!(
        public.statements[0].principals,
        Principals::Only(vec![Principal::Everyone])
    );
    let others = parse(&with(
        r#""NotPrincipal":{"Federated":"f","CanonicalUser":["c"]},"NotAction":"sqs:*","Resource":"*""#,
    ));
    assert!(matches!(&others.statements[0].principals, Principals::Except(list) if list.len() == 2));
}

#[test]
fn a_document_without_version_is_of_2008() {
    let text = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    assert_eq!(parse(text).version, Version::V2008);
}

#[test]
fn reads_what_iam_encodes() {
    let encoded = "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D";
    let plain = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    assert_eq!(parse(encoded), parse(plain));
    assert_eq!(parse(&format!("\n {encoded}\n")), parse(plain));
}

#[test]
fn refuses_with_a_position() {
    let ok = r#""Action":"s3:*","Resource":"*""#;
    let cases = [
        ("", "not JSON at line 1, column 0: EOF while parsing a value"),
        (
            "{\n\"Statement\": oops}",
            "not JSON at line 2, column 14: expected value",
        ),
        ("%7B%2", "not percent-encoded UTF-8 at byte 3"),
        ("[]", "policy document: expected an object, found a list"),
        ("{}", "policy document: missing `Statement`"),
        (
            r#"{"Statement":["x"]}"#,
            "Statement[0]: expected an object, found a string",
        ),
        (
            r#"{"statement":[]}"#,
            "policy document: unknown element `statement`, did you mean `Statement`?",
        ),
        (
            r#"{"Version":"2012-10-18","Statement":[]}"#,
            "Version: unknown value `2012-10-18`, expected `2012-10-17` or `2008-10-17`",
        ),
        (
            r#"{"Statement":{"Action":"*","Resource":"*"}}"#,
            "Statement: missing `Effect`",
        ),
        (
            r#"{"Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}"#,
            "Statement[0].Effect: unknown value `allow`, expected `Allow` or `Deny`",
        ),
        (&with(r#""Resource":"*""#), "Statement[0]: missing `Action`"),
        (&with(r#""Action":"*""#), "Statement[0]: missing `Resource`"),
        (
            &with(r#""NotAction":"*","Action":"*","Resource":"*""#),
            "Statement[0]: both `Action` and `NotAction`",
        ),
        (
            &with(r#""Action":"*","Resource":"*","NotResource":"*""#),
            "Statement[0]: both `Resource` and `NotResource`",
        ),
        (
            &with(r#""Action":["s3:*","s3"],"Resource":"*""#),
            "Statement[0].Action[1]: `s3` is not an action: expected `service:Action` or `*`",
        ),
        (
            &with(r#""Action":7,"Resource":"*""#),
            "Statement[0].Action: expected a string, found a number",
        ),
        (
            &with(r#""NotAction":[],"Resource":"*""#),
            "Statement[0].NotAction: must not be empty",
        ),
        (
            &with(r#""Action":"*","NotResource":[]"#),
            "Statement[0].NotResource: must not be empty",
        ),
        (
            &with(r#""Action":"*","Resource":[""]"#),
            "Statement[0].Resource[0]: must not be empty",
        ),
        (
            &with(&format!(r#"{ok},"Sid":null"#)),
            "Statement[0].Sid: expected a string, found null",
        ),
        (
            &with(&format!(r#"{ok},"Principal":"123456789012""#)),
            "Statement[0].Principal: unknown value `123456789012`, expected `*` or an object",
        ),
        (
            &with(&format!(r#"{ok},"NotPrincipal":{{}}"#)),
            "Statement[0].NotPrincipal: must not be empty",
        ),
        (
            &with(&format!(r#"{ok},"Principal":{{"aws":"*"}}"#)),
            "Statement[0].Principal: unknown element `aws`, did you mean `AWS`?",
        ),
        (
            &with(&format!(r#"{ok},"NotPrincipal":{{"AWS":[]}}"#)),
            "Statement[0].NotPrincipal: must not be empty",
        ),
        (
            &with(&format!(r#"{ok},"Action":"*""#)),
            "Statement[0].Action: duplicate key",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(refusal(text), expected, "{text}");
    }
}

#[test]
fn refuses_conditions_with_a_position() {
    let condition = |block: &str| with(&format!(r#""Action":"*","Resource":"*","Condition":{block}"#));
    let cases = [
        (
            &condition(r#"{"StringEqual":{"a":"b"}}"#),
            "Statement[0].Condition.StringEqual: unknown condition operator, did you mean `StringEquals`?",
        ),
        (
            &condition(r#"{"StringEquals":"b"}"#),
            "Statement[0].Condition.StringEquals: expected an object, found a string",
        ),
        (
            &condition(r#"{"StringEquals":{"aws:x":["a",{}]}}"#),
            "Statement[0].Condition.StringEquals.aws:x[1]: expected a string, a number or a boolean, found an object",
        ),
        (
            &condition(r#"{"StringEquals":{"aws:x":"a","AWS:X":"b"}}"#),
            "Statement[0].Condition.StringEquals.AWS:X: duplicate key",
        ),
        (
            &condition(r#"{"StringEquals":{"aws:x":"a"},"StringEquals":{}}"#),
            "Statement[0].Condition.StringEquals: duplicate key",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(refusal(text), expected, "{text}");
    }
}

#[test]
fn refuses_trailing_text_and_bottomless_nesting() {
    let text = with(r#""Action":"*","Resource":"*""#);
    assert!(refusal(&format!("{text}{{}}")).contains("trailing characters"));
    assert!(refusal(&"[".repeat(100_000)).contains("recursion limit"));
}

#[test]
fn an_empty_condition_demands_nothing() {
    for block in ["{}", r#"{"StringEquals":{}}"#] {
        let text = with(&format!(r#""Action":"*","Resource":"*","Condition":{block}"#));
        assert_eq!(parse(&text).statements[0].conditions, []);
    }
}

#[test]
fn an_empty_list_names_nothing() {
    assert_eq!(parse(r#"{"Statement":[]}"#).statements, []);
    let read = |rest: &str| parse(&with(rest)).statements.remove(0);
    assert_eq!(
        read(r#""Action":[],"Resource":"*""#).actions,
        Actions::Only(vec![])
    );
    let nowhere = read(r#""Action":"*","Resource":[]"#);
    assert_eq!(nowhere.resources, Resources::Only(vec![]));
    for principal in ["{}", r#"{"AWS":[]}"#] {
        let nobody = read(&format!(r#""Action":"*","Resource":"*","Principal":{principal}"#));
        assert_eq!(nobody.principals, Principals::Only(vec![]));
    }
    let open = read(r#""Action":"*","Resource":"*","Condition":{"StringEquals":{"a":[]}}"#);
    assert_eq!(open.conditions[0].values, Vec::<String>::new());
}

mod properties;
