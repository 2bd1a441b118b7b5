//! `log-group`: log groups keep their lines as long as promised, and as safely.

use schemars::JsonSchema;
use serde::Deserialize;

use super::facts::{self, choice};
use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::NameGlob;
use crate::inventory::logs::LogGroup;
use crate::inventory::{Inventory, Needs, ResourceType};

pub const EXAMPLE: &str = r#"id: lambda-log-retention
kind: log-group
title: Logs of functions are kept for two weeks at least, and for a year at most
severity: medium
owner: platform
why: A log group without retention keeps everything, and is paid for, for ever.
fix: Set `log_retention_days` in terraform/environments/${env}/terraform.tfvars.
with:
  log_groups: ["/aws/lambda/${project}-*-${env}"]
  min_retention_days: 14
  max_retention_days: 365
"#;

/// Each log group has the promised retention and settings. What is not promised is not looked at.
///
/// A log group without a retention keeps its lines for ever: that fails `retention_days` and `max_retention_days`,
/// and holds for `min_retention_days`.
///
/// ## What is read
/// `logs:DescribeLogGroups`. The lines are never read.
///
/// ## When it fails
/// A fact differs from the promised one, or no log group has one of the names.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of log groups, or globs.
    #[schemars(length(min = 1))]
    log_groups: Vec<NameGlob>,
    /// For exactly how many days lines are kept.
    #[schemars(range(min = 1))]
    retention_days: Option<i32>,
    /// For how many days lines are kept at least; one day they always are.
    #[schemars(range(min = 2))]
    min_retention_days: Option<i32>,
    /// For how many days lines are kept at most.
    #[schemars(range(min = 1))]
    max_retention_days: Option<i32>,
    /// Whether a KMS key encrypts the lines; without one a key that CloudWatch owns does.
    kms_encrypted: Option<bool>,
    /// The ARNs that the KMS key may have, as globs.
    #[serde(default)]
    kms_keys: Vec<NameGlob>,
    /// `STANDARD`, `INFREQUENT_ACCESS` (no metric filters, no live tail) or `DELIVERY`.
    class: Option<Class>,
    /// Whether the log group refuses to be deleted.
    deletion_protection: Option<bool>,
}

choice!(Class {
    Standard = "STANDARD",
    InfrequentAccess = "INFREQUENT_ACCESS",
    Delivery = "DELIVERY",
});

/// The retentions in days that CloudWatch Logs has.
const RETENTIONS: [i32; 23] = [
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
    i32::MAX,
];

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let bounds = self.min_retention_days.is_some() || self.max_retention_days.is_some();
        let promises = [
            self.retention_days.is_some() || bounds,
            self.kms_encrypted.is_some() || !self.kms_keys.is_empty(),
            self.class.is_some() || self.deletion_protection.is_some(),
        ];
        if !promises.contains(&true) {
            let options = [
                "retention_days",
                "max_retention_days",
                "kms_encrypted",
                "class",
                "deletion_protection",
            ];
            mistakes.push(facts::nothing_promised(&options));
        }
        if self.retention_days.is_some() && bounds {
            mistakes.push(
                Mistake::new(
                    "/retention_days",
                    "contradicting-keys",
                    "both an exact retention and a bound",
                    "only one of the two",
                )
                .help("keep the one that says what you mean"),
            );
        }
        let (least, most) = match self.retention_days {
            Some(days) => (days, days),
            None => (
                self.min_retention_days.unwrap_or(1),
                self.max_retention_days.unwrap_or(i32::MAX),
            ),
        };
        if !RETENTIONS.iter().any(|days| (least..=most).contains(days)) {
            let option = if self.retention_days.is_some() {
                "retention_days"
            } else {
                "max_retention_days"
            };
            mistakes.push(
                Mistake::new(
                    format!("/{option}"),
                    "never-holds",
                    "no log group can have such a retention",
                    "CloudWatch Logs has none in between",
                )
                .help("it has 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731 days and years from 3 to 10"),
            );
        }
        if self.kms_encrypted == Some(false) && !self.kms_keys.is_empty() {
            mistakes.push(Mistake::new(
                "/kms_keys",
                "contradicting-keys",
                "`kms_keys` of a log group that no KMS key encrypts",
                "`kms_encrypted` is false",
            ));
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
            subjects: Needs::none().list(LogGroup::NAME),
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, LogGroup::NAME, &self.log_groups)
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let Some((_, group)) = select::found::<LogGroup>(evidence.inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        self.retention(group.retention_in_days, &mut assessment);
        let key = group.kms_key_id.as_deref();
        let wrong = if key.is_some() {
            "a KMS key encrypts the lines"
        } else {
            "no KMS key encrypts the lines"
        };
        facts::exactly(
            &mut assessment,
            "encrypted by KMS",
            self.kms_encrypted,
            &key.is_some(),
            wrong,
        );
        facts::any_of(
            &mut assessment,
            "kmsKeyId",
            &self.kms_keys,
            key,
            "another key encrypts the lines",
        );
        let class = self.class.map(|class| class.to_string());
        let wrong = "the log group is of another class";
        facts::exactly(
            &mut assessment,
            "logGroupClass",
            class,
            &group.log_group_class,
            wrong,
        );
        let protected = group.deletion_protection_enabled;
        let wrong = if protected {
            "the log group refuses to be deleted"
        } else {
            "the log group can be deleted by mistake"
        };
        let label = "deletionProtectionEnabled";
        facts::exactly(
            &mut assessment,
            label,
            self.deletion_protection,
            &protected,
            wrong,
        );
        assessment.conclude("the log group is as promised")
    }
}

impl Options {
    fn retention(&self, found: Option<i32>, assessment: &mut Assessment) {
        let shown = found.map_or_else(|| "for ever".to_owned(), |days| format!("{days} days"));
        // For ever is longer than anything.
        let days = found.unwrap_or(i32::MAX);
        if [
            self.retention_days,
            self.min_retention_days,
            self.max_retention_days,
        ] != [None; 3]
        {
            assessment.saw("retentionInDays", &shown);
        }
        if let Some(exact) = self.retention_days
            && exact != days
        {
            assessment.differs("lines are kept for another time", format!("{exact} days"), &shown);
        }
        if let Some(least) = self.min_retention_days
            && days < least
        {
            assessment.differs(
                "lines are not kept long enough",
                format!("at least {least} days"),
                &shown,
            );
        }
        if let Some(most) = self.max_retention_days
            && days > most
        {
            assessment.differs("lines are kept too long", format!("at most {most} days"), &shown);
        }
    }
}
