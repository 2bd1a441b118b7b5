//! The binary as a Lambda function, which Secrets Manager invokes, and as a local server; and what it says of wrong
//! settings.

use std::process::Stdio;
use std::time::Duration;

use functions_shared::PepperSecret;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::timeout;

use crate::bare;
use crate::moto::{self, REGION, TestResult};
use crate::rotating::begin_rotation;
use crate::runtime::Function;
use crate::server::Server;
use crate::{STEPS, client, create, current};

/// The binary, reading that account.
fn command(endpoint: &str) -> Command {
    let mut command = bare::command(env!("CARGO_BIN_EXE_rotation"));
    command
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", REGION)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL", format!("http://{endpoint}"))
        .env("MINIMUM_PEPPER_AGE_SECONDS", "0")
        .env("ENVIRONMENT", "dev")
        // Whatever a library would like to log, it finds nobody to log to.
        .env("RUST_LOG", "trace")
        .env("AWS_LAMBDA_LOG_LEVEL", "TRACE")
        .env("PORT", "0");
    command
}

fn event(step: &str, secret: &str, token: &str) -> Value {
    json!({ "Step": step, "SecretId": secret, "ClientRequestToken": token, "RotationToken": "other" })
}

#[tokio::test]
async fn rotates_and_logs_a_line_per_step_without_any_pepper() -> TestResult {
    let (client, address) = (client()?, moto::address()?);
    let first = PepperSecret::first(Timestamp::UNIX_EPOCH)?;
    create(&client, "function", &first.to_text()?).await?;
    let token = begin_rotation(&address, &client, "function").await?;
    let mut function = Function::start(command(&address)).await?;

    for (step, expected) in [
        ("createSecret", "done"),
        ("createSecret", "already done"),
        ("setSecret", "nothing to do"),
        ("testSecret", "done"),
        ("finishSecret", "done"),
        ("finishSecret", "already done"),
    ] {
        let answer = function.invoke(&event(step, "function", &token)).await?;
        assert_eq!(answer.kind, "response", "{step}: {}", answer.body);
        assert_eq!(answer.body, json!({ "outcome": expected }), "{step}");
    }
    let second = current(&client, "function").await?;
    assert_eq!(second.previous, Some(first.current.clone()));

    let output = function.stop().await?;
    let (log, errors) = (
        String::from_utf8(output.stdout)?,
        String::from_utf8(output.stderr)?,
    );
    assert_eq!(errors, "");
    let lines: Vec<Value> = log.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert_eq!(lines.len(), 6, "{log}");
    assert_eq!(
        lines[0],
        json!({
            "environment": "dev",
            "step": "createSecret",
            "secret": "function",
            "version": token,
            "level": "info",
            "outcome": "done",
        })
    );
    for secret in [first.to_text()?, second.to_text()?] {
        let values: Value = serde_json::from_str(&secret)?;
        for pepper in [&values["current"], &values["previous"]]
            .into_iter()
            .filter_map(Value::as_str)
        {
            assert!(!log.contains(pepper), "{log}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_is_an_invocation_error_and_the_function_lives_on() -> TestResult {
    let (client, address) = (client()?, moto::address()?);
    let first = PepperSecret::first(Timestamp::UNIX_EPOCH)?;
    create(&client, "refusals", &first.to_text()?).await?;
    let token = begin_rotation(&address, &client, "refusals").await?;
    let stranger = "00000000-0000-0000-0000-000000000000";
    let mut function = Function::start(command(&address)).await?;

    for (payload, kind, message) in [
        (
            event("createSecret", "refusals", stranger).to_string(),
            Some("RotationRefused"),
            Some("the token is not a version of the secret"),
        ),
        (
            event("createSecret", "no-such-secret", &token).to_string(),
            Some("Unavailable"),
            Some("secretsmanager:DescribeSecret failed: not found (ResourceNotFoundException)"),
        ),
        (
            event("hunter2", "refusals", &token).to_string(),
            Some("MalformedEvent"),
            Some("the event is not Secrets Manager's: it needs Step, SecretId and ClientRequestToken"),
        ),
        // Not for the handler: the runtime says what is wrong with it, in words of its own.
        (r#"{"Step":"hunter2"#.to_owned(), None, None),
    ] {
        let answer = function.invoke_with(payload.clone()).await?;

        assert_eq!(answer.kind, "error", "{payload}: {}", answer.body);
        assert!(!answer.body.to_string().contains("hunter2"), "{}", answer.body);
        if let Some(kind) = kind {
            assert_eq!(answer.error_type.as_deref(), Some("unhandled"), "{payload}");
            assert_eq!(answer.body["errorType"], kind, "{payload}");
            assert_eq!(answer.body["errorMessage"].as_str(), message, "{payload}");
        }
    }
    assert!(function.is_running()?);
    let answer = function
        .invoke(&event("createSecret", "refusals", &token))
        .await?;
    assert_eq!(answer.body, json!({ "outcome": "done" }));

    let output = function.stop().await?;
    let log = String::from_utf8(output.stdout)?;
    let lines: Vec<Value> = log.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let levels: Vec<_> = lines.iter().map(|line| line["level"].as_str()).collect();
    assert_eq!(
        levels,
        [Some("error"), Some("error"), Some("error"), Some("info")],
        "{log}"
    );
    assert!(!log.contains("hunter2"), "{log}");
    // Nothing was changed by what was refused.
    assert_eq!(current(&client, "refusals").await?, first);
    Ok(())
}

#[tokio::test]
async fn an_account_that_is_down_is_an_invocation_error() -> TestResult {
    // Nothing listens on the discard port.
    let mut function = Function::start(command("127.0.0.1:9")).await?;
    for _ in 0..2 {
        for step in STEPS {
            let step = serde_json::to_value(step)?;
            let answer = function
                .invoke(&event(step.as_str().ok_or("no text")?, "any", "any"))
                .await?;

            assert_eq!(answer.kind, "error", "{}", answer.body);
            assert_eq!(
                answer.body["errorMessage"],
                "secretsmanager:DescribeSecret failed: unreachable"
            );
        }
    }
    function.stop().await?;
    Ok(())
}

#[tokio::test]
async fn says_what_is_wrong_and_exits_with_2() -> TestResult {
    for (name, value, expected) in [
        (
            "MINIMUM_PEPPER_AGE_SECONDS",
            "never",
            "error: MINIMUM_PEPPER_AGE_SECONDS is `never`: a number from 0 to 31536000 is needed\n",
        ),
        (
            "AWS_REGION",
            "",
            "error: no AWS region: set AWS_REGION, or a region in the AWS profile\n",
        ),
    ] {
        let mut command = command("127.0.0.1:9");
        command.env(name, value).stdin(Stdio::null());
        if value.is_empty() {
            command.env_remove(name);
        }
        let output = timeout(Duration::from_secs(30), command.output()).await??;

        assert_eq!(output.status.code(), Some(2), "{name}");
        assert_eq!(String::from_utf8(output.stderr)?, expected);
        assert_eq!(output.stdout, b"", "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn serves_locally_and_ends_cleanly_when_asked_to() -> TestResult {
    let (client, address) = (client()?, moto::address()?);
    let first = PepperSecret::first(Timestamp::UNIX_EPOCH)?;
    create(&client, "server", &first.to_text()?).await?;
    let token = begin_rotation(&address, &client, "server").await?;
    let mut server = Server::start(command(&address), rotation::PATH).await?;

    let (status, answer, logged) = server.ask(&event("createSecret", "server", &token)).await?;
    assert_eq!((status, answer), (200, json!({ "outcome": "done" })));
    assert_eq!(logged["environment"], "dev");
    let (status, answer, logged) = server.ask(&event("setSecrets", "server", &token)).await?;
    assert_eq!(status, 500);
    assert_eq!(answer["errorType"], "MalformedEvent");
    assert_eq!(logged["level"], "error");
    assert_eq!(server.end().await?, Some(0));
    Ok(())
}
