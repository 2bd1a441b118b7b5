//! The Resource Groups Tagging API: everything in the region that carries, or once carried, a tag.
//!
//! It knows nothing of resources that were never tagged, so its answer alone proves no completeness.

use async_trait::async_trait;
use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::operation::get_resources::GetResourcesOutput;
use aws_sdk_resourcegroupstagging::types::ResourceTagMapping;

use super::{Arn, Collected, Collector, Context, Operation};
use crate::inventory::tagging::TaggedResource;
use crate::inventory::{Fact, Needs, Resource, ResourceType, Tags};

const GET: Operation = Operation::list("tag:GetResources");
const OPERATIONS: &[Operation] = &[GET];

/// The most that AWS gives at once.
const PAGE_SIZE: i32 = 100;

/// Pages follow one another, so there is never more than one request.
const CONCURRENCY: usize = 1;

/// Reads the Resource Groups Tagging API.
#[derive(Debug)]
pub struct Tagging;

#[async_trait]
impl Collector for Tagging {
    fn service(&self) -> &'static str {
        "tag"
    }

    fn resource_types(&self) -> &'static [&'static str] {
        &[TaggedResource::NAME]
    }

    fn facts_of_list(&self, _type_name: &str) -> &'static [&'static str] {
        &["tags"]
    }

    fn operations(&self, needs: &Needs) -> Vec<Operation> {
        if needs.wants(TaggedResource::NAME) {
            vec![GET]
        } else {
            Vec::new()
        }
    }

    async fn collect(&self, context: &Context, needs: &Needs) -> Collected {
        let mut collected = Collected::default();
        if !needs.wants(TaggedResource::NAME) {
            return collected;
        }
        let service = context.regional(self.service(), OPERATIONS, CONCURRENCY);
        let config = aws_sdk_resourcegroupstagging::config::Builder::from(context.sdk())
            .interceptor(service.counter())
            .build();
        let stream = Client::from_conf(config)
            .get_resources()
            .resources_per_page(PAGE_SIZE)
            .into_paginator()
            .send();
        let pages = service
            .pages(GET, stream, GetResourcesOutput::pagination_token, |page| {
                page.resource_tag_mapping_list.unwrap_or_default()
            })
            .await;
        for mapping in pages.items {
            match resource(context, mapping) {
                Ok(resource) => collected.resources.push(resource),
                Err(problem) => collected.gap(TaggedResource::NAME, service.nonsense(GET, problem)),
            }
        }
        if let Some(gap) = pages.gap {
            collected.gap(TaggedResource::NAME, gap);
        }
        collected
    }
}

/// A mapping of an ARN to tags as a resource.
fn resource(context: &Context, mapping: ResourceTagMapping) -> Result<Resource, String> {
    let arn = mapping
        .resource_arn
        .ok_or_else(|| "the answer holds a resource without an ARN".to_owned())?;
    let tags: Tags = mapping
        .tags
        .unwrap_or_default()
        .into_iter()
        .map(|tag| (tag.key, tag.value))
        .collect();
    let parsed = Arn::parse(&arn).ok_or_else(|| format!("`{arn}` is not an ARN"))?;
    let or_else = |part: &str, otherwise: &str| if part.is_empty() { otherwise } else { part }.to_owned();
    let name = tags
        .get("Name")
        .filter(|name| !name.is_empty())
        .cloned()
        .unwrap_or_else(|| parsed.name().to_owned());
    Ok(Resource {
        id: arn.clone(),
        name: Some(name),
        region: or_else(parsed.region, "global"),
        account: or_else(parsed.account, context.account()),
        managed_by_aws: false,
        tags: Fact::Known(tags),
        details: TaggedResource {
            service: parsed.service.to_owned(),
        }
        .into(),
        arn,
    })
}
