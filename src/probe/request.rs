//! What to ask of an endpoint, and what came back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Where a probe goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The environment's health endpoint; for a recorded environment, the health handler started in this process.
    Health,
    /// A URL.
    Url(String),
}

/// A series of timed GET requests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeRequest {
    /// Where to.
    pub target: Target,
    /// How many requests are judged.
    pub samples: u32,
    /// How many requests go ahead of them, unjudged: connections and caches fill.
    pub warm_up: u32,
    /// Requests per second, at a fixed schedule that does not wait for answers.
    pub rate: u32,
    /// Milliseconds after which a request counts as failed.
    pub timeout_ms: u64,
    /// The status that a good answer has.
    pub expect_status: u16,
}

/// What came back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeResult {
    /// The URL that was asked.
    pub url: String,
    /// The judged requests, in the order in which they were due.
    pub samples: Vec<Sample>,
    /// The requests ahead of them.
    pub warm_up: Vec<Sample>,
    /// How late the 99th percentile of requests was sent, in microseconds: the prober's own delay.
    pub lateness_p99_us: u64,
    /// Why no request could be sent at all.
    pub failed: Option<String>,
}

/// One request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Microseconds from when the request was due until its answer was complete.
    pub latency_us: u64,
    /// What was wrong with the answer, if anything.
    pub trouble: Option<Trouble>,
}

/// What was wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// Another status than the expected one.
    Status(u16),
    /// No answer in time.
    TimedOut,
    /// No connection.
    Connect,
    /// The connection broke, or the answer was not HTTP.
    Transport,
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(formatter, "status {status}"),
            Self::TimedOut => formatter.write_str("no answer in time"),
            Self::Connect => formatter.write_str("no connection"),
            Self::Transport => formatter.write_str("the connection broke"),
        }
    }
}

/// Results by request. Equal requests are sent once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProbeResults(pub BTreeMap<ProbeRequest, ProbeResult>);
