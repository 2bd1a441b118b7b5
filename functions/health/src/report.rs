//! The answer of one health check, and how it looks as JSON.
//!
//! It must not decide anything beyond "every dependency is up".

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::dependency::DependencyError;

/// The verdict on the API as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every dependency is up.
    Healthy,
    /// At least one dependency is down.
    Unhealthy,
}

/// The verdict on one dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DependencyStatus {
    /// The dependency can be used.
    Up,
    /// The dependency cannot be used, for the reason beside it.
    Down,
}

/// What the check of one dependency found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DependencyReport {
    /// Up or down.
    pub status: DependencyStatus,
    /// How long the check took, in milliseconds with one decimal.
    pub latency_ms: f64,
    /// Why the dependency is down, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What an operator needs beyond the reason; never part of the answer.
    #[serde(skip)]
    pub detail: Option<String>,
}

impl DependencyReport {
    /// Records the outcome of one check and the time it took.
    #[must_use]
    pub fn new(outcome: Result<(), DependencyError>, took: Duration) -> Self {
        let (status, error) = match outcome {
            Ok(()) => (DependencyStatus::Up, None),
            Err(error) => (DependencyStatus::Down, Some(error)),
        };
        Self {
            status,
            latency_ms: milliseconds(took),
            reason: error.as_ref().map(|error| error.reason().to_owned()),
            detail: error.and_then(|error| error.detail().map(ToOwned::to_owned)),
        }
    }
}

/// What `GET /v1/health` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Healthy only when every dependency is up.
    pub status: Status,
    /// The version of the API.
    pub version: String,
    /// When the check ended: RFC 3339, UTC, milliseconds.
    #[serde(serialize_with = "rfc3339")]
    pub timestamp: Timestamp,
    /// The dependencies by name.
    pub dependencies: BTreeMap<String, DependencyReport>,
}

impl Report {
    /// Draws the verdict from the dependencies; of two with one name, a down one stays visible.
    pub fn new(
        version: impl Into<String>,
        timestamp: Timestamp,
        checked: impl IntoIterator<Item = (String, DependencyReport)>,
    ) -> Self {
        let mut dependencies = BTreeMap::<String, DependencyReport>::new();
        for (name, report) in checked {
            let down_already = dependencies
                .get(&name)
                .is_some_and(|known| known.status == DependencyStatus::Down);
            if !down_already {
                dependencies.insert(name, report);
            }
        }
        let all_up = dependencies
            .values()
            .all(|report| report.status == DependencyStatus::Up);
        Self {
            status: if all_up {
                Status::Healthy
            } else {
                Status::Unhealthy
            },
            version: version.into(),
            timestamp,
            dependencies,
        }
    }

    /// Says why each dependency that is down is down, a line each: for operators, as it holds the details.
    #[must_use]
    pub fn causes(&self) -> Vec<String> {
        let down = self.dependencies.iter().filter_map(|(name, dependency)| {
            let reason = dependency.reason.as_deref()?;
            let detail = dependency.detail.as_deref().unwrap_or("no detail");
            Some(format!("{name} is down: {reason} ({detail})"))
        });
        down.collect()
    }

    /// Returns the time of the slowest dependency: the checks run side by side.
    #[must_use]
    pub fn slowest_ms(&self) -> f64 {
        self.dependencies
            .values()
            .map(|report| report.latency_ms)
            .fold(0.0, f64::max)
    }
}

/// Milliseconds with one decimal: more would promise a precision that a network does not have.
fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 10_000.0).round() / 10.0
}

fn rfc3339<S: serde::Serializer>(timestamp: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{timestamp:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn up(milliseconds: u64) -> DependencyReport {
        DependencyReport::new(Ok(()), Duration::from_millis(milliseconds))
    }

    fn down() -> DependencyReport {
        let error = DependencyError::new("access denied").with_detail("role secret-role");
        DependencyReport::new(Err(error), Duration::from_micros(1_234))
    }

    #[test]
    fn serialises_as_documented_and_without_detail() -> serde_json::Result<()> {
        let report = Report::new("1.2.3", Timestamp::UNIX_EPOCH, [("dynamodb".into(), down())]);

        assert_eq!(
            serde_json::to_string(&report)?,
            r#"{"status":"unhealthy","version":"1.2.3","timestamp":"1970-01-01T00:00:00.000Z","dependencies":{"dynamodb":{"status":"down","latency_ms":1.2,"reason":"access denied"}}}"#
        );
        Ok(())
    }

    #[test]
    fn each_cause_is_told_with_its_detail() {
        let bare = DependencyReport::new(Err(DependencyError::new("timed out")), Duration::ZERO);
        let checked = [("dynamodb", down()), ("s3", up(1)), ("sqs", bare)];
        let named = checked.map(|(name, report)| (name.to_owned(), report));
        let report = Report::new("1", Timestamp::UNIX_EPOCH, named);

        assert_eq!(
            report.causes(),
            [
                "dynamodb is down: access denied (role secret-role)",
                "sqs is down: timed out (no detail)",
            ]
        );
    }

    #[test]
    fn a_down_dependency_is_not_hidden_by_one_of_the_same_name() {
        for checked in [[up(1), down()], [down(), up(1)]] {
            let named = checked.map(|report| ("dynamodb".to_owned(), report));
            let report = Report::new("1", Timestamp::UNIX_EPOCH, named);

            assert_eq!(report.status, Status::Unhealthy);
        }
    }

    #[test]
    fn the_slowest_dependency_is_the_time_of_the_check() {
        let checked = [("a".to_owned(), up(3)), ("b".to_owned(), up(20))];
        let report = Report::new("1", Timestamp::UNIX_EPOCH, checked);

        assert!((report.slowest_ms() - 20.0).abs() < f64::EPSILON);
    }
}
