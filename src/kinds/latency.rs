//! `latency`: an HTTP endpoint answers within its targets.

mod answer;
mod assess;
mod endpoint;
mod mistakes;
mod targets;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

use super::Mistake;
use crate::check::{Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::Latency;
use crate::inventory::{Inventory, Needs};
use crate::probe::{ProbeRequest, Rule, Target, Threshold};
use targets::millionths;

pub const EXAMPLE: &str = r#"id: health-latency
kind: latency
title: The health endpoint answers within 50 ms
severity: high
owner: platform
why: A slow health check takes healthy functions out of service.
fix: Look at cold starts and at the latency of DynamoDB.
with:
  p95: 50ms
  samples: 200
  expect: self.body.status == "healthy"
"#;

/// An HTTP endpoint answers GET requests as expected, and a share of them within a target.
///
/// Requests are sent at a fixed rate that does not wait for answers, and timed from when each was due. A target
/// is judged by how many requests were over it, against exact one-sided binomial bounds at the stated confidence. A
/// request without a good answer is over every target. The verdict is never retried, and no redirect is followed.
///
/// ## What is read
/// The endpoint itself: `url`, or else the health endpoint. That is `--health-url`, or `health_url` of the
/// environment file. Without either, a recorded environment starts the stack's own health handler in this process,
/// on a loopback port; a live account is asked at `path` of the `stage` of the REST API named `api`, at API Gateway's
/// own domain. An emulator (`AWS_ENDPOINT_URL`) has no such domain and needs one of the URLs.
///
/// The very first request, the cold start, and those to warm up are told apart and not judged.
///
/// ## When it fails
/// So many requests were over a target that, at the stated confidence, the service misses it; a connection has
/// an older TLS version than promised; or the API or its stage is not there. When the sample cannot tell, the
/// deadline cut it off, or the prober itself was late by more than a tenth of the tightest target, the outcome is an
/// error, never a pass, and says how many samples would tell. A sample that could not prove a target met is refused
/// before the first request.
///
/// ## How sure it is
/// A service that is over a target with the allowed probability or more passes in at most 5 % of runs, and one
/// that is over with the allowed probability or less fails in at most 5 %, at a confidence of 0.95. A pass is that
/// sure for all targets together, a failure for each by itself. Both suppose that requests are over independently
/// of each other: a service with good and bad hours is measured in the hour at hand.
///
/// Without `samples` there are as many as find a service with a fifth of the allowed share in nine runs of ten:
/// 153 for a p95, 773 for a p99.
///
/// With `early_stop` two sequential probability ratio tests may answer earlier: of the allowed share against a
/// fifth of it, and against five times it. They get half of the share of wrong answers, and the count after the
/// last request the other half, so that the confidence stays what it is; the count alone needs more samples then.
///
/// ## The expected answer
/// `expect` is an expression of the Common Expression Language (<https://cel.dev>) about `self`, the answer:
/// `self.status`, `self.headers` by lower-case name, and `self.body`, parsed when it is JSON and text otherwise.
///
/// - `self.body.status == "healthy" && self.body.dependencies.dynamodb.status == "up"`;
/// - `self.headers["content-type"].startsWith("application/json")`.
///
/// An answer for which it is false, or cannot be evaluated, is no good answer.
///
/// ## Headers
/// A value may name a variable of the process environment, as `Bearer {env:HEALTH_TOKEN}`. It is resolved when
/// requests are sent and shown nowhere; a variable that is not set is an error before anything is read.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Where to send requests; the environment's health endpoint when absent.
    #[schemars(
        regex(pattern = r"^https?://.+$"),
        extend("patternErrorMessage" = "a URL, with `https://` or `http://`")
    )]
    url: Option<String>,
    /// The name of the REST API that the health endpoint belongs to, for an environment without `health_url`.
    #[schemars(length(min = 1))]
    api: Option<String>,
    /// The stage of the API.
    #[schemars(length(min = 1))]
    stage: Option<String>,
    /// The path of the health endpoint below the stage, as `/v1/health`.
    #[schemars(
        regex(pattern = r"^/[^\s#]*$"),
        extend("patternErrorMessage" = "a path that begins with `/`")
    )]
    path: Option<String>,
    /// Headers to send, by name. A value may hold `{env:NAME}` for a variable of the process environment.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Half of all requests take at most this long.
    p50: Option<Latency>,
    /// 95 % of all requests take at most this long.
    p95: Option<Latency>,
    /// 99 % of all requests take at most this long.
    p99: Option<Latency>,
    /// Further percentiles and how long they take at most, as `p99.9: 200ms`.
    #[serde(default)]
    quantiles: BTreeMap<String, Latency>,
    /// The share of requests that may have no good answer, as `0.01`.
    #[schemars(range(min = 0.0001, max = 0.5))]
    max_error_rate: Option<f64>,
    /// How sure a verdict must be: one minus the share of wrong ones.
    #[serde(default = "default_confidence")]
    #[schemars(range(min = 0.8, max = 0.9999))]
    confidence: f64,
    /// Whether to stop as soon as a sequential test has the answer.
    #[serde(default)]
    early_stop: bool,
    /// How many requests are judged; as many as tell a clearly good service when absent.
    #[schemars(range(min = 1, max = 100_000))]
    samples: Option<u32>,
    /// How many requests go ahead of them, unjudged, after the very first one.
    #[serde(default = "default_warm_up")]
    #[schemars(range(max = 10_000))]
    warm_up: u32,
    /// Requests per second.
    #[serde(default = "default_rate")]
    #[schemars(range(min = 1, max = 1_000))]
    rate: u32,
    /// How many requests may be under way at once. What has to wait is timed from when it was due all the same.
    #[serde(default = "default_concurrency")]
    #[schemars(range(min = 1, max = 1_000))]
    concurrency: u32,
    /// How long a request may take before it counts as failed.
    #[serde(default = "default_timeout")]
    timeout: Latency,
    /// How long the whole probe may take before it is broken off; long enough for every timeout when absent.
    deadline: Option<Latency>,
    /// The status of a good answer.
    #[serde(default = "default_status")]
    #[schemars(range(min = 100, max = 599))]
    status: u16,
    /// An expression that is true for a good answer.
    #[schemars(length(min = 1))]
    expect: Option<String>,
    /// The oldest TLS version that may be spoken.
    min_tls: Option<TlsVersion>,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
