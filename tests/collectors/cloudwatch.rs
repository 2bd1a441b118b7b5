//! Alarms and dashboards. CloudWatch speaks CBOR, so every answer is translated on its way out.

use crate::fake::{Answer, Fake, Request, cbor, json_error, named, ok, read_of};
use stackproof::collect::Cloudwatch;
use stackproof::inventory::cloudwatch::{Dashboard, MetricAlarm};
use stackproof::inventory::{Fact, Needs, Reason, ResourceType};

fn everything() -> Needs {
    Needs::none()
        .fact(MetricAlarm::NAME, "tags")
        .fact(Dashboard::NAME, "tags")
        .fact(Dashboard::NAME, "dashboard_body")
}

/// Two pages of alarms, `errors` on the first and `rate` on the second, and two of dashboards.
fn account(request: &Request) -> Answer {
    match request.operation.as_str() {
        "DescribeAlarms" if !request.has("MetricAlarm") => json_error(400, "AllTypes", "no type"),
        "DescribeAlarms" if request.has("two") => ok(r#"{"MetricAlarms":[{"AlarmName":"rate",
            "AlarmArn":"arn:aws:cloudwatch:us-east-1:123456789012:alarm:rate","ActionsEnabled":false,"Threshold":0.5,
            "Metrics":[{"Id":"m1","ReturnData":false,"MetricStat":{"Metric":{"Namespace":"AWS/Lambda","MetricName":"Errors",
            "Dimensions":[{"Name":"FunctionName","Value":"health"}]},"Period":60,"Stat":"Sum"}},
            {"Id":"e1","Expression":"m1 / 2","ReturnData":true}]}]}"#),
        "DescribeAlarms" => ok(r#"{"NextToken":"two","MetricAlarms":[{"AlarmName":"errors",
            "AlarmArn":"arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors","ActionsEnabled":true,"StateValue":"ALARM",
            "Namespace":"AWS/SQS","MetricName":"ApproximateNumberOfMessagesVisible","Statistic":"Maximum",
            "Dimensions":[{"Name":"QueueName","Value":"jobs-dlq"}],"Period":300,"EvaluationPeriods":2,"DatapointsToAlarm":1,
            "Threshold":0.5,"ComparisonOperator":"GreaterThanThreshold","TreatMissingData":"notBreaching",
            "AlarmActions":["arn:aws:sns:us-east-1:123456789012:z","arn:aws:sns:us-east-1:123456789012:a"]}]}"#),
        "ListDashboards" if request.has("two") => ok(r#"{"DashboardEntries":[{"DashboardName":"second",
            "DashboardArn":"arn:aws:cloudwatch::123456789012:dashboard/second"}]}"#),
        "ListDashboards" => ok(
            r#"{"NextToken":"two","DashboardEntries":[{"DashboardName":"first",
            "DashboardArn":"arn:aws:cloudwatch::123456789012:dashboard/first"}]}"#,
        ),
        "GetDashboard" => ok(r#"{"DashboardBody":"{\"widgets\":[]}"}"#),
        "ListTagsForResource" => ok(r#"{"Tags":[{"Key":"Project","Value":"p"}]}"#),
        other => json_error(400, "UnknownOperationException", other),
    }
}

#[tokio::test]
async fn both_pages_of_both_lists_are_read_once() {
    let fake = Fake::start(|request| cbor(&account(request))).await;
    let (collected, reads) = fake.collect(&Cloudwatch, &everything()).await;
    assert!(collected.gaps.is_empty(), "{:?}", collected.gaps);
    let errors = named(&collected, "errors");
    assert_eq!(errors.tags.known().unwrap()["Project"], "p");
    let own = MetricAlarm::of(&errors.details).unwrap();
    assert_eq!(own.dimensions["QueueName"], "jobs-dlq");
    assert_eq!(
        (own.statistic.as_deref(), own.threshold),
        (Some("Maximum"), Some(0.5))
    );
    assert_eq!(
        (own.period, own.evaluation_periods, own.datapoints_to_alarm),
        (Some(300), Some(2), Some(1))
    );
    assert_eq!(own.treat_missing_data, "notBreaching");
    assert!(own.actions_enabled && own.alarm_actions[0].ends_with(":a"));
    let dashboard = named(&collected, "first");
    assert_eq!(dashboard.region, "global");
    let own = Dashboard::of(&dashboard.details).unwrap();
    assert_eq!(own.dashboard_body.known().unwrap(), r#"{"widgets":[]}"#);
    let calls = |operation: &str| read_of(&reads, &format!("cloudwatch:{operation}")).calls;
    assert_eq!(
        (
            calls("DescribeAlarms"),
            calls("ListDashboards"),
            calls("GetDashboard")
        ),
        (2, 2, 2)
    );
    assert_eq!(calls("ListTagsForResource"), 4);
}

#[tokio::test]
async fn an_alarm_on_an_expression_keeps_its_metrics() {
    let fake = Fake::start(|request| cbor(&account(request))).await;
    let (collected, _) = fake
        .collect(&Cloudwatch, &Needs::none().list(MetricAlarm::NAME))
        .await;
    let own = MetricAlarm::of(&named(&collected, "rate").details).unwrap();
    let [expression, metric] = own.metrics.as_slice() else {
        panic!("{own:?}");
    };
    assert_eq!(expression.expression.as_deref(), Some("m1 / 2"));
    assert!(expression.return_data && !metric.return_data);
    assert_eq!((metric.stat.as_deref(), metric.period), (Some("Sum"), Some(60)));
    assert_eq!(metric.dimensions["FunctionName"], "health");
    assert_eq!(
        (own.metric_name.as_deref(), own.treat_missing_data.as_str()),
        (None, "missing")
    );
}

#[tokio::test]
async fn a_denied_second_page_leaves_a_gap_in_its_own_type_only() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "DescribeAlarms" if request.has("two") => cbor(&json_error(400, "AccessDenied", "no")),
        _ => cbor(&account(request)),
    })
    .await;
    let (collected, _) = fake.collect(&Cloudwatch, &everything()).await;
    assert_eq!(
        collected.gaps.keys().copied().collect::<Vec<_>>(),
        [MetricAlarm::NAME]
    );
    let gap = &collected.gaps[MetricAlarm::NAME][0];
    assert_eq!(
        (gap.action.as_str(), gap.reason),
        ("cloudwatch:DescribeAlarms", Reason::AccessDenied)
    );
    assert_eq!(collected.resources.len(), 3);
}

#[tokio::test]
async fn denied_tags_of_one_alarm_are_unreadable_and_nothing_else_is() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "ListTagsForResource" if request.has("alarm:errors") => cbor(&json_error(400, "AccessDenied", "no")),
        _ => cbor(&account(request)),
    })
    .await;
    let (collected, _) = fake.collect(&Cloudwatch, &everything()).await;
    assert!(matches!(named(&collected, "errors").tags, Fact::Unreadable(_)));
    assert!(named(&collected, "rate").tags.known().is_some() && collected.gaps.is_empty());
}
