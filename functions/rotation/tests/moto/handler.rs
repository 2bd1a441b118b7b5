//! The handler in this process: each kind of answer, with its line of the log.

use functions_shared::PepperSecret;
use functions_shared::host::{Fault, Handled};
use jiff::Timestamp;
use rotation::Handler;
use serde_json::{Value, json};

use crate::moto::{self, TestResult};
use crate::rotating::begin_rotation;
use crate::{client, create, rotator};

async fn handled(event: Value) -> TestResult<Handled> {
    Ok(Handler::new(rotator(&client()?), "dev").handle(event).await)
}

fn event(step: &str, secret: &str, token: &str) -> Value {
    json!({ "Step": step, "SecretId": secret, "ClientRequestToken": token })
}

fn line(secret: &str, token: &str, level: &str, outcome: &str) -> Value {
    json!({
        "environment": "dev",
        "step": "createSecret",
        "secret": secret,
        "version": token,
        "level": level,
        "outcome": outcome,
    })
}

#[tokio::test]
async fn a_step_is_done_and_logged() -> TestResult {
    let client = client()?;
    create(
        &client,
        "handled",
        &PepperSecret::first(Timestamp::UNIX_EPOCH)?.to_text()?,
    )
    .await?;
    let token = begin_rotation(&moto::address()?, &client, "handled").await?;

    let done = handled(event("createSecret", "handled", &token)).await?;
    assert_eq!(done.answer, Ok(json!({ "outcome": "done" })));
    assert_eq!(done.log, line("handled", &token, "info", "done"));
    Ok(())
}

#[tokio::test]
async fn a_refusal_and_an_outage_are_faults_of_their_own_kind() -> TestResult {
    let client = client()?;
    create(
        &client,
        "refused",
        &PepperSecret::first(Timestamp::UNIX_EPOCH)?.to_text()?,
    )
    .await?;
    begin_rotation(&moto::address()?, &client, "refused").await?;
    for (secret, kind, message) in [
        (
            "refused",
            "RotationRefused",
            "the token is not a version of the secret",
        ),
        (
            "no-such-secret",
            "Unavailable",
            "secretsmanager:DescribeSecret failed: not found (ResourceNotFoundException)",
        ),
    ] {
        let failed = handled(event("createSecret", secret, "another")).await?;
        let message = message.to_owned();
        assert_eq!(failed.log, line(secret, "another", "error", &message));
        assert_eq!(failed.answer, Err(Fault { kind, message }));
    }
    Ok(())
}

#[tokio::test]
async fn nothing_of_another_event_is_repeated() -> TestResult {
    for other in [json!({ "Step": "hunter2" }), json!("hunter2"), json!(null)] {
        let failed = handled(other).await?;
        let fault = failed.answer.err().ok_or("it was answered")?;
        assert_eq!(fault.kind, "MalformedEvent");
        assert_eq!(failed.log["level"], "error");
        assert_eq!(failed.log["outcome"], fault.message.as_str());
        assert!(!failed.log.to_string().contains("hunter2"), "{}", failed.log);
    }
    Ok(())
}
