//! What the checks of AWS resources share: the configuration, and an SDK error in words that are safe to publish.
//!
//! It must not know any particular service, and its reasons name no account, role, resource or address.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use functions_shared::failure::{self, Failure};

use crate::dependency::DependencyError;

/// Loads the region and credentials that the AWS CLI would use.
///
/// One quick second attempt: a sandbox that Lambda has frozen wakes with dead connections.
pub async fn config() -> Result<SdkConfig, MissingRegion> {
    let retries = RetryConfig::standard()
        .with_max_attempts(2)
        .with_initial_backoff(Duration::from_millis(50));
    let config = aws_config::defaults(BehaviorVersion::latest())
        .retry_config(retries)
        .load()
        .await;
    if config.region().is_none() {
        return Err(MissingRegion);
    }
    Ok(config)
}

/// Neither the environment nor the profile names a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissingRegion;

impl fmt::Display for MissingRegion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no AWS region: set AWS_REGION, or a region in the AWS profile")
    }
}

impl Error for MissingRegion {}

/// Puts an SDK error into a few words that are safe to publish, and keeps its chain for logs; `operation` is the IAM
/// action, and `missing` is what is said when the resource does not exist.
pub fn explain<E, R>(
    operation: &'static str,
    error: &SdkError<E, R>,
    missing: &'static str,
) -> DependencyError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: fmt::Debug + 'static,
{
    let reason = match Failure::from_sdk(operation, error).reason() {
        failure::NOT_FOUND => missing,
        reason => reason,
    };
    let mut causes: Vec<String> = failure::chain(error).map(ToString::to_string).collect();
    // An error whose text repeats its source's would say everything twice.
    causes.dedup();
    DependencyError::new(reason).with_detail(causes.join(": "))
}
