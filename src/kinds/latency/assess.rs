//! The verdict on what a probe measured.

use super::targets::percent;
use super::{LatencyTargets, TlsVersion};
use crate::check::{Assessment, Verdict};
use crate::formats::Latency;
use crate::probe::verdict::Answer;
use crate::probe::{Measured, ProbeResult, ThresholdResult, milliseconds};
use std::fmt::Write;
use std::time::Duration;

impl LatencyTargets {
    /// Judges what came back.
    pub(super) fn assess(&self, result: &ProbeResult) -> Verdict {
        let measured = Measured::new(&self.request, result, &self.targets, self.rule);
        let mut assessment = Assessment::default();
        evidence(&measured, result, &mut assessment);
        self.judge_tls(&measured, &mut assessment);
        let tightest = measured
            .thresholds
            .iter()
            .filter_map(|target| target.target_us)
            .min();
        // A busy machine makes the service look slow, and it must not make it look missed.
        if tightest.is_some_and(|target| measured.lateness_p99_us > target / 10) {
            assessment.undetermined(format!(
                "inconclusive: this machine was too busy and sent requests up to {} late",
                milliseconds(measured.lateness_p99_us)
            ));
        } else {
            for target in &measured.thresholds {
                judge(target, &measured, result, &mut assessment);
            }
        }
        let mut verdict = assessment.conclude("every target is met");
        verdict.measured = Some(Box::new(measured));
        verdict
    }

    fn judge_tls(&self, measured: &Measured, assessment: &mut Assessment) {
        let Some(min) = self.min_tls else { return };
        let min = match min {
            TlsVersion::Tls12 => "1.2",
            TlsVersion::Tls13 => "1.3",
        };
        for version in &measured.tls {
            match version.as_str() {
                "unknown" => {
                    assessment.undetermined("the TLS version of a connection is not known");
                }
                known if known == "none" || known < min => {
                    assessment.differs("the TLS version is too old", format!("{min} or later"), version);
                }
                _ => {}
            }
        }
    }
}

fn evidence(measured: &Measured, result: &ProbeResult, assessment: &mut Assessment) {
    let sent = &measured.requests;
    assessment.saw("url", &measured.url);
    assessment.saw(
        "requests",
        format!(
            "{} judged, {} to warm up, {} per second",
            sent.judged,
            result.warm_up.len(),
            sent.rate
        ),
    );
    assessment.saw("confidence", percent(measured.confidence_ppm));
    if let Some(cold) = &result.cold_start {
        let text = match cold.trouble {
            None => milliseconds(cold.latency_us),
            Some(trouble) => trouble.to_string(),
        };
        assessment.saw("cold start", text);
    }
    let connections = &measured.connections;
    if connections.opened > 0 {
        assessment.saw(
            "connections",
            format!(
                "{} opened, {} of them for judged requests; at most {} of {} requests at once, {} had to wait",
                connections.opened,
                connections.opened_while_judged,
                connections.most_at_once,
                connections.allowed_at_once,
                connections.had_to_wait
            ),
        );
    }
    if !measured.tls.is_empty() {
        assessment.saw("TLS", measured.tls.join(", "));
    }
    if !measured.troubles.is_empty() {
        assessment.saw("bad answers", troubles(measured));
    }
    if let Some(problem) = &result.first_problem {
        assessment.saw("not as expected", problem);
    }
    for target in &measured.thresholds {
        assessment.saw(&target.name, counted(target, measured));
    }
    assessment.saw("sent late by (p99)", milliseconds(measured.lateness_p99_us));
}

/// What was wrong, and how often: `status 503: 4, no answer in time: 1`.
fn troubles(measured: &Measured) -> String {
    let parts: Vec<String> = measured
        .troubles
        .iter()
        .map(|(trouble, count)| format!("{trouble}: {count}"))
        .collect();
    parts.join(", ")
}

fn target_text(target_us: u64) -> Latency {
    Latency(Duration::from_micros(target_us))
}

fn counted(target: &ThresholdResult, measured: &Measured) -> String {
    let of = measured.requests.judged;
    let over = target.over;
    let count = match target.target_us {
        Some(target_us) => {
            let found = found(target);
            format!("{found}, {over} of {of} over {}", target_text(target_us))
        }
        None => format!("{over} of {of} without a good answer"),
    };
    match target.decided_after {
        Some(after) => format!("{count}, decided after {after}"),
        None => count,
    }
}

fn found(target: &ThresholdResult) -> String {
    target
        .measured_us
        .map_or("no good answer".to_owned(), milliseconds)
}

fn judge(target: &ThresholdResult, measured: &Measured, result: &ProbeResult, assessment: &mut Assessment) {
    let name = &target.name;
    let (over, of) = (target.over, measured.requests.judged);
    match (target.answer, target.target_us) {
        (Answer::Met, _) => {}
        (Answer::Missed, Some(target_us)) => {
            let mut actual = format!("{}, {over} of {of} requests over", found(target));
            if !measured.troubles.is_empty() {
                let bad: u32 = measured.troubles.values().sum();
                let _ = write!(
                    actual,
                    ", {bad} of them without a good answer ({})",
                    troubles(measured)
                );
            }
            if let Some(problem) = &result.first_problem {
                let _ = write!(actual, "; {problem}");
            }
            assessment.differs(
                format!("{name} misses its target"),
                format!("at most {}", target_text(target_us)),
                actual,
            );
        }
        (Answer::Missed, None) => {
            assessment.differs(
                "too many requests without a good answer",
                format!("at most {}", percent(target.allowed_ppm)),
                format!("{over} of {of} ({})", troubles(measured)),
            );
        }
        (Answer::Inconclusive, target_us) => {
            let over_what = target_us.map_or("without a good answer".to_owned(), |target_us| {
                format!("over {}", target_text(target_us))
            });
            let mut text = format!(
                "inconclusive: {over} of {of} requests {over_what} prove {name} neither met nor missed"
            );
            if measured.requests.stopped_early {
                text.push_str("; the answer about another target ended the probe");
            } else if measured.requests.cut_off {
                text.push_str("; the deadline cut off the rest");
            } else if of > 0 && of == measured.requests.planned {
                match target.deciding_samples {
                    Some(samples) => {
                        let _ = write!(text, "; about {samples} samples would decide");
                    }
                    None => text.push_str("; that is too near to the target for any number of samples"),
                }
            }
            assessment.undetermined(text);
        }
    }
}
