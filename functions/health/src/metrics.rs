//! The metrics of a health check, in `CloudWatch`'s embedded metric format.
//!
//! One JSON object per check, written to a Lambda function's standard output, becomes metrics
//! without a call to `CloudWatch` and without a permission for it. It must not print.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use serde_json::{Value, json};

use crate::report::{Report, Status};

/// The namespace of the metrics.
pub const NAMESPACE: &str = "ZapierTriggersApi";
/// Counts every check.
pub const INVOCATIONS: &str = "HealthCheckInvocations";
/// Counts the checks that found the API unhealthy; 0 when healthy, so that an alarm has data.
pub const FAILURES: &str = "HealthCheckFailures";
/// The time of the slowest dependency, in milliseconds.
pub const LATENCY: &str = "HealthCheckLatency";

/// Builds one check's log object: the three metrics by environment, and what operators need.
#[must_use]
pub fn embedded(report: &Report, environment: &str) -> Value {
    let causes: Vec<Value> = report
        .dependencies
        .iter()
        .filter_map(|(name, dependency)| {
            let reason = dependency.reason.as_deref()?;
            Some(json!({ "dependency": name, "reason": reason, "detail": dependency.detail }))
        })
        .collect();
    json!({
        "_aws": {
            "Timestamp": report.timestamp.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["Environment"]],
                "Metrics": [
                    { "Name": INVOCATIONS, "Unit": "Count" },
                    { "Name": FAILURES, "Unit": "Count" },
                    { "Name": LATENCY, "Unit": "Milliseconds" },
                ],
            }],
        },
        "Environment": environment,
        INVOCATIONS: 1,
        FAILURES: u8::from(report.status == Status::Unhealthy),
        LATENCY: report.slowest_ms(),
        "status": report.status,
        "version": report.version,
        "causes": causes,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::dependency::DependencyError;
    use crate::report::DependencyReport;

    fn report(outcome: Result<(), DependencyError>) -> Report {
        let dependency = DependencyReport::new(outcome, Duration::from_millis(7));
        let checked = [("dynamodb".to_owned(), dependency)];
        Report::new("1.2.3", Timestamp::UNIX_EPOCH, checked)
    }

    #[test]
    fn every_declared_metric_has_a_value() {
        let line = embedded(&report(Ok(())), "dev");
        let declared = &line["_aws"]["CloudWatchMetrics"][0];

        assert_eq!(declared["Metrics"].as_array().map(Vec::len), Some(3));
        for metric in declared["Metrics"].as_array().into_iter().flatten() {
            let name = metric["Name"].as_str().unwrap_or_default();
            assert!(line[name].is_number(), "{name}");
        }
        assert_eq!(declared["Dimensions"], json!([["Environment"]]));
        assert_eq!(line["Environment"], "dev");
        assert_eq!(line[FAILURES], 0);
        assert_eq!(line["causes"], json!([]));
    }

    #[test]
    fn a_failure_is_counted_and_carries_its_cause() {
        let error = DependencyError::new("access denied").with_detail("for operators");
        let line = embedded(&report(Err(error)), "dev");

        assert_eq!(line[FAILURES], 1);
        assert_eq!(
            line["causes"],
            json!([{ "dependency": "dynamodb", "reason": "access denied", "detail": "for operators" }])
        );
    }
}
