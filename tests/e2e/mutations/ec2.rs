//! Networks, changed behind Terraform's back.

use aws_sdk_ec2::types::{
    AttributeBooleanValue, FlowLogsResourceType, IpPermission, IpRange, Ipv6Range, LogDestinationType,
    TrafficType,
};

use super::{Mutation, mutation};
use crate::Failure;
use crate::account::Account;

/// What a private subnet that is none any more fails.
const ROUTING: &[&str] = &[
    "lambda-in-private-subnets::zapier-triggers-api-authorizer-dev",
    "lambda-in-private-subnets::zapier-triggers-api-health-dev",
    "lambda-in-private-subnets::zapier-triggers-api-rotation-dev",
    "networking-subnets::zapier-triggers-api-vpc-dev",
];
/// What a private subnet that is gone, or in the zone of the other, fails: the functions are no longer in it.
const SUBNETS: &[&str] = &[
    "lambda-in-private-subnets::zapier-triggers-api-authorizer-dev",
    "lambda-in-private-subnets::zapier-triggers-api-health-dev",
    "lambda-in-private-subnets::zapier-triggers-api-rotation-dev",
    "lambda-in-two-subnets::zapier-triggers-api-authorizer-dev",
    "lambda-in-two-subnets::zapier-triggers-api-health-dev",
    "lambda-in-two-subnets::zapier-triggers-api-rotation-dev",
    "networking-subnets::zapier-triggers-api-vpc-dev",
];
const OPENED: &[&str] = &[
    "networking-functions-closed::zapier-triggers-api-lambda-dev",
    "networking-no-open-ingress::zapier-triggers-api-lambda-dev",
];
const LAMBDA: &str = "zapier-triggers-api-lambda-dev";

pub fn all() -> Vec<Mutation> {
    let mut all = subnets();
    all.extend(groups());
    all.extend(flow_logs());
    all
}

fn subnets() -> Vec<Mutation> {
    vec![
        mutation(
            "subnet that was never promised",
            &["networking-subnets::zapier-triggers-api-vpc-dev"],
            |account| {
                let create = account
                    .ec2
                    .create_subnet()
                    .vpc_id(account.vpc_id()?)
                    .cidr_block("10.0.99.0/24");
                let created = account.wait(create.send())?;
                let id = created
                    .subnet
                    .and_then(|subnet| subnet.subnet_id)
                    .ok_or("no subnet")?;
                account.tag_ec2(&id, "zapier-triggers-api-private-extra-dev")
            },
        ),
        mutation(
            "private subnet routed to the internet gateway",
            ROUTING,
            |account| {
                let table = account.route_table_id("zapier-triggers-api-private-us-east-1a-dev")?;
                let gateway = account.internet_gateway_id()?;
                replace_default_route(account, &table, |route| route.gateway_id(gateway))
            },
        ),
        mutation("internet gateway detached", ROUTING, |account| {
            detach(account, &account.internet_gateway_id()?)
        }),
        mutation(
            "private subnet moved to the zone of the other",
            SUBNETS,
            |account| {
                let name = "zapier-triggers-api-private-us-east-1b-dev";
                delete_subnet(account, name)?;
                let create = account
                    .ec2
                    .create_subnet()
                    .vpc_id(account.vpc_id()?)
                    .cidr_block("10.0.11.0/24");
                let created = account.wait(create.availability_zone("us-east-1a").send())?;
                let id = created
                    .subnet
                    .and_then(|subnet| subnet.subnet_id)
                    .ok_or("no subnet")?;
                account.tag_ec2(&id, name)?;
                let associate = account.ec2.associate_route_table().subnet_id(id);
                account
                    .wait(associate.route_table_id(account.route_table_id(name)?).send())
                    .map(drop)
            },
        ),
        mutation("subnet deleted", SUBNETS, |account| {
            delete_subnet(account, "zapier-triggers-api-private-us-east-1a-dev")
        }),
    ]
}

