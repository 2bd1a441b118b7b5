//! Secrets: one list with the tags in it, then their policies where they are needed. The values are never read.

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsOutput;
use aws_sdk_secretsmanager::types::SecretListEntry;
use futures_util::future::join_all;

use super::{Collected, Collector, Context, Operation, Service};
use crate::inventory::secretsmanager::{RotationRules, Secret};
use crate::inventory::{Fact, Gap, Needs, Resource, ResourceType, Tags};

const LIST: Operation = Operation::list("secretsmanager:ListSecrets");
const POLICY: Operation = Operation::resource("secretsmanager:GetResourcePolicy");
const OPERATIONS: &[Operation] = &[LIST, POLICY];

/// The largest page that Secrets Manager gives.
const PAGE_SIZE: i32 = 100;

/// Secrets Manager throttles policies at 50 a second.
const CONCURRENCY: usize = 4;

/// Reads AWS Secrets Manager.
#[derive(Debug)]
pub struct SecretsManager;

#[async_trait]
impl Collector for SecretsManager {
    fn service(&self) -> &'static str {
        "secretsmanager"
    }

    fn resource_types(&self) -> &'static [&'static str] {
        &[Secret::NAME]
    }

    fn facts_of_list(&self, _type_name: &str) -> &'static [&'static str] {
        &["tags"]
    }

    fn operations(&self, needs: &Needs) -> Vec<Operation> {
        let mut operations = Vec::new();
        if needs.wants(Secret::NAME) {
            operations.push(LIST);
        }
        if needs.wants_fact(Secret::NAME, "policy") {
            operations.push(POLICY);
        }
        operations
    }

    async fn collect(&self, context: &Context, needs: &Needs) -> Collected {
        let mut collected = Collected::default();
        if !needs.wants(Secret::NAME) {
            return collected;
        }
        let service = context.regional(self.service(), OPERATIONS, CONCURRENCY);
        let config = aws_sdk_secretsmanager::config::Builder::from(context.sdk())
            .interceptor(service.counter())
            .build();
        let reader = Reader {
            client: Client::from_conf(config),
            service,
            context,
            needs,
        };
        // A secret that waits for its deletion gives its value to nobody: it must not pass for one that exists.
        let request = reader
            .client
            .list_secrets()
            .include_planned_deletion(false)
            .into_paginator();
        let pages = reader
            .service
            .pages(
                LIST,
                request.page_size(PAGE_SIZE).send(),
                ListSecretsOutput::next_token,
                |page| page.secret_list.unwrap_or_default(),
            )
            .await;
        let alive = pages
            .items
            .into_iter()
            .filter(|secret| secret.deleted_date.is_none());
        let secrets = join_all(alive.map(|secret| reader.secret(secret))).await;
        for secret in secrets.into_iter().chain(pages.gap.map(Err)) {
            match secret {
                Ok(resource) => collected.resources.push(resource),
                Err(gap) => collected.gap(Secret::NAME, gap),
            }
        }
        collected
    }
}

/// Reads the policies of single secrets.
struct Reader<'a> {
    client: Client,
    service: Service<'a>,
    context: &'a Context,
    needs: &'a Needs,
}

impl Reader<'_> {
    async fn secret(&self, secret: SecretListEntry) -> Result<Resource, Gap> {
        let (Some(arn), Some(name)) = (secret.arn, secret.name) else {
            let problem = "the answer holds a secret without a name";
            return Err(self.service.nonsense(LIST, problem));
        };
        let policy = if self.needs.wants_fact_of(Secret::NAME, "policy", &name) {
            self.policy(&arn).await.into()
        } else {
            Fact::NotRead
        };
        let tags: Tags = secret
            .tags
            .unwrap_or_default()
            .into_iter()
            .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
            .collect();
        Ok(Resource {
            arn,
            id: name.clone(),
            name: Some(name),
            region: self.context.region().to_owned(),
            account: self.context.account().to_owned(),
            managed_by_aws: secret.owning_service.is_some(),
            tags: Fact::Known(tags),
            details: Secret {
                kms_key_id: secret.kms_key_id,
                // Secrets Manager leaves it out for a secret whose rotation was never turned on.
                rotation_enabled: secret.rotation_enabled.unwrap_or(false),
                rotation_lambda_arn: secret.rotation_lambda_arn.filter(|arn| !arn.is_empty()),
                rotation_rules: secret.rotation_rules.map(|rules| RotationRules {
                    automatically_after_days: rules.automatically_after_days,
                    duration: rules.duration,
                    schedule_expression: rules.schedule_expression,
                }),
                owning_service: secret.owning_service,
                primary_region: secret.primary_region,
                policy,
            }
            .into(),
        })
    }

    /// The policy. Secrets Manager answers without one when there is none.
    async fn policy(&self, arn: &str) -> Result<Option<String>, Gap> {
        let request = self.client.get_resource_policy().secret_id(arn).send();
        let answer = self.service.read(POLICY, request).await?;
        Ok(answer.resource_policy.filter(|policy| !policy.is_empty()))
    }
}
