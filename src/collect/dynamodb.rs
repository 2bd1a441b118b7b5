//! Tables: one list, then per table only the facts that are needed.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::list_tables::ListTablesOutput;
use aws_sdk_dynamodb::types::{self, BillingMode, TableClass};
use futures_util::future::join_all;

use super::paging::fact_of;
use super::{Arn, Collected, Collector, Context, Operation, Service};
use crate::inventory::dynamodb::{
    AttributeDefinition, ContinuousBackups, DynamodbTable, GlobalSecondaryIndex, KeySchemaElement, Table,
    TimeToLive,
};
use crate::inventory::{Gap, Needs, Resource, ResourceType, Tags};

const LIST: Operation = Operation::list("dynamodb:ListTables");
const DESCRIBE: Operation = Operation::resource("dynamodb:DescribeTable");
const TTL: Operation = Operation::resource("dynamodb:DescribeTimeToLive");
const BACKUPS: Operation = Operation::resource("dynamodb:DescribeContinuousBackups");
const TAGS: Operation = Operation::resource("dynamodb:ListTagsOfResource");
const OPERATIONS: &[Operation] = &[LIST, DESCRIBE, TTL, BACKUPS, TAGS];

/// The operation that each fact is read by.
const FACTS: &[(&str, Operation)] = &[
    ("table", DESCRIBE),
    ("time_to_live", TTL),
    ("continuous_backups", BACKUPS),
    ("tags", TAGS),
];

/// DynamoDB throttles its control operations at 10 a second and table of one kind.
const CONCURRENCY: usize = 8;

/// Reads Amazon DynamoDB.
#[derive(Debug)]
pub struct Dynamodb;

#[async_trait]
impl Collector for Dynamodb {
    fn service(&self) -> &'static str {
        "dynamodb"
    }

    fn resource_types(&self) -> &'static [&'static str] {
        &[DynamodbTable::NAME]
    }

    fn operations(&self, needs: &Needs) -> Vec<Operation> {
        if !needs.wants(DynamodbTable::NAME) {
            return Vec::new();
        }
        let facts = FACTS
            .iter()
            .filter(|(fact, _)| needs.wants_fact(DynamodbTable::NAME, fact))
            .map(|(_, operation)| *operation);
        std::iter::once(LIST).chain(facts).collect()
    }

    async fn collect(&self, context: &Context, needs: &Needs) -> Collected {
        let mut collected = Collected::default();
        if !needs.wants(DynamodbTable::NAME) {
            return collected;
        }
        let service = context.regional(self.service(), OPERATIONS, CONCURRENCY);
        let config = aws_sdk_dynamodb::config::Builder::from(context.sdk())
            .interceptor(service.counter())
            .build();
        let reader = Reader {
            client: Client::from_conf(config),
            service,
            context,
            needs,
        };
        let names = reader
            .service
            .pages(
                LIST,
                reader.client.list_tables().into_paginator().send(),
                ListTablesOutput::last_evaluated_table_name,
                |page| page.table_names.unwrap_or_default(),
            )
            .await;
        collected.resources = join_all(names.items.into_iter().map(|name| reader.table(name))).await;
        if let Some(gap) = names.gap {
            collected.gap(DynamodbTable::NAME, gap);
        }
        collected
    }
}

/// Reads the facts of single tables.
struct Reader<'a> {
    client: Client,
    service: Service<'a>,
    context: &'a Context,
    needs: &'a Needs,
}