fn groups() -> Vec<Mutation> {
    vec![
        mutation("security group opened to the world", OPENED, |account| {
            let group = account.security_group_id("zapier-triggers-api-lambda-dev")?;
            let authorize = account.ec2.authorize_security_group_ingress().group_id(group);
            account.wait(authorize.ip_permissions(world(22)).send()).map(drop)
        }),
        mutation(
            "endpoints opened to the whole VPC",
            &["networking-endpoints-group::zapier-triggers-api-api-gateway-dev"],
            |account| {
                let group = account.security_group_id("zapier-triggers-api-api-gateway-dev")?;
                let authorize = account.ec2.authorize_security_group_ingress().group_id(group);
                account
                    .wait(authorize.ip_permissions(from("10.0.0.0/16", 443)).send())
                    .map(drop)
            },
        ),
        mutation(
            "names of hosts no longer given in the VPC",
            &["networking-dns::zapier-triggers-api-vpc-dev"],
            |account| {
                let off = AttributeBooleanValue::builder().value(false).build();
                let modify = account.ec2.modify_vpc_attribute().vpc_id(account.vpc_id()?);
                account.wait(modify.enable_dns_hostnames(off).send()).map(drop)
            },
        ),
        mutation(
            "endpoint of DynamoDB taken out of the route tables",
            &["networking-endpoints::zapier-triggers-api-dynamodb-endpoint-dev"],
            |account| {
                let found = account.wait(account.ec2.describe_vpc_endpoints().send())?;
                let endpoint = found.vpc_endpoints().first().ok_or("no endpoint")?;
                let modify = account
                    .ec2
                    .modify_vpc_endpoint()
                    .set_vpc_endpoint_id(endpoint.vpc_endpoint_id.clone())
                    .set_remove_route_table_ids(endpoint.route_table_ids.clone());
                account.wait(modify.send()).map(drop)
            },
        ),
        mutation(
            "functions may open any port",
            &["networking-egress-limited::zapier-triggers-api-lambda-dev"],
            |account| {
                let group = account.security_group_id("zapier-triggers-api-lambda-dev")?;
                let authorize = account.ec2.authorize_security_group_egress().group_id(group);
                account.wait(authorize.ip_permissions(world(25)).send()).map(drop)
            },
        ),
        mutation(
            "default security group opened within the VPC",
            &["networking-default-group-closed::zapier-triggers-api-default-security-group-dev"],
            |account| {
                let group = account.security_group_id("zapier-triggers-api-default-security-group-dev")?;
                let authorize = account.ec2.authorize_security_group_ingress().group_id(group);
                account
                    .wait(authorize.ip_permissions(from("10.0.0.0/16", 443)).send())
                    .map(drop)
            },
        ),
        mutation("security group opened to the world of IPv6", OPENED, |account| {
            let everybody = Ipv6Range::builder().cidr_ipv6("::/0").build();
            let permission = IpPermission::builder()
                .ip_protocol("tcp")
                .from_port(443)
                .to_port(443)
                .ipv6_ranges(everybody);
            let authorize = account.ec2.authorize_security_group_ingress();
            let authorize = authorize.group_id(account.security_group_id(LAMBDA)?);
            account
                .wait(authorize.ip_permissions(permission.build()).send())
                .map(drop)
        }),
        mutation(
            "default security group may open connections",
            &["networking-default-group-closed::zapier-triggers-api-default-security-group-dev"],
            |account| {
                let group = account.security_group_id("zapier-triggers-api-default-security-group-dev")?;
                let authorize = account.ec2.authorize_security_group_egress().group_id(group);
                account
                    .wait(authorize.ip_permissions(from("10.0.0.0/16", 443)).send())
                    .map(drop)
            },
        ),
    ]
}

fn flow_logs() -> Vec<Mutation> {
    vec![
        mutation(
            "flow log deleted",
            &["vpc-flow-logs::zapier-triggers-api-vpc-dev"],
            delete_flow_log,
        ),
        mutation(
            "flow log made anew, of refused traffic only",
            &["vpc-flow-logs::zapier-triggers-api-vpc-dev"],
            |account| {
                delete_flow_log(account)?;
                let create = account
                    .ec2
                    .create_flow_logs()
                    .resource_ids(account.vpc_id()?)
                    .resource_type(FlowLogsResourceType::Vpc)
                    .traffic_type(TrafficType::Reject)
                    .log_destination_type(LogDestinationType::CloudWatchLogs)
                    .log_group_name("/aws/vpc/zapier-triggers-api-flow-logs-dev")
                    .deliver_logs_permission_arn(format!(
                        "arn:aws:iam::{}:role/zapier-triggers-api-flow-logs-role-dev",
                        crate::sandbox::ACCOUNT
                    ));
                let created = account.wait(create.send())?;
                let id = created.flow_log_ids().first().ok_or("no flow log")?;
                account.tag_ec2(id, "zapier-triggers-api-flow-log-dev")
            },
        ),
    ]
}

/// Takes the internet gateway off the VPC.
pub fn detach(account: &Account, gateway: &str) -> Result<(), Failure> {
    let detach = account.ec2.detach_internet_gateway().vpc_id(account.vpc_id()?);
    account.wait(detach.internet_gateway_id(gateway).send()).map(drop)
}

fn delete_flow_log(account: &Account) -> Result<(), Failure> {
    let listed = account.wait(account.ec2.describe_flow_logs().send())?;
    let ids = listed
        .flow_logs()
        .iter()
        .filter_map(|log| log.flow_log_id.clone())
        .collect();
    let delete = account.ec2.delete_flow_logs().set_flow_log_ids(Some(ids));
    account.wait(delete.send()).map(drop)
}

fn delete_subnet(account: &Account, name: &str) -> Result<(), Failure> {
    let delete = account.ec2.delete_subnet().subnet_id(account.subnet_id(name)?);
    account.wait(delete.send()).map(drop)
}

type CreateRoute = aws_sdk_ec2::operation::create_route::builders::CreateRouteFluentBuilder;

fn replace_default_route(
    account: &Account,
    table: &str,
    target: impl FnOnce(CreateRoute) -> CreateRoute,
) -> Result<(), Failure> {
    let delete = account.ec2.delete_route().route_table_id(table);
    account.wait(delete.destination_cidr_block("0.0.0.0/0").send())?;
    let create = account
        .ec2
        .create_route()
        .route_table_id(table)
        .destination_cidr_block("0.0.0.0/0");
    account.wait(target(create).send()).map(drop)
}

fn world(port: i32) -> IpPermission {
    from("0.0.0.0/0", port)
}

fn from(block: &str, port: i32) -> IpPermission {
    IpPermission::builder()
        .ip_protocol("tcp")
        .from_port(port)
        .to_port(port)
        .ip_ranges(IpRange::builder().cidr_ip(block).build())
        .build()
}
