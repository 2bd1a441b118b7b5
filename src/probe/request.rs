//! What to ask of an endpoint, and when its answers are good enough.

use reqwest::header::HeaderMap;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::Sample;

/// Where a probe goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The environment's health endpoint; for a recorded environment, the health handler started in this process.
    Health,
    /// The same, found at a stage of an API when nothing nearer says where it is.
    Deployed(Place),
    /// A URL.
    Url(String),
}

/// A route of a deployed API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The API's name.
    pub api: String,
    /// The stage's name.
    pub stage: String,
    /// The path below the stage, with its `/`.
    pub path: String,
}

/// A series of timed GET requests. Equal requests of several checks are sent once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProbeRequest {
    /// Where to.
    pub target: Target,
    /// Headers by name. A value may hold `{env:NAME}`, which only the sender resolves.
    pub headers: BTreeMap<String, String>,
    /// How many requests are judged.
    pub samples: u32,
    /// How many requests go ahead of them, unjudged: connections and caches fill. The very first one, the cold
    /// start, is one more and stands apart.
    pub warm_up: u32,
    /// Requests per second, at a fixed schedule that does not wait for answers.
    pub rate: u32,
    /// How many requests may be under way at once. One that is due when all are must wait, and is still timed from
    /// when it was due.
    pub concurrency: u32,
    /// Milliseconds after which a request counts as failed.
    pub timeout_ms: u64,
    /// Milliseconds after which the whole series is broken off.
    pub deadline_ms: u64,
    /// The status that a good answer has.
    pub expect_status: u16,
    /// What else a good answer has.
    pub expect: Option<Expectation>,
    /// When the answer is known before the last request, and nothing more need be sent.
    pub early_stop: Option<(Rule, Vec<Threshold>)>,
}

/// What must not happen to more than a share of requests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold {
    /// What it is called: `p95`, `max_error_rate`.
    pub name: String,
    /// What must not happen.
    pub measure: Measure,
    /// The share of requests that it may happen to, in millionths: 50,000 for a `p95`.
    pub allowed_ppm: u32,
}

/// What a threshold counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Answers that took longer than so many microseconds, and requests without a good answer.
    Latency(u64),
    /// Requests without a good answer.
    Errors,
}

impl Threshold {
    /// Whether a request counts against the threshold. One without a good answer counts against any.
    #[must_use]
    pub fn is_over(&self, sample: &Sample) -> bool {
        sample.trouble.is_some()
            || match self.measure {
                Measure::Latency(target_us) => sample.latency_us > target_us,
                Measure::Errors => false,
            }
    }

    /// How many requests count against the threshold.
    #[must_use]
    pub fn over(&self, samples: &[Sample]) -> u32 {
        let over = samples.iter().filter(|sample| self.is_over(sample)).count();
        u32::try_from(over).unwrap_or(u32::MAX)
    }

    /// The allowed share, between 0 and 1.
    #[must_use]
    pub fn allowed(&self) -> f64 {
        f64::from(self.allowed_ppm) / 1e6
    }
}

/// How sure an answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// The confidence of both answers, in millionths.
    pub confidence_ppm: u32,
    /// Whether the sequential test may answer before the last request. It gets half of the share of wrong answers,
    /// so that both tests together keep the confidence.
    pub early_stop: bool,
}

impl Rule {
    /// The share of wrong answers that the count after the last request may give, between 0 and 1.
    #[must_use]
    pub fn alpha(self) -> f64 {
        let all = (1e6 - f64::from(self.confidence_ppm)) / 1e6;
        if self.early_stop { all / 2.0 } else { all }
    }
}

/// An answer, as an expectation sees it.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The whole body.
    pub body: &'a [u8],
}

type Holds = dyn Fn(&Answer<'_>) -> Result<(), String> + Send + Sync;

/// A condition on answers. Two of the same text are the same.
#[derive(Clone)]
pub struct Expectation {
    text: String,
    holds: Arc<Holds>,
}

impl Expectation {
    /// A condition by its text, and what tests it: an error says why an answer does not meet it.
    pub fn new(
        text: impl Into<String>,
        holds: impl Fn(&Answer<'_>) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            text: text.into(),
            holds: Arc::new(holds),
        }
    }

    /// Whether an answer meets the condition; if not, why.
    pub fn test(&self, answer: &Answer<'_>) -> Result<(), String> {
        (self.holds)(answer)
    }
}

impl fmt::Debug for Expectation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl PartialEq for Expectation {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Expectation {}

impl PartialOrd for Expectation {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Expectation {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}
