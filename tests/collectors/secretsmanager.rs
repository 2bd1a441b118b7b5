//! Secrets.

use crate::fake::{Answer, Fake, Request, json_error, named, ok, read_of};
use stackproof::collect::SecretsManager;
use stackproof::inventory::secretsmanager::Secret;
use stackproof::inventory::{Fact, Needs, Reason, ResourceType};

const TYPE: &str = Secret::NAME;

fn account(request: &Request) -> Answer {
    match request.operation.as_str() {
        "ListSecrets" if request.has("\"IncludePlannedDeletion\":true") => {
            json_error(400, "Deleted", "not wanted")
        }
        "ListSecrets" if request.has("\"NextToken\":\"two\"") => ok(r#"{"SecretList":[{"Name":"signing",
            "ARN":"arn:aws:secretsmanager:us-east-1:123456789012:secret:signing-a"},{"Name":"gone","DeletedDate":1767225600,
            "ARN":"arn:aws:secretsmanager:us-east-1:123456789012:secret:gone-a"}]}"#),
        "ListSecrets" => ok(
            r#"{"NextToken":"two","SecretList":[{"Name":"keys","RotationEnabled":true,
            "ARN":"arn:aws:secretsmanager:us-east-1:123456789012:secret:keys-a","KmsKeyId":"alias/own",
            "RotationLambdaARN":"arn:aws:lambda:us-east-1:123456789012:function:rotate",
            "RotationRules":{"AutomaticallyAfterDays":90},"LastAccessedDate":1767225600,
            "Tags":[{"Key":"Project","Value":"p"}]}]}"#,
        ),
        "GetResourcePolicy" if request.has("keys-a") => ok(r#"{"ResourcePolicy":"{\"Statement\":[]}"}"#),
        "GetResourcePolicy" => ok(r#"{"Name":"signing"}"#),
        other => json_error(400, "UnknownOperationException", other),
    }
}

#[tokio::test]
async fn both_pages_are_read_with_rotation_and_policy() {
    let fake = Fake::start(account).await;
    let (collected, reads) = fake
        .collect(&SecretsManager, &Needs::none().fact(TYPE, "policy"))
        .await;
    assert!(collected.gaps.is_empty());
    assert_eq!(
        collected.resources.len(),
        2,
        "a secret that is being deleted is none"
    );
    let keys = named(&collected, "keys");
    assert_eq!(keys.tags.known().unwrap()["Project"], "p");
    let own = Secret::of(&keys.details).unwrap();
    assert!(own.rotation_enabled && own.rotation_lambda_arn.is_some());
    assert_eq!(
        own.rotation_rules.as_ref().unwrap().automatically_after_days,
        Some(90)
    );
    assert_eq!(
        own.policy.known().unwrap().as_deref(),
        Some(r#"{"Statement":[]}"#)
    );
    let own = Secret::of(&named(&collected, "signing").details).unwrap();
    assert_eq!((own.rotation_enabled, &own.policy), (false, &Fact::Known(None)));
    let list = read_of(&reads, "secretsmanager:ListSecrets");
    assert_eq!((list.pages, list.calls), (2, 2));
    assert_eq!(read_of(&reads, "secretsmanager:GetResourcePolicy").calls, 2);
}

#[tokio::test]
async fn a_denied_second_page_keeps_the_first_and_leaves_a_gap() {
    let fake = Fake::start(|request| {
        if request.has("\"NextToken\":\"two\"") {
            json_error(400, "AccessDeniedException", "no")
        } else {
            account(request)
        }
    })
    .await;
    let (collected, _) = fake.collect(&SecretsManager, &Needs::none().list(TYPE)).await;
    assert_eq!(
        (collected.resources.len(), collected.gaps[TYPE][0].reason),
        (1, Reason::AccessDenied)
    );
}

#[tokio::test]
async fn a_denied_policy_is_unreadable_and_nothing_else_is() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "GetResourcePolicy" if request.has("keys-a") => json_error(400, "AccessDeniedException", "no"),
        _ => account(request),
    })
    .await;
    let (collected, _) = fake
        .collect(&SecretsManager, &Needs::none().fact(TYPE, "policy"))
        .await;
    let own = |name| Secret::of(&named(&collected, name).details).unwrap();
    assert!(matches!(own("keys").policy, Fact::Unreadable(_)));
    assert_eq!(own("signing").policy, Fact::Known(None));
}
