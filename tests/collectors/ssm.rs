//! Parameters.

use crate::fake::{Answer, Fake, Request, json_error, named, ok, read_of};
use stackproof::collect::Ssm;
use stackproof::inventory::ssm::SsmParameter;
use stackproof::inventory::{Fact, Needs, Reason, ResourceType};

const TYPE: &str = SsmParameter::NAME;

/// Three pages, the second of them empty, as Systems Manager gives them now and then.
fn account(request: &Request) -> Answer {
    match request.operation.as_str() {
        "DescribeParameters" if request.has("\"NextToken\":\"three\"") => {
            ok(r#"{"Parameters":[{"Name":"plain","Type":"String","Version":3,
            "ARN":"arn:aws:ssm:us-east-1:123456789012:parameter/plain"}]}"#)
        }
        "DescribeParameters" if request.has("\"NextToken\":\"two\"") => {
            ok(r#"{"Parameters":[],"NextToken":"three"}"#)
        }
        "DescribeParameters" => ok(
            r#"{"NextToken":"two","Parameters":[{"Name":"/app/token","Type":"SecureString",
            "KeyId":"alias/aws/ssm","Tier":"Standard","DataType":"text"}]}"#,
        ),
        "ListTagsForResource" if !request.has("\"ResourceType\":\"Parameter\"") => {
            json_error(400, "Type", "none")
        }
        "ListTagsForResource" => ok(r#"{"TagList":[{"Key":"Project","Value":"p"}]}"#),
        other => json_error(400, "UnknownOperationException", other),
    }
}

#[tokio::test]
async fn every_page_is_read_past_an_empty_one() {
    let fake = Fake::start(account).await;
    let (collected, reads) = fake.collect(&Ssm, &Needs::none().fact(TYPE, "tags")).await;
    assert!(collected.gaps.is_empty());
    let token = named(&collected, "/app/token");
    assert_eq!(
        token.arn,
        "arn:aws:ssm:us-east-1:123456789012:parameter/app/token"
    );
    assert_eq!(token.tags.known().unwrap()["Project"], "p");
    let own = SsmParameter::of(&token.details).unwrap();
    assert_eq!(
        (own.parameter_type.as_str(), own.key_id.as_deref()),
        ("SecureString", Some("alias/aws/ssm"))
    );
    assert_eq!(
        SsmParameter::of(&named(&collected, "plain").details)
            .unwrap()
            .parameter_type,
        "String"
    );
    let list = read_of(&reads, "ssm:DescribeParameters");
    assert_eq!((list.pages, list.items, list.calls), (3, 2, 3));
    assert_eq!(read_of(&reads, "ssm:ListTagsForResource").calls, 2);
}

#[tokio::test]
async fn a_denied_page_keeps_the_ones_before_it_and_leaves_a_gap() {
    let fake = Fake::start(|request| {
        if request.has("\"NextToken\":\"two\"") {
            json_error(400, "AccessDeniedException", "no")
        } else {
            account(request)
        }
    })
    .await;
    let (collected, _) = fake.collect(&Ssm, &Needs::none().list(TYPE)).await;
    assert_eq!(
        (collected.resources.len(), collected.gaps[TYPE][0].reason),
        (1, Reason::AccessDenied)
    );
}

#[tokio::test]
async fn denied_tags_are_unreadable_and_a_deleted_parameter_has_vanished() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "ListTagsForResource" if request.has("token") => json_error(400, "AccessDeniedException", "no"),
        "ListTagsForResource" => json_error(400, "InvalidResourceId", "gone"),
        _ => account(request),
    })
    .await;
    let (collected, _) = fake.collect(&Ssm, &Needs::none().fact(TYPE, "tags")).await;
    let why = |name| match &named(&collected, name).tags {
        Fact::Unreadable(gap) => gap.reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        (why("/app/token"), why("plain")),
        (Reason::AccessDenied, Reason::Vanished)
    );
}
