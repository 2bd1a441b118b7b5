//! Queues.

use crate::fake::{Answer, Fake, Request, json_error, named, ok, read_of};
use stackproof::collect::Sqs;
use stackproof::inventory::sqs::SqsQueue;
use stackproof::inventory::{Fact, Needs, Reason, ResourceType};

const TYPE: &str = SqsQueue::NAME;

fn account(request: &Request) -> Answer {
    match request.operation.as_str() {
        "ListQueues" if !request.has("\"MaxResults\":1000") => json_error(400, "NoPages", "no page size"),
        "ListQueues" if request.has("\"NextToken\":\"two\"") => {
            ok(r#"{"QueueUrls":["https://sqs.us-east-1.amazonaws.com/123456789012/jobs-dlq"]}"#)
        }
        "ListQueues" => {
            ok(r#"{"QueueUrls":["https://sqs.us-east-1.amazonaws.com/123456789012/jobs"],"NextToken":"two"}"#)
        }
        "GetQueueAttributes" => ok(
            r#"{"Attributes":{"VisibilityTimeout":"300","MessageRetentionPeriod":"1209600",
            "MaximumMessageSize":"262144","DelaySeconds":"0","ReceiveMessageWaitTimeSeconds":"20",
            "SqsManagedSseEnabled":"true",
            "RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:123456789012:jobs-dlq\",\"maxReceiveCount\":5}"}}"#,
        ),
        "ListQueueTags" if request.has("jobs-dlq") => ok("{}"),
        "ListQueueTags" => ok(r#"{"Tags":{"Project":"p"}}"#),
        other => json_error(400, "UnknownOperationException", other),
    }
}

#[tokio::test]
async fn both_pages_are_read_with_settings_and_tags() {
    let fake = Fake::start(account).await;
    let needs = Needs::none().fact(TYPE, "attributes").fact(TYPE, "tags");
    let (collected, reads) = fake.collect(&Sqs, &needs).await;
    assert!(collected.gaps.is_empty());
    let jobs = named(&collected, "jobs");
    assert_eq!(jobs.arn, "arn:aws:sqs:us-east-1:123456789012:jobs");
    let own = SqsQueue::of(&jobs.details).unwrap();
    let attributes = own.attributes.known().unwrap();
    assert_eq!(attributes.message_retention_period, 1_209_600);
    assert_eq!(attributes.max_receive_count, Some(5));
    assert_eq!(jobs.tags.known().unwrap()["Project"], "p");
    assert!(named(&collected, "jobs-dlq").tags.known().unwrap().is_empty());
    let list = read_of(&reads, "sqs:ListQueues");
    assert_eq!((list.pages, list.items, list.calls), (2, 2, 2));
}

#[tokio::test]
async fn a_denied_second_page_keeps_the_first_and_leaves_a_gap() {
    let fake = Fake::start(|request| {
        if request.has("\"NextToken\":\"two\"") {
            json_error(403, "AccessDenied", "Access to the resource is denied.")
        } else {
            account(request)
        }
    })
    .await;
    let (collected, _) = fake.collect(&Sqs, &Needs::none().list(TYPE)).await;
    assert_eq!(collected.resources.len(), 1);
    assert_eq!(collected.gaps[TYPE][0].reason, Reason::AccessDenied);
}

#[tokio::test]
async fn a_deleted_queue_has_vanished() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "GetQueueAttributes" if request.has("jobs-dlq") => {
            json_error(400, "QueueDoesNotExist", "The specified queue does not exist.")
        }
        _ => account(request),
    })
    .await;
    let (collected, _) = fake.collect(&Sqs, &Needs::none().fact(TYPE, "attributes")).await;
    let of = |name| SqsQueue::of(&named(&collected, name).details).unwrap();
    assert!(matches!(&of("jobs-dlq").attributes, Fact::Unreadable(gap) if gap.reason == Reason::Vanished));
    assert!(of("jobs").attributes.known().is_some());
}
