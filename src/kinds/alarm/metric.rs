//! What an alarm watches: one metric, or metric math over several.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

use crate::check::Assessment;
use crate::formats::{NameGlob, Seconds};
use crate::inventory::cloudwatch::{MetricAlarm, MetricQuery};
use crate::kinds::facts;

/// A metric, and how its data points are made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// The namespace, as `AWS/Lambda`.
    #[schemars(length(min = 1))]
    pub namespace: String,
    /// The metric's name, as `Errors`.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The values of exactly its dimensions, as globs, by name; the metric without dimensions when absent.
    #[serde(default)]
    pub dimensions: BTreeMap<String, NameGlob>,
    /// `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, or a percentile or trimmed statistic as `p95` or `tm90`.
    #[schemars(
        regex(
            pattern = r"^(Sum|Average|Minimum|Maximum|SampleCount|IQM|(p|tm|tc|ts|wm)(100|[0-9]{1,2}(\.[0-9]{1,10})?)|(TM|TC|TS|WM|PR)\([0-9.%]*:[0-9.%]*\))$"
        ),
        extend("patternErrorMessage" = "a statistic of CloudWatch, as `Sum`, `Maximum` or `p95`")
    )]
    pub statistic: Option<String>,
    /// The time of one data point: 10, 20 or 30 seconds, or whole minutes.
    pub period: Option<Seconds>,
}

/// What an alarm watches, however it says so.
pub enum Watched<'a> {
    Metric(Found<'a>),
    /// Metric math, or nothing that could be understood.
    Expression(Option<&'a str>),
}

/// One metric of an alarm.
pub struct Found<'a> {
    namespace: Option<&'a str>,
    name: Option<&'a str>,
    dimensions: &'a BTreeMap<String, String>,
    statistic: Option<&'a str>,
    period: Option<i32>,
}

impl<'a> Watched<'a> {
    pub fn of(alarm: &'a MetricAlarm) -> Self {
        if alarm.metrics.is_empty() {
            return Self::Metric(Found {
                namespace: alarm.namespace.as_deref(),
                name: alarm.metric_name.as_deref(),
                dimensions: &alarm.dimensions,
                statistic: alarm.statistic.as_deref().or(alarm.extended_statistic.as_deref()),
                period: alarm.period,
            });
        }
        // Only one of the queries is compared with the threshold; alone it is a metric in other words.
        match alarm.metrics.iter().find(|query| query.return_data) {
            Some(query) if query.expression.is_none() => Self::Metric(Found::of(query)),
            Some(query) => Self::Expression(query.expression.as_deref()),
            None => Self::Expression(None),
        }
    }

    /// Seconds of one data point: of the metric, or the longest of the expression's metrics.
    pub fn period(&self, alarm: &MetricAlarm) -> Option<i32> {
        match self {
            Self::Metric(found) => found.period,
            Self::Expression(_) => alarm.metrics.iter().filter_map(|query| query.period).max(),
        }
    }

    /// Records whether it is this metric.
    pub fn is(&self, promised: &Metric, assessment: &mut Assessment) {
        match self {
            Self::Metric(found) => found.compare("", promised, assessment),
            Self::Expression(expression) => {
                let expression = facts::or_none(*expression);
                assessment.saw("Expression", expression);
                let metric = format!("{} {}", promised.namespace, promised.name);
                assessment.differs("the alarm watches an expression", metric, expression);
            }
        }
    }

    /// Records whether it is this metric math over these metrics.
    pub fn computes(
        &self,
        promised: &str,
        metrics: &BTreeMap<String, Metric>,
        alarm: &MetricAlarm,
        assessment: &mut Assessment,
    ) {
        let found = match self {
            Self::Metric(found) => found.metric(),
            Self::Expression(expression) => facts::or_none(*expression).to_owned(),
        };
        assessment.saw("Expression", &found);
        if without_blanks(promised) != without_blanks(&found) {
            assessment.differs("the alarm watches something else", promised, &found);
        }
        for (id, metric) in metrics {
            match alarm
                .metrics
                .iter()
                .find(|query| query.id == *id && query.expression.is_none())
            {
                Some(query) => Found::of(query).compare(&format!("{id} "), metric, assessment),
                None => {
                    assessment.differs(format!("the alarm has no metric {id}"), &metric.name, "none");
                }
            }
        }
    }
}

impl<'a> Found<'a> {
    fn of(query: &'a MetricQuery) -> Self {
        Self {
            namespace: query.namespace.as_deref(),
            name: query.metric_name.as_deref(),
            dimensions: &query.dimensions,
            statistic: query.stat.as_deref(),
            period: query.period,
        }
    }

    fn metric(&self) -> String {
        format!("{} {}", facts::or_none(self.namespace), facts::or_none(self.name))
    }

    /// Records each fact of the metric; `whose` begins the label of each, as `errors `.
    fn compare(&self, whose: &str, promised: &Metric, assessment: &mut Assessment) {
        let metric = format!("{} {}", promised.namespace, promised.name);
        let label = format!("{whose}Metric");
        facts::exactly(
            assessment,
            &label,
            Some(metric),
            &self.metric(),
            "the metric is another one",
        );
        let found: Vec<String> = self
            .dimensions
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let wanted: Vec<String> = promised
            .dimensions
            .iter()
            .map(|(name, glob)| format!("{name}={glob}"))
            .collect();
        let shown = |list: Vec<String>| {
            if list.is_empty() {
                "none".to_owned()
            } else {
                list.join(", ")
            }
        };
        let (found, wanted) = (shown(found), shown(wanted));
        assessment.saw(format!("{whose}Dimensions"), &found);
        let same = self.dimensions.len() == promised.dimensions.len()
            && promised
                .dimensions
                .iter()
                .all(|(name, glob)| self.dimensions.get(name).is_some_and(|value| glob.matches(value)));
        if !same {
            assessment.differs("the metric is that of something else", wanted, found);
        }
        let statistic = facts::or_none(self.statistic).to_owned();
        let label = format!("{whose}Statistic");
        let wrong = "the data points are made another way";
        facts::exactly(assessment, &label, promised.statistic.clone(), &statistic, wrong);
        let period = self
            .period
            .map_or_else(|| "none".to_owned(), |period| Seconds(period.into()).to_string());
        let wanted = promised.period.map(|period| period.to_string());
        let wrong = "the data points are of another time";
        facts::exactly(assessment, &format!("{whose}Period"), wanted, &period, wrong);
    }
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
