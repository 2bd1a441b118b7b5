//! Throttling, repeated tokens and broken connections, which are the same for every collector.

use crate::fake::{Answer, Fake, Request, json_error, ok, read_of};
use stackproof::collect::Dynamodb;
use stackproof::inventory::dynamodb::DynamodbTable;
use stackproof::inventory::{Needs, Reason, ResourceType};
use std::sync::atomic::{AtomicU32, Ordering};

const TYPE: &str = DynamodbTable::NAME;

fn throttled(_: &Request) -> Answer {
    json_error(400, "ThrottlingException", "Rate exceeded")
}

#[tokio::test]
async fn throttling_is_retried_until_it_ends() {
    let asked = AtomicU32::new(0);
    let fake = Fake::start(move |request| {
        if asked.fetch_add(1, Ordering::SeqCst) < 2 {
            throttled(request)
        } else {
            ok(r#"{"TableNames":["events"]}"#)
        }
    })
    .await;
    let (collected, reads) = fake.collect(&Dynamodb, &Needs::none().list(TYPE)).await;
    assert!(collected.gaps.is_empty());
    assert_eq!(collected.resources.len(), 1);
    let list = read_of(&reads, "dynamodb:ListTables");
    assert_eq!((list.calls, list.retries, list.pages, list.failed), (3, 2, 1, 0));
}

#[tokio::test]
async fn throttling_that_does_not_end_is_a_gap() {
    let fake = Fake::start(throttled).await;
    let (collected, reads) = fake.collect(&Dynamodb, &Needs::none().list(TYPE)).await;
    let gap = &collected.gaps[TYPE][0];
    assert_eq!(
        (gap.reason, gap.message.as_str()),
        (Reason::Throttled, "ThrottlingException: Rate exceeded")
    );
    let list = read_of(&reads, "dynamodb:ListTables");
    assert_eq!((list.calls, list.retries, list.pages, list.failed), (5, 4, 0, 1));
}

/// The SDK's paginators end silently when a token repeats: the list would pass for complete.
#[tokio::test]
async fn a_repeated_page_token_is_a_gap() {
    let fake = Fake::start(|_| ok(r#"{"TableNames":["events"],"LastEvaluatedTableName":"events"}"#)).await;
    let context = fake.context();
    let needs = Needs::none().list(TYPE);
    let collected = stackproof::collect::Collector::collect(&Dynamodb, &context, &needs).await;
    let gap = &collected.gaps[TYPE][0];
    assert_eq!(gap.reason, Reason::ServiceError);
    assert!(gap.message.contains("repeated a page token"), "{gap}");
    assert_eq!(fake.requests().len(), 2);
}

/// Two tokens in turn would go on for ever.
#[tokio::test]
async fn a_circle_of_page_tokens_is_a_gap() {
    let fake = Fake::start(|request| {
        let next = if request.has("\"ExclusiveStartTableName\":\"a\"") {
            "b"
        } else {
            "a"
        };
        ok(format!(
            r#"{{"TableNames":["{next}"],"LastEvaluatedTableName":"{next}"}}"#
        ))
    })
    .await;
    let context = fake.context();
    let needs = Needs::none().list(TYPE);
    let collected = stackproof::collect::Collector::collect(&Dynamodb, &context, &needs).await;
    assert_eq!(collected.gaps[TYPE][0].reason, Reason::ServiceError);
    assert_eq!(fake.requests().len(), 3);
}

#[tokio::test]
async fn an_answer_that_is_no_answer_is_a_gap() {
    let fake = Fake::start(|_| ok("<html>maintenance</html>")).await;
    let (collected, _) = fake.collect(&Dynamodb, &Needs::none().list(TYPE)).await;
    assert_eq!(collected.gaps[TYPE][0].reason, Reason::ServiceError);
    assert!(collected.resources.is_empty());
}

#[tokio::test]
async fn expired_credentials_are_named() {
    let fake =
        Fake::start(|_| json_error(400, "ExpiredTokenException", "The security token is expired")).await;
    let (collected, _) = fake.collect(&Dynamodb, &Needs::none().list(TYPE)).await;
    let gap = &collected.gaps[TYPE][0];
    assert_eq!(gap.reason, Reason::AccessDenied);
    assert!(gap.message.starts_with("the credentials have expired: "), "{gap}");
}

#[tokio::test]
async fn a_refused_connection_is_unreachable_in_all_its_words() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let fake = Fake::start(throttled).await;
    let sdk = fake.sdk().into_builder().endpoint_url(nobody).build();
    let context =
        stackproof::collect::Context::new(sdk, "1", "us-east-1", "aws", std::sync::Arc::new(|_| {}));
    let needs = Needs::none().list(TYPE);
    let collected = stackproof::collect::Collector::collect(&Dynamodb, &context, &needs).await;
    let gap = &collected.gaps[TYPE][0];
    assert_eq!(gap.reason, Reason::Unreachable);
    assert!(gap.message.contains("Connection refused"), "{gap}");
}
