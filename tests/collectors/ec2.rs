//! Networks.

use crate::fake::{Answer, Fake, Request, ec2_error, named, ok, read_of};
use stackproof::collect::Ec2;
use stackproof::inventory::ec2::{
    Eip, FlowLog, InternetGateway, NatGateway, RouteTable, SecurityGroup, Subnet, Vpc, VpcEndpoint,
};
use stackproof::inventory::{Fact, Needs, Reason, ResourceType};

fn tag(key: &str, value: &str) -> String {
    format!("<tagSet><item><key>{key}</key><value>{value}</value></item></tagSet>")
}

fn account(request: &Request) -> Answer {
    let operation = request.operation.as_str();
    let (set, items, token) = match operation {
        "DescribeVpcs" => ("vpcSet", format!(
            "<item><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/16</cidrBlock><state>available</state><ownerId>123456789012</ownerId>\
             <isDefault>false</isDefault><cidrBlockAssociationSet><item><cidrBlock>10.1.0.0/16</cidrBlock><cidrBlockState>\
             <state>associated</state></cidrBlockState></item><item><cidrBlock>10.9.0.0/16</cidrBlock><cidrBlockState>\
             <state>disassociated</state></cidrBlockState></item></cidrBlockAssociationSet>{}</item>\
             <item><vpcId>vpc-d</vpcId><cidrBlock>172.31.0.0/16</cidrBlock><isDefault>true</isDefault></item>",
            tag("Name", "main")), None),
        "DescribeVpcAttribute" if request.has("Attribute=enableDnsSupport") => {
            ("enableDnsSupport", "<value>true</value>".into(), None)
        }
        "DescribeVpcAttribute" if request.has("Attribute=enableDnsHostnames") => {
            ("enableDnsHostnames", "<value>false</value>".into(), None)
        }
        "DescribeSubnets" if request.has("NextToken=two") => ("subnetSet",
            "<item><subnetId>subnet-d</subnetId><vpcId>vpc-d</vpcId><cidrBlock>172.31.0.0/20</cidrBlock>\
             <availabilityZone>us-east-1a</availabilityZone><defaultForAz>true</defaultForAz></item>\
             <item><subnetId>subnet-own</subnetId><vpcId>vpc-d</vpcId><defaultForAz>false</defaultForAz></item>".into(), None),
        "DescribeSubnets" => ("subnetSet", "<item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><ownerId>999999999999</ownerId>\
             <cidrBlock>10.0.1.0/24</cidrBlock><availabilityZone>us-east-1a</availabilityZone><state>available</state>\
             <mapPublicIpOnLaunch>true</mapPublicIpOnLaunch></item>".into(), Some("two")),
        "DescribeRouteTables" => ("routeTableSet", "<item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId><associationSet>\
             <item><main>false</main><subnetId>subnet-1</subnetId></item></associationSet><routeSet>\
             <item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId><state>active</state></item>\
             <item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><natGatewayId>nat-1</natGatewayId><state>blackhole</state></item>\
             <item><destinationIpv6CidrBlock>::/0</destinationIpv6CidrBlock><egressOnlyInternetGatewayId>eigw-1</egressOnlyInternetGatewayId>\
             <state>active</state></item></routeSet></item>\
             <item><routeTableId>rtb-d</routeTableId><vpcId>vpc-d</vpcId><associationSet><item><main>true</main></item>\
             </associationSet></item>".into(), None),
        "DescribeInternetGateways" => ("internetGatewaySet", "<item><internetGatewayId>igw-1</internetGatewayId><attachmentSet>\
             <item><vpcId>vpc-1</vpcId></item></attachmentSet></item><item><internetGatewayId>igw-d</internetGatewayId>\
             <attachmentSet><item><vpcId>vpc-d</vpcId></item></attachmentSet></item>".into(), None),
        "DescribeNatGateways" => ("natGatewaySet", ["available", "deleting", "deleted"].map(|state| format!(
             "<item><natGatewayId>nat-{state}</natGatewayId><vpcId>vpc-1</vpcId><subnetId>subnet-1</subnetId><state>{state}</state>\
             <connectivityType>public</connectivityType></item>")).concat(), None),
        "DescribeSecurityGroups" => ("securityGroupInfo", "<item><groupId>sg-1</groupId><groupName>web</groupName><vpcId>vpc-1</vpcId>\
             <groupDescription>web</groupDescription><ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort>\
             <toPort>443</toPort><ipRanges><item><cidrIp>10.2.0.0/16</cidrIp></item><item><cidrIp>10.1.0.0/16</cidrIp></item></ipRanges>\
             </item></ipPermissions><ipPermissionsEgress><item><ipProtocol>-1</ipProtocol><groups><item><groupId>sg-2</groupId></item>\
             </groups></item></ipPermissionsEgress></item><item><groupId>sg-d</groupId><groupName>default</groupName>\
             <vpcId>vpc-d</vpcId></item><item><groupId>sg-e</groupId><groupName>default</groupName><vpcId>vpc-1</vpcId></item>".into(), None),
        "DescribeVpcEndpoints" => ("vpcEndpointSet", "<item><vpcEndpointId>vpce-1</vpcEndpointId><vpcId>vpc-1</vpcId>\
             <serviceName>com.amazonaws.us-east-1.dynamodb</serviceName><vpcEndpointType>Gateway</vpcEndpointType>\
             <state>available</state><routeTableIdSet><item>rtb-1</item></routeTableIdSet><privateDnsEnabled>true</privateDnsEnabled>\
             <groupSet><item><groupId>sg-2</groupId></item><item><groupId>sg-1</groupId></item></groupSet></item>".into(), None),
        "DescribeAddresses" => ("addressesSet", format!("<item><allocationId>eipalloc-1</allocationId><publicIp>198.51.100.7</publicIp>\
             <domain>vpc</domain><associationId>eipassoc-1</associationId><instanceId></instanceId>\
             <networkInterfaceId>eni-1</networkInterfaceId>{}</item>", tag("Name", "nat")), None),
        "DescribeFlowLogs" if request.has("NextToken=two") => ("flowLogSet", "<item><flowLogId>fl-2</flowLogId></item>".into(), None),
        "DescribeFlowLogs" => ("flowLogSet", "<item><flowLogId>fl-1</flowLogId><resourceId>vpc-1</resourceId>\
             <trafficType>ALL</trafficType><logDestinationType>cloud-watch-logs</logDestinationType><logGroupName>flow</logGroupName>\
             <logDestination>arn:aws:logs:us-east-1:123456789012:log-group:flow</logDestination><flowLogStatus>ACTIVE</flowLogStatus>\
             <deliverLogsStatus>FAILED</deliverLogsStatus><maxAggregationInterval>60</maxAggregationInterval></item>".into(), Some("two")),
        other => return ec2_error(400, "InvalidAction", other),
    };
    let token = token.map_or(String::new(), |token| format!("<nextToken>{token}</nextToken>"));
    ok(format!(
        "<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><{set}>{items}</{set}>{token}</{operation}Response>"
    ))
}

