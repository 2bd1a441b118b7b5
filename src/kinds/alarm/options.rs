//! Options of an alarm that contradict each other or could never hold.

use std::collections::BTreeSet;

use super::Options;
use crate::config::yaml::escape_pointer;
use crate::formats::Seconds;
use crate::kinds::{Mistake, facts};

/// The longest time that an alarm can look at.
const LONGEST: Seconds = Seconds(604_800);

/// Everything that is wrong with the options.
pub fn mistakes(options: &Options) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let thresholds = [options.threshold, options.min_threshold, options.max_threshold];
    let promises = [
        options.metric.is_some() || options.expression.is_some() || !options.metrics.is_empty(),
        options.comparison.is_some() || thresholds.iter().any(Option::is_some),
        options.evaluation_periods.is_some() || options.datapoints_to_alarm.is_some(),
        options.within.is_some() || options.treat_missing_data.is_some(),
        !options.alarm_topics.is_empty() || !options.ok_topics.is_empty(),
    ];
    if !promises.contains(&true) {
        mistakes.push(facts::nothing_promised(&[
            "metric",
            "expression",
            "comparison",
            "threshold",
            "alarm_topics",
        ]));
    }
    if options.metric.is_some() && options.expression.is_some() {
        mistakes.push(contradiction("/expression", "both `metric` and `expression`"));
    }
    if options.threshold.is_some() && (options.min_threshold.is_some() || options.max_threshold.is_some()) {
        mistakes.push(contradiction("/threshold", "both an exact threshold and a bound"));
    }
    if let (Some(least), Some(most)) = (options.min_threshold, options.max_threshold)
        && least > most
    {
        let title = format!("no threshold is at least {least} and at most {most}");
        mistakes.push(never(
            "/max_threshold",
            title,
            "`min_threshold` is more than that",
        ));
    }
    if let (Some(points), Some(periods)) = (options.datapoints_to_alarm, options.evaluation_periods)
        && points > periods
    {
        let title = format!("{points} of {periods} periods can never breach the threshold");
        mistakes.push(never(
            "/datapoints_to_alarm",
            title,
            "more than `evaluation_periods`",
        ));
    }
    if let Some(within) = options.within
        && within >= LONGEST
    {
        let title = format!("every alarm goes off within {within}");
        let label = format!("CloudWatch has no alarm over more than {LONGEST}, so it cannot fail");
        mistakes.push(Mistake::new("/within", "always-holds", title, label));
    }
    mistakes.extend(of_metrics(options));
    mistakes.extend(of_ids(options));
    mistakes
}

/// Periods that CloudWatch does not have, and those with which the alarm cannot go off in time.
fn of_metrics(options: &Options) -> Vec<Mistake> {
    let single = options.metric.iter().map(|metric| ("/metric".to_owned(), metric));
    let several = options
        .metrics
        .iter()
        .map(|(id, metric)| (format!("/metrics/{}", escape_pointer(id)), metric));
    let mut mistakes = Vec::new();
    for (pointer, metric) in single.chain(several) {
        let Some(period) = metric.period else { continue };
        let pointer = format!("{pointer}/period");
        if ![10, 20, 30].contains(&period.0) && (period.0 < 60 || period.0 % 60 != 0) {
            let title = format!("no metric has a period of {period}");
            mistakes.push(never(
                &pointer,
                title,
                "CloudWatch has 10s, 20s, 30s and whole minutes",
            ));
        }
        let fewest = options.evaluation_periods.unwrap_or(1);
        let shortest = Seconds(period.0.saturating_mul(fewest.into()));
        if let Some(within) = options.within
            && shortest > within
        {
            let title = format!("an alarm over {shortest} cannot go off within {within}");
            mistakes.push(never(
                "/within",
                title,
                format!("{fewest} periods of {period} are longer"),
            ));
        }
    }
    mistakes
}

/// Ids that an expression names and nobody promises, and the other way round.
fn of_ids(options: &Options) -> Vec<Mistake> {
    let Some(expression) = &options.expression else {
        return options
            .metrics
            .keys()
            .map(|id| {
                let title = format!("the metric `{id}` belongs to no expression");
                Mistake::new(
                    format!("/metrics/{}#", escape_pointer(id)),
                    "unused-metric",
                    title,
                    "never compared",
                )
                .help("add `expression`, or give the one metric as `metric`")
            })
            .collect();
    };
    let named = ids(expression);
    let mut mistakes = Vec::new();
    for id in &named {
        if !options.metrics.contains_key(*id) {
            let title = format!("the expression names `{id}`, which is not in `metrics`");
            mistakes.push(
                Mistake::new(
                    "/expression",
                    "unknown-metric",
                    title,
                    "anything could stand behind that id",
                )
                .help(format!("add `{id}` to `metrics`")),
            );
        }
    }
    // `METRICS()` stands for all of them.
    for id in options
        .metrics
        .keys()
        .filter(|id| !named.contains(id.as_str()) && !expression.contains("METRICS("))
    {
        let pointer = format!("/metrics/{}#", escape_pointer(id));
        let title = format!("the expression does not name `{id}`");
        mistakes.push(Mistake::new(
            pointer,
            "unused-metric",
            title,
            "no part of what is watched",
        ));
    }
    mistakes
}

/// The ids in metric math: words that begin with a small letter, outside of quotes.
fn ids(expression: &str) -> BTreeSet<&str> {
    let outside = expression.split(['"', '\'']).step_by(2);
    outside
        .flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect()
}

fn contradiction(pointer: &str, title: &str) -> Mistake {
    Mistake::new(pointer, "contradicting-keys", title, "only one of the two")
        .help("keep the one that says what you mean")
}

fn never(pointer: &str, title: String, label: impl Into<String>) -> Mistake {
    Mistake::new(pointer, "never-holds", title, label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_begin_with_a_small_letter_and_stand_outside_of_quotes() {
        let found = |text| ids(text).into_iter().collect::<Vec<_>>();
        assert_eq!(
            found("IF(requests > 0, 100 * errors / requests, 0)"),
            ["errors", "requests"]
        );
        assert_eq!(found("SEARCH('{AWS/Lambda} errors', \"Sum\", 300) + m1"), ["m1"]);
        assert_eq!(found("SUM(METRICS())"), Vec::<&str>::new());
    }
}
