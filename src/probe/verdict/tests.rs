//! The bounds against exact tables, and how often each answer is wrong.

use super::*;
use crate::probe::{Measure, Trouble};

const P95: f64 = 0.05;
const P99: f64 = 0.01;
const ALPHA: f64 = 0.05;

fn check(samples: u32, allowed: f64, met: Option<u32>, missed: Option<u32>) {
    assert_eq!(
        bounds(samples, allowed, ALPHA),
        Bounds { met, missed },
        "n = {samples}, allowed = {allowed}"
    );
}

/// The table of exact one-sided binomial bounds at 95 %.
#[test]
fn bounds_agree_with_the_exact_table() {
    check(59, P95, Some(0), Some(7));
    check(59, P99, None, Some(3));
    check(100, P95, Some(1), Some(10));
    check(100, P99, None, Some(4));
    check(299, P95, Some(8), Some(22));
    check(299, P99, Some(0), Some(7));
    check(1000, P95, Some(38), Some(63));
    check(1000, P99, Some(4), Some(16));
    check(2000, P95, Some(83), Some(117));
    check(2000, P99, Some(12), Some(29));
}

/// Binomial probabilities in whole numbers: of 2^n equally likely outcomes, how many have at most k ones.
#[test]
fn the_sum_agrees_with_whole_numbers_for_a_fair_coin() {
    for samples in 1_u32..=60 {
        let mut choose = 1_u128;
        let mut sum = 0_u128;
        for (over, found) in (0..=samples).zip(at_most(samples, 0.5)) {
            sum += choose;
            let exact = to_f64(sum) / to_f64(1 << samples);
            assert!((found - exact).abs() < 1e-12, "n = {samples}, k = {over}");
            choose = choose * u128::from(samples - over) / u128::from(over + 1);
        }
    }
}

fn to_f64(number: u128) -> f64 {
    number.to_string().parse().unwrap()
}

#[test]
fn the_fewest_samples_are_those_of_the_table() {
    assert_eq!(fewest_samples(P95, ALPHA), 59);
    assert_eq!(fewest_samples(P99, ALPHA), 299);
    assert_eq!(fewest_samples(0.5, ALPHA), 5);
    assert_eq!(fewest_samples(0.001, ALPHA), 2995);
    assert_eq!(fewest_samples(P99, 0.01), 459);
    for (samples, allowed) in [(58, P95), (298, P99), (2994, 0.001)] {
        assert_eq!(bounds(samples, allowed, ALPHA).met, None);
        assert_eq!(bounds(samples + 1, allowed, ALPHA).met, Some(0));
    }
}

#[test]
fn between_the_bounds_there_is_no_answer() {
    let bounds = bounds(299, P99, ALPHA);
    assert_eq!(bounds.answer(0, 0), Answer::Met);
    assert_eq!(bounds.answer(1, 0), Answer::Inconclusive);
    assert_eq!(bounds.answer(6, 0), Answer::Inconclusive);
    assert_eq!(bounds.answer(7, 0), Answer::Missed);
    // A lost request may have been good or bad: it helps neither answer.
    assert_eq!(bounds.answer(0, 1), Answer::Inconclusive);
    assert_eq!(bounds.answer(6, 5), Answer::Inconclusive);
    assert_eq!(bounds.answer(7, 5), Answer::Missed);
}

/// The exact share of wrong answers at the allowed share itself, where it is greatest.
#[test]
fn no_answer_is_wrong_more_often_than_the_confidence_allows() {
    for alpha in [0.1, 0.05, 0.025, 0.01] {
        for allowed in [0.5, 0.1, P95, P99, 0.001] {
            for samples in [5, 59, 100, 153, 299, 773, 2000, 5000] {
                let met = chance_of_met(samples, allowed, alpha, allowed);
                assert!(met <= alpha, "met {met} at n = {samples}, allowed = {allowed}");
                if let Some(missed) = bounds(samples, allowed, alpha).missed {
                    let below = usize::try_from(missed - 1).unwrap();
                    let wrong = 1.0 - at_most(samples, allowed).nth(below).unwrap();
                    assert!(
                        wrong <= alpha,
                        "missed {wrong} at n = {samples}, allowed = {allowed}"
                    );
                }
            }
        }
    }
}

