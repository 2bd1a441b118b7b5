//! A resource of any type, and the one list of resource types.
//!
//! A new type is one struct beside this file and one line in `resource_types!`.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{
    apigateway, cloudwatch, dynamodb, ec2, fact::Fact, iam, lambda, logs, s3, secretsmanager, sns, sqs, ssm,
    tagging,
};

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// One resource, with what all resources have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// The ARN.
    pub arn: String,
    /// What the service addresses the resource by: `vpc-0a1b2c`, a table's name, a role's name.
    pub id: String,
    /// The name: the service's own or, in EC2, the `Name` tag. Absent when there is none.
    pub name: Option<String>,
    /// The region, or `global`.
    pub region: String,
    /// The account, twelve digits.
    pub account: String,
    /// Whether AWS made it by itself: the default VPC and what is in it, service-linked roles, AWS's policies.
    pub managed_by_aws: bool,
    /// The tags, from the service's own API.
    pub tags: Fact<Tags>,
    /// What only this type has.
    pub details: Details,
}

impl Resource {
    /// The name or, without one, the id: what a person calls the resource.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    /// The resource as one JSON object, the details beside the common fields: what `self` is in an expression.
    pub fn to_value(&self) -> Result<Value, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        if let Value::Object(object) = &mut value
            && let Some(Value::Object(details)) = object.remove("details")
        {
            object.insert("type".to_owned(), self.details.type_name().into());
            for (_, fields) in details {
                if let Value::Object(fields) = fields {
                    object.extend(fields);
                }
            }
        }
        Ok(value)
    }
}

/// The typed view of one resource type.
pub trait ResourceType: Sized {
    /// The type's name in Terraform, as `aws_dynamodb_table`.
    const NAME: &'static str;
    /// The details, when they are of this type.
    fn of(details: &Details) -> Option<&Self>;
}

/// What is known of a resource type without any resource of it.
#[derive(Debug)]
pub struct TypeInfo {
    /// The type's name in Terraform.
    pub name: &'static str,
    /// Whether it can be created with tags, by Terraform too, so that a stack can be asked for them.
    pub taggable: bool,
    schema: fn(&mut SchemaGenerator) -> Schema,
}

/// The schemas of what all resources have in common. Made once: with it comes that of every type.
static COMMON: LazyLock<Value> = LazyLock::new(|| {
    let mut generator = SchemaGenerator::default();
    let mut schema = generator.root_schema_for::<Resource>().to_value();
    schema["properties"].take()
});

impl TypeInfo {
    /// The JSON schema of [`Resource::to_value`] for this type.
    #[must_use]
    pub fn schema(&self) -> Value {
        let mut generator = schemars::generate::SchemaSettings::default()
            .with(|settings| settings.inline_subschemas = true)
            .into_generator();
        let mut details = (self.schema)(&mut generator).to_value();
        let mut properties = COMMON.clone();
        if let (Value::Object(all), Value::Object(own)) = (&mut properties, details["properties"].take()) {
            all.remove("details");
            all.insert("type".to_owned(), serde_json::json!({"type": "string"}));
            all.extend(own);
        }
        serde_json::json!({ "type": "object", "properties": properties, "additionalProperties": false })
    }
}

macro_rules! resource_types {
    ($( $name:literal => $variant:ident($module:ident::$type:ident), taggable: $taggable:literal; )*) => {
        /// What only one resource type has. Written as `{"aws_vpc": {…}}`.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[expect(clippy::large_enum_variant, reason = "resources are few, and moved only while they are read")]
        pub enum Details {
            $(
                #[doc = concat!("`", $name, "`")]
                #[serde(rename = $name)]
                $variant($module::$type),
            )*
        }

        impl Details {
            /// The type's name in Terraform.
            #[must_use]
            pub const fn type_name(&self) -> &'static str {
                match self { $( Self::$variant(_) => $name, )* }
            }
        }

        $(
            impl ResourceType for $module::$type {
                const NAME: &'static str = $name;
                fn of(details: &Details) -> Option<&Self> {
                    match details {
                        Details::$variant(own) => Some(own),
                        _ => None,
                    }
                }
            }

            impl From<$module::$type> for Details {
                fn from(own: $module::$type) -> Self {
                    Self::$variant(own)
                }
            }
        )*

        /// Every resource type, in alphabetical order.
        pub const RESOURCE_TYPES: &[TypeInfo] = &[
            $( TypeInfo {
                name: $name,
                taggable: $taggable,
                schema: |generator| <$module::$type as JsonSchema>::json_schema(generator),
            }, )*
        ];
    };
}

