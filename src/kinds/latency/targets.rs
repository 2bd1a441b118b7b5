//! The targets of a `latency` check as thresholds.

use super::{Mistake, Options};
use crate::formats::Latency;
use crate::probe::{Measure, Threshold};

impl Options {
    /// Every target, in the order in which they are told; what is wrong with them is added to the mistakes.
    pub(super) fn targets(&self, mistakes: &mut Vec<Mistake>) -> Vec<Threshold> {
        let mut targets: Vec<Threshold> = Vec::new();
        for (name, target) in [("p50", self.p50), ("p95", self.p95), ("p99", self.p99)] {
            if let (Some(target), Some(allowed_ppm)) = (target, allowed(name)) {
                self.add(
                    &format!("/{name}"),
                    name,
                    target,
                    allowed_ppm,
                    &mut targets,
                    mistakes,
                );
            }
        }
        for (name, target) in &self.quantiles {
            let pointer = format!("/quantiles/{}", name.replace('~', "~0").replace('/', "~1"));
            match allowed(name) {
                Some(allowed_ppm) => self.add(&pointer, name, *target, allowed_ppm, &mut targets, mistakes),
                None => mistakes.push(
                    Mistake::new(
                        format!("{pointer}#"),
                        "bad-quantile",
                        format!("`{name}` is no percentile"),
                        "expected `p` and a number between 0 and 100, with at most four decimals",
                    )
                    .help("as `p99.9: 200ms`"),
                ),
            }
        }
        if let Some(rate) = self.max_error_rate {
            targets.push(Threshold {
                name: "max_error_rate".to_owned(),
                measure: Measure::Errors,
                allowed_ppm: millionths(rate),
            });
        }
        if targets.is_empty() && mistakes.is_empty() {
            mistakes.push(
                Mistake::new(
                    "",
                    "missing-key",
                    "no target",
                    "without a target nothing can fail",
                )
                .help(
                    "give at least one of `p50`, `p95`, `p99`, `quantiles`, `max_error_rate`, as `p95: 50ms`",
                ),
            );
        }
        targets
    }

    fn add(
        &self,
        pointer: &str,
        name: &str,
        target: Latency,
        allowed_ppm: u32,
        targets: &mut Vec<Threshold>,
        mistakes: &mut Vec<Mistake>,
    ) {
        if let Some(same) = targets.iter().find(|other| other.allowed_ppm == allowed_ppm) {
            mistakes.push(Mistake::new(
                format!("{pointer}#"),
                "same-quantile",
                format!("`{name}` is promised twice"),
                format!("it is the same as `{}`", same.name),
            ));
        } else if target >= self.timeout {
            mistakes.push(
                Mistake::new(
                    pointer,
                    "target-beyond-timeout",
                    format!("the {name} target is not below the timeout"),
                    format!("requests are given up after {}", self.timeout),
                )
                .help("raise `timeout`"),
            );
        }
        targets.push(Threshold {
            name: name.to_owned(),
            measure: Measure::Latency(u64::try_from(target.0.as_micros()).unwrap_or(u64::MAX)),
            allowed_ppm,
        });
    }
}

/// The share of requests that a percentile leaves over, in millionths: 1,000 for `p99.9`.
fn allowed(name: &str) -> Option<u32> {
    let number = name.strip_prefix('p')?;
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(whole, 2) || !digits(decimals, 4) {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let decimals: u32 = format!("{decimals:0<4}").parse().ok()?;
    let within = whole * 10_000 + decimals;
    (within > 0).then_some(1_000_000 - within)
}

/// A share in millionths.
pub fn millionths(share: f64) -> u32 {
    // Rust has no cast of a float that says when it does not fit.
    format!("{:.0}", share * 1e6).parse().unwrap_or_default()
}

/// Millionths as a percentage.
pub fn percent(ppm: u32) -> String {
    let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles() {
        for (name, expected) in [
            ("p50", 500_000),
            ("p95", 50_000),
            ("p99", 10_000),
            ("p99.9", 1_000),
            ("p99.95", 500),
            ("p99.9999", 1),
            ("p5", 950_000),
        ] {
            assert_eq!(allowed(name), Some(expected), "{name}");
        }
        for name in [
            "99",
            "p",
            "p0",
            "p100",
            "p99.",
            "p99.99999",
            "p-1",
            "p9x",
            "q95",
            "p00.0",
        ] {
            assert_eq!(allowed(name), None, "{name}");
        }
    }

    #[test]
    fn shares() {
        assert_eq!(millionths(0.95), 950_000);
        assert_eq!(millionths(0.0001), 100);
        assert_eq!(percent(950_000), "95 %");
        assert_eq!(percent(999_900), "99.99 %");
        assert_eq!(percent(5_000), "0.5 %");
        assert_eq!(percent(100_000), "10 %");
    }
}
