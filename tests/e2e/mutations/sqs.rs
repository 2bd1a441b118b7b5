//! Queues, changed behind Terraform's back.

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::json;

use super::{Mutation, mutation};
use crate::Failure;
use crate::account::{Account, EVENTS_QUEUE};

const PUBLIC: &[&str] = &["sqs-not-public::zapier-triggers-events-dev"];
const REDRIVE: &[&str] = &["sqs-events-visibility::zapier-triggers-events-dev"];

pub fn all() -> Vec<Mutation> {
    vec![
        mutation(
            "rogue queue, never tagged",
            &["names-follow-convention::scratch", "tags-required::scratch"],
            |account| {
                account
                    .wait(account.sqs.create_queue().queue_name("scratch").send())
                    .map(drop)
            },
        ),
        mutation(
            "messages visible again after a minute",
            &["sqs-events-visibility::zapier-triggers-events-dev"],
            |account| attribute(account, EVENTS_QUEUE, QueueAttributeName::VisibilityTimeout, "60"),
        ),
        mutation(
            "failed events kept for a day",
            &["sqs-dlq-retention::zapier-triggers-events-dlq-dev"],
            |account| retention(account, "86400"),
        ),
        mutation(
            "events kept for a minute",
            &["sqs-events-retention::zapier-triggers-events-dev"],
            |account| {
                let name = QueueAttributeName::MessageRetentionPeriod;
                attribute(account, EVENTS_QUEUE, name, "60")
            },
        ),
        mutation(
            "policy of a queue removed",
            &["sqs-tls-only::zapier-triggers-events-dev"],
            |account| attribute(account, EVENTS_QUEUE, QueueAttributeName::Policy, ""),
        ),
        mutation("failed events go nowhere", REDRIVE, |account| {
            attribute(account, EVENTS_QUEUE, QueueAttributeName::RedrivePolicy, "")
        }),
        mutation("failed events go to another queue", REDRIVE, |account| {
            let arn = format!(
                "arn:aws:sqs:{}:{}:zapier-triggers-failed-invocations-dev",
                crate::sandbox::REGION,
                crate::sandbox::ACCOUNT
            );
            let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 5 }).to_string();
            attribute(account, EVENTS_QUEUE, QueueAttributeName::RedrivePolicy, &policy)
        }),
        mutation(
            "messages no longer encrypted",
            &["sqs-encryption::zapier-triggers-events-dev"],
            |account| {
                attribute(account, EVENTS_QUEUE, QueueAttributeName::KmsMasterKeyId, "")?;
                attribute(
                    account,
                    EVENTS_QUEUE,
                    QueueAttributeName::SqsManagedSseEnabled,
                    "false",
                )
            },
        ),
        mutation("queue opened to everybody", PUBLIC, |account| {
            allow(account, &json!("*"))
        }),
        mutation("queue opened to another account", PUBLIC, |account| {
            allow(account, &json!({ "AWS": "arn:aws:iam::999988887777:root" }))
        }),
        mutation(
            "queue opened to every topic of every account",
            PUBLIC,
            |account| allow(account, &json!({ "Service": "sns.amazonaws.com" })),
        ),
    ]
}

/// A second statement beside the one that Terraform made.
fn allow(account: &Account, principal: &serde_json::Value) -> Result<(), Failure> {
    let name = QueueAttributeName::Policy;
    let read = account
        .sqs
        .get_queue_attributes()
        .queue_url(account.queue_url(EVENTS_QUEUE)?)
        .attribute_names(name.clone());
    let answer = account.wait(read.send())?;
    let text = answer
        .attributes()
        .and_then(|found| found.get(&name))
        .ok_or("no policy")?;
    let mut policy: serde_json::Value = serde_json::from_str(text)?;
    let statements = policy["Statement"].as_array_mut().ok_or("no statements")?;
    statements.push(json!({
        "Sid": "Second", "Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage",
        "Resource": statements[0]["Resource"],
    }));
    attribute(account, EVENTS_QUEUE, name, &policy.to_string())
}

fn attribute(account: &Account, queue: &str, name: QueueAttributeName, value: &str) -> Result<(), Failure> {
    let set = account
        .sqs
        .set_queue_attributes()
        .queue_url(account.queue_url(queue)?);
    account.wait(set.attributes(name, value).send()).map(drop)
}

fn retention(account: &Account, seconds: &str) -> Result<(), Failure> {
    let name = QueueAttributeName::MessageRetentionPeriod;
    attribute(account, "zapier-triggers-events-dlq-dev", name, seconds)
}
