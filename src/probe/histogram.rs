//! Latencies as a histogram: for programs with constant relative precision, for people as bars.

use hdrhistogram::Histogram;
use std::collections::BTreeMap;

use super::Sample;

/// Two significant digits: a bucket is at most one percent wide.
const DIGITS: u8 = 2;

/// The longest latency that is told apart, in microseconds: ten minutes, the longest timeout.
const LONGEST: u64 = 600_000_000;

/// The longest bar.
const WIDTH: u64 = 40;

/// The latencies of good answers: the upper end of each bucket in microseconds, and how many are in it.
#[must_use]
pub fn buckets(samples: &[Sample]) -> BTreeMap<u64, u64> {
    // The bounds are constants that the crate accepts.
    let Ok(mut histogram) = Histogram::<u64>::new_with_bounds(1, LONGEST, DIGITS) else {
        return BTreeMap::new();
    };
    for sample in samples.iter().filter(|sample| sample.trouble.is_none()) {
        histogram.saturating_record(sample.latency_us);
    }
    histogram
        .iter_recorded()
        .map(|step| (step.value_iterated_to(), step.count_since_last_iteration()))
        .collect()
}

/// Bars of the buckets, with the edges 1, 2, 5, 10, 20, 50, …
#[must_use]
pub fn bars(buckets: &BTreeMap<u64, u64>) -> Vec<String> {
    let (Some(lowest), Some(highest)) = (buckets.keys().next(), buckets.keys().next_back()) else {
        return Vec::new();
    };
    let mut edges = edges();
    // Only the rows between the lowest and the highest, with their empty ones: a gap is what one looks for.
    edges.retain(|(from, to)| to > lowest && from <= highest);
    let count = |(from, to): &(u64, u64)| buckets.range(from..to).map(|(_, count)| count).sum::<u64>();
    let counts: Vec<u64> = edges.iter().map(count).collect();
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    edges
        .iter()
        .zip(counts)
        .map(|((from, to), count)| {
            // Whatever is there has a bar.
            let length = (count * WIDTH).div_ceil(most);
            let bar: String = (0..length).map(|_| '█').collect();
            let line = format!("{:>6} to {:<6} {count:>6} {bar}", short(*from), short(*to));
            line.trim_end().to_owned()
        })
        .collect()
}

fn edges() -> Vec<(u64, u64)> {
    let decades = (0..9).map(|exponent| 10_u64.pow(exponent));
    let mut edges = vec![0];
    edges.extend(decades.flat_map(|unit| [unit, 2 * unit, 5 * unit]));
    edges.push(1_000_000_000);
    edges.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// A round number of microseconds, as short as it can be said.
fn short(micros: u64) -> String {
    match micros {
        0 => "0".to_owned(),
        1_000_000.. => format!("{}s", micros / 1_000_000),
        1_000.. => format!("{}ms", micros / 1_000),
        _ => format!("{micros}us"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Trouble;

    fn samples(latencies: &[(u64, usize)]) -> Vec<Sample> {
        latencies
            .iter()
            .flat_map(|(latency_us, count)| {
                let sample = Sample {
                    latency_us: *latency_us,
                    ..Sample::default()
                };
                std::iter::repeat_n(sample, *count)
            })
            .collect()
    }

    #[test]
    fn every_good_answer_is_in_a_bucket_and_no_other() {
        let mut all = samples(&[(0, 1), (900, 3), (50_000, 2), (u64::MAX, 1)]);
        all.push(Sample {
            latency_us: 900,
            trouble: Some(Trouble::TimedOut),
            ..Sample::default()
        });
        let buckets = buckets(&all);
        assert_eq!(buckets.values().sum::<u64>(), 7);
        let near = |value: u64| {
            buckets
                .range(value - value / 100..=value + value / 100)
                .map(|(_, n)| n)
                .sum::<u64>()
        };
        assert_eq!((near(900), near(50_000)), (3, 2));
        assert!(super::buckets(&[]).is_empty());
    }

    #[test]
    fn bars_show_the_gap() {
        let buckets = buckets(&samples(&[(700, 40), (1_500, 10), (80_000, 1)]));
        insta::assert_snapshot!(bars(&buckets).join("\n"));
        assert!(bars(&BTreeMap::new()).is_empty());
    }
}
