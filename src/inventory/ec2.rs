//! Network resources, as the EC2 API describes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::Fact;

/// A virtual private cloud.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// The id, as `vpc-0a1b2c`.
    pub vpc_id: String,
    /// The primary IPv4 block.
    pub cidr_block: String,
    /// Every associated IPv4 block, the primary one included.
    pub cidr_blocks: Vec<String>,
    /// `available` or `pending`.
    pub state: String,
    /// Whether this is the VPC that AWS makes in every region of an account.
    pub is_default: bool,
    /// How names are resolved in the VPC (`DescribeVpcAttribute`).
    pub dns: Fact<VpcDns>,
}

/// How names are resolved in a VPC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VpcDns {
    /// Whether the resolver of the VPC answers.
    pub enable_dns_support: bool,
    /// Whether what has a public address gets a public name; endpoints with private DNS need it.
    pub enable_dns_hostnames: bool,
}

/// A subnet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// The id, as `subnet-0a1b2c`.
    pub subnet_id: String,
    /// The VPC that the subnet is in.
    pub vpc_id: String,
    /// The IPv4 block.
    pub cidr_block: String,
    /// The zone, as `us-east-1a`.
    pub availability_zone: String,
    /// Whether instances get a public address when they start.
    pub map_public_ip_on_launch: bool,
    /// `available`, `pending` or `unavailable`.
    pub state: String,
}

/// A route table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteTable {
    /// The id, as `rtb-0a1b2c`.
    pub route_table_id: String,
    /// The VPC that the table is in.
    pub vpc_id: String,
    /// What the table applies to.
    pub associations: Vec<RouteTableAssociation>,
    /// The routes, the local one included.
    pub routes: Vec<Route>,
}

/// What a route table applies to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteTableAssociation {
    /// Whether this makes the table the main one of its VPC, for subnets without a table of their own.
    pub main: bool,
    /// The subnet, for a subnet's association.
    pub subnet_id: Option<String>,
    /// The gateway, for a gateway's association.
    pub gateway_id: Option<String>,
}

/// A route. Exactly one destination and at most one target are set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// An IPv4 destination.
    pub destination_cidr_block: Option<String>,
    /// An IPv6 destination.
    pub destination_ipv6_cidr_block: Option<String>,
    /// A prefix list as destination.
    pub destination_prefix_list_id: Option<String>,
    /// An internet gateway (`igw-…`), a VPC endpoint (`vpce-…`), or `local`.
    pub gateway_id: Option<String>,
    /// A NAT gateway.
    pub nat_gateway_id: Option<String>,
    /// Any other target: an instance, a network interface, a transit or egress-only gateway, a peering.
    pub other_target: Option<String>,
    /// `active` or `blackhole`.
    pub state: String,
}

/// An internet gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InternetGateway {
    /// The id, as `igw-0a1b2c`.
    pub internet_gateway_id: String,
    /// The VPCs that the gateway is attached to: at most one.
    pub vpc_ids: Vec<String>,
}

/// A NAT gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NatGateway {
    /// The id, as `nat-0a1b2c`.
    pub nat_gateway_id: String,
    /// The VPC that the gateway is in.
    pub vpc_id: String,
    /// The subnet that the gateway is in.
    pub subnet_id: String,
    /// `pending`, `failed`, `available`, `deleting` or `deleted`.
    pub state: String,
    /// `public` or `private`.
    pub connectivity_type: String,
}

/// A security group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroup {
    /// The id, as `sg-0a1b2c`.
    pub group_id: String,
    /// The group's own name, which is not its `Name` tag.
    pub group_name: String,
    /// The description.
    pub description: String,
    /// The VPC that the group is in.
    pub vpc_id: Option<String>,
    /// What may come in.
    pub ingress: Vec<SecurityGroupRule>,
    /// What may go out.
    pub egress: Vec<SecurityGroupRule>,
}

/// One permission of a security group, with every source or destination it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroupRule {
    /// `tcp`, `udp`, `icmp`, a protocol number, or `-1` for all.
    pub ip_protocol: String,
    /// The first port; -1 when the protocol has none.
    pub from_port: i32,
    /// The last port; -1 when the protocol has none.
    pub to_port: i32,
    /// IPv4 blocks.
    pub cidr_blocks: Vec<String>,
    /// IPv6 blocks.
    pub ipv6_cidr_blocks: Vec<String>,
    /// Prefix lists.
    pub prefix_list_ids: Vec<String>,
    /// Security groups.
    pub group_ids: Vec<String>,
}

/// An endpoint that reaches a service without the internet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VpcEndpoint {
    /// The id, as `vpce-0a1b2c`.
    pub vpc_endpoint_id: String,
    /// The VPC that the endpoint is in.
    pub vpc_id: String,
    /// The service, as `com.amazonaws.us-east-1.dynamodb`.
    pub service_name: String,
    /// `Gateway`, `Interface` or `GatewayLoadBalancer`.
    pub vpc_endpoint_type: String,
    /// `available`, `pending`, `deleting` …
    pub state: String,
    /// The route tables of a gateway endpoint.
    pub route_table_ids: Vec<String>,
    /// The subnets of an interface endpoint.
    pub subnet_ids: Vec<String>,
    /// The security groups of an interface endpoint.
    pub security_group_ids: Vec<String>,
    /// Whether the service's own name leads to the endpoint inside the VPC.
    pub private_dns_enabled: bool,
    /// The endpoint policy, as JSON text.
    pub policy_document: Option<String>,
}

/// A public IPv4 address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Eip {
    /// The id, as `eipalloc-0a1b2c`.
    pub allocation_id: String,
    /// The address.
    pub public_ip: String,
    /// `vpc`, or `standard` outside of VPCs.
    pub domain: String,
    /// The association; absent for an address that nothing uses.
    pub association_id: Option<String>,
    /// The instance that uses the address.
    pub instance_id: Option<String>,
    /// The network interface that uses the address: a NAT gateway's, too.
    pub network_interface_id: Option<String>,
}

/// A log of what goes through a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowLog {
    /// The id, as `fl-0a1b2c`.
    pub flow_log_id: String,
    /// The VPC, subnet or network interface that is logged.
    pub resource_id: String,
    /// `ACCEPT`, `REJECT` or `ALL`; absent for transit gateways.
    pub traffic_type: Option<String>,
    /// `cloud-watch-logs`, `s3` or `kinesis-data-firehose`.
    pub log_destination_type: String,
    /// The ARN of what is written to.
    pub log_destination: Option<String>,
    /// The log group of `cloud-watch-logs`.
    pub log_group_name: Option<String>,
    /// The ARN of the role that the log is written as.
    pub deliver_logs_permission_arn: Option<String>,
    /// `SUCCESS` or `FAILED`; absent before the first delivery.
    pub deliver_logs_status: Option<String>,
    /// `ACTIVE`.
    pub flow_log_status: Option<String>,
    /// Seconds over which one line sums up.
    pub max_aggregation_interval: Option<i32>,
}
