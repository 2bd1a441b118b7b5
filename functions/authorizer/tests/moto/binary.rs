//! The binary, as a local server.

use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use tokio::process::Command;
use tokio::time::timeout;

use crate::bare;
use crate::moto::{REGION, TestResult};
use crate::server::Server;
use crate::world::{ARN, World, active, event};

const PATIENCE: Duration = Duration::from_secs(30);

/// The binary, reading that account.
pub fn command(world: &World, endpoint: &str) -> Command {
    let mut command = bare::command(env!("CARGO_BIN_EXE_authorizer"));
    command
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", REGION)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL", format!("http://{endpoint}"))
        .env("API_KEYS_TABLE_NAME", &world.tables.keys)
        .env("RATE_LIMITS_TABLE_NAME", &world.tables.rate_limits)
        .env("API_KEYS_SECRET_NAME", &world.secret)
        .env("AUTHORIZER_TIMEOUT_MS", "15000")
        .env("ENVIRONMENT", "dev")
        .env("PORT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[tokio::test]
async fn answers_policies_and_logs_neither_key_nor_hash() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    let hash = world.stored_hash("key-1").await?;
    let mut server = Server::start(command(&world, &world.address), authorizer::PATH).await?;

    let (status, answer, logged) = server.ask(&event(Some(key.reveal()))).await?;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["policyDocument"]["Statement"][0]["Effect"], "Allow");
    assert_eq!(answer["policyDocument"]["Statement"][0]["Resource"], ARN);
    assert_eq!(
        answer["context"],
        json!({ "user_id": "user-1", "key_id": "key-1" })
    );
    assert_eq!(logged["decision"], "allow");
    assert_eq!(logged["request_id"], "request-1");
    assert_eq!(logged["Environment"], "dev");
    for text in [answer.to_string(), logged.to_string()] {
        assert!(!text.contains(key.reveal()) && !text.contains(&hash), "{text}");
    }

    let (status, answer, logged) = server.ask(&event(None)).await?;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["policyDocument"]["Statement"][0]["Effect"], "Deny");
    assert_eq!(answer["context"], json!({ "reason": "missing_key" }));
    assert_eq!(logged["reason"], "missing_key");
    assert_eq!(logged["AuthorizerDenials"], 1);
    assert_eq!(server.end().await?, Some(0));
    Ok(())
}

#[tokio::test]
async fn a_dependency_that_is_down_is_a_fault_without_a_policy() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    let mut server = Server::start(command(&world, "127.0.0.1:9"), authorizer::PATH).await?;

    let (status, answer, logged) = server.ask(&event(Some(key.reveal()))).await?;
    assert_eq!(status, 500);
    assert_eq!(
        answer,
        json!({
            "errorType": "Unavailable",
            "errorMessage": "secretsmanager:GetSecretValue failed: unreachable",
        })
    );
    assert_eq!(logged["AuthorizerFailures"], 1);
    assert!(!logged.to_string().contains(key.reveal()));
    assert_eq!(server.end().await?, Some(0));
    Ok(())
}

#[tokio::test]
async fn says_what_is_missing_and_exits_with_2() -> TestResult {
    let world = World::new().await?;
    let mut command = command(&world, &world.address);
    command
        .env_remove("API_KEYS_TABLE_NAME")
        .env("RATE_LIMIT_PER_MINUTE", "none");
    let output = timeout(PATIENCE, command.output()).await??;

    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr)?,
        "error: API_KEYS_TABLE_NAME is not set: name the table of API keys, for example zapier-triggers-api-keys-dev\n\
         error: RATE_LIMIT_PER_MINUTE is `none`: a number from 1 to 1000000 is needed\n"
    );
    Ok(())
}
