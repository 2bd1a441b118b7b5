//! Networks: VPCs and what is in them. One paged list per resource type, with the tags in it.
//!
//! What AWS made by itself can only be told by the default VPC, so the VPCs are read along with every type that
//! may be part of it.

mod access;
mod network;
mod place;
mod routing;

use async_trait::async_trait;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::VpcAttributeName;
use futures_util::future::join_all;
use std::collections::{BTreeMap, BTreeSet};

use self::place::{Item, Place};
use super::{Collected, Collector, Context, Operation, Pages, Service};
use crate::inventory::ec2::{
    Eip, FlowLog, InternetGateway, NatGateway, RouteTable, SecurityGroup, Subnet, Vpc, VpcDns, VpcEndpoint,
};
use crate::inventory::{Fact, Gap, Needs, ResourceType};

const VPCS: Operation = Operation::list("ec2:DescribeVpcs");
const VPC_ATTRIBUTE: Operation = Operation::resource("ec2:DescribeVpcAttribute");
const SUBNETS: Operation = Operation::list("ec2:DescribeSubnets");
const ROUTE_TABLES: Operation = Operation::list("ec2:DescribeRouteTables");
const INTERNET_GATEWAYS: Operation = Operation::list("ec2:DescribeInternetGateways");
const NAT_GATEWAYS: Operation = Operation::list("ec2:DescribeNatGateways");
const SECURITY_GROUPS: Operation = Operation::list("ec2:DescribeSecurityGroups");
const VPC_ENDPOINTS: Operation = Operation::list("ec2:DescribeVpcEndpoints");
const ADDRESSES: Operation = Operation::list("ec2:DescribeAddresses");
const FLOW_LOGS: Operation = Operation::list("ec2:DescribeFlowLogs");
const OPERATIONS: &[Operation] = &[
    VPCS,
    VPC_ATTRIBUTE,
    SUBNETS,
    ROUTE_TABLES,
    INTERNET_GATEWAYS,
    NAT_GATEWAYS,
    SECURITY_GROUPS,
    VPC_ENDPOINTS,
    ADDRESSES,
    FLOW_LOGS,
];

/// The operation that lists each type.
const LISTS: &[(&str, Operation)] = &[
    (Eip::NAME, ADDRESSES),
    (FlowLog::NAME, FLOW_LOGS),
    (InternetGateway::NAME, INTERNET_GATEWAYS),
    (NatGateway::NAME, NAT_GATEWAYS),
    (RouteTable::NAME, ROUTE_TABLES),
    (SecurityGroup::NAME, SECURITY_GROUPS),
    (Subnet::NAME, SUBNETS),
    (Vpc::NAME, VPCS),
    (VpcEndpoint::NAME, VPC_ENDPOINTS),
];

/// The types of which AWS makes some by itself, as part of a default VPC.
const PARTS_OF_DEFAULT_VPC: &[&str] = &[
    InternetGateway::NAME,
    RouteTable::NAME,
    SecurityGroup::NAME,
    Subnet::NAME,
];

/// The largest page that EC2 gives; without a page size it answers with everything at once, however large.
const PAGE_SIZE: i32 = 1000;

/// All lists at once: EC2's buckets of unfiltered describe calls hold 50 and more.
const CONCURRENCY: usize = 8;

/// Reads the networks of Amazon EC2.
#[derive(Debug)]
pub struct Ec2;

#[async_trait]
impl Collector for Ec2 {
    fn service(&self) -> &'static str {
        "ec2"
    }

    fn resource_types(&self) -> &'static [&'static str] {
        &[
            Eip::NAME,
            FlowLog::NAME,
            InternetGateway::NAME,
            NatGateway::NAME,
            RouteTable::NAME,
            SecurityGroup::NAME,
            Subnet::NAME,
            Vpc::NAME,
            VpcEndpoint::NAME,
        ]
    }

    fn facts_of_list(&self, _type_name: &str) -> &'static [&'static str] {
        &["tags"]
    }

    fn operations(&self, needs: &Needs) -> Vec<Operation> {
        LISTS
            .iter()
            .filter(|(name, operation)| {
                needs.wants(name) || (*operation == VPCS && asks_for_default_vpc(needs))
            })
            .map(|(_, operation)| *operation)
            .chain(needs.wants_fact(Vpc::NAME, "dns").then_some(VPC_ATTRIBUTE))
            .collect()
    }

    async fn collect(&self, context: &Context, needs: &Needs) -> Collected {
        let service = context.regional(self.service(), OPERATIONS, CONCURRENCY);
        let config = aws_sdk_ec2::config::Builder::from(context.sdk())
            .interceptor(service.counter())
            .build();
        let asked: BTreeSet<&str> = self
            .operations(needs)
            .iter()
            .map(|operation| operation.action)
            .collect();
        let reader = Reader {
            client: Client::from_conf(config),
            service,
            asked,
        };
        let (vpcs, subnets, tables, internet, nat, groups, endpoints, addresses, flow_logs) = tokio::join!(
            reader.vpcs(),
            reader.subnets(),
            reader.route_tables(),
            reader.internet_gateways(),
            reader.nat_gateways(),
            reader.security_groups(),
            reader.vpc_endpoints(),
            reader.addresses(),
            reader.flow_logs(),
        );
        let dns = reader.dns(&vpcs.items, needs).await;
        let mut place = Place {
            context,
            needs,
            service: &reader.service,
            default_vpcs: vpcs
                .items
                .iter()
                .filter(|vpc| vpc.is_default == Some(true))
                .filter_map(|vpc| vpc.vpc_id.clone())
                .collect(),
            dns,
            collected: Collected::default(),
        };
        if let Some(gap) = &vpcs.gap {
            // Without the VPCs nobody can tell which of these AWS made by itself.
            for name in PARTS_OF_DEFAULT_VPC.iter().filter(|name| needs.wants(name)) {
                place.collected.gap(name, gap.clone());
            }
        }
        place.add(Vpc::NAME, VPCS, vpcs, network::vpc);
        place.add(Subnet::NAME, SUBNETS, subnets, network::subnet);
        place.add(RouteTable::NAME, ROUTE_TABLES, tables, routing::route_table);
        place.add(
            InternetGateway::NAME,
            INTERNET_GATEWAYS,
            internet,
            routing::internet_gateway,
        );
        place.add(NatGateway::NAME, NAT_GATEWAYS, nat, routing::nat_gateway);
        place.add(
            SecurityGroup::NAME,
            SECURITY_GROUPS,
            groups,
            access::security_group,
        );
        place.add(VpcEndpoint::NAME, VPC_ENDPOINTS, endpoints, access::vpc_endpoint);
        place.add(Eip::NAME, ADDRESSES, addresses, network::eip);
        place.add(FlowLog::NAME, FLOW_LOGS, flow_logs, network::flow_log);
        place.collected
    }
}

