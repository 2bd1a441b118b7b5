//! Topics.

use crate::fake::{Answer, Fake, Request, named, ok, query_error, read_of};
use stackproof::collect::Sns;
use stackproof::inventory::sns::SnsTopic;
use stackproof::inventory::{Fact, Needs, Reason, ResourceType};

const TYPE: &str = SnsTopic::NAME;

fn everything() -> Needs {
    Needs::none().fact(TYPE, "attributes").fact(TYPE, "tags")
}

fn account(request: &Request) -> Answer {
    let topic =
        |name| format!("<member><TopicArn>arn:aws:sns:us-east-1:123456789012:{name}</TopicArn></member>");
    let entry = |key, value| format!("<entry><key>{key}</key><value>{value}</value></entry>");
    let operation = request.operation.as_str();
    let result = match operation {
        "ListTopics" if request.has("NextToken=two") => format!("<Topics>{}</Topics>", topic("jobs.fifo")),
        "ListTopics" => format!("<Topics>{}</Topics><NextToken>two</NextToken>", topic("alarms")),
        "GetTopicAttributes" => format!(
            "<Attributes>{}{}{}{}{}</Attributes>",
            entry("TopicArn", "arn:aws:sns:us-east-1:123456789012:alarms"),
            entry("KmsMasterKeyId", "alias/aws/sns"),
            entry("DisplayName", ""),
            entry("Policy", "{}"),
            entry("SubscriptionsConfirmed", "3"),
        ),
        "ListTagsForResource" => {
            "<Tags><member><Key>Project</Key><Value>p</Value></member></Tags>".to_owned()
        }
        other => return query_error(400, "InvalidAction", other),
    };
    ok(format!(
        "<{operation}Response xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><{operation}Result>{result}\
         </{operation}Result></{operation}Response>"
    ))
}

#[tokio::test]
async fn both_pages_are_read_with_settings_and_tags() {
    let fake = Fake::start(account).await;
    let (collected, reads) = fake.collect(&Sns, &everything()).await;
    assert!(collected.gaps.is_empty());
    let alarms = named(&collected, "alarms");
    assert_eq!(alarms.arn, "arn:aws:sns:us-east-1:123456789012:alarms");
    assert_eq!(alarms.tags.known().unwrap()["Project"], "p");
    let own = SnsTopic::of(&alarms.details).unwrap().attributes.known().unwrap();
    assert_eq!(
        (own.kms_master_key_id.as_deref(), own.display_name.as_deref()),
        (Some("alias/aws/sns"), None)
    );
    assert!(own.policy.is_some() && !own.fifo_topic);
    assert_eq!(named(&collected, "jobs.fifo").id, "jobs.fifo");
    let list = read_of(&reads, "sns:ListTopics");
    assert_eq!((list.pages, list.items, list.calls), (2, 2, 2));
}

#[tokio::test]
async fn a_denied_second_page_keeps_the_first_and_leaves_a_gap() {
    let fake = Fake::start(|request| {
        if request.has("NextToken=two") {
            query_error(403, "AuthorizationError", "User: x is not authorized")
        } else {
            account(request)
        }
    })
    .await;
    let (collected, _) = fake.collect(&Sns, &Needs::none().list(TYPE)).await;
    assert_eq!(
        (collected.resources.len(), collected.gaps[TYPE][0].reason),
        (1, Reason::AccessDenied)
    );
}

#[tokio::test]
async fn a_denied_fact_is_unreadable_and_a_deleted_topic_has_vanished() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "GetTopicAttributes" if request.has("alarms") => query_error(403, "AuthorizationError", "no"),
        "GetTopicAttributes" => query_error(404, "NotFound", "Topic does not exist"),
        _ => account(request),
    })
    .await;
    let (collected, _) = fake.collect(&Sns, &everything()).await;
    let why = |name| match &SnsTopic::of(&named(&collected, name).details).unwrap().attributes {
        Fact::Unreadable(gap) => gap.reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        (why("alarms"), why("jobs.fifo")),
        (Reason::AccessDenied, Reason::Vanished)
    );
    assert!(named(&collected, "alarms").tags.known().is_some());
}
