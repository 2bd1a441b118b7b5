//! How a resource of each type is deleted. A type without a way fails the scenario.

use stackproof::inventory::Resource;

use super::ec2;
use crate::Failure;
use crate::account::Account;

/// Deletes the resource, and whatever has to go before it.
pub fn resource(account: &Account, resource: &Resource) -> Result<(), Failure> {
    let id = resource.id.as_str();
    match resource.details.type_name() {
        "aws_api_gateway_rest_api" => {
            let stages = account.wait(account.apigateway.get_stages().rest_api_id(id).send())?;
            for stage in stages.item() {
                let delete = account.apigateway.delete_stage().rest_api_id(id);
                account.wait(delete.set_stage_name(stage.stage_name.clone()).send())?;
            }
            account
                .wait(account.apigateway.delete_rest_api().rest_api_id(id).send())
                .map(drop)
        }
        "aws_cloudwatch_dashboard" => account
            .wait(account.cloudwatch.delete_dashboards().dashboard_names(id).send())
            .map(drop),
        "aws_cloudwatch_log_group" => account
            .wait(account.logs.delete_log_group().log_group_name(id).send())
            .map(drop),
        "aws_cloudwatch_metric_alarm" => account
            .wait(account.cloudwatch.delete_alarms().alarm_names(id).send())
            .map(drop),
        "aws_dynamodb_table" => account
            .wait(account.dynamodb.delete_table().table_name(id).send())
            .map(drop),
        "aws_flow_log" => account
            .wait(account.ec2.delete_flow_logs().flow_log_ids(id).send())
            .map(drop),
        "aws_iam_role" => role(account, id),
        "aws_internet_gateway" => {
            ec2::detach(account, id)?;
            account
                .wait(
                    account
                        .ec2
                        .delete_internet_gateway()
                        .internet_gateway_id(id)
                        .send(),
                )
                .map(drop)
        }
        "aws_nat_gateway" => account
            .wait(account.ec2.delete_nat_gateway().nat_gateway_id(id).send())
            .map(drop),
        "aws_lambda_function" => account
            .wait(account.lambda.delete_function().function_name(id).send())
            .map(drop),
        "aws_secretsmanager_secret" => {
            let delete = account.secrets.delete_secret().secret_id(id);
            account
                .wait(delete.force_delete_without_recovery(true).send())
                .map(drop)
        }
        "aws_sns_topic" => account
            .wait(account.sns.delete_topic().topic_arn(&resource.arn).send())
            .map(drop),
        "aws_sqs_queue" => {
            let url = account.queue_url(resource.label())?;
            account
                .wait(account.sqs.delete_queue().queue_url(url).send())
                .map(drop)
        }
        "aws_ssm_parameter" => account
            .wait(account.ssm.delete_parameter().name(id).send())
            .map(drop),
        "aws_vpc_endpoint" => account
            .wait(account.ec2.delete_vpc_endpoints().vpc_endpoint_ids(id).send())
            .map(drop),
        other => Err(format!("no way to delete a resource of type {other}; add one in delete.rs").into()),
    }
}

/// Deletes a role with its policies.
pub fn role(account: &Account, name: &str) -> Result<(), Failure> {
    let inline = account.wait(account.iam.list_role_policies().role_name(name).send())?;
    for policy in inline.policy_names() {
        let delete = account.iam.delete_role_policy().role_name(name);
        account.wait(delete.policy_name(policy).send())?;
    }
    let attached = account.wait(account.iam.list_attached_role_policies().role_name(name).send())?;
    for policy in attached.attached_policies() {
        let detach = account.iam.detach_role_policy().role_name(name);
        account.wait(detach.set_policy_arn(policy.policy_arn.clone()).send())?;
    }
    account
        .wait(account.iam.delete_role().role_name(name).send())
        .map(drop)
}
