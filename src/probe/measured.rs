//! What a probe measured, as reports tell it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::verdict::{self, Answer, bounds, decide, deciding_samples, percentile, rank};
use super::{Connections, Measure, Phases, ProbeRequest, ProbeResult, Rule, Sample, Threshold, histogram};

/// Timed requests and what they say. Shares are in millionths (`ppm`), times in microseconds (`us`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// The URL that was asked.
    pub url: String,
    /// How many requests were sent, and how.
    pub requests: Sent,
    /// The confidence of each answer.
    pub confidence_ppm: u32,
    /// What became of each target.
    pub thresholds: Vec<ThresholdResult>,
    /// What was wrong with judged requests, and how often.
    pub troubles: BTreeMap<String, u32>,
    /// The latency of the very first request, which is not judged; absent without a good answer.
    pub cold_start_us: Option<u64>,
    /// The latencies of the requests to warm up, which are not judged.
    pub warm_up: Option<Spread>,
    /// The latencies of judged requests with a good answer.
    pub latency: Option<Spread>,
    /// Where the time of all requests went, by phase: `wait`, `dns`, `tcp`, `tls`, `first_byte`, `body`.
    pub phases: BTreeMap<String, Spread>,
    /// The shortest time in which a TCP connection was opened: one round trip.
    pub round_trip_us: Option<u64>,
    /// The median time to the first byte without a round trip: the server's share.
    pub server_share_us: Option<u64>,
    /// How the connections were used.
    pub connections: Connections,
    /// The TLS versions that were negotiated.
    pub tls: Vec<String>,
    /// How late the 99th percentile of requests was sent: the prober's own delay.
    pub lateness_p99_us: u64,
    /// The latencies of good answers: the upper end of each bucket, at most one percent wide, and its count.
    pub histogram_us: BTreeMap<u64, u64>,
}

/// How many requests were sent, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// How many were to be judged at most.
    pub planned: u32,
    /// How many were judged.
    pub judged: u32,
    /// Per second.
    pub rate: u32,
    /// Whether the answer was known before the last was sent.
    pub stopped_early: bool,
    /// Whether the deadline ended the series.
    pub cut_off: bool,
}

/// What became of one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ThresholdResult {
    /// Its name: `p95`, `max_error_rate`.
    pub name: String,
    /// The latency that may be exceeded by the allowed share only; absent for a rate of errors.
    pub target_us: Option<u64>,
    /// The share of requests that may be over it.
    pub allowed_ppm: u32,
    /// The latency that was exceeded by the allowed share; absent when that many had no good answer.
    pub measured_us: Option<u64>,
    /// How many requests were over it.
    pub over: u32,
    /// It is met when at most so many are over it, of all that were planned.
    pub met_at_most: Option<u32>,
    /// It is missed when at least so many are.
    pub missed_at_least: Option<u32>,
    /// The answer.
    pub answer: Answer,
    /// After how many requests the sequential test had its answer.
    pub decided_after: Option<u32>,
    /// Without an answer: about how many requests would give one, if the same share of them were over.
    pub deciding_samples: Option<u32>,
}

/// Some times, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// How many.
    pub count: u32,
    /// The shortest.
    pub min_us: u64,
    /// The median.
    pub p50_us: u64,
    /// The 99th percentile.
    pub p99_us: u64,
    /// The longest.
    pub max_us: u64,
}

impl Spread {
    fn of(times: impl Iterator<Item = u64>) -> Option<Self> {
        let mut times: Vec<u64> = times.collect();
        times.sort_unstable();
        let at = |allowed_ppm| times.get(rank(times.len(), allowed_ppm)?).copied();
        Some(Self {
            count: u32::try_from(times.len()).unwrap_or(u32::MAX),
            min_us: *times.first()?,
            p50_us: at(500_000)?,
            p99_us: at(10_000)?,
            max_us: *times.last()?,
        })
    }
}

fn good(samples: &[Sample]) -> impl Iterator<Item = u64> {
    let good = samples.iter().filter(|sample| sample.trouble.is_none());
    good.map(|sample| sample.latency_us)
}