/// Whether anything is needed that may be part of a default VPC.
fn asks_for_default_vpc(needs: &Needs) -> bool {
    PARTS_OF_DEFAULT_VPC.iter().any(|name| needs.wants(name))
}

/// Reads the lists that are asked for.
struct Reader<'a> {
    client: Client,
    service: Service<'a>,
    asked: BTreeSet<&'static str>,
}

/// The method that reads one list when it is asked for.
macro_rules! list {
    ($method:ident, $request:ident, $page_size:expr, $operation:ident, $items:ident: $item:ty) => {
        async fn $method(&self) -> Pages<$item> {
            if !self.asked.contains($operation.action) {
                return Pages::default();
            }
            let pages = self.client.$request().into_paginator();
            self.service
                .pages(
                    $operation,
                    pages.page_size($page_size).send(),
                    |page| page.next_token(),
                    |page| page.$items.unwrap_or_default(),
                )
                .await
        }
    };
}

impl Reader<'_> {
    list!(vpcs, describe_vpcs, PAGE_SIZE, VPCS, vpcs: aws_sdk_ec2::types::Vpc);
    list!(subnets, describe_subnets, PAGE_SIZE, SUBNETS, subnets: aws_sdk_ec2::types::Subnet);
    // Route tables come in pages of at most 100.
    list!(route_tables, describe_route_tables, 100, ROUTE_TABLES, route_tables: aws_sdk_ec2::types::RouteTable);
    list!(internet_gateways, describe_internet_gateways, PAGE_SIZE, INTERNET_GATEWAYS, internet_gateways: aws_sdk_ec2::types::InternetGateway);
    list!(nat_gateways, describe_nat_gateways, PAGE_SIZE, NAT_GATEWAYS, nat_gateways: aws_sdk_ec2::types::NatGateway);
    list!(security_groups, describe_security_groups, PAGE_SIZE, SECURITY_GROUPS, security_groups: aws_sdk_ec2::types::SecurityGroup);
    list!(vpc_endpoints, describe_vpc_endpoints, PAGE_SIZE, VPC_ENDPOINTS, vpc_endpoints: aws_sdk_ec2::types::VpcEndpoint);
    list!(flow_logs, describe_flow_logs, PAGE_SIZE, FLOW_LOGS, flow_logs: aws_sdk_ec2::types::FlowLog);

    /// How names are resolved in the VPCs that it is needed of, by id.
    async fn dns(&self, vpcs: &[aws_sdk_ec2::types::Vpc], needs: &Needs) -> BTreeMap<String, Fact<VpcDns>> {
        let wanted = vpcs.iter().filter_map(|vpc| {
            let id = vpc.vpc_id.clone()?;
            let name = place::name_of(vpc.tags());
            let label = name.as_deref().unwrap_or(&id);
            needs.wants_fact_of(Vpc::NAME, "dns", label).then_some(id)
        });
        let read = wanted.map(|id| async {
            let (support, hostnames) = tokio::join!(
                self.vpc_attribute(&id, VpcAttributeName::EnableDnsSupport),
                self.vpc_attribute(&id, VpcAttributeName::EnableDnsHostnames),
            );
            let dns = support.and_then(|enable_dns_support| {
                Ok(VpcDns {
                    enable_dns_support,
                    enable_dns_hostnames: hostnames?,
                })
            });
            (id, dns.into())
        });
        join_all(read).await.into_iter().collect()
    }

    /// One switch of a VPC; EC2 tells one at a time.
    async fn vpc_attribute(&self, id: &str, name: VpcAttributeName) -> Result<bool, Gap> {
        let request = self
            .client
            .describe_vpc_attribute()
            .vpc_id(id)
            .attribute(name.clone());
        let answer = self.service.read(VPC_ATTRIBUTE, request.send()).await?;
        let switch = match name {
            VpcAttributeName::EnableDnsSupport => answer.enable_dns_support,
            _ => answer.enable_dns_hostnames,
        };
        switch
            .and_then(|switch| switch.value)
            .ok_or_else(|| self.service.nonsense(VPC_ATTRIBUTE, "the answer holds no value"))
    }

    /// The addresses, which come all at once.
    async fn addresses(&self) -> Pages<aws_sdk_ec2::types::Address> {
        if !self.asked.contains(ADDRESSES.action) {
            return Pages::default();
        }
        let request = self.client.describe_addresses().send();
        let read = self.service.read(ADDRESSES, request).await;
        read.map(|answer| answer.addresses.unwrap_or_default()).into()
    }
}
