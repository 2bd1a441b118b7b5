//! The binary as a Lambda function, fed by a server that speaks Lambda's runtime API.

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::{Mutex, mpsc};
use tokio::time::timeout;

use crate::support::{Answer, PATIENCE, TestResult, dynamodb, health_binary, serve};

const EVENT: &str = include_str!("../events/rest-api.json");

/// Hands out one event and then nothing, and passes on what the function answers.
fn runtime_api(event: &'static str, answers: mpsc::Sender<(String, String)>) -> Router {
    let (hand_out, events) = mpsc::channel(1);
    let _ = hand_out.try_send(event);
    let events = Arc::new(Mutex::new((events, hand_out)));
    let next = move || {
        let events = Arc::clone(&events);
        async move { next_event(events.lock().await.0.recv().await.unwrap_or_default()) }
    };
    let answer = move |Path((_, kind)): Path<(String, String)>, body: String| async move {
        let _ = answers.send((kind, body)).await;
        StatusCode::ACCEPTED
    };
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(answer))
}

fn next_event(event: &'static str) -> Response {
    let headers = [
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        ),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:zapier-triggers-api-health-dev",
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-67a1f5d2-0c1b2a3d4e5f60718293a4b5",
        ),
        ("content-type", "application/json"),
    ];
    (headers, event).into_response()
}

/// Invokes the binary once; returns its answer and the first line that it logged.
async fn invoke(table: Answer) -> Result<(Value, Value), Box<dyn Error>> {
    let (answers, mut answered) = mpsc::channel(1);
    let runtime = serve(runtime_api(EVENT, answers)).await?;
    let endpoint = dynamodb(table).await?;
    let mut function = health_binary(&endpoint)
        .env("AWS_LAMBDA_RUNTIME_API", runtime.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "zapier-triggers-api-health-dev")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("ENVIRONMENT", "dev")
        .spawn()?;
    let output = function.stdout.take().ok_or("no standard output")?;

    let (kind, answer) = timeout(PATIENCE, answered.recv()).await?.ok_or("no answer")?;
    assert_eq!(kind, "response", "{answer}");
    let logged = timeout(PATIENCE, BufReader::new(output).lines().next_line()).await??;
    function.kill().await?;
    Ok((
        serde_json::from_str(&answer)?,
        serde_json::from_str(&logged.ok_or("nothing logged")?)?,
    ))
}

#[tokio::test]
async fn answers_an_event_of_a_rest_api_and_logs_its_metrics() -> TestResult {
    let (answer, metrics) = invoke(Answer::Table("ACTIVE")).await?;

    assert_eq!(answer["statusCode"], 200, "{answer}");
    let body: Value = serde_json::from_str(answer["body"].as_str().ok_or("no body")?)?;
    assert_eq!(body["status"], "healthy");
    assert_eq!(body["version"], "1.2.3");
    assert_eq!(body["dependencies"]["dynamodb"]["status"], "up");
    assert_eq!(metrics["Environment"], "dev");
    assert_eq!(metrics["HealthCheckInvocations"], 1);
    assert_eq!(metrics["HealthCheckFailures"], 0);
    Ok(())
}

#[tokio::test]
async fn counts_a_failure_and_logs_its_cause_without_answering_it() -> TestResult {
    let (answer, metrics) = invoke(Answer::Failure(400, "AccessDeniedException")).await?;

    assert_eq!(answer["statusCode"], 503, "{answer}");
    assert!(!answer.to_string().contains("secret"), "{answer}");
    assert_eq!(metrics["HealthCheckFailures"], 1);
    assert_eq!(metrics["causes"][0]["reason"], "access denied");
    let detail = metrics["causes"][0]["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("secret-role on secret-table"), "{detail}");
    Ok(())
}