resource_types! {
    "aws_api_gateway_account" => ApiGatewayAccount(apigateway::ApiGatewayAccount), taggable: false;
    "aws_api_gateway_rest_api" => RestApi(apigateway::RestApi), taggable: true;
    "aws_api_gateway_stage" => Stage(apigateway::Stage), taggable: true;
    "aws_cloudwatch_dashboard" => Dashboard(cloudwatch::Dashboard), taggable: false;
    "aws_cloudwatch_log_group" => LogGroup(logs::LogGroup), taggable: true;
    "aws_cloudwatch_metric_alarm" => MetricAlarm(cloudwatch::MetricAlarm), taggable: true;
    "aws_dynamodb_table" => DynamodbTable(dynamodb::DynamodbTable), taggable: true;
    "aws_eip" => Eip(ec2::Eip), taggable: true;
    "aws_flow_log" => FlowLog(ec2::FlowLog), taggable: true;
    "aws_iam_policy" => IamPolicy(iam::IamPolicy), taggable: true;
    "aws_iam_role" => IamRole(iam::IamRole), taggable: true;
    "aws_internet_gateway" => InternetGateway(ec2::InternetGateway), taggable: true;
    "aws_lambda_function" => LambdaFunction(lambda::LambdaFunction), taggable: true;
    "aws_nat_gateway" => NatGateway(ec2::NatGateway), taggable: true;
    "aws_resourcegroupstaggingapi_resources" => TaggedResource(tagging::TaggedResource), taggable: true;
    "aws_route_table" => RouteTable(ec2::RouteTable), taggable: true;
    "aws_s3_bucket" => S3Bucket(s3::S3Bucket), taggable: true;
    "aws_secretsmanager_secret" => Secret(secretsmanager::Secret), taggable: true;
    "aws_security_group" => SecurityGroup(ec2::SecurityGroup), taggable: true;
    "aws_sns_topic" => SnsTopic(sns::SnsTopic), taggable: true;
    "aws_sqs_queue" => SqsQueue(sqs::SqsQueue), taggable: true;
    "aws_ssm_parameter" => SsmParameter(ssm::SsmParameter), taggable: true;
    "aws_subnet" => Subnet(ec2::Subnet), taggable: true;
    "aws_vpc" => Vpc(ec2::Vpc), taggable: true;
    "aws_vpc_endpoint" => VpcEndpoint(ec2::VpcEndpoint), taggable: true;
}

/// The type of that name.
#[must_use]
pub fn resource_type(name: &str) -> Option<&'static TypeInfo> {
    RESOURCE_TYPES.iter().find(|info| info.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_sorted_and_unique() {
        assert!(RESOURCE_TYPES.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn details_never_hide_a_common_field() {
        let common = [
            "arn",
            "id",
            "name",
            "region",
            "account",
            "managed_by_aws",
            "tags",
            "type",
        ];
        for info in RESOURCE_TYPES {
            let mut generator = SchemaGenerator::default();
            let own = (info.schema)(&mut generator).to_value();
            for field in common {
                assert!(
                    own["properties"].get(field).is_none(),
                    "{}.{field} hides the common field",
                    info.name
                );
            }
        }
    }

    #[test]
    fn the_schema_of_a_type_holds_common_and_own_fields() {
        let schema = resource_type("aws_dynamodb_table").unwrap().schema();
        assert_eq!(schema["properties"]["arn"]["type"], "string");
        assert_eq!(schema["properties"]["time_to_live"]["x-fact"], true);
        assert_eq!(
            schema["properties"]["time_to_live"]["properties"]["time_to_live_status"]["type"],
            "string"
        );
    }
}
