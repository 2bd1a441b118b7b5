//! What the checks of AWS resources share: the configuration, and an SDK error in words that are safe to publish.
//!
//! It must not know any particular service, and its reasons name no account, role, resource or address.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

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

/// Puts an SDK error into a few words that are safe to publish, and keeps its chain for logs;
/// `missing` is what is said when the resource does not exist.
pub fn explain<E, R>(error: &SdkError<E, R>, missing: &'static str) -> DependencyError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: fmt::Debug + 'static,
{
    let reason = match error {
        SdkError::ServiceError(service) => service_reason(service.err().code(), missing),
        _ if chain(error).any(<dyn Error>::is::<CredentialsError>) => "no credentials",
        SdkError::TimeoutError(_) => "timed out",
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "timed out",
        SdkError::DispatchFailure(_) => "unreachable",
        SdkError::ConstructionFailure(_) => "not configured",
        _ => "unexpected answer",
    };
    let mut causes: Vec<String> = chain(error).map(ToString::to_string).collect();
    // An error whose text repeats its source's would say everything twice.
    causes.dedup();
    DependencyError::new(reason).with_detail(causes.join(": "))
}

fn service_reason(code: Option<&str>, missing: &'static str) -> &'static str {
    match code {
        Some(
            "AWS.SimpleQueueService.NonExistentQueue" | "QueueDoesNotExist" | "ResourceNotFoundException",
        ) => missing,
        Some("AccessDeniedException" | "AccessDenied") => "access denied",
        Some(
            "ExpiredTokenException"
            | "IncompleteSignatureException"
            | "InvalidSignatureException"
            | "MissingAuthenticationTokenException"
            | "UnrecognizedClientException",
        ) => "credentials refused",
        Some(
            "KmsThrottled"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "RequestThrottled"
            | "ThrottlingException",
        ) => "throttled",
        Some(_) => "service error",
        // Whatever answered is not AWS: a proxy, a captive portal.
        None => "unexpected answer",
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause: &&'a (dyn Error + 'static)| {
        Error::source(*cause)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_code_is_not_repeated_to_the_caller() {
        assert_eq!(
            service_reason(Some("arn:aws:secret"), "table not found"),
            "service error"
        );
        assert_eq!(service_reason(None, "table not found"), "unexpected answer");
    }

    #[test]
    fn each_service_has_its_own_code_for_what_is_missing() {
        for code in [
            "AWS.SimpleQueueService.NonExistentQueue",
            "QueueDoesNotExist",
            "ResourceNotFoundException",
        ] {
            assert_eq!(service_reason(Some(code), "queue not found"), "queue not found");
        }
    }
}