pub enum TlsVersion {
    #[serde(rename = "1.2")]
    Tls12,
    #[serde(rename = "1.3")]
    Tls13,
}

const fn default_confidence() -> f64 {
    0.95
}

const fn default_warm_up() -> u32 {
    5
}

const fn default_rate() -> u32 {
    100
}

const fn default_concurrency() -> u32 {
    64
}

const fn default_timeout() -> Latency {
    Latency(Duration::from_secs(2))
}

const fn default_status() -> u16 {
    200
}

/// An endpoint and its targets.
pub struct LatencyTargets {
    request: ProbeRequest,
    targets: Vec<Threshold>,
    rule: Rule,
    min_tls: Option<TlsVersion>,
}

impl super::Options for Options {
    type Check = LatencyTargets;

    fn into_check(self) -> Result<LatencyTargets, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let rule = Rule {
            confidence_ppm: millionths(self.confidence),
            early_stop: self.early_stop,
        };
        let targets = self.targets(&mut mistakes);
        let samples = self.samples(&targets, rule, &mut mistakes);
        self.check_times(samples, &mut mistakes);
        self.check_headers(&mut mistakes);
        let expect = self.expect.as_deref().and_then(|text| {
            answer::expectation(text)
                .map_err(|flaws| mistakes.extend(flaws))
                .ok()
        });
        let target = self.target(&mut mistakes);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let request = ProbeRequest {
            target,
            samples,
            warm_up: self.warm_up,
            rate: self.rate,
            concurrency: self.concurrency,
            timeout_ms: milliseconds(self.timeout.0).max(1),
            deadline_ms: milliseconds(
                self.deadline
                    .map_or_else(|| self.longest(samples), |deadline| deadline.0),
            ),
            expect_status: self.status,
            expect,
            early_stop: self.early_stop.then(|| (rule, targets.clone())),
            headers: self.headers,
        };
        Ok(LatencyTargets {
            request,
            targets,
            rule,
            min_tls: self.min_tls,
        })
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Check for LatencyTargets {
    fn needs(&self) -> CheckNeeds {
        CheckNeeds {
            probe: Some(self.request.clone()),
            endpoint: match self.request.target {
                Target::Deployed(_) => endpoint::needs(),
                Target::Health | Target::Url(_) => Needs::none(),
            },
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, _: &Inventory) -> Vec<Subject> {
        let name = match &self.request.target {
            Target::Health | Target::Deployed(_) => "health endpoint",
            Target::Url(url) => url,
        };
        vec![Subject::named(name)]
    }

    fn judge(&self, _: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let Some(result) = evidence.probes.0.get(&self.request) else {
            return match &self.request.target {
                Target::Deployed(place) => endpoint::unprobed(place, evidence.inventory),
                Target::Health | Target::Url(_) => Verdict::undetermined(endpoint::NEVER_PROBED),
            };
        };
        if let Some(reason) = &result.failed {
            return Verdict::undetermined(reason);
        }
        self.assess(result)
    }
}