impl Reader<'_> {
    async fn table(&self, name: String) -> Resource {
        let arn = Arn {
            partition: self.context.partition(),
            service: "dynamodb",
            region: self.context.region(),
            account: self.context.account(),
            resource: &format!("table/{name}"),
        }
        .to_string();
        let (table, time_to_live, continuous_backups, tags) = tokio::join!(
            fact_of::<DynamodbTable, _>(self.needs, "table", &name, self.describe(&name)),
            fact_of::<DynamodbTable, _>(self.needs, "time_to_live", &name, self.time_to_live(&name)),
            fact_of::<DynamodbTable, _>(
                self.needs,
                "continuous_backups",
                &name,
                self.continuous_backups(&name)
            ),
            fact_of::<DynamodbTable, _>(self.needs, "tags", &name, self.tags(&arn)),
        );
        Resource {
            arn,
            id: name.clone(),
            name: Some(name),
            region: self.context.region().to_owned(),
            account: self.context.account().to_owned(),
            managed_by_aws: false,
            tags,
            details: DynamodbTable {
                table,
                time_to_live,
                continuous_backups,
            }
            .into(),
        }
    }

    async fn describe(&self, name: &str) -> Result<Table, Gap> {
        let request = self.client.describe_table().table_name(name).send();
        let answer = self.service.read(DESCRIBE, request).await?;
        answer
            .table
            .map(description)
            .ok_or_else(|| self.service.nonsense(DESCRIBE, "the answer holds no table"))
    }

    async fn time_to_live(&self, name: &str) -> Result<TimeToLive, Gap> {
        let request = self.client.describe_time_to_live().table_name(name).send();
        let answer = self.service.read(TTL, request).await?;
        let Some(types::TimeToLiveDescription {
            time_to_live_status: Some(status),
            attribute_name,
            ..
        }) = answer.time_to_live_description
        else {
            return Err(self.service.nonsense(TTL, "the answer holds no status"));
        };
        Ok(TimeToLive {
            time_to_live_status: status.as_str().to_owned(),
            attribute_name,
        })
    }

    async fn continuous_backups(&self, name: &str) -> Result<ContinuousBackups, Gap> {
        let request = self.client.describe_continuous_backups().table_name(name).send();
        let answer = self.service.read(BACKUPS, request).await?;
        let description = answer.continuous_backups_description.and_then(|backups| {
            let recovery = backups.point_in_time_recovery_description?;
            Some(ContinuousBackups {
                continuous_backups_status: backups.continuous_backups_status.as_str().to_owned(),
                point_in_time_recovery_status: recovery.point_in_time_recovery_status?.as_str().to_owned(),
                recovery_period_in_days: recovery.recovery_period_in_days,
            })
        });
        description.ok_or_else(|| {
            self.service
                .nonsense(BACKUPS, "the answer holds no status of point-in-time recovery")
        })
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Gap> {
        let ask = |token| {
            let request = self.client.list_tags_of_resource().resource_arn(arn);
            request.set_next_token(token).send()
        };
        let tags = self
            .service
            .every_page(TAGS, ask, |page| (page.tags.unwrap_or_default(), page.next_token))
            .await?;
        Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
    }
}

/// The description of a table in the inventory's words.
fn description(table: types::TableDescription) -> Table {
    let encryption = table.sse_description;
    let stream = table.stream_specification;
    let mut attribute_definitions: Vec<_> = table
        .attribute_definitions
        .unwrap_or_default()
        .into_iter()
        .map(|attribute| AttributeDefinition {
            attribute_name: attribute.attribute_name,
            attribute_type: attribute.attribute_type.as_str().to_owned(),
        })
        .collect();
    attribute_definitions.sort_by(|a, b| a.attribute_name.cmp(&b.attribute_name));
    let mut global_secondary_indexes: Vec<_> = table
        .global_secondary_indexes
        .unwrap_or_default()
        .into_iter()
        .map(index)
        .collect();
    global_secondary_indexes.sort_by(|a, b| a.index_name.cmp(&b.index_name));
    Table {
        table_status: table
            .table_status
            .map_or_else(String::new, |status| status.as_str().to_owned()),
        // DynamoDB leaves the summary out for tables that were always provisioned.
        billing_mode: table
            .billing_mode_summary
            .and_then(|summary| summary.billing_mode)
            .unwrap_or(BillingMode::Provisioned)
            .as_str()
            .to_owned(),
        key_schema: keys(table.key_schema),
        attribute_definitions,
        global_secondary_indexes,
        stream_enabled: stream.as_ref().is_some_and(|stream| stream.stream_enabled),
        stream_view_type: stream
            .and_then(|stream| stream.stream_view_type)
            .map(|view| view.as_str().to_owned()),
        sse_status: encryption
            .as_ref()
            .and_then(|sse| sse.status.as_ref())
            .map(|status| status.as_str().to_owned()),
        kms_master_key_arn: encryption.and_then(|sse| sse.kms_master_key_arn),
        deletion_protection_enabled: table.deletion_protection_enabled.unwrap_or(false),
        // DynamoDB leaves the summary out for tables that never had another class.
        table_class: table
            .table_class_summary
            .and_then(|summary| summary.table_class)
            .unwrap_or(TableClass::Standard)
            .as_str()
            .to_owned(),
    }
}

fn index(index: types::GlobalSecondaryIndexDescription) -> GlobalSecondaryIndex {
    let (projection_type, non_key_attributes) = index.projection.map_or((None, None), |projection| {
        (projection.projection_type, projection.non_key_attributes)
    });
    let mut non_key_attributes = non_key_attributes.unwrap_or_default();
    non_key_attributes.sort();
    GlobalSecondaryIndex {
        index_name: index.index_name.unwrap_or_default(),
        index_status: index.index_status.map(|status| status.as_str().to_owned()),
        key_schema: keys(index.key_schema),
        projection_type: projection_type.map(|projection| projection.as_str().to_owned()),
        non_key_attributes,
    }
}

/// A key, the partition key first as AWS gives it.
fn keys(schema: Option<Vec<types::KeySchemaElement>>) -> Vec<KeySchemaElement> {
    schema
        .unwrap_or_default()
        .into_iter()
        .map(|element| KeySchemaElement {
            attribute_name: element.attribute_name,
            key_type: element.key_type.as_str().to_owned(),
        })
        .collect()
}
