//! The binary as a Lambda function, fed by a server that speaks Lambda's runtime API.

use serde_json::{Value, json};

use crate::runtime::Function;
use crate::support::{Answer, TestResult, dynamodb, health_binary};

const EVENT: &str = include_str!("../events/rest-api.json");

#[tokio::test]
async fn answers_an_event_of_a_rest_api_and_logs_its_metrics() -> TestResult {
    let mut function = start(Answer::Table("ACTIVE")).await?;
    let answer = function.invoke(&serde_json::from_str(EVENT)?).await?;

    assert_eq!(answer.kind, "response", "{}", answer.body);
    assert_eq!(answer.body["statusCode"], 200);
    let body: Value = serde_json::from_str(answer.body["body"].as_str().ok_or("no body")?)?;
    assert_eq!(body["status"], "healthy");
    assert_eq!(body["version"], "1.2.3");
    assert_eq!(body["dependencies"]["dynamodb"]["status"], "up");
    let metrics: Value = serde_json::from_slice(&function.stop().await?.stdout)?;
    assert_eq!(metrics["Environment"], "dev");
    assert_eq!(metrics["HealthCheckInvocations"], 1);
    assert_eq!(metrics["HealthCheckFailures"], 0);
    Ok(())
}

#[tokio::test]
async fn counts_a_failure_and_logs_its_cause_without_answering_it() -> TestResult {
    let mut function = start(Answer::Failure(400, "AccessDeniedException")).await?;
    let answer = function.invoke(&serde_json::from_str(EVENT)?).await?;

    assert_eq!(answer.kind, "response", "{}", answer.body);
    assert_eq!(answer.body["statusCode"], 503);
    assert!(!answer.body.to_string().contains("secret"), "{}", answer.body);
    let metrics: Value = serde_json::from_slice(&function.stop().await?.stdout)?;
    assert_eq!(metrics["HealthCheckFailures"], 1);
    assert_eq!(metrics["causes"][0]["reason"], "access denied");
    let detail = metrics["causes"][0]["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("secret-role on secret-table"), "{detail}");
    Ok(())
}

#[tokio::test]
async fn an_event_of_another_kind_is_an_invocation_error_and_the_next_one_is_answered() -> TestResult {
    let mut function = start(Answer::Table("ACTIVE")).await?;
    for payload in [json!({ "source": "aws.events" }).to_string(), "{".to_owned()] {
        let answer = function.invoke_with(payload.clone()).await?;

        assert_eq!(answer.kind, "error", "{payload}: {}", answer.body);
        assert!(answer.error_type.is_some(), "{payload}");
        assert!(answer.body["errorMessage"].is_string(), "{}", answer.body);
    }
    assert!(function.is_running()?);
    let answer = function.invoke(&serde_json::from_str(EVENT)?).await?;
    assert_eq!(answer.body["statusCode"], 200, "{}", answer.body);
    function.stop().await?;
    Ok(())
}

async fn start(table: Answer) -> TestResult<Function> {
    let mut command = health_binary(&dynamodb(table).await?);
    command.env("ENVIRONMENT", "dev");
    Function::start(command).await
}
