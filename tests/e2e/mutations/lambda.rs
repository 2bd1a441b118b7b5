//! Functions and their logs, changed behind Terraform's back.

use aws_sdk_lambda::types::{
    Environment, FunctionCode, Runtime, TracingConfig, TracingMode, VpcConfig, VpcConfigResponse,
};

use super::{Mutation, mutation};
use crate::Failure;
use crate::account::Account;

const HEALTH: &str = "zapier-triggers-api-health-dev";
const AUTHORIZER: &str = "zapier-triggers-api-authorizer-dev";
const ROTATION: &str = "zapier-triggers-api-rotation-dev";
const TWO_SUBNETS: &[&str] = &["lambda-in-two-subnets::zapier-triggers-api-health-dev"];

pub fn all() -> Vec<Mutation> {
    let mut all = network_and_code();
    all.extend(settings());
    all
}

fn network_and_code() -> Vec<Mutation> {
    vec![
        mutation(
            "function taken out of the VPC",
            &[
                "lambda-in-private-subnets::zapier-triggers-api-health-dev",
                "lambda-in-two-subnets::zapier-triggers-api-health-dev",
            ],
            |account| set_network(account, |_| VpcConfig::builder().build()),
        ),
        mutation("function left in one subnet", TWO_SUBNETS, |account| {
            set_network(account, |network| {
                VpcConfig::builder()
                    .set_subnet_ids(Some(network.subnet_ids()[..1].to_vec()))
                    .set_security_group_ids(network.security_group_ids.clone())
                    .build()
            })
        }),
        mutation("function without a security group", TWO_SUBNETS, |account| {
            set_network(account, |network| {
                VpcConfig::builder()
                    .set_subnet_ids(network.subnet_ids.clone())
                    .set_security_group_ids(Some(Vec::new()))
                    .build()
            })
        }),
        mutation(
            "tracing of a function switched off",
            &["lambda-traced::zapier-triggers-api-health-dev"],
            |account| {
                let off = TracingConfig::builder().mode(TracingMode::PassThrough).build();
                let update = account
                    .lambda
                    .update_function_configuration()
                    .function_name(HEALTH);
                account.wait(update.tracing_config(off).send()).map(drop)
            },
        ),
        mutation(
            "variable added in another spelling",
            &["lambda-environment-names::zapier-triggers-api-health-dev"],
            |account| {
                let read = account.lambda.get_function_configuration().function_name(HEALTH);
                let found = account
                    .wait(read.send())?
                    .environment
                    .and_then(|found| found.variables);
                let variables = Environment::builder()
                    .set_variables(found)
                    .variables("eventsTable", "events")
                    .build();
                let update = account
                    .lambda
                    .update_function_configuration()
                    .function_name(HEALTH);
                account.wait(update.environment(variables).send()).map(drop)
            },
        ),
        mutation(
            "alias of a function deleted",
            &["lambda-alias-live::zapier-triggers-api-health-dev"],
            |account| {
                let delete = account.lambda.delete_alias().function_name(HEALTH);
                account.wait(delete.name("live").send()).map(drop)
            },
        ),
        mutation(
            "function made anew from a zip file",
            &["lambda-container-images::zapier-triggers-api-health-dev"],
            from_zip,
        ),
    ]
}

fn settings() -> Vec<Mutation> {
    vec![
        mutation(
            "function with three gigabytes and a quarter of an hour",
            &["lambda-small-and-short::zapier-triggers-api-health-dev"],
            |account| {
                let update = account.lambda.update_function_configuration();
                let update = update.function_name(HEALTH).memory_size(3008).timeout(900);
                account.wait(update.send()).map(drop)
            },
        ),
        mutation(
            "health no longer told its table",
            &["lambda-health-environment::zapier-triggers-api-health-dev"],
            |account| forget_variable(account, HEALTH, "EVENTS_TABLE_NAME"),
        ),
        mutation(
            "authorizer no longer told its limit",
            &["lambda-authorizer-environment::zapier-triggers-api-authorizer-dev"],
            |account| forget_variable(account, AUTHORIZER, "RATE_LIMIT_PER_MINUTE"),
        ),
        mutation(
            "failed rotations go nowhere",
            &["lambda-rotation-failures-kept::zapier-triggers-api-rotation-dev"],
            |account| {
                let delete = account.lambda.delete_function_event_invoke_config();
                account.wait(delete.function_name(ROTATION).send()).map(drop)
            },
        ),
        mutation(
            "health called by the API Gateway of any account",
            &["lambda-health-callers::zapier-triggers-api-health-dev"],
            |account| let_call(account, HEALTH, "apigateway.amazonaws.com"),
        ),
        mutation(
            "authorizer called by another account",
            &["lambda-authorizer-callers::zapier-triggers-api-authorizer-dev"],
            |account| let_call(account, AUTHORIZER, "arn:aws:iam::999988887777:root"),
        ),
        mutation(
            "rotation called for the secret of any account",
            &["lambda-rotation-callers::zapier-triggers-api-rotation-dev"],
            |account| let_call(account, ROTATION, "secretsmanager.amazonaws.com"),
        ),
        mutation(
            "retention of a function's logs removed",
            &["lambda-log-retention::/aws/lambda/zapier-triggers-api-health-dev"],
            |account| {
                let delete = account.logs.delete_retention_policy();
                let group = format!("/aws/lambda/{HEALTH}");
                account.wait(delete.log_group_name(group).send()).map(drop)
            },
        ),
    ]
}

