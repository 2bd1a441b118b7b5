//! Secrets, as the Secrets Manager API describes them: everything but what is secret.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::Fact;

/// A secret, without its value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// The KMS key that encrypts the value; absent for the key `aws/secretsmanager`.
    pub kms_key_id: Option<String>,
    /// Whether the value is changed on a schedule.
    pub rotation_enabled: bool,
    /// The function that changes the value.
    pub rotation_lambda_arn: Option<String>,
    /// When the value is changed.
    pub rotation_rules: Option<RotationRules>,
    /// The AWS service that made the secret, as `rds`.
    pub owning_service: Option<String>,
    /// The region that the value is copied from.
    pub primary_region: Option<String>,
    /// Who may use the secret, as JSON text (`GetResourcePolicy`); absent when there is no policy.
    pub policy: Fact<Option<String>>,
}

/// When a value is changed. AWS gives the days, the schedule or both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotationRules {
    /// Days between changes.
    pub automatically_after_days: Option<i64>,
    /// The length of the window in which the change begins, as `3h`.
    pub duration: Option<String>,
    /// A `rate(…)` or `cron(…)`.
    pub schedule_expression: Option<String>,
}
