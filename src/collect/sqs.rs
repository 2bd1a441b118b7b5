//! Queues: one list, then per queue only the facts that are needed.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::operation::list_queues::ListQueuesOutput;
use aws_sdk_sqs::types::QueueAttributeName;
use futures_util::future::join_all;
use serde_json::Value;
use std::collections::HashMap;

use super::paging::fact_of;
use super::{Arn, Collected, Collector, Context, Operation, Service};
use crate::inventory::sqs::{QueueAttributes, SqsQueue};
use crate::inventory::{Gap, Needs, Resource, ResourceType, Tags};

const LIST: Operation = Operation::list("sqs:ListQueues");
const ATTRIBUTES: Operation = Operation::resource("sqs:GetQueueAttributes");
const TAGS: Operation = Operation::resource("sqs:ListQueueTags");
const OPERATIONS: &[Operation] = &[LIST, ATTRIBUTES, TAGS];

/// SQS gives a page token only to those who ask for a page size; without one it cuts the list at 1,000 queues.
const PAGE_SIZE: i32 = 1000;

/// Requests under way at a time; SQS documents no limit for these.
const CONCURRENCY: usize = 8;

/// Reads Amazon SQS.
#[derive(Debug)]
pub struct Sqs;

#[async_trait]
impl Collector for Sqs {
    fn service(&self) -> &'static str {
        "sqs"
    }

    fn resource_types(&self) -> &'static [&'static str] {
        &[SqsQueue::NAME]
    }

    fn operations(&self, needs: &Needs) -> Vec<Operation> {
        if !needs.wants(SqsQueue::NAME) {
            return Vec::new();
        }
        let facts = [("attributes", ATTRIBUTES), ("tags", TAGS)]
            .into_iter()
            .filter(|(fact, _)| needs.wants_fact(SqsQueue::NAME, fact))
            .map(|(_, operation)| operation);
        std::iter::once(LIST).chain(facts).collect()
    }

    async fn collect(&self, context: &Context, needs: &Needs) -> Collected {
        let mut collected = Collected::default();
        if !needs.wants(SqsQueue::NAME) {
            return collected;
        }
        let service = context.regional(self.service(), OPERATIONS, CONCURRENCY);
        let config = aws_sdk_sqs::config::Builder::from(context.sdk())
            .interceptor(service.counter())
            .build();
        let reader = Reader {
            client: Client::from_conf(config),
            service,
            context,
            needs,
        };
        let urls = reader
            .service
            .pages(
                LIST,
                reader
                    .client
                    .list_queues()
                    .into_paginator()
                    .page_size(PAGE_SIZE)
                    .send(),
                ListQueuesOutput::next_token,
                |page| page.queue_urls.unwrap_or_default(),
            )
            .await;
        collected.resources = join_all(urls.items.into_iter().map(|url| reader.queue(url))).await;
        if let Some(gap) = urls.gap {
            collected.gap(SqsQueue::NAME, gap);
        }
        collected
    }
}

/// Reads the facts of single queues.
struct Reader<'a> {
    client: Client,
    service: Service<'a>,
    context: &'a Context,
    needs: &'a Needs,
}

impl Reader<'_> {
    async fn queue(&self, queue_url: String) -> Resource {
        let name = queue_url.rsplit('/').next().unwrap_or(&queue_url).to_owned();
        let arn = Arn {
            partition: self.context.partition(),
            service: "sqs",
            region: self.context.region(),
            account: self.context.account(),
            resource: &name,
        }
        .to_string();
        let (attributes, tags) = tokio::join!(
            fact_of::<SqsQueue, _>(self.needs, "attributes", &name, self.attributes(&queue_url)),
            fact_of::<SqsQueue, _>(self.needs, "tags", &name, self.tags(&queue_url)),
        );
        Resource {
            arn,
            id: name.clone(),
            name: Some(name),
            region: self.context.region().to_owned(),
            account: self.context.account().to_owned(),
            managed_by_aws: false,
            tags,
            details: SqsQueue {
                queue_url,
                attributes,
            }
            .into(),
        }
    }

    async fn attributes(&self, queue_url: &str) -> Result<QueueAttributes, Gap> {
        let request = self
            .client
            .get_queue_attributes()
            .queue_url(queue_url)
            .attribute_names(QueueAttributeName::All)
            .send();
        let answer = self.service.read(ATTRIBUTES, request).await?;
        settings(&answer.attributes.unwrap_or_default())
            .map_err(|problem| self.service.nonsense(ATTRIBUTES, problem))
    }

    async fn tags(&self, queue_url: &str) -> Result<Tags, Gap> {
        let request = self.client.list_queue_tags().queue_url(queue_url).send();
        let answer = self.service.read(TAGS, request).await?;
        Ok(answer.tags.unwrap_or_default().into_iter().collect())
    }
}