/// Takes a variable out of a function's environment.
fn forget_variable(account: &Account, function: &str, name: &str) -> Result<(), Failure> {
    let read = account
        .lambda
        .get_function_configuration()
        .function_name(function);
    let found = account.wait(read.send())?;
    let mut variables = found
        .environment
        .and_then(|found| found.variables)
        .ok_or("no variables")?;
    variables.remove(name).ok_or("no such variable")?;
    let variables = Environment::builder().set_variables(Some(variables)).build();
    let update = account
        .lambda
        .update_function_configuration()
        .function_name(function);
    account.wait(update.environment(variables).send()).map(drop)
}

/// Lets a principal call a function, whatever for.
fn let_call(account: &Account, function: &str, principal: &str) -> Result<(), Failure> {
    let add = account
        .lambda
        .add_permission()
        .function_name(function)
        .statement_id("Second")
        .action("lambda:InvokeFunction")
        .principal(principal);
    account.wait(add.send()).map(drop)
}

fn set_network(
    account: &Account,
    network: impl FnOnce(&VpcConfigResponse) -> VpcConfig,
) -> Result<(), Failure> {
    let read = account.lambda.get_function_configuration().function_name(HEALTH);
    let found = account
        .wait(read.send())?
        .vpc_config
        .ok_or("the function is in no VPC")?;
    let update = account
        .lambda
        .update_function_configuration()
        .function_name(HEALTH);
    account.wait(update.vpc_config(network(&found)).send()).map(drop)
}

/// Everything as it was but the code: its network, tracing, environment, tags, alias and who may call it.
fn from_zip(account: &Account) -> Result<(), Failure> {
    let found = account.wait(account.lambda.get_function().function_name(HEALTH).send())?;
    let alias = account
        .lambda
        .get_policy()
        .function_name(HEALTH)
        .qualifier("live");
    let policy = account.wait(alias.send()).ok().and_then(|answer| answer.policy);
    let configuration = found.configuration.ok_or("no configuration")?;
    let network = configuration.vpc_config.ok_or("no network")?;
    account.wait(account.lambda.delete_function().function_name(HEALTH).send())?;
    // The smallest archive there is: one without files.
    let archive = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    let create = account
        .lambda
        .create_function()
        .function_name(HEALTH)
        .runtime(Runtime::from("python3.13"))
        .handler("health.handle")
        .set_role(configuration.role)
        .code(FunctionCode::builder().zip_file(archive.into()).build())
        .vpc_config(
            VpcConfig::builder()
                .set_subnet_ids(network.subnet_ids)
                .set_security_group_ids(network.security_group_ids)
                .build(),
        )
        .tracing_config(TracingConfig::builder().mode(TracingMode::Active).build())
        .environment(
            Environment::builder()
                .set_variables(configuration.environment.and_then(|found| found.variables))
                .build(),
        )
        .set_timeout(configuration.timeout)
        .set_memory_size(configuration.memory_size)
        .set_tags(found.tags);
    account.wait(create.send())?;
    let alias = account.lambda.create_alias().function_name(HEALTH).name("live");
    account.wait(alias.function_version("$LATEST").send())?;
    if let Some(policy) = policy {
        allow(account, &serde_json::from_str(&policy)?)?;
    }
    Ok(())
}

fn allow(account: &Account, policy: &serde_json::Value) -> Result<(), Failure> {
    for statement in policy["Statement"].as_array().into_iter().flatten() {
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let add = account
            .lambda
            .add_permission()
            .function_name(HEALTH)
            .qualifier("live")
            .set_statement_id(text(&statement["Sid"]))
            .set_action(text(&statement["Action"]))
            .set_principal(text(&statement["Principal"]["Service"]))
            .set_source_arn(text(&statement["Condition"]["ArnLike"]["AWS:SourceArn"]));
        account.wait(add.send())?;
    }
    Ok(())
}
