//! `ttl`: items of a table expire by the promised attribute.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::NameGlob;
use crate::inventory::dynamodb::DynamodbTable;
use crate::inventory::{Inventory, Needs, ResourceType};

pub const EXAMPLE: &str = r#"id: dynamodb-events-ttl
kind: ttl
title: Events expire after 30 days
severity: high
owner: platform
why: An event older than its retention is a liability.
fix: Set `ttl` of the table in terraform/modules/dynamodb.
with:
  tables: ["${project}-events-${env}"]
  attribute: expires_at
"#;

/// Expiry of items is switched on for each table, by the named attribute.
///
/// ## What is read
/// `dynamodb:ListTables`, and `dynamodb:DescribeTimeToLive` per table.
///
/// ## When it fails
/// The status is anything but `ENABLED` (`ENABLING` does not expire items yet), the attribute is another one, or
/// no table has one of the names.
///
/// ## What it cannot know
/// Writers set the attribute; that they set it to 30 days from now is tested where they are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of tables, or globs.
    #[schemars(length(min = 1))]
    tables: Vec<NameGlob>,
    /// The attribute that holds the time of expiry, in seconds since 1970.
    #[schemars(length(min = 1))]
    attribute: String,
}

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        Ok(self)
    }
}

impl Check for Options {
    fn needs(&self) -> CheckNeeds {
        CheckNeeds {
            subjects: Needs::none().fact_of(DynamodbTable::NAME, "time_to_live", &self.tables),
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, DynamodbTable::NAME, &self.tables)
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let Some((_, table)) = select::found::<DynamodbTable>(evidence.inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        if let Some(ttl) = assessment.need("time to live", &table.time_to_live) {
            let status = &ttl.time_to_live_status;
            let attribute = ttl.attribute_name.as_deref().unwrap_or("none");
            assessment.saw("TimeToLiveStatus", status);
            assessment.saw("AttributeName", attribute);
            if status != "ENABLED" {
                assessment.differs("items do not expire", "ENABLED", status);
            }
            if attribute != self.attribute {
                assessment.differs("items expire by another attribute", &self.attribute, attribute);
            }
        }
        assessment.conclude(format!("items expire by `{}`", self.attribute))
    }
}
