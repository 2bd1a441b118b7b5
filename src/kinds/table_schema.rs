//! `table-schema`: tables have the promised keys, indexes and settings.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

use super::facts::{self, choice};
use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::config::yaml::escape_pointer;
use crate::formats::NameGlob;
use crate::inventory::dynamodb::{DynamodbTable, GlobalSecondaryIndex, KeySchemaElement, Table};
use crate::inventory::{Inventory, Needs, ResourceType};

pub const EXAMPLE: &str = r#"id: dynamodb-events-schema
kind: table-schema
title: Events are found by user, and by user and status, ordered by time
severity: high
owner: platform
why: The key of a table cannot be changed once it holds data.
fix: Set the keys of the table in terraform/environments/${env}/main.tf.
with:
  tables: ["${project}-events-${env}"]
  partition_key: { name: user_id, type: S }
  sort_key: { name: "timestamp#event_id", type: S }
  indexes:
    StatusIndex:
      partition_key: { name: user_id, type: S }
      sort_key: { name: "status#timestamp", type: S }
      projection: ALL
  only: true
  billing_mode: PAY_PER_REQUEST
  encryption: KMS
"#;

/// Each table has the promised key, global secondary indexes and settings, and is in use.
///
/// What is not promised is not looked at, with two exceptions: a key without `sort_key` must have none, and the table
/// must be `ACTIVE` or `UPDATING`.
///
/// ## What is read
/// `dynamodb:ListTables`, and `dynamodb:DescribeTable` per table.
///
/// ## When it fails
/// A fact differs from the promised one; an index is missing, or is not `ACTIVE` or `UPDATING` (DynamoDB refuses
/// queries of one that is being created, and one that is being deleted is as good as gone); the table itself is being
/// created, deleted, archived, or cannot reach its key; no table has one of the names.
///
/// ## What it cannot know
/// Whether items carry the attributes of the keys of indexes: one without them is in the table and not in the index.
/// DynamoDB tells the KMS key of a table, not whether AWS or the customer manages it; `kms_keys` names it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of tables, or globs.
    #[schemars(length(min = 1))]
    tables: Vec<NameGlob>,
    /// The partition key.
    partition_key: Option<Attribute>,
    /// The sort key. With `partition_key` and without this the table must have none.
    sort_key: Option<Attribute>,
    /// Global secondary indexes that must be there, by name.
    #[serde(default)]
    indexes: BTreeMap<String, Index>,
    /// Whether the table may have no other global secondary indexes.
    #[serde(default)]
    only: bool,
    /// `PAY_PER_REQUEST` (on demand) or `PROVISIONED`.
    billing_mode: Option<BillingMode>,
    /// What a stream record holds: `KEYS_ONLY`, `NEW_IMAGE`, `OLD_IMAGE` or `NEW_AND_OLD_IMAGES`; `NONE` when there
    /// must be no stream.
    stream: Option<Stream>,
    /// `KMS` for a KMS key, whose use is recorded; `AWS_OWNED` for the key that DynamoDB owns, whose use is not.
    encryption: Option<Encryption>,
    /// The ARNs that the KMS key may have, as globs.
    #[serde(default)]
    kms_keys: Vec<NameGlob>,
    /// Whether the table refuses to be deleted.
    deletion_protection: Option<bool>,
    /// `STANDARD` or `STANDARD_INFREQUENT_ACCESS`.
    table_class: Option<TableClass>,
}

/// An attribute of a key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Attribute {
    /// The attribute's name.
    #[schemars(length(min = 1))]
    name: String,
    /// `S` (string), `N` (number) or `B` (binary).
    #[serde(rename = "type")]
    attribute_type: AttributeType,
}

/// A global secondary index.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Index {
    /// The partition key.
    partition_key: Attribute,
    /// The sort key. Without this the index must have none.
    sort_key: Option<Attribute>,
    /// What is copied into the index: `ALL`, `KEYS_ONLY` or `INCLUDE`.
    projection: Option<Projection>,
    /// The attributes that `INCLUDE` copies beside the keys.
    #[serde(default)]
    include: Vec<String>,
}

choice!(AttributeType { S = "S", N = "N", B = "B" });
choice!(BillingMode { OnDemand = "PAY_PER_REQUEST", Provisioned = "PROVISIONED" });
choice!(Stream {
    KeysOnly = "KEYS_ONLY",
    NewImage = "NEW_IMAGE",
    OldImage = "OLD_IMAGE",
    Both = "NEW_AND_OLD_IMAGES",
    None = "NONE",
});
choice!(Encryption { Kms = "KMS", AwsOwned = "AWS_OWNED" });
choice!(Projection { All = "ALL", KeysOnly = "KEYS_ONLY", Include = "INCLUDE" });
choice!(TableClass { Standard = "STANDARD", InfrequentAccess = "STANDARD_INFREQUENT_ACCESS" });

