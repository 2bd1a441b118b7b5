//! What somebody does to the account behind Terraform's back, one change at a time, and exactly which tests must turn
//! red by it.

use aws_sdk_dynamodb::types::{
    BillingMode, PointInTimeRecoverySpecification, ProvisionedThroughput, StreamSpecification, Tag,
    TimeToLiveSpecification,
};
use aws_sdk_ec2::types::{IpPermission, IpRange};
use aws_sdk_sqs::types::QueueAttributeName;

use crate::Failure;
use crate::account::{Account, EVENTS_QUEUE, EVENTS_TABLE, HEALTH_ROLE, TAGS};

type Step = fn(&Account) -> Result<(), Failure>;

/// One change.
pub struct Mutation {
    /// What is done.
    pub name: &'static str,
    /// Does it.
    pub change: Step,
    /// Undoes it.
    pub revert: Step,
    /// The tests that fail by it, and no others.
    pub fails: &'static [&'static str],
}

/// Every change, each of which is undone before the next.
pub const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "point-in-time recovery switched off",
        change: |account| recovery(account, false),
        revert: |account| recovery(account, true),
        fails: &["dynamodb-pitr::zapier-triggers-api-events-dev"],
    },
    Mutation {
        name: "expiry of events switched off",
        change: |account| expiry(account, "expires_at", false),
        revert: |account| expiry(account, "expires_at", true),
        fails: &["dynamodb-ttl::zapier-triggers-api-events-dev"],
    },
    Mutation {
        name: "events expire by another attribute",
        change: |account| expiry(account, "created_at", true),
        revert: |account| expiry(account, "expires_at", true),
        fails: &["dynamodb-ttl::zapier-triggers-api-events-dev"],
    },
    Mutation {
        name: "table billed by provisioned capacity",
        change: |account| {
            let throughput = ProvisionedThroughput::builder()
                .read_capacity_units(1)
                .write_capacity_units(1)
                .build()?;
            let update = account.dynamodb.update_table().table_name(EVENTS_TABLE);
            let update = update
                .billing_mode(BillingMode::Provisioned)
                .provisioned_throughput(throughput);
            account.wait(update.send()).map(drop)
        },
        revert: |account| {
            let update = account.dynamodb.update_table().table_name(EVENTS_TABLE);
            account
                .wait(update.billing_mode(BillingMode::PayPerRequest).send())
                .map(drop)
        },
        fails: &["dynamodb-on-demand::zapier-triggers-api-events-dev"],
    },
    Mutation {
        name: "tag removed from a table",
        change: |account| {
            let untag = account
                .dynamodb
                .untag_resource()
                .resource_arn(Account::table_arn(EVENTS_TABLE));
            account.wait(untag.tag_keys("CostCenter").send()).map(drop)
        },
        revert: |account| tag_table(account, "CostCenter", "platform-integrations"),
        fails: &["tags-required::zapier-triggers-api-events-dev"],
    },
    Mutation {
        name: "tag of a table changed to another environment",
        change: |account| tag_table(account, "Environment", "production"),
        revert: |account| tag_table(account, "Environment", "dev"),
        fails: &["tags-required::zapier-triggers-api-events-dev"],
    },
    Mutation {
        name: "rogue queue, never tagged",
        change: |account| {
            account
                .wait(account.sqs.create_queue().queue_name("scratch").send())
                .map(drop)
        },
        revert: |account| {
            let url = account.queue_url("scratch")?;
            account
                .wait(account.sqs.delete_queue().queue_url(url).send())
                .map(drop)
        },
        fails: &["names-follow-convention::scratch", "tags-required::scratch"],
    },
    Mutation {
        name: "messages visible again after a minute",
        change: |account| attribute(account, EVENTS_QUEUE, QueueAttributeName::VisibilityTimeout, "60"),
        revert: |account| {
            attribute(
                account,
                EVENTS_QUEUE,
                QueueAttributeName::VisibilityTimeout,
                "900",
            )
        },
        fails: &["sqs-events-visibility::zapier-triggers-events-dev"],
    },
    Mutation {
        name: "failed events kept for a day",
        change: |account| retention(account, "86400"),
        revert: |account| retention(account, "1209600"),
        fails: &["sqs-dlq-retention::zapier-triggers-events-dlq-dev"],
    },
    Mutation {
        name: "subnet that was never promised",
        change: |account| {
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
        revert: |account| delete_subnet(account, "zapier-triggers-api-private-extra-dev"),
        fails: &["networking-subnets::zapier-triggers-api-vpc-dev"],
    },
    Mutation {
        name: "private subnet routed to the internet gateway",
        change: |account| {
            let table = account.route_table_id("zapier-triggers-api-private-us-east-1a-dev")?;
            let gateway = account.internet_gateway_id()?;
            replace_default_route(account, &table, |route| route.gateway_id(gateway))
        },
        revert: |account| {
            let table = account.route_table_id("zapier-triggers-api-private-us-east-1a-dev")?;
            let gateway = account.nat_gateway_id()?;
            replace_default_route(account, &table, |route| route.nat_gateway_id(gateway))
        },
        fails: &[
            "lambda-in-private-subnets::zapier-triggers-api-authorizer-dev",
            "lambda-in-private-subnets::zapier-triggers-api-health-dev",
            "lambda-in-private-subnets::zapier-triggers-api-rotation-dev",
            "networking-subnets::zapier-triggers-api-vpc-dev",
        ],
    },
    Mutation {
        name: "internet gateway detached",
        change: |account| {
            let detach = account.ec2.detach_internet_gateway().vpc_id(account.vpc_id()?);
            account
                .wait(detach.internet_gateway_id(account.internet_gateway_id()?).send())
                .map(drop)
        },
        revert: |account| {
            let attach = account.ec2.attach_internet_gateway().vpc_id(account.vpc_id()?);
            account
                .wait(attach.internet_gateway_id(account.internet_gateway_id()?).send())
                .map(drop)
        },
        fails: &[
            "lambda-in-private-subnets::zapier-triggers-api-authorizer-dev",
            "lambda-in-private-subnets::zapier-triggers-api-health-dev",
            "lambda-in-private-subnets::zapier-triggers-api-rotation-dev",
            "networking-subnets::zapier-triggers-api-vpc-dev",
        ],
    },
    Mutation {
        name: "security group opened to the world",
        change: |account| {
            let group = account.security_group_id("zapier-triggers-api-lambda-dev")?;
            let authorize = account.ec2.authorize_security_group_ingress().group_id(group);
            account.wait(authorize.ip_permissions(world(22)).send()).map(drop)
        },
        revert: |account| {
            let group = account.security_group_id("zapier-triggers-api-lambda-dev")?;
            let revoke = account.ec2.revoke_security_group_ingress().group_id(group);
            account.wait(revoke.ip_permissions(world(22)).send()).map(drop)
        },
        fails: &[
            "networking-functions-closed::zapier-triggers-api-lambda-dev",
            "networking-no-open-ingress::zapier-triggers-api-lambda-dev",
        ],
    },
    Mutation {
        name: "functions may open any port",
        change: |account| {
            let group = account.security_group_id("zapier-triggers-api-lambda-dev")?;
            let authorize = account.ec2.authorize_security_group_egress().group_id(group);
            account.wait(authorize.ip_permissions(world(25)).send()).map(drop)
        },
        revert: |account| {
            let group = account.security_group_id("zapier-triggers-api-lambda-dev")?;
            let revoke = account.ec2.revoke_security_group_egress().group_id(group);
            account.wait(revoke.ip_permissions(world(25)).send()).map(drop)
        },
        fails: &["networking-egress-limited::zapier-triggers-api-lambda-dev"],
    },
    Mutation {
        name: "default security group opened within the VPC",
        change: |account| {
            let group = account.security_group_id("zapier-triggers-api-default-security-group-dev")?;
            let authorize = account.ec2.authorize_security_group_ingress().group_id(group);
            account
                .wait(authorize.ip_permissions(from("10.0.0.0/16", 443)).send())
                .map(drop)
        },
        revert: |account| {
            let group = account.security_group_id("zapier-triggers-api-default-security-group-dev")?;
            let revoke = account.ec2.revoke_security_group_ingress().group_id(group);
            account
                .wait(revoke.ip_permissions(from("10.0.0.0/16", 443)).send())
                .map(drop)
        },
        fails: &["networking-default-group-closed::zapier-triggers-api-default-security-group-dev"],
    },
    Mutation {
        name: "inline policy widened to dynamodb:*",
        change: |account| {
            let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}}"#;
            let put = account
                .iam
                .put_role_policy()
                .role_name(HEALTH_ROLE)
                .policy_name("wide");
            account.wait(put.policy_document(document).send()).map(drop)
        },
        revert: |account| {
            let delete = account
                .iam
                .delete_role_policy()
                .role_name(HEALTH_ROLE)
                .policy_name("wide");
            account.wait(delete.send()).map(drop)
        },
        fails: &["iam-health-role::zapier-triggers-api-health-role-dev"],
    },
    Mutation {
        name: "AdministratorAccess attached to the function's role",
        change: |account| {
            let attach = account.iam.attach_role_policy().role_name(HEALTH_ROLE);
            account
                .wait(
                    attach
                        .policy_arn("arn:aws:iam::aws:policy/AdministratorAccess")
                        .send(),
                )
                .map(drop)
        },
        revert: |account| {
            let detach = account.iam.detach_role_policy().role_name(HEALTH_ROLE);
            account
                .wait(
                    detach
                        .policy_arn("arn:aws:iam::aws:policy/AdministratorAccess")
                        .send(),
                )
                .map(drop)
        },
        fails: &["iam-health-role::zapier-triggers-api-health-role-dev"],
    },
    Mutation {
        name: "tags removed from the function's role",
        change: |account| {
            let untag = account
                .iam
                .untag_role()
                .role_name(HEALTH_ROLE)
                .tag_keys("Project");
            account.wait(untag.send()).map(drop)
        },
        revert: |account| {
            let tag = aws_sdk_iam::types::Tag::builder()
                .key("Project")
                .value(TAGS[1].1)
                .build()?;
            account
                .wait(account.iam.tag_role().role_name(HEALTH_ROLE).tags(tag).send())
                .map(drop)
        },
        fails: &["tags-required::zapier-triggers-api-health-role-dev"],
    },
];

