//! `pitr`: tables can be restored to any point in time.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::NameGlob;
use crate::inventory::dynamodb::DynamodbTable;
use crate::inventory::{Inventory, Needs, ResourceType};

pub const EXAMPLE: &str = r#"id: dynamodb-pitr
kind: pitr
title: Tables can be restored to any second of the last 35 days
severity: critical
owner: platform
why: Without it a bad deployment destroys data for good.
fix: Set `point_in_time_recovery` in terraform/modules/dynamodb.
with:
  tables: ["${project}-*-${env}"]
"#;

/// Point-in-time recovery of each table is `ENABLED`.
///
/// ## What is read
/// `dynamodb:ListTables`, and `dynamodb:DescribeContinuousBackups` per table.
///
/// ## When it fails
/// `PointInTimeRecoveryStatus` is anything but `ENABLED`, the recovery period is shorter than promised, or no
/// table has one of the names. `ContinuousBackupsStatus` is `ENABLED` for every table of every account, so it
/// proves nothing and is not looked at.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of tables, or globs.
    #[schemars(length(min = 1))]
    tables: Vec<NameGlob>,
    /// The fewest days back that a table must be restorable to.
    #[schemars(range(min = 1, max = 35))]
    min_recovery_days: Option<i32>,
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
            subjects: Needs::none().fact_of(DynamodbTable::NAME, "continuous_backups", &self.tables),
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
        if let Some(backups) = assessment.need("continuous backups", &table.continuous_backups) {
            let status = &backups.point_in_time_recovery_status;
            assessment.saw("PointInTimeRecoveryStatus", status);
            if status != "ENABLED" {
                assessment.differs("point-in-time recovery is off", "ENABLED", status);
            }
            if let Some(min) = self.min_recovery_days {
                match backups.recovery_period_in_days {
                    Some(days) => {
                        assessment.saw("RecoveryPeriodInDays", days);
                        if days < min {
                            assessment.differs("the recovery period is too short", min, days);
                        }
                    }
                    None if status == "ENABLED" => {
                        assessment.undetermined("AWS does not tell the recovery period");
                    }
                    None => {}
                }
            }
        }
        assessment.conclude("the table can be restored to any point in time")
    }
}
