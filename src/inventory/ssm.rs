//! Parameters, as the Systems Manager API describes them: everything but their values, which may be secret.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A parameter, without its value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SsmParameter {
    /// `String`, `StringList` or `SecureString`: what AWS calls `Type`.
    pub parameter_type: String,
    /// `Standard`, `Advanced` or `Intelligent-Tiering`.
    pub tier: Option<String>,
    /// `text`, `aws:ec2:image` …
    pub data_type: Option<String>,
    /// The KMS key that encrypts a `SecureString`, as `alias/aws/ssm`.
    pub key_id: Option<String>,
    /// The pattern that values must match.
    pub allowed_pattern: Option<String>,
}
