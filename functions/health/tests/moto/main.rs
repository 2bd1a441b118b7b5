//! The binary as a Lambda function against an emulated account: tables and queues that come and go.

#[path = "../../../shared/testing/bare.rs"]
mod bare;
#[path = "../../../shared/testing/emf.rs"]
mod emf;
#[path = "../../../shared/testing/moto.rs"]
mod moto;
#[path = "../../../shared/testing/runtime.rs"]
mod runtime;

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use serde_json::{Value, json};

use moto::{REGION, TestResult};
use runtime::Function;

const EVENT: &str = include_str!("../events/rest-api.json");

/// An account's table and queue, and the way to them.
struct Stack {
    address: String,
    database: aws_sdk_dynamodb::Client,
    queues: aws_sdk_sqs::Client,
    table: &'static str,
    queue_url: String,
}

impl Stack {
    async fn new(address: &str, table: &'static str) -> TestResult<Self> {
        let config = moto::config(address);
        let queues = aws_sdk_sqs::Client::new(&config);
        let queue = queues.create_queue().queue_name(table).send().await?;
        let stack = Self {
            address: address.to_owned(),
            database: aws_sdk_dynamodb::Client::new(&config),
            queues,
            table,
            queue_url: queue.queue_url.ok_or("no queue URL")?,
        };
        stack.create_table().await?;
        Ok(stack)
    }

    async fn create_table(&self) -> TestResult {
        let user = AttributeDefinition::builder().attribute_name("user_id");
        let key = KeySchemaElement::builder().attribute_name("user_id");
        self.database
            .create_table()
            .table_name(self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(user.attribute_type(ScalarAttributeType::S).build()?)
            .key_schema(key.key_type(KeyType::Hash).build()?)
            .send()
            .await?;
        Ok(())
    }

    /// The binary, reading this account.
    async fn function(&self) -> TestResult<Function> {
        let mut command = bare::command(env!("CARGO_BIN_EXE_health"));
        command
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", REGION)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", format!("http://{}", self.address))
            .env("EVENTS_TABLE_NAME", self.table)
            .env("EVENTS_QUEUE_URL", &self.queue_url)
            .env("ENVIRONMENT", "dev");
        Function::start(command).await
    }
}

/// Asks for health; returns the status, and each dependency's reason or `up`.
async fn ask(function: &mut Function) -> TestResult<(Value, Value)> {
    let answer = function.invoke(&serde_json::from_str(EVENT)?).await?;
    assert_eq!((answer.kind.as_str(), answer.error_type), ("response", None));
    let body: Value = serde_json::from_str(answer.body["body"].as_str().ok_or("no body")?)?;
    let found = |name: &str| {
        let dependency = &body["dependencies"][name];
        dependency.get("reason").unwrap_or(&dependency["status"]).clone()
    };
    let found = json!({ "dynamodb": found("dynamodb"), "sqs": found("sqs") });
    Ok((answer.body["statusCode"].clone(), found))
}

/// Ends the function; returns its lines, each of which must be metrics that CloudWatch understands.
async fn logged(function: Function) -> TestResult<Vec<Value>> {
    let output = function.stop().await?;
    assert_eq!(String::from_utf8(output.stderr)?, "");
    let declared = [
        "HealthCheckFailures",
        "HealthCheckInvocations",
        "HealthCheckLatency",
    ];
    let declared: BTreeSet<String> = declared.map(ToOwned::to_owned).into();
    let mut lines = Vec::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        assert_eq!(emf::metrics(line)?, declared, "{line}");
        lines.push(serde_json::from_str(line)?);
    }
    Ok(lines)
}

#[tokio::test]
async fn follows_the_table_and_the_queue() -> TestResult {
    let stack = Stack::new(&moto::address()?, "follows").await?;
    let mut function = stack.function().await?;
    assert_eq!(
        ask(&mut function).await?,
        (json!(200), json!({ "dynamodb": "up", "sqs": "up" }))
    );

    stack
        .database
        .delete_table()
        .table_name(stack.table)
        .send()
        .await?;
    assert_eq!(
        ask(&mut function).await?,
        (json!(503), json!({ "dynamodb": "table not found", "sqs": "up" }))
    );

    stack.create_table().await?;
    assert_eq!(
        ask(&mut function).await?,
        (json!(200), json!({ "dynamodb": "up", "sqs": "up" }))
    );

    stack
        .queues
        .delete_queue()
        .queue_url(&stack.queue_url)
        .send()
        .await?;
    assert_eq!(
        ask(&mut function).await?,
        (json!(503), json!({ "dynamodb": "up", "sqs": "queue not found" }))
    );

    assert!(function.is_running()?);
    let lines = logged(function).await?;
    let failures: Vec<_> = lines
        .iter()
        .map(|line| line["HealthCheckFailures"].as_i64())
        .collect();
    assert_eq!(failures, [Some(0), Some(1), Some(0), Some(1)]);
    assert!(
        lines
            .iter()
            .all(|line| line["Environment"] == "dev" && line["HealthCheckInvocations"] == 1)
    );
    Ok(())
}

#[tokio::test]
async fn an_account_that_is_gone_is_down() -> TestResult {
    let (mut server, address) = moto::start()?;
    let stack = Stack::new(&address, "gone").await?;
    let mut function = stack.function().await?;
    assert_eq!(
        ask(&mut function).await?,
        (json!(200), json!({ "dynamodb": "up", "sqs": "up" }))
    );

    server.kill()?;
    server.wait()?;
    assert_eq!(
        ask(&mut function).await?,
        (
            json!(503),
            json!({ "dynamodb": "unreachable", "sqs": "unreachable" })
        )
    );
    let lines = logged(function).await?;
    assert_eq!(
        lines.last().map(|line| &line["HealthCheckFailures"]),
        Some(&json!(1))
    );
    Ok(())
}