/// The settings of a queue out of the texts that SQS gives them in.
fn settings(attributes: &HashMap<QueueAttributeName, String>) -> Result<QueueAttributes, String> {
    let text = |name: &QueueAttributeName| attributes.get(name).cloned();
    let number = |name: &QueueAttributeName| {
        attributes
            .get(name)
            .and_then(|value| value.parse::<i64>().ok())
            .ok_or_else(|| format!("the answer holds no number for {}", name.as_str()))
    };
    let flag = |name: &QueueAttributeName| attributes.get(name).is_some_and(|value| value == "true");
    let (dead_letter_target_arn, max_receive_count) = match attributes.get(&QueueAttributeName::RedrivePolicy)
    {
        None => (None, None),
        Some(policy) => redrive(policy)?,
    };
    Ok(QueueAttributes {
        visibility_timeout: number(&QueueAttributeName::VisibilityTimeout)?,
        message_retention_period: number(&QueueAttributeName::MessageRetentionPeriod)?,
        maximum_message_size: number(&QueueAttributeName::MaximumMessageSize)?,
        delay_seconds: number(&QueueAttributeName::DelaySeconds)?,
        receive_message_wait_time_seconds: number(&QueueAttributeName::ReceiveMessageWaitTimeSeconds)?,
        fifo_queue: flag(&QueueAttributeName::FifoQueue),
        kms_master_key_id: text(&QueueAttributeName::KmsMasterKeyId),
        sqs_managed_sse_enabled: flag(&QueueAttributeName::SqsManagedSseEnabled),
        dead_letter_target_arn,
        max_receive_count,
        policy: text(&QueueAttributeName::Policy),
    })
}

/// Where messages go that were received too often, and how often that is. AWS keeps the count as it was sent,
/// as a number or as text.
fn redrive(policy: &str) -> Result<(Option<String>, Option<i64>), String> {
    let policy: Value =
        serde_json::from_str(policy).map_err(|error| format!("RedrivePolicy is not JSON: {error}"))?;
    let target = policy["deadLetterTargetArn"].as_str().map(str::to_owned);
    let count = &policy["maxReceiveCount"];
    let count = count
        .as_i64()
        .or_else(|| count.as_str().and_then(|text| text.parse().ok()));
    Ok((target, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUIRED: [(QueueAttributeName, &str); 5] = [
        (QueueAttributeName::VisibilityTimeout, "300"),
        (QueueAttributeName::MessageRetentionPeriod, "1209600"),
        (QueueAttributeName::MaximumMessageSize, "262144"),
        (QueueAttributeName::DelaySeconds, "0"),
        (QueueAttributeName::ReceiveMessageWaitTimeSeconds, "20"),
    ];

    fn attributes() -> HashMap<QueueAttributeName, String> {
        REQUIRED.map(|(name, value)| (name, value.to_owned())).into()
    }

    #[test]
    fn texts_become_numbers_and_flags() {
        let mut attributes = attributes();
        attributes.insert(QueueAttributeName::SqsManagedSseEnabled, "true".into());
        let settings = settings(&attributes).unwrap();
        assert_eq!(settings.visibility_timeout, 300);
        assert!(settings.sqs_managed_sse_enabled && !settings.fifo_queue);
    }

    #[test]
    fn a_missing_setting_is_never_taken_for_zero() {
        let mut attributes = attributes();
        attributes.remove(&QueueAttributeName::DelaySeconds);
        let problem = settings(&attributes).unwrap_err();
        assert_eq!(problem, "the answer holds no number for DelaySeconds");
    }

    #[test]
    fn a_redrive_count_may_be_a_number_or_text() {
        let target = Some("arn:dlq".to_owned());
        for count in ["5", "\"5\""] {
            let policy = format!(r#"{{"deadLetterTargetArn":"arn:dlq","maxReceiveCount":{count}}}"#);
            assert_eq!(redrive(&policy), Ok((target.clone(), Some(5))));
        }
        assert!(redrive("{").is_err());
    }
}
