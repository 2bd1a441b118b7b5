//! VPCs, subnets, addresses and flow logs out of EC2's answers.

use aws_sdk_ec2::types;

use super::{Item, Place};
use crate::inventory::ec2::{Eip, FlowLog, Subnet, Vpc};

/// A VPC. Blocks that failed to associate or are being taken away are no blocks of it.
pub(super) fn vpc(place: &Place<'_>, vpc: types::Vpc) -> Item {
    let cidr_block = vpc.cidr_block.unwrap_or_default();
    let mut cidr_blocks: Vec<String> = vpc
        .cidr_block_association_set
        .unwrap_or_default()
        .into_iter()
        .filter(|association| {
            let state = association.cidr_block_state.as_ref();
            state
                .and_then(|state| state.state.as_ref())
                .is_none_or(|state| matches!(state.as_str(), "associated" | "associating"))
        })
        .filter_map(|association| association.cidr_block)
        .collect();
    if !cidr_block.is_empty() {
        cidr_blocks.push(cidr_block.clone());
    }
    cidr_blocks.sort();
    cidr_blocks.dedup();
    let is_default = vpc.is_default.unwrap_or(false);
    let state = vpc
        .state
        .map_or_else(String::new, |state| state.as_str().to_owned());
    let dns = place.dns_of(vpc.vpc_id.as_deref());
    place.resource("vpc", vpc.vpc_id, vpc.owner_id, vpc.tags, is_default, |vpc_id| {
        Vpc {
            vpc_id,
            cidr_block,
            cidr_blocks,
            state,
            is_default,
            dns,
        }
        .into()
    })
}

/// A subnet. In a default VPC AWS makes one per zone; others in it are somebody's own.
pub(super) fn subnet(place: &Place<'_>, subnet: types::Subnet) -> Item {
    let managed = subnet.default_for_az == Some(true) && place.is_default(subnet.vpc_id.as_deref());
    let state = subnet
        .state
        .map_or_else(String::new, |state| state.as_str().to_owned());
    place.resource(
        "subnet",
        subnet.subnet_id,
        subnet.owner_id,
        subnet.tags,
        managed,
        |subnet_id| {
            Subnet {
                subnet_id,
                vpc_id: subnet.vpc_id.unwrap_or_default(),
                cidr_block: subnet.cidr_block.unwrap_or_default(),
                availability_zone: subnet.availability_zone.unwrap_or_default(),
                map_public_ip_on_launch: subnet.map_public_ip_on_launch.unwrap_or(false),
                state,
            }
            .into()
        },
    )
}

/// A public address. The ones that a service of AWS took for itself are AWS's own.
pub(super) fn eip(place: &Place<'_>, address: types::Address) -> Item {
    let managed = address.service_managed.is_some();
    let domain = address.domain;
    place.resource(
        "elastic-ip",
        address.allocation_id,
        None,
        address.tags,
        managed,
        |allocation_id| {
            Eip {
                allocation_id,
                public_ip: address.public_ip.unwrap_or_default(),
                domain: domain.map_or_else(String::new, |domain| domain.as_str().to_owned()),
                association_id: filled(address.association_id),
                instance_id: filled(address.instance_id),
                network_interface_id: filled(address.network_interface_id),
            }
            .into()
        },
    )
}

/// A flow log.
pub(super) fn flow_log(place: &Place<'_>, log: types::FlowLog) -> Item {
    let (traffic, destination) = (log.traffic_type, log.log_destination_type);
    place.resource(
        "vpc-flow-log",
        log.flow_log_id,
        None,
        log.tags,
        false,
        |flow_log_id| {
            FlowLog {
                flow_log_id,
                resource_id: log.resource_id.unwrap_or_default(),
                traffic_type: traffic.map(|traffic| traffic.as_str().to_owned()),
                log_destination_type: destination.map_or_else(String::new, |kind| kind.as_str().to_owned()),
                log_destination: filled(log.log_destination),
                log_group_name: filled(log.log_group_name),
                deliver_logs_permission_arn: filled(log.deliver_logs_permission_arn),
                deliver_logs_status: log.deliver_logs_status,
                flow_log_status: log.flow_log_status,
                max_aggregation_interval: log.max_aggregation_interval,
            }
            .into()
        },
    )
}

/// The text, unless it is empty, which is how EC2 says that there is none.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
