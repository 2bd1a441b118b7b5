//! What is measured: roles as they are, an allowance for them, and policies made to be hard.

use std::fmt::Write as _;

use crate::policy::PolicyDocument;
use crate::policy::rules::{NamedPolicy, PolicyKind};

pub const ROLES: usize = 1_000;

/// A pseudo-random sequence that is the same in every run.
pub struct Dice(pub u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }

    fn one<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

const SERVICES: [(&str, &[&str]); 8] = [
    (
        "dynamodb",
        &[
            "GetItem",
            "PutItem",
            "Query",
            "Scan",
            "BatchGetItem",
            "UpdateItem",
            "Describe*",
            "List*",
        ],
    ),
    (
        "s3",
        &[
            "GetObject",
            "PutObject",
            "ListBucket",
            "GetObjectTagging",
            "Get*",
            "DeleteObject",
            "List*",
        ],
    ),
    (
        "sqs",
        &[
            "SendMessage",
            "ReceiveMessage",
            "DeleteMessage",
            "GetQueueAttributes",
            "Get*",
        ],
    ),
    (
        "logs",
        &[
            "CreateLogStream",
            "PutLogEvents",
            "DescribeLogStreams",
            "FilterLogEvents",
            "Describe*",
        ],
    ),
    (
        "lambda",
        &[
            "InvokeFunction",
            "GetFunction",
            "UpdateFunctionCode",
            "List*",
            "Get*Configuration",
        ],
    ),
    ("secretsmanager", &["GetSecretValue", "DescribeSecret", "List*"]),
    ("kms", &["Decrypt", "Encrypt", "GenerateDataKey*", "DescribeKey"]),
    ("sns", &["Publish", "Subscribe", "List*", "Get*"]),
];

/// A policy of 6 to 10 KB, as a role of a large application has it; one that strays names another application.
pub fn role_policy(dice: &mut Dice, stray: bool) -> String {
    let apps = if stray { 41 } else { 40 };
    let size = 6_000 + dice.below(4_000);
    let mut text = String::from(r#"{"Version":"2012-10-17","Statement":["#);
    let mut first = true;
    while text.len() < size {
        let (service, names) = *dice.one(&SERVICES);
        let actions: Vec<String> = (0..=dice.below(6))
            .map(|_| format!("\"{service}:{}\"", dice.one(names)))
            .collect();
        let resources: Vec<String> = (0..=dice.below(4))
            .map(|_| match service {
                "s3" => format!(
                    "\"arn:aws:s3:::app{}-bucket-{}/data/*\"",
                    dice.below(apps),
                    dice.below(40)
                ),
                _ => format!(
                    "\"arn:aws:{service}:us-east-1:123456789012:app{}-{}{}\"",
                    dice.below(apps),
                    dice.below(400),
                    dice.one(&["", "*", "/*", "-*-x"])
                ),
            })
            .collect();
        let condition = match dice.below(6) {
            0 => {
                r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"},"Bool":{"aws:SecureTransport":"true"}}"#
            }
            1 => r#","Condition":{"StringLike":{"aws:PrincipalTag/team":["a*","b"]}}"#,
            _ => "",
        };
        let effect = if dice.below(12) == 0 { "Deny" } else { "Allow" };
        let comma = if first { "" } else { "," };
        first = false;
        let _ = write!(
            text,
            r#"{comma}{{"Effect":"{effect}","Action":[{}],"Resource":[{}]{condition}}}"#,
            actions.join(","),
            resources.join(",")
        );
    }
    text + "]}"
}

/// All that the roles need, except for those that stray.
pub fn allowance() -> String {
    let statements: Vec<String> = SERVICES
        .iter()
        .flat_map(|(service, _)| {
            (0..40).map(move |app| {
                let resource = match *service {
                    "s3" => format!("arn:aws:s3:::app{app}-*"),
                    _ => format!("arn:aws:{service}:*:123456789012:app{app}-*"),
                };
                format!(r#"{{"Effect":"Allow","Action":"{service}:*","Resource":"{resource}"}}"#)
            })
        })
        .collect();
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{},{{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::secret-*/*"}}]}}"#,
        statements.join(",")
    )
}

pub fn named(text: &str) -> Result<[NamedPolicy; 1], String> {
    let document = PolicyDocument::parse(text).map_err(|error| error.to_string())?;
    Ok([NamedPolicy {
        name: "policy".to_owned(),
        kind: PolicyKind::Inline,
        arn: None,
        document,
    }])
}

/// Patterns that overlap in as many ways as a policy's size allows, under a condition or not.
pub fn hard(letters: &str, condition: &str) -> String {
    let patterns: Vec<String> = letters
        .chars()
        .map(|letter| format!("\"arn:aws:s3:::*{letter}*-\""))
        .collect();
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::*"}},
        {{"Effect":"Deny","Action":"s3:*","Resource":[{}]{condition}}}]}}"#,
        patterns.join(",")
    )
}

/// The policies of all roles.
pub fn roles() -> Vec<String> {
    let mut dice = Dice(7);
    (0..ROLES)
        .map(|role| role_policy(&mut dice, role % 10 == 0))
        .collect()
}