/// The states in which a table or an index answers.
const IN_USE: [&str; 2] = ["ACTIVE", "UPDATING"];

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let promises = [
            self.partition_key.is_some() || self.sort_key.is_some(),
            !self.indexes.is_empty() || self.only,
            self.billing_mode.is_some() || self.stream.is_some(),
            self.encryption.is_some() || !self.kms_keys.is_empty(),
            self.deletion_protection.is_some() || self.table_class.is_some(),
        ];
        if !promises.contains(&true) {
            let options = [
                "partition_key",
                "indexes",
                "only",
                "billing_mode",
                "stream",
                "encryption",
            ];
            mistakes.push(facts::nothing_promised(&options));
        }
        if self.sort_key.is_some() && self.partition_key.is_none() {
            mistakes.push(
                Mistake::new(
                    "/sort_key",
                    "sort-key-alone",
                    "a sort key without a partition key",
                    "no table has one without the other",
                )
                .help("add `partition_key`"),
            );
        }
        if self.encryption == Some(Encryption::AwsOwned) && !self.kms_keys.is_empty() {
            mistakes.push(Mistake::new(
                "/kms_keys",
                "contradicting-keys",
                "`kms_keys` of a table that no KMS key encrypts",
                "`encryption` is `AWS_OWNED`",
            ));
        }
        let mut types: BTreeMap<&str, AttributeType> = BTreeMap::new();
        let table = (String::new(), self.partition_key.as_ref(), self.sort_key.as_ref());
        let keys = self.indexes.iter().map(|(name, index)| {
            let pointer = format!("/indexes/{}", escape_pointer(name));
            (pointer, Some(&index.partition_key), index.sort_key.as_ref())
        });
        for (pointer, partition, sort) in std::iter::once(table).chain(keys) {
            for (name, attribute) in [("partition_key", partition), ("sort_key", sort)] {
                let Some(attribute) = attribute else { continue };
                let known = *types.entry(&attribute.name).or_insert(attribute.attribute_type);
                if known != attribute.attribute_type {
                    mistakes.push(Mistake::new(
                        format!("{pointer}/{name}/type"),
                        "two-types",
                        format!(
                            "`{}` cannot be both {known} and {}",
                            attribute.name, attribute.attribute_type
                        ),
                        "an attribute has one type in all keys of a table",
                    ));
                }
            }
            if let (Some(partition), Some(sort)) = (partition, sort)
                && partition.name == sort.name
            {
                mistakes.push(Mistake::new(
                    format!("{pointer}/sort_key/name"),
                    "same-key-twice",
                    format!("`{}` is the partition key already", sort.name),
                    "no key has the same attribute twice",
                ));
            }
        }
        for (name, index) in &self.indexes {
            if (index.projection == Some(Projection::Include)) == index.include.is_empty() {
                mistakes.push(
                    Mistake::new(
                        format!("/indexes/{}", escape_pointer(name)),
                        "projection-and-include",
                        "`projection: INCLUDE` and `include` need each other",
                        "only one of the two",
                    )
                    .help("`include` lists the attributes that `INCLUDE` copies beside the keys"),
                );
            }
        }
        if mistakes.is_empty() {
            Ok(self)
        } else {
            Err(mistakes)
        }
    }
}

