//! Alarms and dashboards: a list of each, then per resource only the facts that are needed.

use async_trait::async_trait;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::operation::list_dashboards::ListDashboardsOutput;
use aws_sdk_cloudwatch::types::{self, AlarmType, DashboardEntry};
use futures_util::future::join_all;
use std::collections::BTreeMap;

use super::paging::fact_of;
use super::{Collected, Collector, Context, Operation, Service};
use crate::inventory::cloudwatch::{Dashboard, MetricAlarm, MetricQuery};
use crate::inventory::{Gap, Needs, Resource, ResourceType, Tags};

const ALARMS: Operation = Operation::list("cloudwatch:DescribeAlarms");
const DASHBOARDS: Operation = Operation::list("cloudwatch:ListDashboards");
const DASHBOARD: Operation = Operation::resource("cloudwatch:GetDashboard");
const TAGS: Operation = Operation::resource("cloudwatch:ListTagsForResource");
const OPERATIONS: &[Operation] = &[ALARMS, DASHBOARDS, DASHBOARD, TAGS];

/// The largest page of alarms that CloudWatch gives.
const PAGE_SIZE: i32 = 100;

/// CloudWatch throttles most of these at 10 a second each.
const CONCURRENCY: usize = 3;

/// Reads Amazon CloudWatch.
#[derive(Debug)]
pub struct Cloudwatch;

#[async_trait]
impl Collector for Cloudwatch {
    fn service(&self) -> &'static str {
        "cloudwatch"
    }

    fn resource_types(&self) -> &'static [&'static str] {
        &[Dashboard::NAME, MetricAlarm::NAME]
    }

    fn operations(&self, needs: &Needs) -> Vec<Operation> {
        let tags = |type_name| needs.wants_fact(type_name, "tags");
        [
            (ALARMS, needs.wants(MetricAlarm::NAME)),
            (DASHBOARDS, needs.wants(Dashboard::NAME)),
            (DASHBOARD, needs.wants_fact(Dashboard::NAME, "dashboard_body")),
            (TAGS, tags(MetricAlarm::NAME) || tags(Dashboard::NAME)),
        ]
        .into_iter()
        .filter_map(|(operation, is_needed)| is_needed.then_some(operation))
        .collect()
    }

    async fn collect(&self, context: &Context, needs: &Needs) -> Collected {
        let service = context.regional(self.service(), OPERATIONS, CONCURRENCY);
        let config = aws_sdk_cloudwatch::config::Builder::from(context.sdk())
            .interceptor(service.counter())
            .build();
        let reader = Reader {
            client: Client::from_conf(config),
            service,
            context,
            needs,
        };
        let (alarms, dashboards) = tokio::join!(reader.alarms(), reader.dashboards());
        let mut collected = Collected::default();
        for (type_name, found) in [(MetricAlarm::NAME, alarms), (Dashboard::NAME, dashboards)] {
            for one in found {
                match one {
                    Ok(resource) => collected.resources.push(resource),
                    Err(gap) => collected.gap(type_name, gap),
                }
            }
        }
        collected
    }
}

/// Reads the lists that are needed, and the facts of what is in them.
struct Reader<'a> {
    client: Client,
    service: Service<'a>,
    context: &'a Context,
    needs: &'a Needs,
}

