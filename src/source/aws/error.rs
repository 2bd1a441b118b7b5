//! Why there is no way into the account, and what to do about it.

use aws_config::meta::ProviderChainError;
use aws_credential_types::provider::error::CredentialsError;
use std::error::Error;
use thiserror::Error;

use super::credentials::{FailedProvider, METADATA, undefined_profile};
use crate::collect::{Failure, role_failure, words};
use crate::inventory::Reason;

/// What a failure to connect says about the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The user has to change a setting: exit code 2.
    Configuration,
    /// The account's state could not be determined: exit code 3.
    Undetermined,
}

/// Why there is no way into the account.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConnectError {
    /// Nobody said which region.
    #[error("no region is set")]
    MissingRegion,
    /// The endpoint is no URL.
    #[error("{place} is `{url}`, which is not a URL with a scheme and a host")]
    InvalidEndpoint {
        /// The variable or key that it was given by.
        place: String,
        /// What was given.
        url: String,
    },
    /// No provider has credentials.
    #[error("no AWS credentials found; looked at {looked_at}")]
    MissingCredentials {
        /// The places, with what each said.
        looked_at: String,
        /// The profile that was asked for.
        profile: Option<String>,
    },
    /// The profile is in none of the files.
    #[error("the AWS profile `{profile}` is not defined")]
    UnknownProfile {
        /// The profile.
        profile: String,
    },
    /// The sign-in or the session is over, or there never was one.
    #[error("the AWS sign-in or session has expired or is missing: {message}")]
    Expired {
        /// The SDK's words.
        message: String,
        /// The profile that was asked for.
        profile: Option<String>,
    },
    /// A provider was set up and gave no credentials.
    #[error("AWS credentials could not be read: {message}")]
    BrokenCredentials {
        /// The SDK's words.
        message: String,
    },
    /// AWS does not know the credentials.
    #[error("AWS refused the credentials: {message}")]
    RefusedCredentials {
        /// The service's words.
        message: String,
    },
    /// The role could not be assumed.
    #[error("the role {role_arn} could not be assumed: {message}")]
    Role {
        /// The role.
        role_arn: String,
        /// The service's words.
        message: String,
    },
    /// The credentials are for another account than the environment file says.
    #[error("the credentials are for account {actual} ({arn}), but the environment is in account {expected}")]
    WrongAccount {
        /// The account of the environment file.
        expected: String,
        /// The account of the credentials.
        actual: String,
        /// The principal of the credentials.
        arn: String,
    },
    /// A provider of credentials did not answer in time.
    #[error("AWS credentials were not given in time: {message}")]
    CredentialsTimedOut {
        /// The SDK's words.
        message: String,
    },
    /// The endpoint cannot be reached.
    #[error("{endpoint} cannot be reached: {message}")]
    Unreachable {
        /// The endpoint.
        endpoint: String,
        /// The whole chain of causes.
        message: String,
    },
    /// The endpoint does not answer.
    #[error("{endpoint} did not answer in time: {message}")]
    TimedOut {
        /// The endpoint.
        endpoint: String,
        /// The SDK's words.
        message: String,
    },
    /// The endpoint answered with an error.
    #[error("{endpoint} did not say whose credentials these are: {message}")]
    Unidentified {
        /// The endpoint.
        endpoint: String,
        /// The service's words.
        message: String,
    },
}

/// Words by which the SDK's providers say that signing in again will help. They have no public types.
const SIGN_IN: &[&str] = &[
    "expired",
    "sso token",
    "sso/cache",
    "login token",
    "login/cache",
    "reauthenticate",
    "session token not found",
];

impl ConnectError {
    /// The error of the search for credentials.
    pub(super) fn of_credentials(error: &CredentialsError, profile: Option<&str>) -> Self {
        let message = words(error);
        let profile = profile.map(str::to_owned);
        if let Some(unknown) = undefined_profile(&message) {
            return Self::UnknownProfile {
                profile: unknown.to_owned(),
            };
        }
        if matches!(error, CredentialsError::ProviderTimedOut(_)) {
            return Self::CredentialsTimedOut { message };
        }
        let lower = message.to_ascii_lowercase();
        if SIGN_IN.iter().any(|sign| lower.contains(sign)) {
            return Self::Expired { message, profile };
        }
        if let Some(looked_at) = looked_at(error, profile.as_deref()) {
            return Self::MissingCredentials { looked_at, profile };
        }
        // The provider's name and its own words, without the SDK's preamble.
        let message = error.source().map_or(message, words);
        Self::BrokenCredentials { message }
    }

    /// The error of assuming the role.
    pub(super) fn of_role(error: &CredentialsError, role_arn: &str, endpoint: &str) -> Self {
        let failure = role_failure(error);
        match failure.reason {
            Reason::Unreachable | Reason::TimedOut => Self::of_guard(failure, endpoint, None),
            _ => Self::Role {
                role_arn: role_arn.to_owned(),
                message: failure.message,
            },
        }
    }

