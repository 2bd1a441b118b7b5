//! What came back from an endpoint.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::ProbeRequest;

/// What came back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProbeResult {
    /// The URL that was asked.
    pub url: String,
    /// The judged requests, in the order in which they were due. Fewer than asked for: the rest was never sent, or
    /// its answer was no longer waited for.
    pub samples: Vec<Sample>,
    /// The requests ahead of them.
    pub warm_up: Vec<Sample>,
    /// The very first request.
    pub cold_start: Option<Sample>,
    /// How late the 99th percentile of requests was sent, in microseconds: the prober's own delay.
    pub lateness_p99_us: u64,
    /// How the connections were used.
    pub connections: Connections,
    /// The TLS versions that were negotiated; `none` for a connection without TLS.
    pub tls: BTreeSet<String>,
    /// What was wrong with the first answer that was not as expected.
    pub first_problem: Option<String>,
    /// Whether the sequential test ended the series.
    pub stopped_early: bool,
    /// Whether the deadline ended the series.
    pub cut_off: bool,
    /// Why no request could be sent at all.
    pub failed: Option<String>,
}

/// How the connections were used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connections {
    /// How many were opened, for the cold start and to warm up too.
    pub opened: u32,
    /// How many of them for judged requests.
    pub opened_while_judged: u32,
    /// The most requests that were under way at once.
    pub most_at_once: u32,
    /// How many requests could be under way at once.
    pub allowed_at_once: u32,
    /// How many judged requests were due when no more could be under way, and had to wait.
    pub had_to_wait: u32,
}

/// One request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Microseconds from when the request was due until its answer was complete.
    pub latency_us: u64,
    /// What was wrong with the answer, if anything.
    pub trouble: Option<Trouble>,
    /// Where the time went.
    #[serde(default)]
    pub phases: Phases,
}

/// Where the time of one request went, in microseconds. What did not happen is absent: a request on an open
/// connection resolves no name and shakes no hands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phases {
    /// Waiting until another request was through.
    pub wait_us: Option<u64>,
    /// Resolving the name.
    pub dns_us: Option<u64>,
    /// Opening the TCP connection: one round trip.
    pub tcp_us: Option<u64>,
    /// Shaking hands for TLS.
    pub tls_us: Option<u64>,
    /// From the request on an open connection to the first byte of its answer.
    pub first_byte_us: Option<u64>,
    /// From there to the last byte.
    pub body_us: Option<u64>,
}

/// What was wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// Another status than the expected one.
    Status(u16),
    /// Not what was expected of the answer.
    Unexpected,
    /// No answer in time.
    TimedOut,
    /// The name does not resolve.
    Dns,
    /// No connection.
    Connect,
    /// No TLS.
    Tls,
    /// The connection broke, or the answer was not HTTP.
    Transport,
    /// More bytes than any health answer has.
    TooLarge,
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status @ 300..=399) => write!(formatter, "status {status}, a redirect"),
            Self::Status(status) => write!(formatter, "status {status}"),
            Self::Unexpected => formatter.write_str("not the expected answer"),
            Self::TimedOut => formatter.write_str("no answer in time"),
            Self::Dns => formatter.write_str("the name does not resolve"),
            Self::Connect => formatter.write_str("no connection"),
            Self::Tls => formatter.write_str("no TLS"),
            Self::Transport => formatter.write_str("the connection broke"),
            Self::TooLarge => formatter.write_str("an answer without end"),
        }
    }
}

/// Results by request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProbeResults(pub BTreeMap<ProbeRequest, ProbeResult>);
