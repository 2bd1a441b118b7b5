//! How somebody makes a resource of each type under a name that follows no convention, with the right tags. A type
//! without a way fails the scenario.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};

use crate::Failure;
use crate::account::{Account, TAGS};

/// Makes the resource. What is in a VPC is in the stack's own, where it harms nothing.
pub fn resource(account: &Account, type_name: &str, name: &str) -> Result<(), Failure> {
    let ec2 = &account.ec2;
    let id = match type_name {
        "aws_dynamodb_table" => return table(account, name),
        "aws_iam_role" => return role(account, name),
        "aws_s3_bucket" => return bucket(account, name),
        "aws_sqs_queue" => {
            let create = account.sqs.create_queue().queue_name(name);
            let tags = TAGS
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value.to_owned()));
            return account
                .wait(create.set_tags(Some(tags.collect())).send())
                .map(drop);
        }
        "aws_vpc" => return vpc(account, name),
        "aws_subnet" => {
            // In the default VPC: the subnets of the stack's are promised one by one.
            let vpcs = account.wait(ec2.describe_vpcs().send())?;
            let default = vpcs.vpcs().iter().find(|vpc| vpc.is_default() == Some(true));
            let id = default.and_then(|vpc| vpc.vpc_id.clone());
            let create = ec2.create_subnet().set_vpc_id(id).cidr_block("172.31.128.0/20");
            account
                .wait(create.send())?
                .subnet
                .and_then(|made| made.subnet_id)
        }
        "aws_route_table" => {
            let create = ec2.create_route_table().vpc_id(account.vpc_id()?);
            account
                .wait(create.send())?
                .route_table
                .and_then(|made| made.route_table_id)
        }
        "aws_internet_gateway" => {
            let made = account
                .wait(ec2.create_internet_gateway().send())?
                .internet_gateway;
            made.and_then(|made| made.internet_gateway_id)
        }
        "aws_nat_gateway" => {
            let subnet = account.subnet_id("zapier-triggers-api-private-us-east-1a-dev")?;
            let create = ec2.create_nat_gateway().subnet_id(subnet);
            let create = create.connectivity_type(aws_sdk_ec2::types::ConnectivityType::Private);
            account
                .wait(create.send())?
                .nat_gateway
                .and_then(|made| made.nat_gateway_id)
        }
        "aws_security_group" => {
            let create = ec2.create_security_group().vpc_id(account.vpc_id()?);
            let create = create.group_name(name).description("made by hand");
            account.wait(create.send())?.group_id
        }
        "aws_vpc_endpoint" => {
            let create = ec2.create_vpc_endpoint().vpc_id(account.vpc_id()?);
            let create = create.service_name("com.amazonaws.us-east-1.s3");
            account
                .wait(create.send())?
                .vpc_endpoint
                .and_then(|made| made.vpc_endpoint_id)
        }
        other => {
            return Err(format!("no way to make a resource of type {other}; add one in rogue.rs").into());
        }
    };
    account.tag_ec2(&id.ok_or("nothing was made")?, name)
}

/// A VPC, and what AWS makes with it under names that do follow the convention.
fn vpc(account: &Account, name: &str) -> Result<(), Failure> {
    let created = account.wait(account.ec2.create_vpc().cidr_block("10.99.0.0/16").send())?;
    let id = created.vpc.and_then(|made| made.vpc_id).ok_or("no VPC")?;
    account.tag_ec2(&id, name)?;
    name_defaults(account, &id)
}

/// Names and tags the route table and the security group that come with a VPC.
fn name_defaults(account: &Account, vpc: &str) -> Result<(), Failure> {
    let of_vpc = aws_sdk_ec2::types::Filter::builder()
        .name("vpc-id")
        .values(vpc)
        .build();
    let tables = account.wait(account.ec2.describe_route_tables().filters(of_vpc.clone()).send())?;
    let groups = account.wait(account.ec2.describe_security_groups().filters(of_vpc).send())?;
    let tables = tables
        .route_tables()
        .iter()
        .filter_map(|table| table.route_table_id.clone());
    let groups = groups
        .security_groups()
        .iter()
        .filter_map(|group| group.group_id.clone());
    for id in tables.chain(groups) {
        account.tag_ec2(&id, "zapier-triggers-api-by-hand-dev")?;
    }
    Ok(())
}

fn table(account: &Account, name: &str) -> Result<(), Failure> {
    let attribute = AttributeDefinition::builder().attribute_name("id");
    let attribute = attribute.attribute_type(ScalarAttributeType::S).build()?;
    let key = KeySchemaElement::builder()
        .attribute_name("id")
        .key_type(KeyType::Hash)
        .build()?;
    let tags = TAGS.into_iter().map(|(key, value)| {
        aws_sdk_dynamodb::types::Tag::builder()
            .key(key)
            .value(value)
            .build()
    });
    let create = account
        .dynamodb
        .create_table()
        .table_name(name)
        .attribute_definitions(attribute)
        .key_schema(key)
        .billing_mode(BillingMode::PayPerRequest)
        .set_tags(Some(tags.collect::<Result<_, _>>()?));
    account.wait(create.send()).map(drop)
}

fn bucket(account: &Account, name: &str) -> Result<(), Failure> {
    account.wait(account.s3.create_bucket().bucket(name).send())?;
    let tags = TAGS
        .into_iter()
        .map(|(key, value)| aws_sdk_s3::types::Tag::builder().key(key).value(value).build());
    let tags = aws_sdk_s3::types::Tagging::builder().set_tag_set(Some(tags.collect::<Result<_, _>>()?));
    let put = account
        .s3
        .put_bucket_tagging()
        .bucket(name)
        .tagging(tags.build()?);
    account.wait(put.send()).map(drop)
}

fn role(account: &Account, name: &str) -> Result<(), Failure> {
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}}"#;
    let tags = TAGS
        .into_iter()
        .map(|(key, value)| aws_sdk_iam::types::Tag::builder().key(key).value(value).build());
    let create = account
        .iam
        .create_role()
        .role_name(name)
        .assume_role_policy_document(trust)
        .set_tags(Some(tags.collect::<Result<_, _>>()?));
    account.wait(create.send()).map(drop)
}