impl Reader<'_> {
    async fn alarms(&self) -> Vec<Result<Resource, Gap>> {
        if !self.needs.wants(MetricAlarm::NAME) {
            return Vec::new();
        }
        let request = self
            .client
            .describe_alarms()
            .alarm_types(AlarmType::MetricAlarm)
            .into_paginator();
        let pages = self
            .service
            .pages(
                ALARMS,
                request.page_size(PAGE_SIZE).send(),
                DescribeAlarmsOutput::next_token,
                |page| page.metric_alarms.unwrap_or_default(),
            )
            .await;
        let found = join_all(pages.items.into_iter().map(|alarm| self.alarm(alarm))).await;
        found.into_iter().chain(pages.gap.map(Err)).collect()
    }

    async fn alarm(&self, alarm: types::MetricAlarm) -> Result<Resource, Gap> {
        let (Some(arn), Some(name)) = (alarm.alarm_arn.clone(), alarm.alarm_name.clone()) else {
            let problem = "the answer holds an alarm without a name";
            return Err(self.service.nonsense(ALARMS, problem));
        };
        let read = Box::pin(self.tags(&arn));
        let tags = fact_of::<MetricAlarm, _>(self.needs, "tags", &name, read).await;
        Ok(Resource {
            arn,
            id: name.clone(),
            name: Some(name),
            region: self.context.region().to_owned(),
            account: self.context.account().to_owned(),
            managed_by_aws: false,
            tags,
            details: description(alarm).into(),
        })
    }

    async fn dashboards(&self) -> Vec<Result<Resource, Gap>> {
        if !self.needs.wants(Dashboard::NAME) {
            return Vec::new();
        }
        let pages = self
            .service
            .pages(
                DASHBOARDS,
                self.client.list_dashboards().into_paginator().send(),
                ListDashboardsOutput::next_token,
                |page| page.dashboard_entries.unwrap_or_default(),
            )
            .await;
        let found = join_all(pages.items.into_iter().map(|entry| self.dashboard(entry))).await;
        found.into_iter().chain(pages.gap.map(Err)).collect()
    }

    async fn dashboard(&self, entry: DashboardEntry) -> Result<Resource, Gap> {
        let (Some(arn), Some(name)) = (entry.dashboard_arn, entry.dashboard_name) else {
            let problem = "the answer holds a dashboard without a name";
            return Err(self.service.nonsense(DASHBOARDS, problem));
        };
        let (dashboard_body, tags) = tokio::join!(
            fact_of::<Dashboard, _>(self.needs, "dashboard_body", &name, self.body(&name)),
            fact_of::<Dashboard, _>(self.needs, "tags", &name, self.tags(&arn)),
        );
        Ok(Resource {
            arn,
            id: name.clone(),
            name: Some(name),
            // Dashboards belong to the account, whichever region is asked.
            region: "global".to_owned(),
            account: self.context.account().to_owned(),
            managed_by_aws: false,
            tags,
            details: Dashboard { dashboard_body }.into(),
        })
    }

    async fn body(&self, name: &str) -> Result<String, Gap> {
        let request = self.client.get_dashboard().dashboard_name(name).send();
        let answer = self.service.read(DASHBOARD, request).await?;
        answer
            .dashboard_body
            .ok_or_else(|| self.service.nonsense(DASHBOARD, "the answer holds no body"))
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Gap> {
        let request = self.client.list_tags_for_resource().resource_arn(arn).send();
        let answer = self.service.read(TAGS, request).await?;
        let tags = answer.tags.unwrap_or_default().into_iter();
        Ok(tags
            .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
            .collect())
    }
}

/// The description of an alarm in the inventory's words.
fn description(alarm: types::MetricAlarm) -> MetricAlarm {
    let mut metrics: Vec<MetricQuery> = alarm.metrics.unwrap_or_default().into_iter().map(query).collect();
    metrics.sort_by(|a, b| a.id.cmp(&b.id));
    MetricAlarm {
        alarm_description: alarm.alarm_description,
        namespace: alarm.namespace,
        metric_name: alarm.metric_name,
        dimensions: dimensions(alarm.dimensions),
        statistic: alarm.statistic.map(|statistic| statistic.as_str().to_owned()),
        extended_statistic: alarm.extended_statistic,
        unit: alarm.unit.map(|unit| unit.as_str().to_owned()),
        threshold: alarm.threshold,
        threshold_metric_id: alarm.threshold_metric_id,
        comparison_operator: alarm
            .comparison_operator
            .map(|operator| operator.as_str().to_owned()),
        period: alarm.period,
        evaluation_periods: alarm.evaluation_periods,
        datapoints_to_alarm: alarm.datapoints_to_alarm,
        // What CloudWatch does when it was not told.
        treat_missing_data: alarm.treat_missing_data.unwrap_or_else(|| "missing".to_owned()),
        actions_enabled: alarm.actions_enabled.unwrap_or(false),
        alarm_actions: sorted(alarm.alarm_actions),
        ok_actions: sorted(alarm.ok_actions),
        insufficient_data_actions: sorted(alarm.insufficient_data_actions),
        metrics,
    }
}

fn query(query: types::MetricDataQuery) -> MetricQuery {
    let (metric, stat, period) = query
        .metric_stat
        .map_or((None, None, None), |stat| (stat.metric, stat.stat, stat.period));
    let (namespace, metric_name, by_name) = metric.map_or((None, None, None), |metric| {
        (metric.namespace, metric.metric_name, metric.dimensions)
    });
    MetricQuery {
        id: query.id.unwrap_or_default(),
        expression: query.expression.filter(|expression| !expression.is_empty()),
        // CloudWatch takes a query for one that returns data unless it says otherwise.
        return_data: query.return_data.unwrap_or(true),
        namespace,
        metric_name,
        dimensions: dimensions(by_name),
        stat,
        period: period.or(query.period),
    }
}

fn dimensions(dimensions: Option<Vec<types::Dimension>>) -> BTreeMap<String, String> {
    dimensions
        .unwrap_or_default()
        .into_iter()
        .filter_map(|dimension| Some((dimension.name?, dimension.value.unwrap_or_default())))
        .collect()
}

fn sorted(arns: Option<Vec<String>>) -> Vec<String> {
    let mut arns = arns.unwrap_or_default();
    arns.sort();
    arns
}
