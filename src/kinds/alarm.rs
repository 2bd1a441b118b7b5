//! `alarm`: alarms watch the promised metric, go off as promised, and reach somebody.

mod metric;
mod options;

use schemars::JsonSchema;
use serde::Deserialize;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use self::metric::{Metric, Watched};
use super::facts::{self, choice};
use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::{NameGlob, Seconds};
use crate::inventory::cloudwatch::MetricAlarm;
use crate::inventory::sns::SnsTopic;
use crate::inventory::{Inventory, Needs, ResourceType};

pub const EXAMPLE: &str = r#"id: alarms-api-5xx
kind: alarm
title: More than 1 % of failed requests over five minutes raise an alarm
severity: high
owner: platform
why: What nobody is told of is found by customers.
fix: Keep the alarm in terraform/modules/monitoring.
with:
  alarms: ["${project}-api-5xx-rate-${env}"]
  expression: 100 * errors / requests
  metrics:
    errors:
      namespace: AWS/ApiGateway
      name: 5XXError
      dimensions: { ApiName: "${project}-${env}", Stage: "${env}" }
      statistic: Sum
      period: 5m
    requests:
      namespace: AWS/ApiGateway
      name: Count
      dimensions: { ApiName: "${project}-${env}", Stage: "${env}" }
      statistic: Sum
      period: 5m
  comparison: GreaterThanThreshold
  threshold: 1
  within: 5m
  alarm_topics: ["${project}-alarms-${env}"]
"#;

/// Each alarm watches the promised metric, goes off when promised, and reaches somebody.
///
/// What is not promised is not looked at, with one exception: a metric must have exactly the promised dimensions, as
/// with other dimensions it is another metric. The present state of an alarm is never looked at.
///
/// ## What is read
/// `cloudwatch:DescribeAlarms`; with `alarm_topics` or `ok_topics` the list of SNS topics.
///
/// ## When it fails
/// A fact differs from the promised one; with `alarm_topics` or `ok_topics` the alarm's actions are switched off, go
/// to no such topic, or go to a topic that does not exist any more; no alarm has one of the names.
///
/// ## What it cannot know
/// Whether anybody publishes the metric, and whether anybody is subscribed to the topic.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of alarms, or globs.
    #[schemars(length(min = 1))]
    alarms: Vec<NameGlob>,
    /// The one metric that is watched.
    metric: Option<Metric>,
    /// The metric math that is watched, whatever its blanks.
    #[schemars(length(min = 1))]
    expression: Option<String>,
    /// The metrics of the expression, by the ids that it names them by.
    #[serde(default)]
    metrics: BTreeMap<String, Metric>,
    /// How the metric is compared with the threshold, as `GreaterThanThreshold`.
    comparison: Option<Comparison>,
    /// The threshold.
    threshold: Option<f64>,
    /// The least that the threshold may be.
    min_threshold: Option<f64>,
    /// The most that the threshold may be.
    max_threshold: Option<f64>,
    /// How many of the latest periods are looked at.
    #[schemars(range(min = 1, max = 1440))]
    evaluation_periods: Option<i32>,
    /// How many of them must breach the threshold; all of them where the alarm does not say.
    #[schemars(range(min = 1, max = 1440))]
    datapoints_to_alarm: Option<i32>,
    /// The longest time over which the threshold is breached before the alarm goes off: the period times the
    /// periods that are looked at.
    within: Option<Seconds>,
    /// What a period without data counts as: `missing`, `breaching`, `notBreaching` or `ignore` (the state stays).
    treat_missing_data: Option<MissingData>,
    /// Names of topics, or globs, that the alarm must go to when it goes off. Each must exist, and actions be on.
    #[serde(default)]
    alarm_topics: Vec<NameGlob>,
    /// Names of topics, or globs, that must be told when it is over. Each must exist, and actions be on.
    #[serde(default)]
    ok_topics: Vec<NameGlob>,
}

choice!(Comparison {
    Greater = "GreaterThanThreshold",
    GreaterOrEqual = "GreaterThanOrEqualToThreshold",
    Less = "LessThanThreshold",
    LessOrEqual = "LessThanOrEqualToThreshold",
});
choice!(MissingData {
    Missing = "missing",
    Breaching = "breaching",
    NotBreaching = "notBreaching",
    Ignore = "ignore",
});

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let mistakes = options::mistakes(&self);
        if mistakes.is_empty() {
            Ok(self)
        } else {
            Err(mistakes)
        }
    }
}