impl Measured {
    /// Judges the thresholds and sums up.
    #[must_use]
    pub fn new(request: &ProbeRequest, result: &ProbeResult, thresholds: &[Threshold], rule: Rule) -> Self {
        let all = || {
            result
                .cold_start
                .iter()
                .chain(&result.warm_up)
                .chain(&result.samples)
        };
        let mut phases = BTreeMap::new();
        for (name, phase) in PHASES {
            if let Some(spread) = Spread::of(all().filter_map(|sample| phase(&sample.phases))) {
                phases.insert((*name).to_owned(), spread);
            }
        }
        let mut troubles = BTreeMap::new();
        for trouble in result.samples.iter().filter_map(|sample| sample.trouble) {
            *troubles.entry(trouble.to_string()).or_insert(0) += 1;
        }
        let round_trip_us = phases.get("tcp").map(|spread| spread.min_us);
        let server_share_us = match (phases.get("first_byte"), round_trip_us) {
            (Some(first_byte), Some(round_trip)) => Some(first_byte.p50_us.saturating_sub(round_trip)),
            _ => None,
        };
        Self {
            url: result.url.clone(),
            requests: Sent {
                planned: request.samples,
                judged: u32::try_from(result.samples.len()).unwrap_or(u32::MAX),
                rate: request.rate,
                stopped_early: result.stopped_early,
                cut_off: result.cut_off,
            },
            confidence_ppm: rule.confidence_ppm,
            thresholds: thresholds
                .iter()
                .map(|threshold| ThresholdResult::new(threshold, rule, &result.samples, request.samples))
                .collect(),
            troubles,
            cold_start_us: result.cold_start.and_then(|sample| good(&[sample]).next()),
            warm_up: Spread::of(good(&result.warm_up)),
            latency: Spread::of(good(&result.samples)),
            phases,
            round_trip_us,
            server_share_us,
            connections: result.connections,
            tls: result.tls.iter().cloned().collect(),
            lateness_p99_us: result.lateness_p99_us,
            histogram_us: histogram::buckets(&result.samples),
        }
    }

    /// Where the time went and how the latencies lie, for people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, _) in PHASES {
            if let Some(spread) = self.phases.get(*name) {
                lines.push(format!("{:<12} {}", name.replace('_', " "), spread_text(spread)));
            }
        }
        if let (Some(round_trip), Some(share)) = (self.round_trip_us, self.server_share_us) {
            lines.push(format!(
                "of the first byte, {} is a round trip and {} the server's share",
                milliseconds(round_trip),
                milliseconds(share)
            ));
        }
        if let Some(latency) = &self.latency {
            lines.push(format!("{:<12} {}", "latency", spread_text(latency)));
        }
        lines.extend(histogram::bars(&self.histogram_us));
        lines
    }
}

fn spread_text(spread: &Spread) -> String {
    format!(
        "p50 {}, p99 {}, longest {} ({} of them)",
        milliseconds(spread.p50_us),
        milliseconds(spread.p99_us),
        milliseconds(spread.max_us),
        spread.count
    )
}

/// Microseconds as milliseconds.
#[must_use]
pub fn milliseconds(micros: u64) -> String {
    format!("{}.{:02} ms", micros / 1_000, micros % 1_000 / 10)
}

type Phase = fn(&Phases) -> Option<u64>;

/// The phases, in the order in which they happen.
const PHASES: &[(&str, Phase)] = &[
    ("wait", |phases| phases.wait_us),
    ("dns", |phases| phases.dns_us),
    ("tcp", |phases| phases.tcp_us),
    ("tls", |phases| phases.tls_us),
    ("first_byte", |phases| phases.first_byte_us),
    ("body", |phases| phases.body_us),
];

impl ThresholdResult {
    fn new(threshold: &Threshold, rule: Rule, samples: &[Sample], planned: u32) -> Self {
        let allowed = threshold.allowed();
        let judged = u32::try_from(samples.len()).unwrap_or(u32::MAX);
        let decision = decide(threshold, rule, samples, planned);
        let bounds = bounds(planned, allowed, rule.alpha());
        let target_us = match threshold.measure {
            Measure::Latency(target_us) => Some(target_us),
            Measure::Errors => None,
        };
        Self {
            name: threshold.name.clone(),
            target_us,
            allowed_ppm: threshold.allowed_ppm,
            measured_us: target_us.and_then(|_| percentile(samples, threshold.allowed_ppm)),
            over: decision.over,
            met_at_most: bounds.met,
            missed_at_least: bounds.missed,
            answer: decision.answer,
            decided_after: decision.after,
            deciding_samples: match decision.answer {
                verdict::Answer::Inconclusive => {
                    deciding_samples(decision.over, judged, allowed, rule.alpha())
                }
                _ => None,
            },
        }
    }
}
