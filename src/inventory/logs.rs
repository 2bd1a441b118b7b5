//! Log groups, as the CloudWatch Logs API describes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A log group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogGroup {
    /// Days for which lines are kept; absent: for ever.
    pub retention_in_days: Option<i32>,
    /// The KMS key that encrypts the lines; absent for the key that CloudWatch owns.
    pub kms_key_id: Option<String>,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`.
    pub log_group_class: String,
    /// Whether the group refuses to be deleted.
    pub deletion_protection_enabled: bool,
}
