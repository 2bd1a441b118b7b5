//! `latency`: an HTTP endpoint answers within its targets.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Mistake;
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::Latency;
use crate::inventory::Inventory;
use crate::probe::verdict::{Answer, answer, bounds, fewest_samples, over, percentile};
use crate::probe::{ProbeRequest, ProbeResult, Target};

pub const EXAMPLE: &str = r"id: health-latency
kind: latency
title: The health endpoint answers within 50 ms
severity: high
owner: platform
why: A slow health check takes healthy functions out of service.
fix: Look at cold starts and at the latency of DynamoDB.
with:
  p95: 50ms
  samples: 200
";

/// An HTTP endpoint answers GET requests with the expected status, and a share of them within a target.
///
/// Requests are sent at a fixed rate that does not wait for answers, and timed from when each was due. A target
/// is judged by how many requests were over it, against exact one-sided binomial bounds at 95 % confidence. A
/// request without a good answer is over every target. The verdict is never retried.
///
/// ## What is read
/// The endpoint itself: `url`, or `health_url` of the environment file. Without either, a recorded environment
/// starts the stack's own health handler in this process, on a loopback port.
///
/// ## When it fails
/// So many requests were over a target that, with 95 % confidence, the service misses it. When the sample cannot
/// tell, or the prober itself was late, the outcome is an error, never a pass. A sample that could not prove a
/// target met is refused before the first request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Where to send requests; the environment's health endpoint when absent.
    #[schemars(
        regex(pattern = r"^https?://.+$"),
        extend("patternErrorMessage" = "a URL, with `https://` or `http://`")
    )]
    url: Option<String>,
    /// Half of all requests take at most this long.
    p50: Option<Latency>,
    /// 95 % of all requests take at most this long.
    p95: Option<Latency>,
    /// 99 % of all requests take at most this long.
    p99: Option<Latency>,
    /// How many requests are judged.
    #[serde(default = "default_samples")]
    #[schemars(range(min = 1, max = 100_000))]
    samples: u32,
    /// How many requests go ahead of them, unjudged.
    #[serde(default = "default_warm_up")]
    #[schemars(range(max = 10_000))]
    warm_up: u32,
    /// Requests per second.
    #[serde(default = "default_rate")]
    #[schemars(range(min = 1, max = 1_000))]
    rate: u32,
    /// How long a request may take before it counts as failed.
    #[serde(default = "default_timeout")]
    timeout: Latency,
    /// The status of a good answer.
    #[serde(default = "default_status")]
    #[schemars(range(min = 100, max = 599))]
    status: u16,
}

const fn default_samples() -> u32 {
    100
}

const fn default_warm_up() -> u32 {
    5
}

const fn default_rate() -> u32 {
    100
}

const fn default_timeout() -> Latency {
    Latency(std::time::Duration::from_secs(2))
}

const fn default_status() -> u16 {
    200
}

/// An endpoint and its targets.
pub struct LatencyTargets {
    request: ProbeRequest,
    targets: Vec<(&'static str, f64, Latency)>,
}

impl super::Options for Options {
    type Check = LatencyTargets;

