//! Whether timed requests meet a target, decided by counting those over it.
//!
//! A percentile of a sample is not the percentile of the service. So the count of requests over the target is held
//! against the exact one-sided binomial bounds at 95 % confidence; between the two bounds there is no answer.

use super::Sample;

/// The confidence of both answers: at most this share of wrong ones.
pub const ALPHA: f64 = 0.05;

/// What a sample says of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The target is met.
    Met,
    /// The target is missed.
    Missed,
    /// The sample cannot tell.
    Inconclusive,
}

/// How many of `samples` requests may be over a target that a share `quantile` must meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Met with at most so many over; `None`: no count proves it.
    pub met: Option<u32>,
    /// Missed with at least so many over; `None`: no count proves it.
    pub missed: Option<u32>,
}

/// The exact bounds for `samples` requests. `quantile` lies between 0 and 1, as 0.95.
#[must_use]
pub fn bounds(samples: u32, quantile: f64) -> Bounds {
    let share = 1.0 - quantile;
    // P(X <= k) for X ~ Binomial(samples, share), summed term by term in logarithms.
    let (log_p, log_q) = (share.ln(), quantile.ln());
    let mut log_choose = 0.0;
    let mut at_most = 0.0;
    let (mut met, mut missed) = (None, None);
    for over in 0..=samples {
        let at_least = 1.0 - at_most;
        if missed.is_none() && at_least <= ALPHA {
            missed = Some(over);
        }
        let log_term = log_choose + f64::from(over) * log_p + f64::from(samples - over) * log_q;
        at_most += log_term.exp();
        if at_most <= ALPHA {
            met = Some(over);
        }
        if over < samples {
            log_choose += (f64::from(samples - over) / f64::from(over + 1)).ln();
        }
    }
    Bounds { met, missed }
}

/// The fewest samples with which a target can be proven met at all.
#[must_use]
pub fn fewest_samples(quantile: f64) -> u32 {
    let mut samples = 1;
    while samples < 1_000_000 && bounds_met_at_zero(samples, quantile) {
        samples += 1;
    }
    samples
}

fn bounds_met_at_zero(samples: u32, quantile: f64) -> bool {
    f64::from(samples) * quantile.ln() > ALPHA.ln()
}

/// Counts the requests over the target; one without a good answer is over any target.
#[must_use]
pub fn over(samples: &[Sample], target_us: u64) -> usize {
    samples
        .iter()
        .filter(|sample| sample.trouble.is_some() || sample.latency_us > target_us)
        .count()
}

/// The answer for so many over out of `samples`.
#[must_use]
pub fn answer(samples: u32, over: u32, quantile: f64) -> Answer {
    let bounds = bounds(samples, quantile);
    if bounds.met.is_some_and(|most| over <= most) {
        Answer::Met
    } else if bounds.missed.is_some_and(|least| over >= least) {
        Answer::Missed
    } else {
        Answer::Inconclusive
    }
}

/// The latency that a share `quantile` of the samples does not exceed, in microseconds (nearest rank).
#[must_use]
pub fn percentile(samples: &[Sample], quantile: f64) -> Option<u64> {
    let mut latencies: Vec<u64> = samples.iter().map(|sample| sample.latency_us).collect();
    latencies.sort_unstable();
    let count = u32::try_from(latencies.len()).ok()?;
    let rank = (1..=count).find(|rank| f64::from(*rank) >= quantile * f64::from(count) - 1e-9)?;
    latencies.get(usize::try_from(rank).ok()? - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(samples: u32, quantile: f64, met: Option<u32>, missed: Option<u32>) {
        assert_eq!(
            bounds(samples, quantile),
            Bounds { met, missed },
            "n = {samples}, q = {quantile}"
        );
    }

    /// The table of exact one-sided binomial bounds at 95 %.
    #[test]
    fn bounds_agree_with_the_exact_table() {
        check(59, 0.95, Some(0), Some(7));
        check(59, 0.99, None, Some(3));
        check(100, 0.95, Some(1), Some(10));
        check(100, 0.99, None, Some(4));
        check(299, 0.95, Some(8), Some(22));
        check(299, 0.99, Some(0), Some(7));
        check(1000, 0.95, Some(38), Some(63));
        check(1000, 0.99, Some(4), Some(16));
        check(2000, 0.95, Some(83), Some(117));
        check(2000, 0.99, Some(12), Some(29));
    }

    #[test]
    fn the_fewest_samples_are_those_of_the_table() {
        assert_eq!(fewest_samples(0.95), 59);
        assert_eq!(fewest_samples(0.99), 299);
        assert_eq!(bounds(58, 0.95).met, None);
        assert_eq!(bounds(298, 0.99).met, None);
    }

    #[test]
    fn between_the_bounds_there_is_no_answer() {
        assert_eq!(answer(299, 0, 0.99), Answer::Met);
        assert_eq!(answer(299, 1, 0.99), Answer::Inconclusive);
        assert_eq!(answer(299, 7, 0.99), Answer::Missed);
        assert_eq!(answer(0, 0, 0.95), Answer::Inconclusive);
    }

    #[test]
    fn a_failed_request_is_over_any_target() {
        let good = Sample {
            latency_us: 10,
            trouble: None,
        };
        let failed = Sample {
            latency_us: 10,
            trouble: Some(super::super::Trouble::Connect),
        };
        assert_eq!(over(&[good, failed], 1_000_000), 1);
        assert_eq!(percentile(&[good], 0.99), Some(10));
        assert_eq!(percentile(&[], 0.5), None);
    }
}
