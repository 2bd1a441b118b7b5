//! The SQS check, by itself and in the binary.

use std::error::Error;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Credentials, Region};
use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use health::{Dependency, SqsQueue};
use tokio::time::timeout;

use crate::bare;
use crate::server::{ask, start};
use crate::support::{Answer, PATIENCE, TestResult, dynamodb, health_binary, serve};

const QUEUE: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/zapier-triggers-events-dev";
const ATTRIBUTES: &str = r#"{"Attributes":{"QueueArn":"arn:aws:sqs:us-east-1:123456789012:secret-queue"}}"#;

/// Starts an SQS that knows one answer to `GetQueueAttributes`, and returns its endpoint.
async fn sqs(status: StatusCode, body: &'static str) -> Result<String, Box<dyn Error>> {
    let router = Router::new().fallback(move |request: axum::extract::Request| async move {
        let target = request.headers().get("x-amz-target");
        if target.is_some_and(|target| target == "AmazonSQS.GetQueueAttributes") {
            (status, body).into_response()
        } else {
            StatusCode::BAD_REQUEST.into_response()
        }
    });
    Ok(format!("http://{}", serve(router).await?))
}

async fn reason(endpoint: &str) -> Result<Option<String>, Box<dyn Error>> {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "example", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .build();
    let queue = SqsQueue::new(Client::from_conf(config), QUEUE);
    assert_eq!(queue.name(), "sqs");
    let checked = timeout(PATIENCE, queue.check()).await?;
    Ok(checked.err().map(|error| error.reason().to_owned()))
}

#[tokio::test]
async fn a_queue_that_tells_its_arn_is_up_and_every_other_answer_has_its_reason() -> TestResult {
    for (status, body, expected) in [
        (200, ATTRIBUTES, None),
        (200, "{}", Some("unexpected answer")),
        (200, "<html>a proxy</html>", Some("unexpected answer")),
        (
            400,
            r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"secret"}"#,
            Some("queue not found"),
        ),
        (
            403,
            r#"{"__type":"com.amazonaws.sqs#AccessDeniedException","message":"secret"}"#,
            Some("access denied"),
        ),
        (
            400,
            r#"{"__type":"com.amazonaws.sqs#RequestThrottled","message":"secret"}"#,
            Some("throttled"),
        ),
    ] {
        let endpoint = sqs(StatusCode::from_u16(status)?, body).await?;

        assert_eq!(reason(&endpoint).await?.as_deref(), expected, "{status} {body}");
    }
    assert_eq!(
        reason("http://127.0.0.1:9").await?.as_deref(),
        Some("unreachable")
    );
    Ok(())
}

#[tokio::test]
async fn the_binary_depends_on_the_queue_where_one_is_configured() -> TestResult {
    for (status, body, expected) in [
        (StatusCode::OK, ATTRIBUTES, 200),
        (StatusCode::FORBIDDEN, r#"{"__type":"AccessDenied"}"#, 503),
    ] {
        let mut command = health_binary(&dynamodb(Answer::Table("ACTIVE")).await?);
        command
            .env("AWS_ENDPOINT_URL_SQS", sqs(status, body).await?)
            .env("EVENTS_QUEUE_URL", QUEUE);
        let (server, address) = start(command).await?;
        let (answered, _, body) = ask(&address, "GET /v1/health").await?;
        let body: serde_json::Value = serde_json::from_str(&body)?;

        assert_eq!(answered, expected, "{body}");
        assert_eq!(body["dependencies"]["dynamodb"]["status"], "up");
        assert_eq!(
            body["dependencies"]["sqs"]["status"],
            if expected == 200 { "up" } else { "down" }
        );
        assert!(!body.to_string().contains("secret"), "{body}");
        assert_eq!(bare::end(server).await?.status.code(), Some(0));
    }
    Ok(())
}
