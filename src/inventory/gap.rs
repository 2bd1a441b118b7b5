//! What could not be read, and why.
//!
//! A gap is evidence that evidence is missing. It never turns into a verdict about the resource.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a read gave no complete answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The credentials may not call the operation.
    AccessDenied,
    /// AWS went on throttling after every retry.
    Throttled,
    /// No answer within the time allowed.
    TimedOut,
    /// The endpoint could not be reached.
    Unreachable,
    /// The resource was listed and gone a moment later.
    Vanished,
    /// AWS answered with an error, or with something that cannot be right.
    ServiceError,
}

impl Reason {
    /// The word used as the type of a JUnit `<error>`.
    #[must_use]
    pub const fn junit_type(self) -> &'static str {
        match self {
            Self::AccessDenied => "AccessDenied",
            Self::Throttled => "Throttled",
            Self::TimedOut => "TimedOut",
            Self::Unreachable => "Unreachable",
            Self::Vanished => "Vanished",
            Self::ServiceError => "ServiceError",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AccessDenied => "access denied",
            Self::Throttled => "throttled",
            Self::TimedOut => "timed out",
            Self::Unreachable => "unreachable",
            Self::Vanished => "vanished while reading",
            Self::ServiceError => "service error",
        })
    }
}

/// One read that gave no complete answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The IAM action of the call, as `dynamodb:DescribeTimeToLive`.
    pub action: String,
    /// The region that was asked.
    pub region: String,
    /// Why there is no answer.
    pub reason: Reason,
    /// The service's own words, first line, without request ids.
    pub message: String,
}

impl Gap {
    /// A gap in what `action` should have told about `region`.
    pub fn new(
        action: impl Into<String>,
        region: impl Into<String>,
        reason: Reason,
        message: impl Into<String>,
    ) -> Self {
        Self {
            action: action.into(),
            region: region.into(),
            reason,
            message: message.into(),
        }
    }

    /// What a user can do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self.reason {
            Reason::AccessDenied => format!(
                "allow `{}` to the role that runs the checks (`stackproof permissions` prints the whole policy)",
                self.action
            ),
            Reason::Throttled => "run again later, or raise the service quota".to_owned(),
            Reason::TimedOut | Reason::Unreachable => {
                "check the network path to the endpoint and run again".to_owned()
            }
            Reason::Vanished => "run again: the account changed during the run".to_owned(),
            Reason::ServiceError => "read the service's message and run again".to_owned(),
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} in {}: {}: {}",
            self.action, self.region, self.reason, self.message
        )
    }
}
