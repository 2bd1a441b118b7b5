//! Roles and managed policies, by one bulk read of the whole account.
//!
//! Reading role by role would take several requests each, and IAM throttles harder than any other service.

mod documents;

use async_trait::async_trait;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::{EntityType, ManagedPolicyDetail, RoleDetail, Tag};
use futures_util::future::join_all;
use std::collections::BTreeSet;

use super::{Collected, Collector, Context, Operation, Pages, Service};
use crate::inventory::iam::{IamPolicy, IamRole};
use crate::inventory::{Fact, Gap, Needs, Resource, ResourceType, Tags};

const DETAILS: Operation = Operation::list("iam:GetAccountAuthorizationDetails");
const POLICY_TAGS: Operation = Operation::resource("iam:ListPolicyTags");
const OPERATIONS: &[Operation] = &[DETAILS, POLICY_TAGS];

/// IAM throttles hard, and it throttles the whole account at once.
const CONCURRENCY: usize = 2;

/// Reads AWS Identity and Access Management.
#[derive(Debug)]
pub struct Iam;

/// One entry of the bulk read.
enum Entry {
    Role(RoleDetail),
    Policy(ManagedPolicyDetail),
}

#[async_trait]
impl Collector for Iam {
    fn service(&self) -> &'static str {
        "iam"
    }

    fn resource_types(&self) -> &'static [&'static str] {
        &[IamPolicy::NAME, IamRole::NAME]
    }

    fn facts_of_list(&self, type_name: &str) -> &'static [&'static str] {
        if type_name == IamRole::NAME {
            &["tags"]
        } else {
            &[]
        }
    }

    fn operations(&self, needs: &Needs) -> Vec<Operation> {
        let mut operations = Vec::new();
        if needs.wants(IamRole::NAME) || needs.wants(IamPolicy::NAME) {
            operations.push(DETAILS);
        }
        if needs.wants_fact(IamPolicy::NAME, "tags") {
            operations.push(POLICY_TAGS);
        }
        operations
    }

    async fn collect(&self, context: &Context, needs: &Needs) -> Collected {
        let mut collected = Collected::default();
        let (roles_wanted, policies_wanted) = (needs.wants(IamRole::NAME), needs.wants(IamPolicy::NAME));
        if !roles_wanted && !policies_wanted {
            return collected;
        }
        let service = context.global(self.service(), OPERATIONS, CONCURRENCY);
        let config = aws_sdk_iam::config::Builder::from(context.sdk())
            .interceptor(service.counter())
            .build();
        let client = Client::from_conf(config);
        let entries = entries(&service, &client, policies_wanted).await;
        if let Some(gap) = entries.gap {
            for type_name in self.resource_types().iter().filter(|name| needs.wants(name)) {
                collected.gap(type_name, gap.clone());
            }
        }
        let mut in_use = BTreeSet::new();
        let mut policies = Vec::new();
        for entry in entries.items {
            match entry {
                Entry::Role(detail) => {
                    let role = documents::role(detail);
                    in_use.extend(role.uses.iter().cloned());
                    if roles_wanted {
                        keep(context, &service, &mut collected, role);
                    }
                }
                Entry::Policy(detail) if policies_wanted => {
                    policies.push(documents::policy(detail));
                }
                // Not asked for; not every implementation of the API heeds the filter.
                Entry::Policy(_) => {}
            }
        }
        let policies = policies
            .into_iter()
            .filter(|policy| !policy.managed_by_aws || in_use.contains(&policy.arn));
        let policies = join_all(policies.map(async |mut policy| {
            let wanted = needs.wants_fact_of(IamPolicy::NAME, "tags", &policy.name);
            if wanted && !policy.managed_by_aws {
                policy.tags = policy_tags(&service, &client, &policy.arn).await.into();
            } else if policy.managed_by_aws {
                // AWS lets nobody tag its own policies.
                policy.tags = Fact::Known(Tags::new());
            }
            policy
        }))
        .await;
        for policy in policies {
            keep(context, &service, &mut collected, policy);
        }
        collected
    }
}

/// Every role and, when asked for, every managed policy. The page size is left to IAM, whose pages hold documents
/// and are cut by bytes rather than by count.
async fn entries(service: &Service<'_>, client: &Client, policies: bool) -> Pages<Entry> {
    let mut request = client
        .get_account_authorization_details()
        .filter(EntityType::Role);
    if policies {
        // AWS's own policies are needed only as far as roles use them: the roles tell which.
        request = request
            .filter(EntityType::LocalManagedPolicy)
            .filter(EntityType::AwsManagedPolicy);
    }
    service
        .pages(
            DETAILS,
            request.into_paginator().send(),
            |page| {
                page.marker()
                    .filter(|marker| !marker.is_empty())
                    .or_else(|| page.is_truncated().then_some("(none given)"))
            },
            |page| {
                let roles = page.role_detail_list.unwrap_or_default();
                let policies = page.policies.unwrap_or_default();
                roles
                    .into_iter()
                    .map(Entry::Role)
                    .chain(policies.into_iter().map(Entry::Policy))
                    .collect()
            },
        )
        .await
}

/// Adds a resource, and a gap for each thing about it that could not be understood.
fn keep(context: &Context, service: &Service<'_>, collected: &mut Collected, found: documents::Found) {
    for problem in found.problems {
        let type_name = found.details.type_name();
        collected.gap(type_name, service.nonsense(DETAILS, problem));
    }
    collected.resources.push(Resource {
        account: context.account().to_owned(),
        region: service.region().to_owned(),
        arn: found.arn,
        id: found.name.clone(),
        name: Some(found.name),
        managed_by_aws: found.managed_by_aws,
        tags: found.tags,
        details: found.details,
    });
}

async fn policy_tags(service: &Service<'_>, client: &Client, arn: &str) -> Result<Tags, Gap> {
    let pages = service
        .pages(
            POLICY_TAGS,
            client.list_policy_tags().policy_arn(arn).into_paginator().send(),
            |page| {
                page.marker()
                    .filter(|marker| !marker.is_empty())
                    .or_else(|| page.is_truncated().then_some("(none given)"))
            },
            |page| page.tags,
        )
        .await;
    match pages.gap {
        Some(gap) => Err(gap),
        None => Ok(tags(pages.items)),
    }
}

fn tags(tags: Vec<Tag>) -> Tags {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}