impl Check for Options {
    fn needs(&self) -> CheckNeeds {
        let mut context = Needs::none();
        if !self.alarm_topics.is_empty() || !self.ok_topics.is_empty() {
            context = context.list(SnsTopic::NAME);
        }
        CheckNeeds {
            subjects: Needs::none().list(MetricAlarm::NAME),
            context,
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, MetricAlarm::NAME, &self.alarms)
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let inventory = evidence.inventory;
        let Some((_, alarm)) = select::found::<MetricAlarm>(inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        let watched = Watched::of(alarm);
        if let Some(metric) = &self.metric {
            watched.is(metric, &mut assessment);
        }
        if let Some(expression) = &self.expression {
            watched.computes(expression, &self.metrics, alarm, &mut assessment);
        }
        self.compare(alarm, &watched, &mut assessment);
        for (label, topics, actions) in [
            ("AlarmActions", &self.alarm_topics, &alarm.alarm_actions),
            ("OKActions", &self.ok_topics, &alarm.ok_actions),
        ] {
            reaches(label, topics, actions, inventory, &mut assessment);
        }
        if !self.alarm_topics.is_empty() || !self.ok_topics.is_empty() {
            assessment.saw("ActionsEnabled", alarm.actions_enabled);
            if !alarm.actions_enabled {
                assessment.differs("the alarm's actions are switched off", true, false);
            }
        }
        assessment.conclude("the alarm is as promised")
    }
}

impl Options {
    fn compare(&self, alarm: &MetricAlarm, watched: &Watched<'_>, assessment: &mut Assessment) {
        let found = facts::or_none(alarm.comparison_operator.as_deref()).to_owned();
        let comparison = self.comparison.map(|comparison| comparison.to_string());
        let wrong = "the metric is compared another way";
        facts::exactly(assessment, "ComparisonOperator", comparison, &found, wrong);
        self.threshold(alarm.threshold, assessment);
        let number =
            |found: Option<i32>| found.map_or_else(|| "none".to_owned(), |number| number.to_string());
        let periods = self.evaluation_periods.map(|periods| periods.to_string());
        let wrong = "another number of periods is looked at";
        facts::exactly(
            assessment,
            "EvaluationPeriods",
            periods,
            &number(alarm.evaluation_periods),
            wrong,
        );
        let points = self.datapoints_to_alarm.map(|points| points.to_string());
        let found = number(alarm.datapoints_to_alarm.or(alarm.evaluation_periods));
        let wrong = "another number of periods must breach the threshold";
        facts::exactly(assessment, "DatapointsToAlarm", points, &found, wrong);
        if let Some(most) = self.within {
            match (watched.period(alarm), alarm.evaluation_periods) {
                (Some(period), Some(periods)) => {
                    let found = Seconds(i64::from(period) * i64::from(periods));
                    assessment.saw("Period × EvaluationPeriods", found);
                    if found > most {
                        assessment.differs("the alarm goes off too late", format!("within {most}"), found);
                    }
                }
                _ => {
                    assessment.undetermined("AWS does not tell the period of the alarm");
                }
            }
        }
        let missing = self.treat_missing_data.map(|missing| missing.to_string());
        let wrong = "a period without data counts as something else";
        facts::exactly(
            assessment,
            "TreatMissingData",
            missing,
            &alarm.treat_missing_data,
            wrong,
        );
    }

    fn threshold(&self, found: Option<f64>, assessment: &mut Assessment) {
        let bounds = [
            (
                self.threshold,
                "exactly",
                &[Ordering::Equal][..],
                "the threshold is another one",
            ),
            (
                self.min_threshold,
                "at least",
                &[Ordering::Equal, Ordering::Greater],
                "the threshold is too low",
            ),
            (
                self.max_threshold,
                "at most",
                &[Ordering::Equal, Ordering::Less],
                "the threshold is too high",
            ),
        ];
        if bounds.iter().all(|(promised, ..)| promised.is_none()) {
            return;
        }
        // An alarm on an anomaly has a band in its place.
        let shown = found.map_or_else(|| "none".to_owned(), |found| found.to_string());
        assessment.saw("Threshold", &shown);
        for (promised, how, allowed, wrong) in bounds {
            let Some(promised) = promised else { continue };
            let order = found.and_then(|found| found.partial_cmp(&promised));
            if !order.is_some_and(|order| allowed.contains(&order)) {
                assessment.differs(wrong, format!("{how} {promised}"), &shown);
            }
        }
    }
}

/// Whether actions go to every one of the topics, and to none that is gone.
fn reaches(
    label: &str,
    topics: &[NameGlob],
    actions: &[String],
    inventory: &Inventory,
    assessment: &mut Assessment,
) {
    if topics.is_empty() {
        return;
    }
    let shown = if actions.is_empty() {
        "none".to_owned()
    } else {
        actions.join(", ")
    };
    assessment.saw(label, &shown);
    let topic_of = |action: &String| {
        inventory
            .of_type(SnsTopic::NAME)
            .find(|topic| topic.arn == *action)
    };
    for glob in topics {
        let reached = actions
            .iter()
            .filter_map(topic_of)
            .any(|topic| glob.matches(topic.label()));
        if !reached {
            assessment.differs(format!("{label} go to no topic {glob} that exists"), glob, &shown);
        }
    }
    // Topics of other accounts and regions cannot be seen from here.
    let own = format!(":sns:{}:{}:", inventory.region, inventory.account);
    for action in actions.iter().filter(|action| action.contains(&own)) {
        if topic_of(action).is_none() {
            assessment.differs(
                format!("{label} go to a topic that does not exist"),
                "a topic of the account",
                action,
            );
        }
    }
}
