//! Whether timed requests meet a target, decided by counting those over it.
//!
//! A percentile of a sample is not the percentile of the service. So the count of requests over the target is held
//! against the exact one-sided binomial bounds at the stated confidence; between the two there is no answer.
//!
//! The guarantee, for a service whose requests are over the target independently with one probability: when that
//! is the allowed one or more, at most a share `alpha` of runs says met; when it is the allowed one or less, at most
//! a share `alpha` says missed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sequential::Sequential;
use super::{Rule, Sample, Threshold};

/// The most samples that a probe takes.
pub const MOST_SAMPLES: u32 = 100_000;

/// How much better than allowed a service is that is clearly good: a fifth of the allowed share.
pub const CLEARLY_GOOD: f64 = 0.2;

/// The share of runs in which a clearly good service should be found to be good.
pub const POWER: f64 = 0.9;

/// What a sample says of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The target is met.
    Met,
    /// The target is missed.
    Missed,
    /// The sample cannot tell.
    Inconclusive,
}

/// How many of a number of requests may be over a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Met with at most so many over; `None`: no count proves it.
    pub met: Option<u32>,
    /// Missed with at least so many over; `None`: no count proves it.
    pub missed: Option<u32>,
}

impl Bounds {
    /// The answer when so many are over, and so many more may be.
    #[must_use]
    pub fn answer(self, over: u32, lost: u32) -> Answer {
        if self.met.is_some_and(|most| over.saturating_add(lost) <= most) {
            Answer::Met
        } else if self.missed.is_some_and(|least| over >= least) {
            Answer::Missed
        } else {
            Answer::Inconclusive
        }
    }
}

/// The exact bounds for `samples` requests of which a share `allowed` may be over, with a share `alpha` of wrong
/// answers. Both lie between 0 and 1: 0.05 and 0.05 for a p95 at 95 %.
#[must_use]
pub fn bounds(samples: u32, allowed: f64, alpha: f64) -> Bounds {
    let (mut met, mut missed) = (None, None);
    let mut fewer = 0.0;
    for (over, at_most) in (0..).zip(at_most(samples, allowed)) {
        // P(X >= over), as P(X <= over - 1) is known.
        if 1.0 - fewer <= alpha {
            missed = Some(over);
            break;
        }
        if at_most <= alpha {
            met = Some(over);
        }
        fewer = at_most;
    }
    Bounds { met, missed }
}

/// P(X <= k) for k = 0, 1, … and X ~ Binomial(samples, share), summed term by term in logarithms.
fn at_most(samples: u32, share: f64) -> impl Iterator<Item = f64> {
    let (log_p, log_q) = (share.ln(), (1.0 - share).ln());
    let mut log_choose = 0.0;
    let mut sum = 0.0;
    (0..=samples).map(move |over| {
        let log_term = log_choose + f64::from(over) * log_p + f64::from(samples - over) * log_q;
        sum += log_term.exp();
        if over < samples {
            log_choose += (f64::from(samples - over) / f64::from(over + 1)).ln();
        }
        sum
    })
}

/// The share of runs in which a service is found to be good whose requests are over with probability `share`.
#[must_use]
pub fn chance_of_met(samples: u32, allowed: f64, alpha: f64, share: f64) -> f64 {
    let Some(met) = bounds(samples, allowed, alpha).met else {
        return 0.0;
    };
    let counted = usize::try_from(met).unwrap_or(usize::MAX);
    at_most(samples, share).nth(counted).unwrap_or(1.0)
}

