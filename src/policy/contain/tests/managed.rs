//! Policies that AWS itself wrote: all are read, and what is known of them is told.
//!
//! `managed.jsonl` holds one default version a line, as the IAM API returned it and moto 5.2.1
//! (Apache-2.0, `moto/iam/aws_managed_policies.py`) keeps it.

use serde_json::Value;

use super::*;

fn managed() -> Vec<NamedPolicy> {
    let lines = include_str!("managed.jsonl").lines();
    let policies = lines.map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        NamedPolicy {
            name: line["name"].as_str().unwrap().to_owned(),
            ..named(&line["document"].to_string(), PolicyKind::AwsManaged)
        }
    });
    policies.collect()
}

#[test]
fn all_are_read_and_within_themselves_and_the_administrator() {
    let policies = managed();
    assert_eq!(policies.len(), 26);
    let administrator = policies
        .iter()
        .find(|policy| policy.name == "AdministratorAccess")
        .unwrap();
    for policy in &policies {
        let own = std::slice::from_ref(policy);
        assert!(compare(own, own).is_contained(), "{}", policy.name);
        assert!(
            compare(std::slice::from_ref(administrator), own).is_contained(),
            "{}",
            policy.name
        );
        let above = compare(own, std::slice::from_ref(administrator)).is_contained();
        assert_eq!(above, policy.name == "AdministratorAccess", "{}", policy.name);
    }
}

#[test]
fn one_within_another() {
    let policies = managed();
    let find = |name: &str| {
        let found = policies.iter().find(|policy| policy.name == name);
        std::slice::from_ref(found.unwrap_or_else(|| panic!("{name}")))
    };
    for (reference, candidate, expected) in [
        ("AmazonS3FullAccess", "AmazonS3ReadOnlyAccess", true),
        ("AmazonS3ReadOnlyAccess", "AmazonS3FullAccess", false),
        ("AmazonSQSFullAccess", "AmazonSQSReadOnlyAccess", true),
        ("IAMFullAccess", "IAMReadOnlyAccess", true),
        ("IAMFullAccess", "IAMUserChangePassword", true),
        (
            "AWSLambdaVPCAccessExecutionRole",
            "AWSLambdaBasicExecutionRole",
            true,
        ),
        (
            "AWSLambdaBasicExecutionRole",
            "AWSLambdaVPCAccessExecutionRole",
            false,
        ),
        // All but `iam:*` and what is listed.
        ("PowerUserAccess", "AmazonSQSFullAccess", true),
        ("PowerUserAccess", "AWSXRayDaemonWriteAccess", true),
        // It reads roles too.
        ("PowerUserAccess", "AmazonDynamoDBReadOnlyAccess", false),
        ("PowerUserAccess", "IAMReadOnlyAccess", false),
    ] {
        let contained = compare(find(reference), find(candidate)).is_contained();
        assert_eq!(contained, expected, "{candidate} within {reference}");
    }
}
