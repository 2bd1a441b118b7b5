//! Alarms and dashboards, as the CloudWatch API describes them.
//!
//! An alarm's present state is left out: it changes by the minute and no promise is made of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::fact::Fact;

/// An alarm on one metric or on an expression over several.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricAlarm {
    /// The description.
    pub alarm_description: Option<String>,
    /// The metric's namespace, as `AWS/Lambda`; absent for an expression.
    pub namespace: Option<String>,
    /// The metric; absent for an expression.
    pub metric_name: Option<String>,
    /// The metric's dimensions, by name.
    pub dimensions: BTreeMap<String, String>,
    /// `Sum`, `Average`, `Maximum` …
    pub statistic: Option<String>,
    /// A percentile, as `p99`.
    pub extended_statistic: Option<String>,
    /// The unit of the metric.
    pub unit: Option<String>,
    /// What the metric is compared with.
    pub threshold: Option<f64>,
    /// The id of the expression that gives the band of an anomaly alarm.
    pub threshold_metric_id: Option<String>,
    /// `GreaterThanThreshold`, `LessThanOrEqualToThreshold` …
    pub comparison_operator: Option<String>,
    /// Seconds of one data point.
    pub period: Option<i32>,
    /// How many of the latest data points are looked at.
    pub evaluation_periods: Option<i32>,
    /// How many of them must breach the threshold; absent: all.
    pub datapoints_to_alarm: Option<i32>,
    /// `missing`, `breaching`, `notBreaching` or `ignore`.
    pub treat_missing_data: String,
    /// Whether actions are taken at all.
    pub actions_enabled: bool,
    /// The ARNs of what is done when the alarm goes off, sorted.
    pub alarm_actions: Vec<String>,
    /// The ARNs of what is done when the alarm ends, sorted.
    pub ok_actions: Vec<String>,
    /// The ARNs of what is done when data is missing, sorted.
    pub insufficient_data_actions: Vec<String>,
    /// The metrics and expressions of an alarm on an expression, by id.
    pub metrics: Vec<MetricQuery>,
}

/// One metric or expression of an alarm. Either the expression or the metric is set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricQuery {
    /// The id, which other expressions name it by.
    pub id: String,
    /// The expression, as `errors / calls`.
    pub expression: Option<String>,
    /// Whether this is what the threshold is compared with.
    pub return_data: bool,
    /// The metric's namespace.
    pub namespace: Option<String>,
    /// The metric.
    pub metric_name: Option<String>,
    /// The metric's dimensions, by name.
    pub dimensions: BTreeMap<String, String>,
    /// The statistic or percentile.
    pub stat: Option<String>,
    /// Seconds of one data point.
    pub period: Option<i32>,
}

/// A dashboard.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dashboard {
    /// The widgets, as JSON text (`GetDashboard`).
    pub dashboard_body: Fact<String>,
}
