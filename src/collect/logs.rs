//! Log groups: one list, then their tags where they are needed. The lines are never read.

use async_trait::async_trait;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::operation::describe_log_groups::DescribeLogGroupsOutput;
use aws_sdk_cloudwatchlogs::types;
use futures_util::future::join_all;

use super::{Collected, Collector, Context, Operation, Service};
use crate::inventory::logs::LogGroup;
use crate::inventory::{Fact, Gap, Needs, Resource, ResourceType, Tags};

const LIST: Operation = Operation::list("logs:DescribeLogGroups");
const TAGS: Operation = Operation::resource("logs:ListTagsForResource");
const OPERATIONS: &[Operation] = &[LIST, TAGS];

/// The largest page that CloudWatch Logs gives.
const PAGE_SIZE: i32 = 50;

/// CloudWatch Logs throttles both at 10 a second and less.
const CONCURRENCY: usize = 3;

/// Reads Amazon CloudWatch Logs.
#[derive(Debug)]
pub struct Logs;

#[async_trait]
impl Collector for Logs {
    fn service(&self) -> &'static str {
        "logs"
    }

    fn resource_types(&self) -> &'static [&'static str] {
        &[LogGroup::NAME]
    }

    fn operations(&self, needs: &Needs) -> Vec<Operation> {
        let mut operations = Vec::new();
        if needs.wants(LogGroup::NAME) {
            operations.push(LIST);
        }
        if needs.wants_fact(LogGroup::NAME, "tags") {
            operations.push(TAGS);
        }
        operations
    }

    async fn collect(&self, context: &Context, needs: &Needs) -> Collected {
        let mut collected = Collected::default();
        if !needs.wants(LogGroup::NAME) {
            return collected;
        }
        let service = context.regional(self.service(), OPERATIONS, CONCURRENCY);
        let config = aws_sdk_cloudwatchlogs::config::Builder::from(context.sdk())
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
                reader
                    .client
                    .describe_log_groups()
                    .into_paginator()
                    .page_size(PAGE_SIZE)
                    .send(),
                DescribeLogGroupsOutput::next_token,
                |page| page.log_groups.unwrap_or_default(),
            )
            .await;
        let groups = join_all(pages.items.into_iter().map(|group| reader.group(group))).await;
        for group in groups.into_iter().chain(pages.gap.map(Err)) {
            match group {
                Ok(resource) => collected.resources.push(resource),
                Err(gap) => collected.gap(LogGroup::NAME, gap),
            }
        }
        collected
    }
}

/// Reads the tags of single log groups.
struct Reader<'a> {
    client: Client,
    service: Service<'a>,
    context: &'a Context,
    needs: &'a Needs,
}

impl Reader<'_> {
    async fn group(&self, group: types::LogGroup) -> Result<Resource, Gap> {
        // The older of the two ARNs ends in `:*`, which stands for the streams in the group.
        let arn = group
            .log_group_arn
            .or(group.arn)
            .map(|arn| arn.trim_end_matches(":*").to_owned());
        let (Some(arn), Some(name)) = (arn, group.log_group_name) else {
            let problem = "the answer holds a log group without a name";
            return Err(self.service.nonsense(LIST, problem));
        };
        let tags = if self.needs.wants_fact_of(LogGroup::NAME, "tags", &name) {
            self.tags(&arn).await.into()
        } else {
            Fact::NotRead
        };
        Ok(Resource {
            arn,
            id: name.clone(),
            name: Some(name),
            region: self.context.region().to_owned(),
            account: self.context.account().to_owned(),
            managed_by_aws: false,
            tags,
            details: LogGroup {
                retention_in_days: group.retention_in_days,
                kms_key_id: group.kms_key_id,
                // Groups older than the classes have none.
                log_group_class: group
                    .log_group_class
                    .map_or_else(|| "STANDARD".to_owned(), |class| class.as_str().to_owned()),
                deletion_protection_enabled: group.deletion_protection_enabled.unwrap_or(false),
            }
            .into(),
        })
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Gap> {
        let request = self.client.list_tags_for_resource().resource_arn(arn).send();
        let answer = self.service.read(TAGS, request).await?;
        Ok(answer.tags.unwrap_or_default().into_iter().collect())
    }
}