fn every_type() -> Needs {
    [
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
    .into_iter()
    .fold(Needs::none(), Needs::list)
}

#[tokio::test]
async fn every_list_is_read_once_and_the_default_vpc_is_told_apart() {
    let fake = Fake::start(account).await;
    let (collected, reads) = fake.collect(&Ec2, &every_type()).await;
    assert!(collected.gaps.is_empty(), "{:?}", collected.gaps);
    let main = named(&collected, "main");
    assert_eq!(main.arn, "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1");
    assert_eq!(
        Vpc::of(&main.details).unwrap().cidr_blocks,
        ["10.0.0.0/16", "10.1.0.0/16"]
    );
    let mut managed: Vec<&str> = collected
        .resources
        .iter()
        .filter(|resource| resource.managed_by_aws)
        .map(|resource| resource.id.as_str())
        .collect();
    managed.sort_unstable();
    assert_eq!(managed, ["igw-d", "rtb-d", "sg-d", "subnet-d", "vpc-d"]);
    let shared = named(&collected, "subnet-1");
    assert_eq!(shared.account, "999999999999");
    assert_eq!(shared.arn, "arn:aws:ec2:us-east-1:999999999999:subnet/subnet-1");
    let read = read_of(&reads, "ec2:DescribeSubnets");
    assert_eq!((read.pages, read.items, read.calls), (2, 3, 2));
    assert_eq!(read_of(&reads, "ec2:DescribeVpcs").calls, 1);
}

#[tokio::test]
async fn routes_rules_and_gateways_keep_what_matters() {
    let fake = Fake::start(account).await;
    let (collected, _) = fake.collect(&Ec2, &every_type()).await;
    let table = RouteTable::of(&named(&collected, "rtb-1").details).unwrap();
    let targets: Vec<_> = table
        .routes
        .iter()
        .map(|route| {
            (
                route.gateway_id.as_deref(),
                route.nat_gateway_id.as_deref(),
                route.other_target.as_deref(),
                route.state.as_str(),
            )
        })
        .collect();
    assert_eq!(
        targets,
        [
            (None, None, Some("eigw-1"), "active"),
            (None, Some("nat-1"), None, "blackhole"),
            (Some("local"), None, None, "active"),
        ]
    );
    let group = SecurityGroup::of(&named(&collected, "sg-1").details).unwrap();
    assert_eq!(group.ingress[0].cidr_blocks, ["10.1.0.0/16", "10.2.0.0/16"]);
    assert_eq!(
        (group.egress[0].from_port, group.egress[0].group_ids[0].as_str()),
        (-1, "sg-2")
    );
    let nat: Vec<&str> = collected
        .resources
        .iter()
        .filter_map(|resource| NatGateway::of(&resource.details).map(|gateway| gateway.state.as_str()))
        .collect();
    assert_eq!(nat, ["available", "deleting"]);
    assert!(
        named(&collected, "nat-available")
            .arn
            .ends_with(":natgateway/nat-available")
    );
    let endpoint = VpcEndpoint::of(&named(&collected, "vpce-1").details).unwrap();
    assert_eq!(
        (endpoint.state.as_str(), endpoint.vpc_endpoint_type.as_str()),
        ("available", "Gateway")
    );
}

#[tokio::test]
async fn addresses_and_flow_logs_say_what_they_belong_to() {
    let fake = Fake::start(account).await;
    let needs = Needs::none().list(Eip::NAME).list(FlowLog::NAME);
    let (collected, reads) = fake.collect(&Ec2, &needs).await;
    let address = named(&collected, "nat");
    assert_eq!(
        address.arn,
        "arn:aws:ec2:us-east-1:123456789012:elastic-ip/eipalloc-1"
    );
    let own = Eip::of(&address.details).unwrap();
    assert_eq!(
        (own.instance_id.as_deref(), own.network_interface_id.as_deref()),
        (None, Some("eni-1"))
    );
    let log = FlowLog::of(&named(&collected, "fl-1").details).unwrap();
    assert_eq!(
        (log.resource_id.as_str(), log.traffic_type.as_deref()),
        ("vpc-1", Some("ALL"))
    );
    assert_eq!(log.deliver_logs_status.as_deref(), Some("FAILED"));
    assert_eq!(read_of(&reads, "ec2:DescribeFlowLogs").pages, 2);
    assert_eq!(reads.len(), 2, "nothing of these is part of a default VPC");
}

#[tokio::test]
async fn only_what_is_needed_is_asked_for() {
    let fake = Fake::start(account).await;
    let (collected, reads) = fake.collect(&Ec2, &Needs::none().list(NatGateway::NAME)).await;
    assert_eq!((collected.resources.len(), reads.len()), (2, 1));
    let (collected, reads) = Fake::start(account)
        .await
        .collect(&Ec2, &Needs::none().list(RouteTable::NAME))
        .await;
    assert_eq!(
        (collected.resources.len(), reads.len()),
        (2, 2),
        "the VPCs are read and not kept"
    );
}

#[tokio::test]
async fn a_denied_second_page_leaves_a_gap_in_its_own_type_only() {
    let fake = Fake::start(|request| {
        if request.operation == "DescribeSubnets" && request.has("NextToken=two") {
            ec2_error(
                403,
                "UnauthorizedOperation",
                "You are not authorized. Encoded authorization failure message: 4GIOHlTk",
            )
        } else {
            account(request)
        }
    })
    .await;
    let (collected, _) = fake.collect(&Ec2, &every_type()).await;
    assert_eq!(collected.gaps.keys().copied().collect::<Vec<_>>(), [Subnet::NAME]);
    let gap = &collected.gaps[Subnet::NAME][0];
    assert_eq!(gap.reason, Reason::AccessDenied);
    assert_eq!(gap.message, "UnauthorizedOperation: You are not authorized.");
    assert_eq!(named(&collected, "subnet-1").id, "subnet-1");
}

/// Without the VPCs nobody can tell a default subnet from the stack's own.
#[tokio::test]
async fn denied_vpcs_leave_a_gap_in_what_may_be_part_of_them() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "DescribeVpcs" => ec2_error(403, "UnauthorizedOperation", "no"),
        _ => account(request),
    })
    .await;
    let needs = Needs::none().list(Subnet::NAME).list(NatGateway::NAME);
    let (collected, _) = fake.collect(&Ec2, &needs).await;
    assert_eq!(collected.gaps.keys().copied().collect::<Vec<_>>(), [Subnet::NAME]);
    assert_eq!(collected.gaps[Subnet::NAME][0].action, "ec2:DescribeVpcs");
}

