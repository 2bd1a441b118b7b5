//! Alarms and their topic, changed behind Terraform's back.

use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder;
use aws_sdk_cloudwatch::types::Tag;

use super::{Mutation, mutation};
use crate::Failure;
use crate::account::{Account, TAGS};

const ALARM: &str = "zapier-triggers-api-health-errors-dev";
const REACHES: &[&str] = &["alarms-reach-somebody::zapier-triggers-api-health-errors-dev"];

pub fn all() -> Vec<Mutation> {
    vec![
        mutation("actions of an alarm disabled", REACHES, |account| {
            let disable = account.cloudwatch.disable_alarm_actions().alarm_names(ALARM);
            account.wait(disable.send()).map(drop)
        }),
        mutation("actions of an alarm removed", REACHES, |account| {
            set_actions(account, &[])
        }),
        mutation("alarm wired to something that is no topic", REACHES, |account| {
            set_actions(account, &["arn:aws:automate:us-east-1:ec2:stop"])
        }),
        mutation(
            "topic of alarms no longer encrypted",
            &["alarm-topic-encrypted::zapier-triggers-api-alarms-dev"],
            |account| topic_attribute(account, "KmsMasterKeyId", ""),
        ),
        mutation(
            "topic of alarms no longer denies what is published without TLS",
            &["alarm-topic-tls-only::zapier-triggers-api-alarms-dev"],
            |account| {
                let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":"sns:Publish","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}}"#;
                topic_attribute(account, "Policy", policy)
            },
        ),
        mutation(
            "flow logs kept for a day",
            &["vpc-flow-log-retention::/aws/vpc/zapier-triggers-api-flow-logs-dev"],
            |account| {
                let put = account.logs.put_retention_policy().retention_in_days(1);
                let group = "/aws/vpc/zapier-triggers-api-flow-logs-dev";
                account.wait(put.log_group_name(group).send()).map(drop)
            },
        ),
        mutation(
            "access log of the API kept for ever",
            &["api-log-retention::/aws/apigateway/zapier-triggers-api-access-dev"],
            |account| {
                let delete = account.logs.delete_retention_policy();
                let group = "/aws/apigateway/zapier-triggers-api-access-dev";
                account.wait(delete.log_group_name(group).send()).map(drop)
            },
        ),
        mutation(
            "log group of execution logs deleted",
            &[
                "api-execution-logs-kept::dev",
                "api-log-retention::API-Gateway-Execution-Logs_*/dev",
            ],
            |account| delete_group(account, "API-Gateway-Execution-Logs_"),
        ),
        mutation(
            "log group of a function deleted",
            &[
                "lambda-log-retention::/aws/lambda/zapier-triggers-api-health-dev",
                "lambda-logs-have-a-group::zapier-triggers-api-health-dev",
            ],
            |account| delete_group(account, "/aws/lambda/zapier-triggers-api-health-dev"),
        ),
    ]
}

/// Raises the threshold of an alarm a thousandfold.
pub fn deafen(account: &Account, name: &str) -> Result<(), Failure> {
    put_again(account, name, |put| {
        let threshold = put.get_threshold().unwrap_or_default();
        put.threshold(threshold * 1000.0 + 1000.0)
    })
}

fn set_actions(account: &Account, actions: &[&str]) -> Result<(), Failure> {
    let actions = actions.iter().map(|arn| (*arn).to_owned()).collect();
    put_again(account, ALARM, |put| put.set_alarm_actions(Some(actions)))
}

/// Puts the alarm again with everything that it had, but for what the function changes.
fn put_again(
    account: &Account,
    name: &str,
    change: impl FnOnce(PutMetricAlarmFluentBuilder) -> PutMetricAlarmFluentBuilder,
) -> Result<(), Failure> {
    let read = account.cloudwatch.describe_alarms().alarm_names(name);
    let found = account.wait(read.send())?;
    let alarm = found.metric_alarms().first().cloned().ok_or("no alarm")?;
    let tags = TAGS
        .into_iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build());
    let put = account
        .cloudwatch
        .put_metric_alarm()
        .alarm_name(name)
        .set_alarm_description(alarm.alarm_description)
        .set_actions_enabled(alarm.actions_enabled)
        .set_alarm_actions(alarm.alarm_actions)
        .set_ok_actions(alarm.ok_actions)
        .set_namespace(alarm.namespace)
        .set_metric_name(alarm.metric_name)
        .set_dimensions(alarm.dimensions)
        .set_statistic(alarm.statistic)
        .set_extended_statistic(alarm.extended_statistic)
        .set_metrics(alarm.metrics.filter(|metrics| !metrics.is_empty()))
        .set_period(alarm.period)
        .set_evaluation_periods(alarm.evaluation_periods)
        .set_datapoints_to_alarm(alarm.datapoints_to_alarm)
        .set_threshold(alarm.threshold)
        .set_comparison_operator(alarm.comparison_operator)
        .set_treat_missing_data(alarm.treat_missing_data)
        .set_tags(Some(tags.collect()));
    account.wait(change(put).send()).map(drop)
}

fn topic_attribute(account: &Account, name: &str, value: &str) -> Result<(), Failure> {
    let topics = account.wait(account.sns.list_topics().send())?;
    let mut arns = topics.topics().iter().filter_map(|topic| topic.topic_arn.clone());
    let arn = arns.find(|arn| arn.ends_with(":zapier-triggers-api-alarms-dev"));
    let set = account.sns.set_topic_attributes().set_topic_arn(arn);
    account
        .wait(set.attribute_name(name).attribute_value(value).send())
        .map(drop)
}

fn delete_group(account: &Account, prefix: &str) -> Result<(), Failure> {
    let found = account.wait(
        account
            .logs
            .describe_log_groups()
            .log_group_name_prefix(prefix)
            .send(),
    )?;
    let group = found.log_groups().first().ok_or("no log group")?;
    let delete = account
        .logs
        .delete_log_group()
        .set_log_group_name(group.log_group_name.clone());
    account.wait(delete.send()).map(drop)
}