/// The fewest samples of which so many may be over and the target still be proven met.
fn fewest_with(over: u32, allowed: f64, alpha: f64) -> u32 {
    let counted = usize::try_from(over).unwrap_or(usize::MAX);
    let proven = |samples: u32| {
        at_most(samples, allowed)
            .nth(counted)
            .is_some_and(|sum| sum <= alpha)
    };
    let mut high = over + 1;
    while !proven(high) {
        if high >= 1 << 30 {
            return u32::MAX;
        }
        high *= 2;
    }
    let mut low = high / 2;
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if proven(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// The fewest samples with which a target can be proven met at all.
#[must_use]
pub fn fewest_samples(allowed: f64, alpha: f64) -> u32 {
    fewest_with(0, allowed, alpha)
}

/// The fewest samples with which a clearly good service is found to be good in nine runs of ten.
#[must_use]
pub fn telling_samples(allowed: f64, alpha: f64) -> u32 {
    // Three or four may be over at the usual confidence.
    (0..1_000)
        .map(|over| (over, fewest_with(over, allowed, alpha)))
        .find(|(over, samples)| {
            let counted = usize::try_from(*over).unwrap_or(usize::MAX);
            let found = at_most(*samples, allowed * CLEARLY_GOOD).nth(counted);
            found.is_none_or(|found| found >= POWER)
        })
        .map_or(u32::MAX, |(_, samples)| samples)
}

/// A number of samples that would give an answer if the same share of them were over; `None` when that share is
/// too near to the allowed one.
#[must_use]
pub fn deciding_samples(over: u32, of: u32, allowed: f64, alpha: f64) -> Option<u32> {
    let (over, of) = (u64::from(over), u64::from(of.max(1)));
    let decides = |samples: u32| {
        let scaled = over * u64::from(samples);
        let bounds = bounds(samples, allowed, alpha);
        // Rounded against the answer.
        let met = bounds
            .met
            .is_some_and(|most| scaled.div_ceil(of) <= u64::from(most));
        met || bounds.missed.is_some_and(|least| scaled / of >= u64::from(least))
    };
    let mut low = u32::try_from(of).ok()?;
    let mut high = low;
    while !decides(high) {
        low = high;
        high = high.checked_mul(2).filter(|_| high < MOST_SAMPLES)?;
    }
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if decides(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    (high <= MOST_SAMPLES).then_some(high)
}

/// What became of one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub answer: Answer,
    /// How many of the samples count against it.
    pub over: u32,
    /// After how many samples the sequential test had its answer.
    pub after: Option<u32>,
}

/// Judges one threshold. Of `planned` requests those without a sample are lost: they may have been good or bad.
#[must_use]
pub fn decide(threshold: &Threshold, rule: Rule, samples: &[Sample], planned: u32) -> Decision {
    let over = threshold.over(samples);
    if rule.early_stop {
        let mut test = Sequential::new(threshold.allowed(), rule.alpha());
        for (sample, count) in samples.iter().zip(1..) {
            if let Some(answer) = test.see(threshold.is_over(sample)) {
                let after = Some(count);
                return Decision { answer, over, after };
            }
        }
    }
    let judged = u32::try_from(samples.len()).unwrap_or(u32::MAX);
    let bounds = bounds(planned.max(judged), threshold.allowed(), rule.alpha());
    Decision {
        answer: bounds.answer(over, planned.saturating_sub(judged)),
        over,
        after: None,
    }
}

/// The latency that a share `1 - allowed` of the samples does not exceed, in microseconds (nearest rank). A request
/// without a good answer took longer than any; `None` when the rank falls on one, or there is no sample.
#[must_use]
pub fn percentile(samples: &[Sample], allowed_ppm: u32) -> Option<u64> {
    let good = samples.iter().filter(|sample| sample.trouble.is_none());
    let mut latencies: Vec<u64> = good.map(|sample| sample.latency_us).collect();
    latencies.sort_unstable();
    latencies.get(rank(samples.len(), allowed_ppm)?).copied()
}

/// Where the percentile stands among so many sorted values.
#[must_use]
pub fn rank(count: usize, allowed_ppm: u32) -> Option<usize> {
    let share = 1_000_000 - u64::from(allowed_ppm.min(1_000_000));
    let rank = (u64::try_from(count).ok()? * share).div_ceil(1_000_000);
    usize::try_from(rank.max(1)).ok().map(|rank| rank - 1)
}

#[cfg(test)]
mod tests;