#[tokio::test]
async fn names_are_asked_of_the_named_vpc_alone() {
    let fake = Fake::start(account).await;
    let names = ["main".parse().unwrap()];
    let needs = Needs::none().fact_of(Vpc::NAME, "dns", &names);
    let (collected, reads) = fake.collect(&Ec2, &needs).await;
    let dns = |name| Vpc::of(&named(&collected, name).details).unwrap().dns.clone();
    let dns_of_main = dns("main").known().cloned().unwrap();
    assert!(dns_of_main.enable_dns_support && !dns_of_main.enable_dns_hostnames);
    assert_eq!(dns("vpc-d"), Fact::NotRead);
    assert_eq!(read_of(&reads, "ec2:DescribeVpcAttribute").calls, 2);
}

#[tokio::test]
async fn denied_names_are_unreadable_and_the_vpc_is_not() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "DescribeVpcAttribute" => ec2_error(403, "UnauthorizedOperation", "no"),
        _ => account(request),
    })
    .await;
    let needs = Needs::none().fact(Vpc::NAME, "dns");
    let (collected, _) = fake.collect(&Ec2, &needs).await;
    let own = Vpc::of(&named(&collected, "main").details).unwrap();
    assert!(matches!(&own.dns, Fact::Unreadable(gap) if gap.action == "ec2:DescribeVpcAttribute"));
    assert!(collected.gaps.is_empty());
}

#[tokio::test]
async fn an_endpoint_tells_its_groups_and_its_names() {
    let fake = Fake::start(account).await;
    let (collected, _) = fake.collect(&Ec2, &Needs::none().list(VpcEndpoint::NAME)).await;
    let own = VpcEndpoint::of(&named(&collected, "vpce-1").details).unwrap();
    assert_eq!(own.security_group_ids, ["sg-1", "sg-2"]);
    assert!(own.private_dns_enabled);
}
