//! Topics: one list, then per topic only the facts that are needed.

use async_trait::async_trait;
use aws_sdk_sns::Client;
use aws_sdk_sns::operation::list_topics::ListTopicsOutput;
use futures_util::future::join_all;
use std::collections::HashMap;

use super::paging::fact_of;
use super::{Arn, Collected, Collector, Context, Operation, Service};
use crate::inventory::sns::{SnsTopic, TopicAttributes};
use crate::inventory::{Gap, Needs, Resource, ResourceType, Tags};

const LIST: Operation = Operation::list("sns:ListTopics");
const ATTRIBUTES: Operation = Operation::resource("sns:GetTopicAttributes");
const TAGS: Operation = Operation::resource("sns:ListTagsForResource");
const OPERATIONS: &[Operation] = &[LIST, ATTRIBUTES, TAGS];

/// SNS throttles tags at 10 a second and the rest at 30.
const CONCURRENCY: usize = 4;

/// Reads Amazon SNS.
#[derive(Debug)]
pub struct Sns;

#[async_trait]
impl Collector for Sns {
    fn service(&self) -> &'static str {
        "sns"
    }

    fn resource_types(&self) -> &'static [&'static str] {
        &[SnsTopic::NAME]
    }

    fn operations(&self, needs: &Needs) -> Vec<Operation> {
        if !needs.wants(SnsTopic::NAME) {
            return Vec::new();
        }
        let facts = [("attributes", ATTRIBUTES), ("tags", TAGS)]
            .into_iter()
            .filter(|(fact, _)| needs.wants_fact(SnsTopic::NAME, fact))
            .map(|(_, operation)| operation);
        std::iter::once(LIST).chain(facts).collect()
    }

    async fn collect(&self, context: &Context, needs: &Needs) -> Collected {
        let mut collected = Collected::default();
        if !needs.wants(SnsTopic::NAME) {
            return collected;
        }
        let service = context.regional(self.service(), OPERATIONS, CONCURRENCY);
        let config = aws_sdk_sns::config::Builder::from(context.sdk())
            .interceptor(service.counter())
            .build();
        let reader = Reader {
            client: Client::from_conf(config),
            service,
            context,
            needs,
        };
        let pages = reader
            .service
            .pages(
                LIST,
                reader.client.list_topics().into_paginator().send(),
                ListTopicsOutput::next_token,
                |page| page.topics.unwrap_or_default(),
            )
            .await;
        let topics = pages.items.into_iter().map(|topic| reader.topic(topic.topic_arn));
        for topic in join_all(topics).await.into_iter().chain(pages.gap.map(Err)) {
            match topic {
                Ok(resource) => collected.resources.push(resource),
                Err(gap) => collected.gap(SnsTopic::NAME, gap),
            }
        }
        collected
    }
}

/// Reads the facts of single topics.
struct Reader<'a> {
    client: Client,
    service: Service<'a>,
    context: &'a Context,
    needs: &'a Needs,
}

impl Reader<'_> {
    async fn topic(&self, arn: Option<String>) -> Result<Resource, Gap> {
        let Some((arn, name)) = arn.and_then(|arn| {
            let name = Arn::parse(&arn)?.name().to_owned();
            Some((arn, name))
        }) else {
            let problem = "the answer holds a topic without an ARN";
            return Err(self.service.nonsense(LIST, problem));
        };
        let (attributes, tags) = tokio::join!(
            fact_of::<SnsTopic, _>(self.needs, "attributes", &name, self.attributes(&arn)),
            fact_of::<SnsTopic, _>(self.needs, "tags", &name, self.tags(&arn)),
        );
        Ok(Resource {
            arn,
            id: name.clone(),
            name: Some(name),
            region: self.context.region().to_owned(),
            account: self.context.account().to_owned(),
            managed_by_aws: false,
            tags,
            details: SnsTopic { attributes }.into(),
        })
    }

    async fn attributes(&self, arn: &str) -> Result<TopicAttributes, Gap> {
        let request = self.client.get_topic_attributes().topic_arn(arn).send();
        let answer = self.service.read(ATTRIBUTES, request).await?;
        let attributes = answer.attributes.unwrap_or_default();
        if !attributes.contains_key("TopicArn") {
            let problem = "the answer holds no attributes of a topic";
            return Err(self.service.nonsense(ATTRIBUTES, problem));
        }
        Ok(settings(&attributes))
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Gap> {
        let request = self.client.list_tags_for_resource().resource_arn(arn).send();
        let answer = self.service.read(TAGS, request).await?;
        let tags = answer.tags.unwrap_or_default().into_iter();
        Ok(tags.map(|tag| (tag.key, tag.value)).collect())
    }
}

/// The settings of a topic out of the texts that SNS gives them in. What is not set is empty or missing.
fn settings(attributes: &HashMap<String, String>) -> TopicAttributes {
    let text = |name| {
        let value: Option<&String> = attributes.get(name);
        value.filter(|value| !value.is_empty()).cloned()
    };
    let flag = |name| attributes.get(name).is_some_and(|value| value == "true");
    TopicAttributes {
        display_name: text("DisplayName"),
        kms_master_key_id: text("KmsMasterKeyId"),
        policy: text("Policy"),
        fifo_topic: flag("FifoTopic"),
        content_based_deduplication: flag("ContentBasedDeduplication"),
        tracing_config: text("TracingConfig"),
    }
}
