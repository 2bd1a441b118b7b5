//! How a tag is taken from a resource of each type, by the API that people use. A type without a way fails the
//! scenario.

use stackproof::inventory::Resource;

use crate::Failure;
use crate::account::Account;

/// Takes one tag from the resource.
pub fn resource(account: &Account, resource: &Resource, key: &str) -> Result<(), Failure> {
    let (arn, id) = (resource.arn.as_str(), resource.id.as_str());
    match resource.details.type_name() {
        "aws_api_gateway_stage" => {
            let untag = account.apigateway.untag_resource().resource_arn(arn);
            account.wait(untag.tag_keys(key).send()).map(drop)
        }
        "aws_cloudwatch_log_group" => {
            let untag = account.logs.untag_resource().resource_arn(arn);
            account.wait(untag.tag_keys(key).send()).map(drop)
        }
        "aws_cloudwatch_metric_alarm" => {
            let untag = account.cloudwatch.untag_resource().resource_arn(arn);
            account.wait(untag.tag_keys(key).send()).map(drop)
        }
        "aws_dynamodb_table" => {
            let untag = account.dynamodb.untag_resource().resource_arn(arn);
            account.wait(untag.tag_keys(key).send()).map(drop)
        }
        "aws_eip"
        | "aws_flow_log"
        | "aws_internet_gateway"
        | "aws_nat_gateway"
        | "aws_route_table"
        | "aws_security_group"
        | "aws_subnet"
        | "aws_vpc"
        | "aws_vpc_endpoint" => {
            let tag = aws_sdk_ec2::types::Tag::builder().key(key).build();
            account
                .wait(account.ec2.delete_tags().resources(id).tags(tag).send())
                .map(drop)
        }
        "aws_iam_role" => account
            .wait(account.iam.untag_role().role_name(id).tag_keys(key).send())
            .map(drop),
        "aws_lambda_function" => {
            let untag = account.lambda.untag_resource().resource(arn);
            account.wait(untag.tag_keys(key).send()).map(drop)
        }
        "aws_resourcegroupstaggingapi_resources" => {
            let untag = account.tagging.untag_resources().resource_arn_list(arn);
            let answer = account.wait(untag.tag_keys(key).send())?;
            match answer.failed_resources_map().and_then(|failed| failed.get(arn)) {
                None => Ok(()),
                Some(failure) => Err(failure.error_message().unwrap_or_default().into()),
            }
        }
        // S3 knows all tags or none.
        "aws_s3_bucket" => {
            let read = account.s3.get_bucket_tagging().bucket(id).send();
            let mut tags = account.wait(read)?.tag_set;
            tags.retain(|tag| tag.key != key);
            let tags = aws_sdk_s3::types::Tagging::builder().set_tag_set(Some(tags));
            let put = account.s3.put_bucket_tagging().bucket(id).tagging(tags.build()?);
            account.wait(put.send()).map(drop)
        }
        "aws_secretsmanager_secret" => {
            let untag = account.secrets.untag_resource().secret_id(arn);
            account.wait(untag.tag_keys(key).send()).map(drop)
        }
        "aws_sns_topic" => {
            let untag = account.sns.untag_resource().resource_arn(arn);
            account.wait(untag.tag_keys(key).send()).map(drop)
        }
        "aws_sqs_queue" => {
            let untag = account
                .sqs
                .untag_queue()
                .queue_url(account.queue_url(resource.label())?);
            account.wait(untag.tag_keys(key).send()).map(drop)
        }
        "aws_ssm_parameter" => {
            let untag = account.ssm.remove_tags_from_resource().resource_id(id);
            let untag = untag.resource_type(aws_sdk_ssm::types::ResourceTypeForTagging::Parameter);
            account.wait(untag.tag_keys(key).send()).map(drop)
        }
        other => Err(format!("no way to untag a resource of type {other}; add one in untag.rs").into()),
    }
}
