//! Alarms and their topic, changed behind Terraform's back.

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
            |account| {
                let topics = account.wait(account.sns.list_topics().send())?;
                let mut arns = topics.topics().iter().filter_map(|topic| topic.topic_arn.clone());
                let arn = arns.find(|arn| arn.ends_with(":zapier-triggers-api-alarms-dev"));
                let set = account.sns.set_topic_attributes().set_topic_arn(arn);
                account
                    .wait(set.attribute_name("KmsMasterKeyId").attribute_value("").send())
                    .map(drop)
            },
        ),
    ]
}

/// Puts the alarm again with other actions; everything else as it was.
fn set_actions(account: &Account, actions: &[&str]) -> Result<(), Failure> {
    let read = account.cloudwatch.describe_alarms().alarm_names(ALARM);
    let found = account.wait(read.send())?;
    let alarm = found.metric_alarms().first().cloned().ok_or("no alarm")?;
    let tags = TAGS.into_iter().map(|(key, value)| {
        aws_sdk_cloudwatch::types::Tag::builder()
            .key(key)
            .value(value)
            .build()
    });
    let put = account
        .cloudwatch
        .put_metric_alarm()
        .alarm_name(ALARM)
        .set_alarm_description(alarm.alarm_description)
        .actions_enabled(true)
        .set_alarm_actions(Some(actions.iter().map(|arn| (*arn).to_owned()).collect()))
        .set_namespace(alarm.namespace)
        .set_metric_name(alarm.metric_name)
        .set_dimensions(alarm.dimensions)
        .set_statistic(alarm.statistic)
        .set_period(alarm.period)
        .set_evaluation_periods(alarm.evaluation_periods)
        .set_threshold(alarm.threshold)
        .set_comparison_operator(alarm.comparison_operator)
        .set_treat_missing_data(alarm.treat_missing_data)
        .set_tags(Some(tags.collect()));
    account.wait(put.send()).map(drop)
}
