//! The sequential test: an answer as soon as the requests so far give one.
//!
//! Two of Wald's sequential probability ratio tests run side by side, one for each answer. Both have the allowed
//! share p₁ as the share that must not be taken for the other:
//!
//! - met: p₁ against a fifth of it, the clearly good service. The ratio of likelihoods good/p₁ is a supermartingale
//!   for every service that is over with p₁ or more, so it ever reaches 1/α in at most a share α of runs (Ville).
//! - missed: p₁ against five times it, or half way to 1 if that is less; the same argument the other way round.
//!
//! One test between a good and a bad share, as the textbook has it, would be faster: it takes a service of half the
//! allowed share for bad in a good part of runs, and one just beyond the allowed share for good.
//!
//! The requests must be seen in the order in which they were due: fast answers come first and would decide.

use super::verdict::{Answer, CLEARLY_GOOD};
use super::{Rule, Sample, Threshold};

/// How much worse than allowed a service is that is clearly bad.
const CLEARLY_BAD: f64 = 5.0;

/// Both tests of one threshold.
#[derive(Debug, Clone)]
pub struct Sequential {
    met: Ratio,
    missed: Ratio,
    limit: f64,
    answer: Option<Answer>,
}

/// The logarithm of a ratio of likelihoods, and what each request adds to it.
#[derive(Debug, Clone, Copy)]
struct Ratio {
    sum: f64,
    when_over: f64,
    when_under: f64,
}

impl Ratio {
    fn new(alternative: f64, allowed: f64) -> Self {
        Self {
            sum: 0.0,
            when_over: (alternative / allowed).ln(),
            when_under: ((1.0 - alternative) / (1.0 - allowed)).ln(),
        }
    }

    fn see(&mut self, over: bool) -> f64 {
        self.sum += if over { self.when_over } else { self.when_under };
        self.sum
    }
}

impl Sequential {
    /// The tests of a share that may be over, each with a share `alpha` of wrong answers.
    #[must_use]
    pub fn new(allowed: f64, alpha: f64) -> Self {
        let bad = (allowed * CLEARLY_BAD).min(f64::midpoint(1.0, allowed));
        Self {
            met: Ratio::new(allowed * CLEARLY_GOOD, allowed),
            missed: Ratio::new(bad, allowed),
            limit: -alpha.ln(),
            answer: None,
        }
    }

    /// Sees the next request. An answer, once given, stays.
    pub fn see(&mut self, over: bool) -> Option<Answer> {
        let (met, missed) = (self.met.see(over), self.missed.see(over));
        if self.answer.is_none() {
            self.answer = if missed >= self.limit {
                Some(Answer::Missed)
            } else if met >= self.limit {
                Some(Answer::Met)
            } else {
                None
            };
        }
        self.answer
    }
}

/// Decides while requests are being sent whether more are needed.
#[derive(Debug)]
pub struct Stop {
    tests: Vec<(Threshold, Sequential)>,
}

impl Stop {
    /// Watches all thresholds.
    #[must_use]
    pub fn new(rule: Rule, thresholds: &[Threshold]) -> Self {
        let test = |threshold: &Threshold| Sequential::new(threshold.allowed(), rule.alpha());
        Self {
            tests: thresholds
                .iter()
                .map(|threshold| (threshold.clone(), test(threshold)))
                .collect(),
        }
    }

    /// Sees the next request in the order in which they were due. True when one threshold is missed or all are met.
    pub fn see(&mut self, sample: &Sample) -> bool {
        let (mut missed, mut met) = (false, !self.tests.is_empty());
        for (threshold, test) in &mut self.tests {
            let answer = test.see(threshold.is_over(sample));
            missed |= answer == Some(Answer::Missed);
            met &= answer == Some(Answer::Met);
        }
        missed || met
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Measure;

    fn clean_until_met(allowed: f64, alpha: f64) -> usize {
        let mut test = Sequential::new(allowed, alpha);
        (1..10_000)
            .find(|_| test.see(false) == Some(Answer::Met))
            .unwrap()
    }

    #[test]
    fn clean_requests_until_met() {
        // ln(1/alpha) / ln((1 - p1/5) / (1 - p1))
        assert_eq!(clean_until_met(0.05, 0.05), 73);
        assert_eq!(clean_until_met(0.05, 0.025), 90);
        assert_eq!(clean_until_met(0.01, 0.05), 373);
        assert_eq!(clean_until_met(0.01, 0.025), 459);
        assert_eq!(clean_until_met(0.5, 0.05), 6);
    }

    #[test]
    fn three_bad_requests_in_a_row_are_enough() {
        for allowed in [0.05, 0.01, 0.001] {
            let mut test = Sequential::new(allowed, 0.025);
            assert_eq!(test.see(true), None);
            assert_eq!(test.see(true), None);
            assert_eq!(test.see(true), Some(Answer::Missed));
        }
    }

    #[test]
    fn an_answer_stays() {
        let mut test = Sequential::new(0.05, 0.025);
        for _ in 0..3 {
            test.see(true);
        }
        for _ in 0..1_000 {
            assert_eq!(test.see(false), Some(Answer::Missed));
        }
    }

    #[test]
    fn all_must_be_met_and_one_missed_is_enough() {
        let threshold = |target_us, allowed_ppm| Threshold {
            name: String::new(),
            measure: Measure::Latency(target_us),
            allowed_ppm,
        };
        let rule = Rule {
            confidence_ppm: 950_000,
            early_stop: true,
        };
        let sample = |latency_us| Sample {
            latency_us,
            ..Sample::default()
        };
        let thresholds = [threshold(10, 500_000), threshold(50, 50_000)];
        let mut stop = Stop::new(rule, &thresholds);
        assert_eq!((1..10_000).find(|_| stop.see(&sample(5))), Some(90));
        let mut stop = Stop::new(rule, &thresholds);
        assert_eq!((1..10_000).find(|_| stop.see(&sample(60))), Some(3));
        assert!(!Stop::new(rule, &[]).see(&sample(5)));
    }
}
