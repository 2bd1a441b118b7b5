//! What the endpoint depends on: the seam where callers bring their own checks.
//!
//! It must not know any particular dependency.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use async_trait::async_trait;

/// Something that the API needs in order to work.
#[async_trait]
pub trait Dependency: Send + Sync {
    /// Names the dependency in the answer; unique among the dependencies of one endpoint.
    fn name(&self) -> &str;

    /// Answers `Ok` only when the dependency can be used now.
    ///
    /// The caller bounds the time this takes; an implementation needs no timeout of its own.
    async fn check(&self) -> Result<(), DependencyError>;
}

/// Why a dependency is down: a reason for everyone, and a detail for operators alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DependencyError {
    reason: Cow<'static, str>,
    detail: Option<String>,
}

impl DependencyError {
    /// States a short reason, which anyone who asks the endpoint can read.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            reason: reason.into(),
            detail: None,
        }
    }

    /// States that the dependency did not answer within its bound.
    #[must_use]
    pub fn timed_out() -> Self {
        Self::new("timed out")
    }

    /// Adds what an operator needs; it goes to logs and never into an answer.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Returns the reason that is safe to publish.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Returns the detail meant for logs.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }
}

impl fmt::Display for DependencyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

impl Error for DependencyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detail_is_not_part_of_the_text() {
        let error = DependencyError::new("access denied").with_detail("arn:aws:iam::1:role/r");

        assert_eq!(error.to_string(), "access denied");
        assert_eq!(error.detail(), Some("arn:aws:iam::1:role/r"));
    }
}
