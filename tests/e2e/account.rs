//! The emulated account as somebody with the console would see it: clients that find and change things.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ec2::types::{Filter, Tag};
use std::fmt::Debug;
use tokio::runtime::Handle;

use crate::Failure;
use crate::sandbox::REGION;

/// The table that most scenarios change.
pub const EVENTS_TABLE: &str = "zapier-triggers-api-events-dev";
/// The bucket of Terraform's state.
pub const STATE_BUCKET: &str = "zapier-triggers-api-terraform-state-123456789012";
/// The queue that most scenarios change.
pub const EVENTS_QUEUE: &str = "zapier-triggers-events-dev";
/// The role that is held to least privilege.
pub const HEALTH_ROLE: &str = "zapier-triggers-api-health-role-dev";
/// The tags that every resource must have.
pub const TAGS: [(&str, &str); 3] = [
    ("Environment", "dev"),
    ("Project", "zapier-triggers-api"),
    ("CostCenter", "platform-integrations"),
];

/// Clients of the emulated account.
pub struct Account {
    handle: Handle,
    /// EC2.
    pub ec2: aws_sdk_ec2::Client,
    /// DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// SQS.
    pub sqs: aws_sdk_sqs::Client,
    /// IAM.
    pub iam: aws_sdk_iam::Client,
    /// API Gateway.
    pub apigateway: aws_sdk_apigateway::Client,
    /// Lambda.
    pub lambda: aws_sdk_lambda::Client,
    /// CloudWatch.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    /// CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// SNS.
    pub sns: aws_sdk_sns::Client,
    /// Secrets Manager.
    pub secrets: aws_sdk_secretsmanager::Client,
    /// Systems Manager's parameters.
    pub ssm: aws_sdk_ssm::Client,
    /// The Resource Groups Tagging API.
    pub tagging: aws_sdk_resourcegroupstagging::Client,
}

impl Account {
    /// Clients straight to the emulated account, past the proxy.
    pub fn new(runtime: &tokio::runtime::Runtime, endpoint: &str) -> Self {
        let _guard = runtime.enter();
        let credentials = Credentials::new("test", "test", None, None, "e2e");
        let sdk: SdkConfig = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .endpoint_url(endpoint)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        Self {
            handle: runtime.handle().clone(),
            ec2: aws_sdk_ec2::Client::new(&sdk),
            dynamodb: aws_sdk_dynamodb::Client::new(&sdk),
            s3: aws_sdk_s3::Client::new(&sdk),
            sqs: aws_sdk_sqs::Client::new(&sdk),
            iam: aws_sdk_iam::Client::new(&sdk),
            apigateway: aws_sdk_apigateway::Client::new(&sdk),
            lambda: aws_sdk_lambda::Client::new(&sdk),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&sdk),
            logs: aws_sdk_cloudwatchlogs::Client::new(&sdk),
            sns: aws_sdk_sns::Client::new(&sdk),
            secrets: aws_sdk_secretsmanager::Client::new(&sdk),
            ssm: aws_sdk_ssm::Client::new(&sdk),
            tagging: aws_sdk_resourcegroupstagging::Client::new(&sdk),
        }
    }

    /// Waits for a call.
    pub fn wait<T, E: Debug>(&self, call: impl Future<Output = Result<T, E>>) -> Result<T, Failure> {
        self.handle
            .block_on(call)
            .map_err(|error| format!("{error:?}").into())
    }

    /// The ARN of a table.
    pub fn table_arn(name: &str) -> String {
        format!(
            "arn:aws:dynamodb:{REGION}:{}:table/{name}",
            crate::sandbox::ACCOUNT
        )
    }

    /// The URL of a queue.
    pub fn queue_url(&self, name: &str) -> Result<String, Failure> {
        let answer = self.wait(self.sqs.get_queue_url().queue_name(name).send())?;
        answer.queue_url.ok_or_else(|| "no queue URL".into())
    }

    /// The id of the stack's VPC.
    pub fn vpc_id(&self) -> Result<String, Failure> {
        let named = by_name("zapier-triggers-api-vpc-dev");
        let answer = self.wait(self.ec2.describe_vpcs().filters(named).send())?;
        first(answer.vpcs().iter().find_map(|vpc| vpc.vpc_id.clone()), "VPC")
    }

    /// The id of the security group with that `Name`.
    pub fn security_group_id(&self, name: &str) -> Result<String, Failure> {
        let answer = self.wait(self.ec2.describe_security_groups().filters(by_name(name)).send())?;
        first(
            answer
                .security_groups()
                .iter()
                .find_map(|group| group.group_id.clone()),
            name,
        )
    }

    /// The id of the route table with that `Name`.
    pub fn route_table_id(&self, name: &str) -> Result<String, Failure> {
        let answer = self.wait(self.ec2.describe_route_tables().filters(by_name(name)).send())?;
        first(
            answer
                .route_tables()
                .iter()
                .find_map(|table| table.route_table_id.clone()),
            name,
        )
    }

    /// The id of the subnet with that `Name`.
    pub fn subnet_id(&self, name: &str) -> Result<String, Failure> {
        let answer = self.wait(self.ec2.describe_subnets().filters(by_name(name)).send())?;
        first(
            answer
                .subnets()
                .iter()
                .find_map(|subnet| subnet.subnet_id.clone()),
            name,
        )
    }

    /// The id of the stack's internet gateway.
    pub fn internet_gateway_id(&self) -> Result<String, Failure> {
        let named = by_name("zapier-triggers-api-internet-gateway-dev");
        let answer = self.wait(self.ec2.describe_internet_gateways().filters(named).send())?;
        let mut gateways = answer.internet_gateways().iter();
        first(
            gateways.find_map(|gateway| gateway.internet_gateway_id.clone()),
            "internet gateway",
        )
    }

    /// Tags an EC2 resource as the stack's own are.
    pub fn tag_ec2(&self, id: &str, name: &str) -> Result<(), Failure> {
        let tag = |(key, value): (&str, &str)| Tag::builder().key(key).value(value).build();
        let tags = TAGS.into_iter().chain([("Name", name)]).map(tag).collect();
        self.wait(self.ec2.create_tags().resources(id).set_tags(Some(tags)).send())?;
        Ok(())
    }
}

fn by_name(name: &str) -> Filter {
    Filter::builder().name("tag:Name").values(name).build()
}

fn first(id: Option<String>, what: &str) -> Result<String, Failure> {
    id.ok_or_else(|| format!("the account has no {what}").into())
}
