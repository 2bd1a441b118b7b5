//! Route tables and gateways out of EC2's answers.

use aws_sdk_ec2::types;

use super::{Item, Place};
use crate::inventory::ec2::{InternetGateway, NatGateway, Route, RouteTable, RouteTableAssociation};

/// A route table. In a default VPC the main one is AWS's own.
pub(super) fn route_table(place: &Place<'_>, table: types::RouteTable) -> Item {
    let mut associations: Vec<RouteTableAssociation> = table
        .associations
        .unwrap_or_default()
        .into_iter()
        .filter(|association| {
            let state = association.association_state.as_ref();
            state
                .and_then(|state| state.state.as_ref())
                .is_none_or(|state| !matches!(state.as_str(), "disassociated" | "failed"))
        })
        .map(|association| RouteTableAssociation {
            main: association.main.unwrap_or(false),
            subnet_id: association.subnet_id,
            gateway_id: association.gateway_id,
        })
        .collect();
    associations.sort_by(|a, b| (&a.subnet_id, &a.gateway_id).cmp(&(&b.subnet_id, &b.gateway_id)));
    let mut routes: Vec<Route> = table.routes.unwrap_or_default().into_iter().map(route).collect();
    routes.sort_by(|a, b| destination(a).cmp(&destination(b)));
    let managed =
        place.is_default(table.vpc_id.as_deref()) && associations.iter().any(|association| association.main);
    place.resource(
        "route-table",
        table.route_table_id,
        table.owner_id,
        table.tags,
        managed,
        |route_table_id| {
            RouteTable {
                route_table_id,
                vpc_id: table.vpc_id.unwrap_or_default(),
                associations,
                routes,
            }
            .into()
        },
    )
}

fn destination(route: &Route) -> (&Option<String>, &Option<String>, &Option<String>) {
    (
        &route.destination_cidr_block,
        &route.destination_ipv6_cidr_block,
        &route.destination_prefix_list_id,
    )
}

fn route(route: types::Route) -> Route {
    // A route to an instance names its network interface too: the more telling one comes first.
    let other_target = route
        .egress_only_internet_gateway_id
        .or(route.transit_gateway_id)
        .or(route.vpc_peering_connection_id)
        .or(route.local_gateway_id)
        .or(route.carrier_gateway_id)
        .or(route.core_network_arn)
        .or(route.odb_network_arn)
        .or(route.instance_id)
        .or(route.network_interface_id);
    Route {
        destination_cidr_block: route.destination_cidr_block,
        destination_ipv6_cidr_block: route.destination_ipv6_cidr_block,
        destination_prefix_list_id: route.destination_prefix_list_id,
        gateway_id: route.gateway_id,
        nat_gateway_id: route.nat_gateway_id,
        other_target,
        state: route
            .state
            .map_or_else(String::new, |state| state.as_str().to_owned()),
    }
}

/// An internet gateway. The one attached to a default VPC is AWS's own.
pub(super) fn internet_gateway(place: &Place<'_>, gateway: types::InternetGateway) -> Item {
    let mut vpc_ids: Vec<String> = gateway
        .attachments
        .unwrap_or_default()
        .into_iter()
        .filter_map(|attachment| attachment.vpc_id)
        .collect();
    vpc_ids.sort();
    let managed = vpc_ids.iter().any(|id| place.is_default(Some(id)));
    place.resource(
        "internet-gateway",
        gateway.internet_gateway_id,
        gateway.owner_id,
        gateway.tags,
        managed,
        |internet_gateway_id| {
            InternetGateway {
                internet_gateway_id,
                vpc_ids,
            }
            .into()
        },
    )
}

/// A NAT gateway. A deleted one lingers in the list for about an hour and is left out; one that is being deleted
/// or failed is kept, since routes may still point at it, and its state tells.
pub(super) fn nat_gateway(place: &Place<'_>, gateway: types::NatGateway) -> Item {
    let state = gateway
        .state
        .map_or_else(String::new, |state| state.as_str().to_owned());
    if state == "deleted" {
        return Item::Gone;
    }
    let connectivity = gateway.connectivity_type;
    place.resource(
        "natgateway",
        gateway.nat_gateway_id,
        None,
        gateway.tags,
        false,
        |nat_gateway_id| {
            NatGateway {
                nat_gateway_id,
                vpc_id: gateway.vpc_id.unwrap_or_default(),
                subnet_id: gateway.subnet_id.unwrap_or_default(),
                state,
                connectivity_type: connectivity.map_or_else(String::new, |kind| kind.as_str().to_owned()),
            }
            .into()
        },
    )
}