#[test]
fn telling_samples_find_a_clearly_good_service_in_nine_runs_of_ten() {
    assert_eq!(telling_samples(P95, ALPHA), 153);
    assert_eq!(telling_samples(P99, ALPHA), 773);
    for allowed in [0.5, 0.1, P95, P99, 0.001] {
        let samples = telling_samples(allowed, ALPHA);
        assert!(chance_of_met(samples, allowed, ALPHA, allowed * CLEARLY_GOOD) >= POWER);
    }
}

#[test]
fn the_deciding_number_decides() {
    for (over, of, allowed) in [
        (2, 100, P95),
        (1, 299, P99),
        (6, 299, P99),
        (9, 100, P95),
        (0, 10, P99),
    ] {
        let samples = deciding_samples(over, of, allowed, ALPHA).unwrap();
        assert!(samples > of);
        let scaled = f64::from(over) * f64::from(samples) / f64::from(of);
        let bounds = bounds(samples, allowed, ALPHA);
        let met = bounds.met.is_some_and(|most| scaled <= f64::from(most));
        let missed = bounds.missed.is_some_and(|least| scaled >= f64::from(least));
        assert!(met || missed, "{over} of {of}: {samples}");
    }
    // Exactly the allowed share: no number tells.
    assert_eq!(deciding_samples(5, 100, P95, ALPHA), None);
}

fn sample(latency_us: u64, trouble: Option<Trouble>) -> Sample {
    Sample {
        latency_us,
        trouble,
        ..Sample::default()
    }
}

fn threshold(measure: Measure) -> Threshold {
    Threshold {
        name: "p95".to_owned(),
        measure,
        allowed_ppm: 50_000,
    }
}

#[test]
fn a_failed_request_is_over_any_target() {
    let samples = [
        sample(10, None),
        sample(10, Some(Trouble::Connect)),
        sample(90, None),
    ];
    assert_eq!(threshold(Measure::Latency(1_000_000)).over(&samples), 1);
    assert_eq!(threshold(Measure::Latency(50)).over(&samples), 2);
    assert_eq!(threshold(Measure::Errors).over(&samples), 1);
}

#[test]
fn a_failed_request_took_longer_than_any_other() {
    let samples = [
        sample(90, Some(Trouble::TimedOut)),
        sample(20, None),
        sample(10, None),
    ];
    assert_eq!(percentile(&samples, 500_000), Some(20));
    assert_eq!(percentile(&samples, 666_667), Some(10));
    assert_eq!(percentile(&samples, 50_000), None);
    assert_eq!(percentile(&[], 500_000), None);
}

#[test]
fn ranks_are_exact() {
    assert_eq!(rank(100, 50_000), Some(94));
    assert_eq!(rank(100, 10_000), Some(98));
    assert_eq!(rank(1, 10_000), Some(0));
    assert_eq!(rank(1000, 1_000), Some(998));
    assert_eq!(rank(0, 1_000), Some(0));
}

#[test]
fn lost_requests_prove_nothing() {
    let rule = Rule {
        confidence_ppm: 950_000,
        early_stop: false,
    };
    let threshold = threshold(Measure::Latency(50));
    let good = vec![sample(10, None); 99];
    assert_eq!(decide(&threshold, rule, &good, 100).answer, Answer::Met);
    assert_eq!(
        decide(&threshold, rule, &good[..98], 100).answer,
        Answer::Inconclusive
    );
    let bad = vec![sample(90, None); 10];
    assert_eq!(decide(&threshold, rule, &bad, 100).answer, Answer::Missed);
    assert_eq!(decide(&threshold, rule, &[], 0).answer, Answer::Inconclusive);
}
