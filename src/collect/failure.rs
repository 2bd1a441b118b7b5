//! Turns the SDK's errors into a reason and one line of words.
//!
//! The words are the service's own; request ids, encoded messages and signatures are cut, for they either
//! change with every run or are nobody's business in a report.

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error;

use super::operation::Subject;
use crate::inventory::Reason;

/// Codes that say that the credentials may not call the operation.
const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "Client.UnauthorizedOperation",
    "Forbidden",
    "ForbiddenException",
    "NotAuthorized",
    "UnauthorizedOperation",
];

/// Codes that say that AWS does not accept the credentials at all.
const REJECTED: &[&str] = &[
    "AuthFailure",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// Codes that say that the credentials were accepted once.
const EXPIRED: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "TokenRefreshRequired",
];

/// Codes that say that AWS was asked too often.
pub(super) const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// Where a message stops being fit for a report.
const CUT_AT: &[&str] = &[
    "encoded authorization failure message",
    "request id",
    "requestid",
    "the canonical string",
    "in authorization header",
    "authorization=",
];

/// The longest message, in characters.
const MAX_MESSAGE: usize = 500;

/// What a page token that leads back to an earlier page means.
pub(super) const REPEATED_TOKEN: &str = "the service repeated a page token, so the list may be cut short";

/// Why a request gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The reason.
    pub reason: Reason,
    /// Whether the credentials themselves were refused or could not be renewed.
    pub credentials: bool,
    /// One line of words.
    pub message: String,
}

impl Failure {
    /// The failure of a request about `subject`.
    pub fn of<E>(error: &SdkError<E, HttpResponse>, subject: Subject) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let SdkError::ServiceError(context) = error {
            let answer = context.err();
            return Self::of_answer(
                answer.code(),
                answer.message(),
                context.raw().status().as_u16(),
                subject,
            );
        }
        let message = one_line(&words(error.source().unwrap_or(error)));
        if caused_by_credentials(error) {
            return Self {
                reason: Reason::AccessDenied,
                credentials: true,
                message: format!("the credentials could not be renewed: {message}"),
            };
        }
        let reason = match error {
            SdkError::TimeoutError(_) => Reason::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Reason::TimedOut,
            SdkError::DispatchFailure(_) => Reason::Unreachable,
            _ => Reason::ServiceError,
        };
        Self {
            reason,
            credentials: false,
            message,
        }
    }

    /// The failure of a list whose page token leads back to a page that was read already.
    pub(super) fn repeated_token() -> Self {
        Self {
            reason: Reason::ServiceError,
            credentials: false,
            message: REPEATED_TOKEN.to_owned(),
        }
    }

    fn of_answer(code: Option<&str>, message: Option<&str>, status: u16, subject: Subject) -> Self {
        let known = code.unwrap_or_default();
        let text = match (code, message) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.to_owned(),
            (None, Some(message)) => format!("HTTP {status}: {message}"),
            (None, None) => format!("HTTP {status} without an explanation"),
        };
        let text = one_line(&text);
        let (reason, credentials, message) = if EXPIRED.contains(&known) {
            let message = format!("the credentials have expired: {text}");
            (Reason::AccessDenied, true, message)
        } else if REJECTED.contains(&known) {
            let message = format!("AWS does not accept the credentials: {text}");
            (Reason::AccessDenied, true, message)
        } else if DENIED.contains(&known) {
            (Reason::AccessDenied, false, text)
        } else if THROTTLED.contains(&known) || status == 429 {
            (Reason::Throttled, false, text)
        } else if is_not_found(known) && subject == Subject::Resource {
            (Reason::Vanished, false, text)
        } else if status == 403 {
            (Reason::AccessDenied, false, text)
        } else {
            (Reason::ServiceError, false, text)
        };
        Self {
            reason,
            credentials,
            message,
        }
    }
}

/// Whether the code says that the resource does not exist.
fn is_not_found(code: &str) -> bool {
    matches!(
        code,
        "NoSuchBucket"
            | "NoSuchEntity"
            | "QueueDoesNotExist"
            | "AWS.SimpleQueueService.NonExistentQueue"
            | "InvalidResourceId"
    ) || code.contains("NotFound")
}

/// Whether the error comes from looking for credentials, not from the request itself.
fn caused_by_credentials(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(current) = cause {
        if current.is::<CredentialsError>() {
            return true;
        }
        cause = current.source();
    }
    false
}

/// An error and all its causes in one line, outermost first.
#[must_use]
pub fn words(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(current) = cause {
        let more = current.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = current.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first line of a message, without what must not be reported.
fn one_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let lower = line.to_ascii_lowercase();
    let end = CUT_AT
        .iter()
        .filter_map(|mark| lower.find(mark))
        .min()
        .unwrap_or(line.len());
    let kept: String = line[..end].chars().take(MAX_MESSAGE).collect();
    kept.trim_end_matches(|end: char| end.is_whitespace() || "([{,;:-".contains(end))
        .to_owned()
}

#[cfg(test)]
mod tests;