    /// The error of asking whose credentials these are.
    pub(super) fn of_guard(failure: Failure, endpoint: &str, profile: Option<&str>) -> Self {
        let endpoint = endpoint.to_owned();
        let message = failure.message;
        match failure.reason {
            _ if failure.credentials && message.contains("expired") => Self::Expired {
                message,
                profile: profile.map(str::to_owned),
            },
            _ if failure.credentials => Self::RefusedCredentials { message },
            Reason::Unreachable => Self::Unreachable { endpoint, message },
            Reason::TimedOut => Self::TimedOut { endpoint, message },
            _ => Self::Unidentified { endpoint, message },
        }
    }

    /// What the failure says about the run.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::MissingRegion
            | Self::InvalidEndpoint { .. }
            | Self::MissingCredentials { .. }
            | Self::UnknownProfile { .. }
            | Self::Expired { .. }
            | Self::BrokenCredentials { .. }
            | Self::RefusedCredentials { .. }
            | Self::WrongAccount { .. } => Kind::Configuration,
            Self::Role { .. }
            | Self::CredentialsTimedOut { .. }
            | Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Unidentified { .. } => Kind::Undetermined,
        }
    }

    /// What a user can do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::MissingRegion => "set `region` in the environment file".to_owned(),
            Self::InvalidEndpoint { place, .. } => {
                format!("correct {place}, as `http://127.0.0.1:5000`, or unset it")
            }
            Self::MissingCredentials { profile, .. } => format!(
                "{}, or pass `--profile NAME`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                sign_in(SSO, profile.as_deref())
            ),
            Self::UnknownProfile { .. } => "`aws configure list-profiles` shows those that are; they are in \
                ~/.aws/config and ~/.aws/credentials, or where AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say"
                .to_owned(),
            Self::Expired { message, profile } => {
                let is_login = message.contains("login/cache") || message.contains("Login token");
                let command = if is_login { LOGIN } else { SSO };
                format!("{}, or renew the session token", sign_in(command, profile.as_deref()))
            }
            Self::BrokenCredentials { .. } => {
                "`aws sts get-caller-identity` looks in the same places; mend the profile that it names".to_owned()
            }
            Self::RefusedCredentials { .. } => {
                "check that the access key exists, is active, and belongs to this partition of AWS".to_owned()
            }
            Self::Role { role_arn, .. } => format!(
                "allow `sts:AssumeRole` on {role_arn} to these credentials, and name them in the role's trust policy"
            ),
            Self::WrongAccount { expected, .. } => format!(
                "use credentials for account {expected} (`--profile NAME`), or correct `account_id` in the environment file"
            ),
            Self::CredentialsTimedOut { .. } => {
                "check the credential process or the network path to the sign-in service".to_owned()
            }
            Self::Unreachable { .. } | Self::TimedOut { .. } => {
                "check the network, AWS_ENDPOINT_URL, `endpoint_url` and `region`".to_owned()
            }
            Self::Unidentified { .. } => {
                "check the service's message, AWS_ENDPOINT_URL and `endpoint_url`".to_owned()
            }
        }
    }
}

/// Signs in to IAM Identity Center.
const SSO: &str = "aws sso login";
/// Signs in as in the console.
const LOGIN: &str = "aws login";

fn sign_in(command: &str, profile: Option<&str>) -> String {
    match profile {
        Some(profile) => format!("sign in with `{command} --profile {profile}`"),
        None => format!("sign in with `{command}`"),
    }
}

/// The places that were looked at, when that is all there is to say; `None` when a provider really failed.
fn looked_at(error: &CredentialsError, profile: Option<&str>) -> Option<String> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    let mut attempts = Vec::new();
    let mut metadata_failed = false;
    while let Some(current) = cause {
        if let Some(chain) = current.downcast_ref::<ProviderChainError<CredentialsError>>() {
            attempts.extend(chain.attempts().iter().map(|attempt| {
                let said = attempt.error().source().map(words);
                said.map_or_else(
                    || attempt.name().to_owned(),
                    |said| format!("{} ({said})", attempt.name()),
                )
            }));
        }
        metadata_failed |= current
            .downcast_ref::<FailedProvider>()
            .is_some_and(|failed| failed.name == METADATA);
        cause = current.source();
    }
    if metadata_failed {
        // The last of the chain: everything before it had nothing either.
        return Some(format!(
            "environment, profile, web identity, container, {}",
            error.source().map_or_else(|| words(error), words)
        ));
    }
    if attempts.is_empty() {
        return None;
    }
    Some(match profile {
        Some(profile) => format!("profile `{profile}`, which is not defined or holds none"),
        None => attempts.join(", "),
    })
}