/// Changes that only Terraform can undo.
pub const DESTRUCTIONS: &[Mutation] = &[
    Mutation {
        name: "stream of a table switched off",
        change: |account| {
            let off = StreamSpecification::builder().stream_enabled(false).build()?;
            let update = account.dynamodb.update_table().table_name(EVENTS_TABLE);
            account.wait(update.stream_specification(off).send()).map(drop)
        },
        // The emulated account cannot switch it on again, so Terraform makes the table anew.
        revert: |account| {
            account
                .wait(account.dynamodb.delete_table().table_name(EVENTS_TABLE).send())
                .map(drop)
        },
        fails: &["dynamodb-streams::zapier-triggers-api-events-dev"],
    },
    Mutation {
        name: "table of API keys deleted",
        change: |account| {
            let table = "zapier-triggers-api-keys-dev";
            account
                .wait(account.dynamodb.delete_table().table_name(table).send())
                .map(drop)
        },
        revert: |_| Ok(()),
        fails: &[
            "dynamodb-keys-key::zapier-triggers-api-keys-dev",
            "dynamodb-tables-exist::zapier-triggers-api-keys-dev",
        ],
    },
    Mutation {
        name: "private subnet moved to the zone of the other",
        change: |account| {
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
        revert: |account| delete_subnet(account, "zapier-triggers-api-private-us-east-1b-dev"),
        fails: &[
            "lambda-in-private-subnets::zapier-triggers-api-authorizer-dev",
            "lambda-in-private-subnets::zapier-triggers-api-health-dev",
            "lambda-in-private-subnets::zapier-triggers-api-rotation-dev",
            "lambda-in-two-subnets::zapier-triggers-api-authorizer-dev",
            "lambda-in-two-subnets::zapier-triggers-api-health-dev",
            "lambda-in-two-subnets::zapier-triggers-api-rotation-dev",
            "networking-subnets::zapier-triggers-api-vpc-dev",
        ],
    },
    Mutation {
        name: "gateway endpoint of DynamoDB deleted",
        change: |account| {
            let listed = account.wait(account.ec2.describe_vpc_endpoints().send())?;
            let ids = listed
                .vpc_endpoints()
                .iter()
                .filter_map(|endpoint| endpoint.vpc_endpoint_id.clone());
            let delete = account
                .ec2
                .delete_vpc_endpoints()
                .set_vpc_endpoint_ids(Some(ids.collect()));
            account.wait(delete.send()).map(drop)
        },
        revert: |_| Ok(()),
        fails: &["networking-dynamodb-endpoint::zapier-triggers-api-dynamodb-endpoint-dev"],
    },
    Mutation {
        name: "dead-letter queue deleted",
        change: |account| {
            let url = account.queue_url("zapier-triggers-events-dlq-dev")?;
            account
                .wait(account.sqs.delete_queue().queue_url(url).send())
                .map(drop)
        },
        revert: |_| Ok(()),
        fails: &[
            "sqs-dlq-retention::zapier-triggers-events-dlq-dev",
            "sqs-events-visibility::zapier-triggers-events-dev",
            "sqs-queues-exist::zapier-triggers-events-dlq-dev",
        ],
    },
];

fn recovery(account: &Account, enabled: bool) -> Result<(), Failure> {
    let specification = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(enabled)
        .build()?;
    let update = account
        .dynamodb
        .update_continuous_backups()
        .table_name(EVENTS_TABLE);
    account
        .wait(update.point_in_time_recovery_specification(specification).send())
        .map(drop)
}

fn expiry(account: &Account, attribute: &str, enabled: bool) -> Result<(), Failure> {
    let specification = TimeToLiveSpecification::builder()
        .attribute_name(attribute)
        .enabled(enabled)
        .build()?;
    let update = account.dynamodb.update_time_to_live().table_name(EVENTS_TABLE);
    account
        .wait(update.time_to_live_specification(specification).send())
        .map(drop)
}

fn tag_table(account: &Account, key: &str, value: &str) -> Result<(), Failure> {
    let tag = Tag::builder().key(key).value(value).build()?;
    let tagging = account
        .dynamodb
        .tag_resource()
        .resource_arn(Account::table_arn(EVENTS_TABLE));
    account.wait(tagging.tags(tag).send()).map(drop)
}

fn attribute(account: &Account, queue: &str, name: QueueAttributeName, value: &str) -> Result<(), Failure> {
    let set = account
        .sqs
        .set_queue_attributes()
        .queue_url(account.queue_url(queue)?);
    account.wait(set.attributes(name, value).send()).map(drop)
}

fn retention(account: &Account, seconds: &str) -> Result<(), Failure> {
    let name = QueueAttributeName::MessageRetentionPeriod;
    attribute(account, "zapier-triggers-events-dlq-dev", name, seconds)
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
