//! Tables, changed behind Terraform's back.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate,
    KeySchemaElement, KeyType, PointInTimeRecoverySpecification, ProvisionedThroughput, ScalarAttributeType,
    StreamSpecification, Tag, TimeToLiveSpecification,
};

use super::{Mutation, mutation};
use crate::Failure;
use crate::account::{Account, EVENTS_TABLE, TAGS};

pub fn all() -> Vec<Mutation> {
    vec![
        mutation(
            "point-in-time recovery switched off",
            &["dynamodb-pitr::zapier-triggers-api-events-dev"],
            |account| recovery(account, false),
        ),
        mutation(
            "expiry of events switched off",
            &["dynamodb-ttl::zapier-triggers-api-events-dev"],
            |account| expiry(account, "expires_at", false),
        ),
        mutation(
            "events expire by another attribute",
            &["dynamodb-ttl::zapier-triggers-api-events-dev"],
            |account| expiry(account, "created_at", true),
        ),
        mutation(
            "table billed by provisioned capacity",
            &["dynamodb-on-demand::zapier-triggers-api-events-dev"],
            |account| {
                let throughput = ProvisionedThroughput::builder()
                    .read_capacity_units(1)
                    .write_capacity_units(1)
                    .build()?;
                let update = account.dynamodb.update_table().table_name(EVENTS_TABLE);
                let update = update
                    .billing_mode(BillingMode::Provisioned)
                    .provisioned_throughput(throughput);
                account.wait(update.send()).map(drop)
            },
        ),
        mutation(
            "tag of a table changed to another environment",
            &["tags-required::zapier-triggers-api-events-dev"],
            |account| tag_table(account, "Environment", "production"),
        ),
        mutation(
            "stream of a table switched off",
            &["dynamodb-streams::zapier-triggers-api-events-dev"],
            |account| {
                let off = StreamSpecification::builder().stream_enabled(false).build()?;
                let update = account.dynamodb.update_table().table_name(EVENTS_TABLE);
                account.wait(update.stream_specification(off).send()).map(drop)
            },
        ),
        mutation(
            "index of statuses dropped",
            &["dynamodb-events-key::zapier-triggers-api-events-dev"],
            |account| drop_index(account, "StatusIndex"),
        ),
        mutation(
            "index of event types dropped",
            &["dynamodb-events-key::zapier-triggers-api-events-dev"],
            |account| drop_index(account, "EventTypeIndex"),
        ),
        mutation(
            "table made anew with another range key",
            &["dynamodb-events-key::zapier-triggers-api-events-dev"],
            other_range_key,
        ),
    ]
}

fn drop_index(account: &Account, name: &str) -> Result<(), Failure> {
    let delete = DeleteGlobalSecondaryIndexAction::builder()
        .index_name(name)
        .build()?;
    let update = GlobalSecondaryIndexUpdate::builder().delete(delete).build();
    let table = account.dynamodb.update_table().table_name(EVENTS_TABLE);
    account
        .wait(table.global_secondary_index_updates(update).send())
        .map(drop)
}

/// Everything as it was but the key: its indexes, its stream, its backups, its expiry, its tags.
fn other_range_key(account: &Account) -> Result<(), Failure> {
    let described = account.wait(account.dynamodb.describe_table().table_name(EVENTS_TABLE).send())?;
    let table = described.table.ok_or("no table")?;
    account.wait(account.dynamodb.delete_table().table_name(EVENTS_TABLE).send())?;
    let attribute = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
    };
    let mut definitions = table.attribute_definitions().to_vec();
    definitions.retain(|definition| definition.attribute_name() != "timestamp#event_id");
    definitions.push(attribute("event_id")?);
    let key = |name: &str, kind: KeyType| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
    };
    let indexes = table.global_secondary_indexes().iter().map(|index| {
        aws_sdk_dynamodb::types::GlobalSecondaryIndex::builder()
            .index_name(index.index_name().unwrap_or_default())
            .set_key_schema(index.key_schema.clone())
            .set_projection(index.projection.clone())
            .build()
    });
    let tags = TAGS
        .into_iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build());
    let sse = aws_sdk_dynamodb::types::SseSpecification::builder()
        .enabled(true)
        .build();
    let create = account
        .dynamodb
        .create_table()
        .table_name(EVENTS_TABLE)
        .set_attribute_definitions(Some(definitions))
        .key_schema(key("user_id", KeyType::Hash)?)
        .key_schema(key("event_id", KeyType::Range)?)
        .set_global_secondary_indexes(Some(indexes.collect::<Result<_, _>>()?))
        .billing_mode(BillingMode::PayPerRequest)
        .set_stream_specification(table.stream_specification)
        .sse_specification(sse)
        .set_tags(Some(tags.collect::<Result<_, _>>()?));
    account.wait(create.send())?;
    recovery(account, true)?;
    expiry(account, "expires_at", true)
}

fn recovery(account: &Account, enabled: bool) -> Result<(), Failure> {
    let specification = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(enabled)
        .build()?;
    let update = account
        .dynamodb
        .update_continuous_backups()
        .table_name(EVENTS_TABLE);
    account
        .wait(update.point_in_time_recovery_specification(specification).send())
        .map(drop)
}

fn expiry(account: &Account, attribute: &str, enabled: bool) -> Result<(), Failure> {
    let specification = TimeToLiveSpecification::builder()
        .attribute_name(attribute)
        .enabled(enabled)
        .build()?;
    let update = account.dynamodb.update_time_to_live().table_name(EVENTS_TABLE);
    account
        .wait(update.time_to_live_specification(specification).send())
        .map(drop)
}

fn tag_table(account: &Account, key: &str, value: &str) -> Result<(), Failure> {
    let tag = Tag::builder().key(key).value(value).build()?;
    let tagging = account
        .dynamodb
        .tag_resource()
        .resource_arn(Account::table_arn(EVENTS_TABLE));
    account.wait(tagging.tags(tag).send()).map(drop)
}
