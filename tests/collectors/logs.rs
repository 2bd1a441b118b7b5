//! Log groups.

use crate::fake::{Answer, Fake, Request, json_error, named, ok, read_of};
use stackproof::collect::Logs;
use stackproof::inventory::logs::LogGroup;
use stackproof::inventory::{Fact, Needs, Reason, ResourceType};

const TYPE: &str = LogGroup::NAME;

fn account(request: &Request) -> Answer {
    match request.operation.as_str() {
        "DescribeLogGroups" if request.has("\"nextToken\":\"two\"") => {
            ok(r#"{"logGroups":[{"logGroupName":"gw",
            "arn":"arn:aws:logs:us-east-1:123456789012:log-group:gw:*"}]}"#)
        }
        "DescribeLogGroups" => ok(
            r#"{"nextToken":"two","logGroups":[{"logGroupName":"/aws/lambda/health",
            "arn":"arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/health:*",
            "logGroupArn":"arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/health","storedBytes":7,
            "retentionInDays":30,"kmsKeyId":"arn:aws:kms:us-east-1:123456789012:key/k","logGroupClass":"STANDARD"}]}"#,
        ),
        "ListTagsForResource" if request.has(":*") => json_error(400, "ValidationException", "not a group"),
        "ListTagsForResource" => ok(r#"{"tags":{"Project":"p"}}"#),
        other => json_error(400, "UnknownOperationException", other),
    }
}

#[tokio::test]
async fn both_pages_are_read_with_tags() {
    let fake = Fake::start(account).await;
    let (collected, reads) = fake.collect(&Logs, &Needs::none().fact(TYPE, "tags")).await;
    assert!(collected.gaps.is_empty());
    let health = LogGroup::of(&named(&collected, "/aws/lambda/health").details).unwrap();
    assert_eq!(
        (health.retention_in_days, health.log_group_class.as_str()),
        (Some(30), "STANDARD")
    );
    let gateway = named(&collected, "gw");
    assert_eq!(gateway.arn, "arn:aws:logs:us-east-1:123456789012:log-group:gw");
    assert_eq!(gateway.tags.known().unwrap()["Project"], "p");
    assert_eq!(LogGroup::of(&gateway.details).unwrap().retention_in_days, None);
    let list = read_of(&reads, "logs:DescribeLogGroups");
    assert_eq!((list.pages, list.items, list.calls), (2, 2, 2));
    assert_eq!(read_of(&reads, "logs:ListTagsForResource").calls, 2);
}

#[tokio::test]
async fn a_denied_second_page_keeps_the_first_and_leaves_a_gap() {
    let fake = Fake::start(|request| {
        if request.has("\"nextToken\":\"two\"") {
            json_error(400, "AccessDeniedException", "no")
        } else {
            account(request)
        }
    })
    .await;
    let (collected, _) = fake.collect(&Logs, &Needs::none().list(TYPE)).await;
    assert_eq!(
        (collected.resources.len(), collected.gaps[TYPE][0].reason),
        (1, Reason::AccessDenied)
    );
}

#[tokio::test]
async fn denied_tags_are_unreadable_and_a_deleted_group_has_vanished() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "ListTagsForResource" if request.has("health") => json_error(400, "AccessDeniedException", "no"),
        "ListTagsForResource" => json_error(400, "ResourceNotFoundException", "gone"),
        _ => account(request),
    })
    .await;
    let (collected, _) = fake.collect(&Logs, &Needs::none().fact(TYPE, "tags")).await;
    let why = |name| match &named(&collected, name).tags {
        Fact::Unreadable(gap) => gap.reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        (why("/aws/lambda/health"), why("gw")),
        (Reason::AccessDenied, Reason::Vanished)
    );
}
