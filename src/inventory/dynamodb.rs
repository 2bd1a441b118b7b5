//! Tables, as the DynamoDB API describes them.
//!
//! Counts and sizes are left out on purpose: they change by the minute and no promise is made of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::Fact;

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DynamodbTable {
    /// The description (`DescribeTable`).
    pub table: Fact<Table>,
    /// Expiry of items (`DescribeTimeToLive`).
    pub time_to_live: Fact<TimeToLive>,
    /// Backups (`DescribeContinuousBackups`).
    pub continuous_backups: Fact<ContinuousBackups>,
}

/// The description of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// `ACTIVE`, `CREATING`, `UPDATING`, `DELETING` …
    pub table_status: String,
    /// `PAY_PER_REQUEST` or `PROVISIONED`.
    pub billing_mode: String,
    /// The partition key and, where there is one, the sort key.
    pub key_schema: Vec<KeySchemaElement>,
    /// The types of the key attributes.
    pub attribute_definitions: Vec<AttributeDefinition>,
    /// The global secondary indexes, by name.
    pub global_secondary_indexes: Vec<GlobalSecondaryIndex>,
    /// Whether changes are streamed.
    pub stream_enabled: bool,
    /// What a stream record holds, as `NEW_AND_OLD_IMAGES`.
    pub stream_view_type: Option<String>,
    /// `ENABLED` … when a KMS key encrypts the table; absent for the key that DynamoDB owns.
    pub sse_status: Option<String>,
    /// The KMS key.
    pub kms_master_key_arn: Option<String>,
    /// Whether the table refuses to be deleted.
    pub deletion_protection_enabled: bool,
    /// `STANDARD` or `STANDARD_INFREQUENT_ACCESS`.
    pub table_class: String,
}

/// One attribute of a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeySchemaElement {
    /// The attribute.
    pub attribute_name: String,
    /// `HASH` for the partition key, `RANGE` for the sort key.
    pub key_type: String,
}

/// The type of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeDefinition {
    /// The attribute.
    pub attribute_name: String,
    /// `S`, `N` or `B`.
    pub attribute_type: String,
}

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GlobalSecondaryIndex {
    /// The name.
    pub index_name: String,
    /// `ACTIVE`, `CREATING` …
    pub index_status: Option<String>,
    /// The key.
    pub key_schema: Vec<KeySchemaElement>,
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub projection_type: Option<String>,
    /// The attributes that `INCLUDE` copies beside the keys, sorted.
    pub non_key_attributes: Vec<String>,
}

/// Expiry of items.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeToLive {
    /// `ENABLED`, `DISABLED`, `ENABLING` or `DISABLING`.
    pub time_to_live_status: String,
    /// The attribute that holds the expiry, in seconds since 1970.
    pub attribute_name: Option<String>,
}

/// Backups of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContinuousBackups {
    /// `ENABLED` or `DISABLED`; AWS says `ENABLED` for every table, so it proves nothing by itself.
    pub continuous_backups_status: String,
    /// `ENABLED` or `DISABLED`: this is what point-in-time recovery means.
    pub point_in_time_recovery_status: String,
    /// How many days back a table can be restored.
    pub recovery_period_in_days: Option<i32>,
}