    fn into_check(self) -> Result<LatencyTargets, Vec<Mistake>> {
        let targets: Vec<(&'static str, f64, Latency)> = [
            ("p50", 0.50, self.p50),
            ("p95", 0.95, self.p95),
            ("p99", 0.99, self.p99),
        ]
        .into_iter()
        .filter_map(|(name, quantile, target)| target.map(|target| (name, quantile, target)))
        .collect();
        let mut mistakes = Vec::new();
        if targets.is_empty() {
            mistakes.push(
                Mistake::new(
                    "",
                    "missing-key",
                    "no target",
                    "without a target nothing can fail",
                )
                .help("give at least one of `p50`, `p95`, `p99`, as `p95: 50ms`"),
            );
        }
        for (name, quantile, target) in &targets {
            if bounds(self.samples, *quantile).met.is_none() {
                let fewest = fewest_samples(*quantile);
                mistakes.push(
                    Mistake::new(
                        "/samples",
                        "too-few-samples",
                        format!("{} samples cannot prove a {name} target", self.samples),
                        format!("{name} takes at least {fewest} samples at 95 % confidence"),
                    )
                    .help(format!("set `samples` to {fewest} or more")),
                );
            }
            if *target >= self.timeout {
                mistakes.push(
                    Mistake::new(
                        format!("/{name}"),
                        "target-beyond-timeout",
                        format!("the {name} target is not below the timeout"),
                        format!("requests are given up after {}", self.timeout),
                    )
                    .help("raise `timeout`"),
                );
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let target = self.url.map_or(Target::Health, Target::Url);
        let timeout_ms = u64::try_from(self.timeout.0.as_millis()).unwrap_or(u64::MAX);
        Ok(LatencyTargets {
            request: ProbeRequest {
                target,
                samples: self.samples,
                warm_up: self.warm_up,
                rate: self.rate,
                timeout_ms: timeout_ms.max(1),
                expect_status: self.status,
            },
            targets,
        })
    }
}

impl Check for LatencyTargets {
    fn needs(&self) -> CheckNeeds {
        CheckNeeds {
            probe: Some(self.request.clone()),
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, _: &Inventory) -> Vec<Subject> {
        let name = match &self.request.target {
            Target::Health => "health endpoint",
            Target::Url(url) => url,
        };
        vec![Subject::named(name)]
    }

    fn judge(&self, _: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let Some(result) = evidence.probes.0.get(&self.request) else {
            return Verdict::undetermined("the endpoint was never probed");
        };
        if let Some(reason) = &result.failed {
            return Verdict::undetermined(reason);
        }
        self.assess(result)
    }
}

impl LatencyTargets {
    fn assess(&self, result: &ProbeResult) -> Verdict {
        let mut assessment = Assessment::default();
        let Ok(count) = u32::try_from(result.samples.len()) else {
            return Verdict::undetermined("too many samples");
        };
        assessment.saw("url", &result.url);
        assessment.saw(
            "requests",
            format!(
                "{count} judged, {} to warm up, {} per second",
                result.warm_up.len(),
                self.request.rate
            ),
        );
        let troubles: Vec<_> = result
            .samples
            .iter()
            .filter_map(|sample| sample.trouble)
            .collect();
        let mut bad = String::new();
        if let Some(first) = troubles.first() {
            assessment.saw("bad answers", format!("{} (first: {first})", troubles.len()));
            bad = format!(
                ", {} of them without a good answer (first: {first})",
                troubles.len()
            );
        }
        let mut tightest = u64::MAX;
        for (name, quantile, target) in &self.targets {
            let target_us = u64::try_from(target.0.as_micros()).unwrap_or(u64::MAX);
            tightest = tightest.min(target_us);
            let over = u32::try_from(over(&result.samples, target_us)).unwrap_or(u32::MAX);
            let measured = percentile(&result.samples, *quantile).map_or_else(String::new, milliseconds);
            assessment.saw(
                *name,
                format!("{measured} measured, {over} of {count} over {target}"),
            );
            match answer(count, over, *quantile) {
                Answer::Met => {}
                Answer::Missed => {
                    assessment.differs(
                        format!("{name} misses its target"),
                        format!("at most {target}"),
                        format!("{measured}, {over} of {count} requests over{bad}"),
                    );
                }
                Answer::Inconclusive => {
                    assessment.undetermined(format!(
                        "inconclusive: {over} of {count} requests over {target} prove {name} neither met nor missed"
                    ));
                }
            }
        }
        // A busy machine makes the service look slow, and it must not make it look missed.
        assessment.saw("sent late by (p99)", milliseconds(result.lateness_p99_us));
        if result.lateness_p99_us > tightest / 10 {
            return Verdict::undetermined(format!(
                "inconclusive: this machine was too busy and sent requests up to {} late",
                milliseconds(result.lateness_p99_us)
            ));
        }
        assessment.conclude("every target is met")
    }
}

fn milliseconds(micros: u64) -> String {
    format!("{}.{:02} ms", micros / 1_000, micros % 1_000 / 10)
}
