//! Functions, as the Lambda API describes them.
//!
//! Values of environment variables may be secrets: only their SHA-256 is kept, which is enough to tell whether a
//! variable is what it should be. Dates, sizes and revisions are left out: no promise is made of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::fact::Fact;

/// A function, in its unpublished version `$LATEST`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LambdaFunction {
    /// `Zip` or `Image`.
    pub package_type: String,
    /// The runtime of a zip package, as `python3.13`.
    pub runtime: Option<String>,
    /// What a zip package is entered by.
    pub handler: Option<String>,
    /// The ARN of the role that the function runs as.
    pub role: String,
    /// Seconds after which a call is ended.
    pub timeout: Option<i32>,
    /// Megabytes of memory.
    pub memory_size: Option<i32>,
    /// Megabytes of `/tmp`.
    pub ephemeral_storage_size: Option<i32>,
    /// `x86_64` or `arm64`.
    pub architectures: Vec<String>,
    /// The ARNs of the layers, in the order in which they are laid.
    pub layers: Vec<String>,
    /// `Active` or `PassThrough`.
    pub tracing_mode: String,
    /// The VPC; absent for a function outside of any.
    pub vpc_id: Option<String>,
    /// The subnets in the VPC, sorted.
    pub subnet_ids: Vec<String>,
    /// The security groups in the VPC, sorted.
    pub security_group_ids: Vec<String>,
    /// The ARN of the queue or topic that failed asynchronous events go to.
    pub dead_letter_target_arn: Option<String>,
    /// The KMS key that encrypts the environment; absent for the key that Lambda owns.
    pub kms_key_arn: Option<String>,
    /// The log group that is written to.
    pub log_group: Option<String>,
    /// `JSON` or `Text`.
    pub log_format: Option<String>,
    /// The environment: the name of each variable with the SHA-256 of its value, in 64 lower-case hex digits.
    pub environment: Fact<BTreeMap<String, String>>,
    /// Where the code comes from, and whether it is in force (`GetFunction`).
    pub code: Fact<FunctionCode>,
    /// Who may call the function by its own ARN, as JSON text (`GetPolicy`); absent when there is no policy.
    pub policy: Fact<Option<String>>,
    /// The aliases, by name (`ListAliases`).
    pub aliases: Fact<Vec<Alias>>,
    /// Who may call the function by an alias, as JSON text by the alias's name; an alias without a policy is left out.
    /// The function's own policy does not hold these (`ListAliases`, and `GetPolicy` per alias).
    pub alias_policies: Fact<BTreeMap<String, String>>,
    /// How many calls may run at once (`GetFunctionConcurrency`).
    pub concurrency: Fact<Concurrency>,
    /// What happens to asynchronous events (`GetFunctionEventInvokeConfig`); absent when nothing is set.
    pub event_invoke_config: Fact<Option<EventInvokeConfig>>,
}

/// Where the code of a function comes from, and whether it is in force.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FunctionCode {
    /// `ECR` or `S3`.
    pub repository_type: Option<String>,
    /// The image as it was named.
    pub image_uri: Option<String>,
    /// The image by its digest.
    pub resolved_image_uri: Option<String>,
    /// `Pending`, `Active`, `Inactive` or `Failed`.
    pub state: Option<String>,
    /// `InProgress`, `Successful` or `Failed`.
    pub last_update_status: Option<String>,
}

/// A name for a version of a function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// The name.
    pub name: String,
    /// The version that the alias stands for.
    pub function_version: String,
    /// Other versions that get a share of the calls, each with its share from 0 to 1.
    pub additional_version_weights: BTreeMap<String, f64>,
}

/// How many calls may run at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Concurrency {
    /// How many are set aside for the function, which is also the most it may use; absent when none are.
    pub reserved_concurrent_executions: Option<i32>,
}

/// What happens to asynchronous events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventInvokeConfig {
    /// How often a failed event is tried again.
    pub maximum_retry_attempts: Option<i32>,
    /// Seconds for which an event is kept.
    pub maximum_event_age_in_seconds: Option<i32>,
    /// The ARN that processed events are reported to.
    pub on_success_destination: Option<String>,
    /// The ARN that events go to that could not be processed.
    pub on_failure_destination: Option<String>,
}
