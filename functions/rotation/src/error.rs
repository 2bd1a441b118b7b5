//! Why a step of a rotation was refused or failed.

use std::error::Error;
use std::fmt;

use functions_shared::{Failure, SecretError};
use jiff::Timestamp;

/// A refusal or failure; Secrets Manager retries the rotation later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RotationError {
    /// Rotation is not enabled for the secret.
    NotEnabled,
    /// The token is not one of the secret's versions.
    UnknownVersion,
    /// The token's version is not labelled `AWSPENDING`.
    NotPending,
    /// The current pepper is too young: keys that are in use have not all moved to it yet.
    TooSoon {
        /// When the pepper may be rotated again.
        until: Timestamp,
    },
    /// The version with that label holds something that is not the secret's format.
    Unusable(&'static str, SecretError),
    /// The pending version has no value.
    NoValue,
    /// The pending version holds the current pepper.
    NotNew,
    /// The pending version's previous pepper is not the current version's: keys in use would be locked out.
    NotASuccessor,
    /// Secrets Manager did not do what it was asked.
    Aws(Failure),
}

impl From<Failure> for RotationError {
    fn from(failure: Failure) -> Self {
        Self::Aws(failure)
    }
}

impl fmt::Display for RotationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEnabled => formatter.write_str("rotation is not enabled for the secret"),
            Self::UnknownVersion => formatter.write_str("the token is not a version of the secret"),
            Self::NotPending => formatter.write_str("the token's version is not labelled AWSPENDING"),
            Self::TooSoon { until } => write!(
                formatter,
                "the current pepper is too young: rotating it before {until:.0} would lock out keys that have not \
                 been used since the last rotation"
            ),
            Self::Unusable(label, error) => write!(formatter, "the {label} version cannot be used: {error}"),
            Self::NoValue => formatter.write_str("the AWSPENDING version has no value"),
            Self::NotNew => formatter.write_str("the AWSPENDING version holds the current pepper"),
            Self::NotASuccessor => formatter
                .write_str("the AWSPENDING version does not keep the current pepper as its previous one"),
            Self::Aws(failure) => failure.fmt(formatter),
        }
    }
}

impl Error for RotationError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_words_of_its_own() {
        let errors = [
            RotationError::NotEnabled,
            RotationError::UnknownVersion,
            RotationError::NotPending,
            RotationError::TooSoon {
                until: Timestamp::UNIX_EPOCH,
            },
            RotationError::Unusable("AWSCURRENT", SecretError::NotTheFormat),
            RotationError::NoValue,
            RotationError::NotNew,
            RotationError::NotASuccessor,
            Failure::new("secretsmanager:GetSecretValue", "timed out").into(),
        ];
        let texts: std::collections::BTreeSet<_> = errors.iter().map(ToString::to_string).collect();

        assert_eq!(texts.len(), errors.len());
        assert!(
            errors[3].to_string().contains("before 1970-01-01T00:00:00Z"),
            "{}",
            errors[3]
        );
    }
}
