//! `secret`: secrets are rotated as promised, and are encrypted and reached as promised.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Mistake, facts, select, tls_only};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::NameGlob;
use crate::inventory::lambda::LambdaFunction;
use crate::inventory::secretsmanager::{RotationRules, Secret};
use crate::inventory::{Inventory, Needs, ResourceType};

pub const EXAMPLE: &str = r#"id: secrets-rotated
kind: secret
title: The secret is rotated by itself, every 90 days or sooner
severity: high
owner: platform
why: A secret that never changes is known to everybody who ever saw it.
fix: Keep the rotation in terraform/modules/secrets.
with:
  secrets: ["${project}/api-keys-${env}"]
  max_rotation_days: 90
  rotation_function: "${project}-rotation-${env}"
  tls_only: true
"#;

/// Each secret is rotated, encrypted and reached as promised. Values are never read.
///
/// A secret that waits for its deletion gives its value to nobody, and is not there.
///
/// `tls_only` is decided as Secrets Manager decides: whoever asks, for whichever of its actions and in whatever
/// context, a `Deny` of the secret's policy must take the request in when `aws:SecureTransport` is false.
///
/// ## What is read
/// `secretsmanager:ListSecrets`; with `rotation_function` the list of functions; with `tls_only`
/// `secretsmanager:GetResourcePolicy` per secret.
///
/// ## When it fails
/// Rotation is off or comes less often than promised; the function that rotates has another name or does not exist;
/// another key encrypts the value; somebody may ask without TLS; no secret has one of the names. An interval that
/// AWS does not tell in days, and a policy that cannot be understood, are errors.
///
/// ## What it cannot know
/// Whether the last rotation went well; the function's own alarms tell.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of secrets, or globs.
    #[schemars(length(min = 1))]
    secrets: Vec<NameGlob>,
    /// The most days from one rotation to the next.
    #[schemars(range(min = 1, max = 1000))]
    max_rotation_days: Option<i64>,
    /// The name, or a glob, of the function that rotates the secret. It must exist.
    rotation_function: Option<NameGlob>,
    /// The ids, ARNs or aliases that the KMS key may have, as globs; `alias/aws/secretsmanager` is the one that AWS
    /// uses when no other was chosen.
    #[serde(default)]
    kms_keys: Vec<NameGlob>,
    /// Whether the secret's policy must deny everything that does not use TLS.
    #[serde(default)]
    tls_only: bool,
}

/// The key of a secret for which no other was chosen.
const DEFAULT_KEY: &str = "alias/aws/secretsmanager";

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let rotation = self.max_rotation_days.is_some() || self.rotation_function.is_some();
        if rotation || self.tls_only || !self.kms_keys.is_empty() {
            Ok(self)
        } else {
            let options = ["max_rotation_days", "rotation_function", "kms_keys", "tls_only"];
            Err(vec![facts::nothing_promised(&options)])
        }
    }
}

impl Check for Options {
    fn needs(&self) -> CheckNeeds {
        let mut subjects = Needs::none().list(Secret::NAME);
        if self.tls_only {
            subjects = subjects.fact_of(Secret::NAME, "policy", &self.secrets);
        }
        let mut context = Needs::none();
        if self.rotation_function.is_some() {
            context = context.list(LambdaFunction::NAME);
        }
        CheckNeeds {
            subjects,
            context,
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, Secret::NAME, &self.secrets)
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let inventory = evidence.inventory;
        let Some((resource, secret)) = select::found::<Secret>(inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        if let Some(most) = self.max_rotation_days {
            rotation(secret, most, &mut assessment);
        }
        if let Some(promised) = &self.rotation_function {
            function(secret, promised, inventory, &mut assessment);
        }
        let key = secret.kms_key_id.as_deref().unwrap_or(DEFAULT_KEY);
        let wrong = "another key encrypts the value";
        facts::any_of(&mut assessment, "KmsKeyId", &self.kms_keys, Some(key), wrong);
        if self.tls_only
            && let Some(policy) = assessment.need("policy", &secret.policy)
        {
            tls_only::judge(
                policy.as_deref(),
                "secretsmanager:*",
                &[&resource.arn],
                &mut assessment,
            );
        }
        assessment.conclude("the secret is as promised")
    }
}

fn rotation(secret: &Secret, most: i64, assessment: &mut Assessment) {
    assessment.saw("RotationEnabled", secret.rotation_enabled);
    if !secret.rotation_enabled {
        assessment.differs(
            "the secret is not rotated",
            format!("every {most} days or sooner"),
            "never",
        );
        return;
    }
    let Some(days) = secret.rotation_rules.as_ref().and_then(interval) else {
        let schedule = secret
            .rotation_rules
            .as_ref()
            .and_then(|rules| rules.schedule_expression.as_deref());
        let schedule = facts::or_none(schedule);
        assessment.undetermined(format!(
            "AWS does not tell the days between rotations; the schedule is {schedule}"
        ));
        return;
    };
    assessment.saw("days between rotations", days);
    if days > most {
        let promised = format!("every {most} days or sooner");
        assessment.differs(
            "the secret is rotated too seldom",
            promised,
            format!("every {days} days"),
        );
    }
}

/// Days between rotations, rounded up. AWS works them out of a schedule too, after the first rotation.
fn interval(rules: &RotationRules) -> Option<i64> {
    let of_schedule = || {
        let text = rules.schedule_expression.as_deref()?;
        let (number, unit) = text.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
        let number: i64 = number.parse().ok()?;
        match unit.trim().trim_end_matches('s') {
            "day" => Some(number),
            "hour" => Some(number.saturating_add(23) / 24),
            _ => None,
        }
    };
    rules.automatically_after_days.or_else(of_schedule)
}

fn function(secret: &Secret, promised: &NameGlob, inventory: &Inventory, assessment: &mut Assessment) {
    let arn = secret.rotation_lambda_arn.as_deref();
    assessment.saw("RotationLambdaARN", facts::or_none(arn));
    // `arn:aws:lambda:REGION:ACCOUNT:function:NAME`, then perhaps an alias or version.
    let name = arn.and_then(|arn| arn.split(':').nth(6));
    if !name.is_some_and(|name| promised.matches(name)) {
        assessment.differs(
            "another function rotates the secret",
            promised,
            facts::or_none(arn),
        );
        return;
    }
    let unqualified = arn.map(|arn| arn.split(':').take(7).collect::<Vec<_>>().join(":"));
    if !inventory
        .of_type(LambdaFunction::NAME)
        .any(|function| Some(&function.arn) == unqualified.as_ref())
    {
        assessment.differs(
            "the function that rotates the secret does not exist",
            "a function of the account",
            facts::or_none(arn),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_told_in_days() {
        for (days, schedule, expected) in [
            (Some(30), None, Some(30)),
            (Some(30), Some("cron(0 16 1,15 * ? *)"), Some(30)),
            (None, Some("rate(10 days)"), Some(10)),
            (None, Some("rate(1 day)"), Some(1)),
            (None, Some("rate(25 hours)"), Some(2)),
            (None, Some("cron(0 8 1 * ? *)"), None),
            (None, Some("rate(x days)"), None),
            (None, None, None),
        ] {
            let rules = RotationRules {
                automatically_after_days: days,
                duration: None,
                schedule_expression: schedule.map(str::to_owned),
            };
            assert_eq!(interval(&rules), expected, "{schedule:?}");
        }
    }
}
