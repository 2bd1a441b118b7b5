//! An AWS call that did not succeed, in words that are safe to log and to answer.
//!
//! It must keep nothing that the service or the SDK wrote: a service may repeat the request's values in its message,
//! and here these are hashes of keys. The operation, a reason and the service's error code are enough to act on.

use std::error::Error;
use std::fmt;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// The reason of a failure whose resource does not exist.
pub const NOT_FOUND: &str = "not found";

/// Which call failed, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    operation: &'static str,
    reason: &'static str,
    code: Option<String>,
}

impl Failure {
    /// States a failure that no service reported.
    #[must_use]
    pub fn new(operation: &'static str, reason: &'static str) -> Self {
        Self {
            operation,
            reason,
            code: None,
        }
    }

    /// Classifies an SDK error; `operation` is the IAM action, which the role may lack.
    pub fn from_sdk<E, R>(operation: &'static str, error: &SdkError<E, R>) -> Self
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
        let code = match error {
            SdkError::ServiceError(service) => service.err().code().filter(|code| is_code(code)),
            _ => None,
        };
        Self {
            operation,
            reason,
            code: code.map(ToOwned::to_owned),
        }
    }

    /// Returns the IAM action of the call.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the reason, one of a few short texts.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.reason
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} failed: {}", self.operation, self.reason)?;
        match &self.code {
            Some(code) => write!(formatter, " ({code})"),
            None => Ok(()),
        }
    }
}

impl Error for Failure {}

/// Whether the text is an error code and not something that a service made of the request.
fn is_code(text: &str) -> bool {
    text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn service_reason(code: Option<&str>) -> &'static str {
    match code {
        Some(
            "AWS.SimpleQueueService.NonExistentQueue" | "QueueDoesNotExist" | "ResourceNotFoundException",
        ) => NOT_FOUND,
        Some("AccessDeniedException" | "AccessDenied") => "access denied",
        Some("DecryptionFailure" | "EncryptionFailure" | "KMSAccessDeniedException") => "key not accessible",
        Some(
            "ExpiredTokenException"
            | "IncompleteSignatureException"
            | "InvalidSignatureException"
            | "MissingAuthenticationTokenException"
            | "UnrecognizedClientException",
        ) => "credentials refused",
        Some(
            "KmsThrottled"
            | "LimitExceededException"
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

/// Walks an error and its causes, the outermost first. Their texts may repeat the request's values.
pub fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause: &&'a (dyn Error + 'static)| {
        Error::source(*cause)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_the_action_the_reason_and_the_code() {
        let failure = Failure {
            code: Some("AccessDeniedException".to_owned()),
            ..Failure::new("dynamodb:Query", "access denied")
        };

        assert_eq!(
            failure.to_string(),
            "dynamodb:Query failed: access denied (AccessDeniedException)"
        );
        assert_eq!(
            (failure.operation(), failure.reason()),
            ("dynamodb:Query", "access denied")
        );
    }

    #[test]
    fn codes_have_reasons_and_nothing_else_passes_for_a_code() {
        for (code, reason) in [
            (Some("ResourceNotFoundException"), NOT_FOUND),
            (Some("QueueDoesNotExist"), NOT_FOUND),
            (Some("AWS.SimpleQueueService.NonExistentQueue"), NOT_FOUND),
            (Some("AccessDeniedException"), "access denied"),
            (Some("DecryptionFailure"), "key not accessible"),
            (Some("UnrecognizedClientException"), "credentials refused"),
            (Some("ThrottlingException"), "throttled"),
            (Some("RequestThrottled"), "throttled"),
            (Some("SomethingNew"), "service error"),
            (None, "unexpected answer"),
        ] {
            assert_eq!(service_reason(code), reason);
        }
        assert!(is_code("AccessDeniedException"));
        assert!(!is_code("zt_secret") && !is_code(&"a".repeat(64)));
    }
}
