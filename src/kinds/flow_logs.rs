//! `flow-logs`: the traffic of VPCs is logged.

use schemars::JsonSchema;
use serde::Deserialize;

use super::facts::choice;
use super::{Mistake, facts, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::{NameGlob, Seconds};
use crate::inventory::ec2::{FlowLog, Vpc};
use crate::inventory::logs::LogGroup;
use crate::inventory::{Inventory, Needs, ResourceType};

pub const EXAMPLE: &str = r#"id: vpc-flow-logs
kind: flow-logs
title: All traffic of the VPC is logged
severity: medium
owner: platform
why: After an intrusion the flow logs are what is left to look at.
fix: Keep `aws_flow_log` in terraform/modules/networking.
with:
  vpcs: ["${project}-vpc-${env}"]
  traffic: ALL
  log_group: "/aws/vpc/${project}-flow-logs-${env}"
"#;

/// Each VPC has a flow log of the whole VPC that is active and as promised.
///
/// One flow log must keep all promises; others may be there. A flow log of a single subnet or network interface is
/// not one of the VPC.
///
/// ## What is read
/// VPCs and flow logs; with `log_group` the list of log groups.
///
/// ## When it fails
/// No flow log of the VPC keeps every promise: it logs other traffic, is not `ACTIVE`, sums up over a longer time, its
/// deliveries fail, or it writes elsewhere or to a log group that does not exist; no VPC has one of the names.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of VPCs (their `Name` tags), or globs.
    #[schemars(length(min = 1))]
    vpcs: Vec<NameGlob>,
    /// What is logged: `ALL`, `ACCEPT` or `REJECT`. A log of `ALL` holds the other two.
    #[serde(default = "all")]
    traffic: Traffic,
    /// The name, or a glob, of the log group that is written to. It must exist.
    log_group: Option<NameGlob>,
    /// The longest time over which one line may sum up: `1m` or `10m`.
    max_aggregation: Option<Seconds>,
    /// Whether the last delivery must have gone well (`DeliverLogsStatus` is `SUCCESS`).
    #[serde(default)]
    delivering: bool,
}

choice!(Traffic { All = "ALL", Accept = "ACCEPT", Reject = "REJECT" });

/// As it is written, for the default value in the schema.
impl serde::Serialize for Traffic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

const fn all() -> Traffic {
    Traffic::All
}

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let limit = facts::out_of_reach("max_aggregation", self.max_aggregation, Seconds(60), Seconds(600));
        match limit {
            Some(mistake) => Err(vec![mistake]),
            None => Ok(self),
        }
    }
}

impl Check for Options {
    fn needs(&self) -> CheckNeeds {
        let mut context = Needs::none().list(FlowLog::NAME);
        if self.log_group.is_some() {
            context = context.list(LogGroup::NAME);
        }
        CheckNeeds {
            subjects: Needs::none().list(Vpc::NAME),
            context,
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, Vpc::NAME, &self.vpcs)
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let inventory = evidence.inventory;
        let Some((_, vpc)) = select::found::<Vpc>(inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        let own: Vec<&FlowLog> = inventory
            .of::<FlowLog>()
            .map(|(_, log)| log)
            .filter(|log| log.resource_id == vpc.vpc_id)
            .collect();
        if own.is_empty() {
            assessment.differs(
                "the VPC has no flow log",
                format!("one of {} traffic", self.traffic),
                "none",
            );
        }
        let broken: Vec<Vec<String>> = own
            .iter()
            .map(|log| {
                assessment.saw(&log.flow_log_id, shown(log));
                self.broken(log, inventory)
            })
            .collect();
        if !broken.iter().any(Vec::is_empty) {
            for (log, broken) in own.iter().zip(&broken) {
                for promise in broken {
                    assessment.differs(
                        format!("the flow log {} is not as promised", log.flow_log_id),
                        promise,
                        shown(log),
                    );
                }
            }
        }
        assessment.conclude("the traffic of the VPC is logged")
    }
}

impl Options {
    /// The promises that a flow log does not keep.
    fn broken(&self, log: &FlowLog, inventory: &Inventory) -> Vec<String> {
        let mut broken = Vec::new();
        let mut demand = |holds: bool, promise: String| {
            if !holds {
                broken.push(promise);
            }
        };
        let traffic = log.traffic_type.as_deref();
        let logs_it = traffic == Some("ALL") || traffic == Some(self.traffic.to_string().as_str());
        demand(logs_it, format!("a log of {} traffic", self.traffic));
        demand(
            log.flow_log_status.as_deref() == Some("ACTIVE"),
            "an active flow log".to_owned(),
        );
        if let Some(promised) = &self.log_group {
            let found = inventory
                .of_type(LogGroup::NAME)
                .find(|group| writes_to(log, &group.arn, group.label()));
            let holds = found.is_some_and(|group| promised.matches(group.label()));
            demand(holds, format!("writes to the log group {promised}, which exists"));
        }
        if let Some(most) = self.max_aggregation {
            let holds = log
                .max_aggregation_interval
                .is_some_and(|seconds| i64::from(seconds) <= most.0);
            demand(holds, format!("sums up over {most} at most"));
        }
        if self.delivering {
            let holds = log.deliver_logs_status.as_deref() == Some("SUCCESS");
            demand(holds, "the last delivery went well".to_owned());
        }
        broken
    }
}

/// Whether a flow log writes to a log group. The older of its two ARNs ends in `:*`.
fn writes_to(log: &FlowLog, arn: &str, name: &str) -> bool {
    let by_arn = log
        .log_destination
        .as_deref()
        .map(|own| own.trim_end_matches(":*"));
    let is_group = log.log_destination_type == "cloud-watch-logs";
    is_group && (by_arn == Some(arn) || log.log_group_name.as_deref() == Some(name))
}

fn shown(log: &FlowLog) -> String {
    let destination = log.log_destination.as_deref().or(log.log_group_name.as_deref());
    let delivery = log.deliver_logs_status.as_deref();
    let interval = log.max_aggregation_interval;
    format!(
        "{} traffic, {}, to {}, summed up over {}, delivery {}",
        facts::or_none(log.traffic_type.as_deref()),
        facts::or_none(log.flow_log_status.as_deref()),
        facts::or_none(destination),
        interval.map_or_else(
            || "an unknown time".to_owned(),
            |seconds| Seconds(seconds.into()).to_string()
        ),
        facts::or_none(delivery),
    )
}