impl Check for Options {
    fn needs(&self) -> CheckNeeds {
        CheckNeeds {
            subjects: Needs::none().fact_of(DynamodbTable::NAME, "table", &self.tables),
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, DynamodbTable::NAME, &self.tables)
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let Some((_, own)) = select::found::<DynamodbTable>(evidence.inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        if let Some(table) = assessment.need("table", &own.table) {
            let status = table.table_status.as_str();
            assessment.saw("TableStatus", status);
            if !IN_USE.contains(&status) {
                assessment.differs("the table is not in use", "ACTIVE", status);
            }
            // What is being deleted has no schema that matters.
            if status != "DELETING" {
                self.compare(table, &mut assessment);
            }
        }
        assessment.conclude("the table is as promised")
    }
}

impl Options {
    fn compare(&self, table: &Table, assessment: &mut Assessment) {
        if let Some(partition) = &self.partition_key {
            let promised = promised_key(partition, self.sort_key.as_ref());
            let found = found_key(&table.key_schema, table);
            facts::exactly(
                assessment,
                "KeySchema",
                Some(promised),
                &found,
                "the table's key is another one",
            );
        }
        for (name, promised) in &self.indexes {
            let index = table
                .global_secondary_indexes
                .iter()
                .find(|index| index.index_name == *name);
            match index {
                Some(index) => promised.compare(index, table, assessment),
                None => {
                    assessment.differs(format!("the index {name} is missing"), name, names(table));
                }
            }
        }
        if self.only {
            assessment.saw("GlobalSecondaryIndexes", names(table));
            for index in &table.global_secondary_indexes {
                let name = &index.index_name;
                if !self.indexes.contains_key(name) {
                    assessment.differs(
                        format!("the index {name} was not promised"),
                        "no such index",
                        name,
                    );
                }
            }
        }
        let billing = self.billing_mode.map(|mode| mode.to_string());
        let wrong = "the table is billed another way";
        facts::exactly(assessment, "BillingMode", billing, &table.billing_mode, wrong);
        let view = table.stream_view_type.as_deref().filter(|_| table.stream_enabled);
        let found = view.unwrap_or(if table.stream_enabled { "unknown" } else { "NONE" });
        let stream = self.stream.map(|stream| stream.to_string());
        facts::exactly(
            assessment,
            "StreamViewType",
            stream,
            &found.to_owned(),
            "the stream is another one",
        );
        let found = match table.sse_status.as_deref() {
            None | Some("DISABLED") => Encryption::AwsOwned.to_string(),
            Some("ENABLED" | "UPDATING") => Encryption::Kms.to_string(),
            Some(other) => other.to_owned(),
        };
        let encryption = self.encryption.map(|encryption| encryption.to_string());
        facts::exactly(
            assessment,
            "SSEDescription",
            encryption,
            &found,
            "another sort of key encrypts the table",
        );
        let key = table.kms_master_key_arn.as_deref();
        facts::any_of(
            assessment,
            "KMSMasterKeyArn",
            &self.kms_keys,
            key,
            "another key encrypts the table",
        );
        let protected = table.deletion_protection_enabled;
        let wrong = if protected {
            "the table refuses to be deleted"
        } else {
            "the table can be deleted by mistake"
        };
        facts::exactly(
            assessment,
            "DeletionProtectionEnabled",
            self.deletion_protection,
            &protected,
            wrong,
        );
        let class = self.table_class.map(|class| class.to_string());
        facts::exactly(
            assessment,
            "TableClass",
            class,
            &table.table_class,
            "the table is of another class",
        );
    }
}

impl Index {
    fn compare(&self, found: &GlobalSecondaryIndex, table: &Table, assessment: &mut Assessment) {
        let name = &found.index_name;
        match found.index_status.as_deref() {
            Some(status) => {
                assessment.saw(format!("{name} IndexStatus"), status);
                if !IN_USE.contains(&status) {
                    assessment.differs(format!("the index {name} cannot be queried"), "ACTIVE", status);
                }
            }
            None => {
                assessment.undetermined(format!("AWS does not tell the status of the index {name}"));
            }
        }
        let promised = promised_key(&self.partition_key, self.sort_key.as_ref());
        let key = found_key(&found.key_schema, table);
        let wrong = format!("the key of the index {name} is another one");
        facts::exactly(
            assessment,
            &format!("{name} KeySchema"),
            Some(promised),
            &key,
            &wrong,
        );
        let projection = self.projection.map(|projection| projection.to_string());
        let own = facts::or_none(found.projection_type.as_deref()).to_owned();
        let wrong = format!("the index {name} holds other attributes");
        facts::exactly(
            assessment,
            &format!("{name} ProjectionType"),
            projection,
            &own,
            &wrong,
        );
        let mut include = self.include.clone();
        include.sort();
        let include = Some(include.join(", ")).filter(|list| !list.is_empty());
        let own = found.non_key_attributes.join(", ");
        facts::exactly(
            assessment,
            &format!("{name} NonKeyAttributes"),
            include,
            &own,
            &wrong,
        );
    }
}

fn promised_key(partition: &Attribute, sort: Option<&Attribute>) -> String {
    let show = |attribute: &Attribute| format!("{} ({})", attribute.name, attribute.attribute_type);
    let sort = sort.map_or_else(|| "none".to_owned(), show);
    format!("partition key {}, sort key {sort}", show(partition))
}

/// The key as AWS describes it; its attributes' types stand apart.
fn found_key(schema: &[KeySchemaElement], table: &Table) -> String {
    let part = |key_type: &str| {
        let of_type = schema.iter().filter(|element| element.key_type == key_type);
        let shown: Vec<String> = of_type
            .map(|element| {
                let name = &element.attribute_name;
                let mut definitions = table.attribute_definitions.iter();
                let own = definitions.find(|attribute| attribute.attribute_name == *name);
                format!(
                    "{name} ({})",
                    own.map_or("type unknown", |attribute| attribute.attribute_type.as_str())
                )
            })
            .collect();
        if shown.is_empty() {
            "none".to_owned()
        } else {
            shown.join(" + ")
        }
    };
    format!("partition key {}, sort key {}", part("HASH"), part("RANGE"))
}

fn names(table: &Table) -> String {
    let names: Vec<&str> = table
        .global_secondary_indexes
        .iter()
        .map(|index| index.index_name.as_str())
        .collect();
    if names.is_empty() {
        "no index".to_owned()
    } else {
        names.join(", ")
    }
}
