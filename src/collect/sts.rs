//! Who the credentials belong to.

use aws_config::SdkConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use std::error::Error;

use super::arn::Arn;
use super::failure::{Failure, words};
use super::operation::Subject;
use crate::inventory::Reason;

/// The account and principal behind a set of credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account, twelve digits.
    pub account: String,
    /// The ARN of the user or of the assumed role.
    pub arn: String,
    /// The partition of AWS, as `aws`.
    pub partition: String,
}

/// Asks STS whose credentials these are. AWS lets everyone ask: no permission is needed.
pub async fn caller_identity(sdk: &SdkConfig) -> Result<Identity, Failure> {
    let answer = aws_sdk_sts::Client::new(sdk)
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| Failure::of(&error, Subject::List))?;
    let arn = answer.arn().unwrap_or_default();
    match (answer.account(), Arn::parse(arn)) {
        (Some(account), Some(parsed)) => Ok(Identity {
            account: account.to_owned(),
            partition: parsed.partition.to_owned(),
            arn: arn.to_owned(),
        }),
        _ => Err(Failure {
            reason: Reason::ServiceError,
            credentials: false,
            message: "GetCallerIdentity answered without an account".to_owned(),
        }),
    }
}

/// Why a role could not be assumed: STS's answer, which the credentials provider wraps.
#[must_use]
pub fn role_failure(error: &CredentialsError) -> Failure {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(answer) = current.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>() {
            return Failure::of(answer, Subject::List);
        }
        cause = current.source();
    }
    let timed_out = matches!(error, CredentialsError::ProviderTimedOut(_));
    Failure {
        reason: if timed_out {
            Reason::TimedOut
        } else {
            Reason::ServiceError
        },
        credentials: false,
        message: words(error),
    }
}
