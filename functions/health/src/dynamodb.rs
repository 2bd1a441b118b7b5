//! The dependency on a `DynamoDB` table: it exists, may be read and is active.
//!
//! It reads with `DescribeTable` alone, and its reasons name no account, role, table or address.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::TableStatus;

use crate::dependency::{Dependency, DependencyError};

/// A `DynamoDB` table; up only while its status is `ACTIVE`.
#[derive(Debug, Clone)]
pub struct DynamoDbTable {
    client: Client,
    table_name: String,
}

impl DynamoDbTable {
    /// Watches `table_name` through a client that the caller has configured.
    pub fn new(client: Client, table_name: impl Into<String>) -> Self {
        Self {
            client,
            table_name: table_name.into(),
        }
    }

    /// Watches `table_name` with the region and credentials that the AWS CLI would use.
    ///
    /// One quick second attempt: a sandbox that Lambda has frozen wakes with dead connections.
    pub async fn from_environment(table_name: impl Into<String>) -> Result<Self, MissingRegion> {
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
        Ok(Self::new(Client::new(&config), table_name))
    }
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

#[async_trait]
impl Dependency for DynamoDbTable {
    fn name(&self) -> &'static str {
        "dynamodb"
    }

    async fn check(&self) -> Result<(), DependencyError> {
        let described = self
            .client
            .describe_table()
            .table_name(&self.table_name)
            .send()
            .await
            .map_err(|error| explain(&error))?;
        match described.table().and_then(|table| table.table_status()) {
            Some(TableStatus::Active) => Ok(()),
            status => Err(inactive(status)),
        }
    }
}

/// Says which state other than active the table is in.
fn inactive(status: Option<&TableStatus>) -> DependencyError {
    let reason = match status {
        Some(TableStatus::Creating) => "table is being created",
        Some(TableStatus::Updating) => "table is being updated",
        Some(TableStatus::Deleting) => "table is being deleted",
        Some(TableStatus::Archiving | TableStatus::Archived) => "table is archived",
        Some(TableStatus::InaccessibleEncryptionCredentials) => "table key not accessible",
        _ => "table is not active",
    };
    DependencyError::new(reason).with_detail(status.map_or("no table status", TableStatus::as_str))
}

/// Puts an SDK error into a few words that are safe to publish, and keeps its chain for logs.
fn explain<E, R>(error: &SdkError<E, R>) -> DependencyError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: fmt::Debug + 'static,
{
    let reason = match error {
        SdkError::ServiceError(service) => service_reason(service.err().code()),
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

fn service_reason(code: Option<&str>) -> &'static str {
    match code {
        Some("ResourceNotFoundException") => "table not found",
        Some("AccessDeniedException" | "AccessDenied") => "access denied",
        Some(
            "ExpiredTokenException"
            | "IncompleteSignatureException"
            | "InvalidSignatureException"
            | "MissingAuthenticationTokenException"
            | "UnrecognizedClientException",
        ) => "credentials refused",
        Some("ThrottlingException" | "RequestLimitExceeded" | "ProvisionedThroughputExceededException") => {
            "throttled"
        }
        Some(_) => "service error",
        // Whatever answered is not DynamoDB: a proxy, a captive portal.
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
    fn every_state_but_active_has_words_of_its_own() {
        for (status, reason) in [
            ("CREATING", "table is being created"),
            ("UPDATING", "table is being updated"),
            ("DELETING", "table is being deleted"),
            ("ARCHIVED", "table is archived"),
            ("INACCESSIBLE_ENCRYPTION_CREDENTIALS", "table key not accessible"),
            ("SOMETHING_NEW", "table is not active"),
        ] {
            let error = inactive(Some(&TableStatus::from(status)));

            assert_eq!((error.reason(), error.detail()), (reason, Some(status)));
        }
        assert_eq!(inactive(None).reason(), "table is not active");
    }

    #[test]
    fn an_unknown_code_is_not_repeated_to_the_caller() {
        assert_eq!(service_reason(Some("arn:aws:secret")), "service error");
        assert_eq!(service_reason(None), "unexpected answer");
    }
}
