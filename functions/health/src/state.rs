//! What the router needs to answer, and the check itself: all dependencies at once, each bounded.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::dependency::{Dependency, DependencyError};
use crate::report::{DependencyReport, Report};

/// How long one dependency may take unless the caller says otherwise.
///
/// Enough for the first TLS handshake of a cold start, and below a Lambda function's default
/// timeout of three seconds, so that the answer is a 503 with a reason rather than a bare 502.
pub const DEFAULT_BOUND: Duration = Duration::from_secs(2);

type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
type Observer = Arc<dyn Fn(&Report) + Send + Sync>;

/// The endpoint's version, dependencies, bound, clock and observer; cheap to clone.
#[derive(Clone)]
pub struct HealthState {
    version: Arc<str>,
    dependencies: Vec<Arc<dyn Dependency>>,
    bound: Duration,
    clock: Clock,
    observer: Option<Observer>,
}

impl HealthState {
    /// Starts with no dependency, [`DEFAULT_BOUND`] and the system's clock.
    pub fn new(version: impl Into<Arc<str>>) -> Self {
        Self {
            version: version.into(),
            dependencies: Vec::new(),
            bound: DEFAULT_BOUND,
            clock: Arc::new(Timestamp::now),
            observer: None,
        }
    }

    /// Adds a dependency; its name must differ from the others'.
    #[must_use]
    pub fn with_dependency(mut self, dependency: Arc<dyn Dependency>) -> Self {
        self.dependencies.push(dependency);
        self
    }

    /// Bounds the check of each dependency; one that takes longer is down, "timed out".
    #[must_use]
    pub fn with_bound(mut self, bound: Duration) -> Self {
        self.bound = bound;
        self
    }

    /// Replaces the clock that dates the answers.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Calls back with every report, before it is sent: for metrics and logs.
    #[must_use]
    pub fn with_observer(mut self, observer: impl Fn(&Report) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Checks every dependency side by side and reports.
    ///
    /// Dropping the future stops the checks. A check that panics counts as down.
    pub async fn check(&self) -> Report {
        let mut checks = JoinSet::new();
        let mut checked = Vec::with_capacity(self.dependencies.len());
        for (position, dependency) in self.dependencies.iter().enumerate() {
            // Stands until the check has answered, and for good if the check panics.
            let unanswered = DependencyError::new("check failed");
            checked.push((
                dependency.name().to_owned(),
                DependencyReport::new(Err(unanswered), Duration::ZERO),
            ));
            let dependency = Arc::clone(dependency);
            let bound = self.bound;
            checks.spawn(async move {
                let started = Instant::now();
                let outcome = timeout(bound, dependency.check())
                    .await
                    .unwrap_or_else(|_| Err(DependencyError::timed_out()));
                (position, DependencyReport::new(outcome, started.elapsed()))
            });
        }
        while let Some(joined) = checks.join_next().await {
            if let Ok((position, report)) = joined
                && let Some((_, slot)) = checked.get_mut(position)
            {
                *slot = report;
            }
        }

        let report = Report::new(self.version.as_ref(), (self.clock)(), checked);
        if let Some(observe) = &self.observer {
            observe(&report);
        }
        report
    }
}
