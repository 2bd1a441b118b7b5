//! Security groups and endpoints out of EC2's answers.

use aws_sdk_ec2::types;

use super::{Item, Place};
use crate::inventory::ec2::{SecurityGroup, SecurityGroupRule, VpcEndpoint};

/// A security group. The one named `default` is AWS's own in a default VPC. In any other VPC AWS makes it too,
/// but there it guards the stack, and whoever made the VPC answers for its rules.
pub(super) fn security_group(place: &Place<'_>, group: types::SecurityGroup) -> Item {
    let group_name = group.group_name.unwrap_or_default();
    let managed = group_name == "default" && place.is_default(group.vpc_id.as_deref());
    place.resource(
        "security-group",
        group.group_id,
        group.owner_id,
        group.tags,
        managed,
        |group_id| {
            SecurityGroup {
                group_id,
                group_name,
                description: group.description.unwrap_or_default(),
                vpc_id: group.vpc_id,
                ingress: rules(group.ip_permissions),
                egress: rules(group.ip_permissions_egress),
            }
            .into()
        },
    )
}

/// Permissions in a stable order, each with its sources in a stable order.
fn rules(permissions: Option<Vec<types::IpPermission>>) -> Vec<SecurityGroupRule> {
    let mut rules: Vec<SecurityGroupRule> = permissions.unwrap_or_default().into_iter().map(rule).collect();
    rules.sort_by(|a, b| order(a).cmp(&order(b)));
    rules
}

type Order<'a> = (&'a str, i32, i32, [&'a [String]; 4]);

fn order(rule: &SecurityGroupRule) -> Order<'_> {
    let sources = [
        rule.cidr_blocks.as_slice(),
        rule.ipv6_cidr_blocks.as_slice(),
        rule.prefix_list_ids.as_slice(),
        rule.group_ids.as_slice(),
    ];
    (&rule.ip_protocol, rule.from_port, rule.to_port, sources)
}

fn rule(permission: types::IpPermission) -> SecurityGroupRule {
    SecurityGroupRule {
        ip_protocol: permission.ip_protocol.unwrap_or_default(),
        from_port: permission.from_port.unwrap_or(-1),
        to_port: permission.to_port.unwrap_or(-1),
        cidr_blocks: sorted(permission.ip_ranges, |range| range.cidr_ip),
        ipv6_cidr_blocks: sorted(permission.ipv6_ranges, |range| range.cidr_ipv6),
        prefix_list_ids: sorted(permission.prefix_list_ids, |list| list.prefix_list_id),
        // Only groups outside of VPCs are named without an id.
        group_ids: sorted(permission.user_id_group_pairs, |pair| {
            pair.group_id.or(pair.group_name)
        }),
    }
}

fn sorted<T>(items: Option<Vec<T>>, text: impl Fn(T) -> Option<String>) -> Vec<String> {
    let mut texts: Vec<String> = items.unwrap_or_default().into_iter().filter_map(text).collect();
    texts.sort();
    texts
}

/// An endpoint. A deleted one lingers in the list and is left out.
pub(super) fn vpc_endpoint(place: &Place<'_>, endpoint: types::VpcEndpoint) -> Item {
    // The API documents `available`; the SDK names the states in capitals. The first is what AWS sends.
    let state = endpoint
        .state
        .map_or_else(String::new, |state| state.as_str().to_ascii_lowercase());
    if state == "deleted" {
        return Item::Gone;
    }
    place.resource(
        "vpc-endpoint",
        endpoint.vpc_endpoint_id,
        endpoint.owner_id,
        endpoint.tags,
        false,
        |vpc_endpoint_id| {
            VpcEndpoint {
                vpc_endpoint_id,
                vpc_id: endpoint.vpc_id.unwrap_or_default(),
                service_name: endpoint.service_name.unwrap_or_default(),
                vpc_endpoint_type: endpoint
                    .vpc_endpoint_type
                    .map_or_else(String::new, |kind| kind.as_str().to_owned()),
                state,
                route_table_ids: sorted(endpoint.route_table_ids, Some),
                subnet_ids: sorted(endpoint.subnet_ids, Some),
                security_group_ids: sorted(endpoint.groups, |group| group.group_id),
                private_dns_enabled: endpoint.private_dns_enabled.unwrap_or(false),
                policy_document: endpoint.policy_document,
            }
            .into()
        },
    )
}
