//! Parameters: one list, then their tags where they are needed. The values are never read, not even encrypted.

use async_trait::async_trait;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::describe_parameters::DescribeParametersOutput;
use aws_sdk_ssm::types::{ParameterMetadata, ResourceTypeForTagging};
use futures_util::future::join_all;

use super::{Arn, Collected, Collector, Context, Operation, Service};
use crate::inventory::ssm::SsmParameter;
use crate::inventory::{Fact, Gap, Needs, Resource, ResourceType, Tags};

const LIST: Operation = Operation::list("ssm:DescribeParameters");
const TAGS: Operation = Operation::resource("ssm:ListTagsForResource");
const OPERATIONS: &[Operation] = &[LIST, TAGS];

/// The largest page that Systems Manager gives. Pages may well be empty and followed by another.
const PAGE_SIZE: i32 = 50;

/// Systems Manager throttles a few requests a second.
const CONCURRENCY: usize = 3;

/// Reads the parameters of AWS Systems Manager.
#[derive(Debug)]
pub struct Ssm;

#[async_trait]
impl Collector for Ssm {
    fn service(&self) -> &'static str {
        "ssm"
    }

    fn resource_types(&self) -> &'static [&'static str] {
        &[SsmParameter::NAME]
    }

    fn operations(&self, needs: &Needs) -> Vec<Operation> {
        let mut operations = Vec::new();
        if needs.wants(SsmParameter::NAME) {
            operations.push(LIST);
        }
        if needs.wants_fact(SsmParameter::NAME, "tags") {
            operations.push(TAGS);
        }
        operations
    }

    async fn collect(&self, context: &Context, needs: &Needs) -> Collected {
        let mut collected = Collected::default();
        if !needs.wants(SsmParameter::NAME) {
            return collected;
        }
        let service = context.regional(self.service(), OPERATIONS, CONCURRENCY);
        let config = aws_sdk_ssm::config::Builder::from(context.sdk())
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
                    .describe_parameters()
                    .into_paginator()
                    .page_size(PAGE_SIZE)
                    .send(),
                DescribeParametersOutput::next_token,
                |page| page.parameters.unwrap_or_default(),
            )
            .await;
        let parameters = join_all(pages.items.into_iter().map(|one| reader.parameter(one))).await;
        for parameter in parameters.into_iter().chain(pages.gap.map(Err)) {
            match parameter {
                Ok(resource) => collected.resources.push(resource),
                Err(gap) => collected.gap(SsmParameter::NAME, gap),
            }
        }
        collected
    }
}

/// Reads the tags of single parameters.
struct Reader<'a> {
    client: Client,
    service: Service<'a>,
    context: &'a Context,
    needs: &'a Needs,
}

impl Reader<'_> {
    async fn parameter(&self, parameter: ParameterMetadata) -> Result<Resource, Gap> {
        let (Some(name), Some(parameter_type)) = (parameter.name, parameter.r#type) else {
            let problem = "the answer holds a parameter without a name or type";
            return Err(self.service.nonsense(LIST, problem));
        };
        let tags = if self.needs.wants_fact_of(SsmParameter::NAME, "tags", &name) {
            self.tags(&name).await.into()
        } else {
            Fact::NotRead
        };
        Ok(Resource {
            arn: parameter.arn.unwrap_or_else(|| self.arn(&name)),
            id: name.clone(),
            name: Some(name),
            region: self.context.region().to_owned(),
            account: self.context.account().to_owned(),
            managed_by_aws: false,
            tags,
            details: SsmParameter {
                parameter_type: parameter_type.as_str().to_owned(),
                tier: parameter.tier.map(|tier| tier.as_str().to_owned()),
                data_type: parameter.data_type,
                key_id: parameter.key_id,
                allowed_pattern: parameter.allowed_pattern,
            }
            .into(),
        })
    }

    /// The ARN, in which the slash that a path begins with is not doubled.
    fn arn(&self, name: &str) -> String {
        Arn {
            partition: self.context.partition(),
            service: "ssm",
            region: self.context.region(),
            account: self.context.account(),
            resource: &format!("parameter/{}", name.trim_start_matches('/')),
        }
        .to_string()
    }

    async fn tags(&self, name: &str) -> Result<Tags, Gap> {
        let request = self
            .client
            .list_tags_for_resource()
            .resource_type(ResourceTypeForTagging::Parameter)
            .resource_id(name)
            .send();
        let answer = self.service.read(TAGS, request).await?;
        let tags = answer.tag_list.unwrap_or_default().into_iter();
        Ok(tags.map(|tag| (tag.key, tag.value)).collect())
    }
}
