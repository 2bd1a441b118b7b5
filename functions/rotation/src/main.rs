//! The rotation function's binary: a Lambda function where Lambda runs it, a local server elsewhere.
//!
//! It reads the environment, prints and sets the exit code; everything else is the library's.

use std::env;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use functions_shared::aws;
use functions_shared::host::{self, Fault};
use rotation::settings::Settings;
use rotation::{Event, PATH, RotationError, Rotator};
use serde_json::{Value, json};

/// Wrong or missing settings.
const USAGE: u8 = 2;

/// What is said of an event of another kind.
const MALFORMED: &str = "the event is not Secrets Manager's: it needs Step, SecretId and ClientRequestToken";

/// Nobody waits for a rotation, so an attempt may take its time.
const ATTEMPT: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> ExitCode {
    let settings = match Settings::read(&|name| env::var(name).ok()) {
        Ok(settings) => settings,
        Err(error) => return usage(&error.to_string()),
    };
    let config = match aws::config(ATTEMPT).await {
        Ok(config) => config,
        Err(error) => return usage(&error),
    };
    let rotator = Rotator::new(Client::new(&config)).with_minimum_age(settings.minimum_age);
    let environment: Arc<str> = settings.environment.into();
    let handler = move |event: Value| handle(rotator.clone(), Arc::clone(&environment), event);

    let in_lambda = env::var_os("AWS_LAMBDA_RUNTIME_API").is_some();
    match host::run(in_lambda, settings.port, PATH, handler).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            host::say_errors(&error);
            ExitCode::FAILURE
        }
    }
}

fn usage(problems: &str) -> ExitCode {
    host::say_errors(problems);
    ExitCode::from(USAGE)
}

/// Does one step and logs one line about it.
async fn handle(rotator: Rotator, environment: Arc<str>, event: Value) -> Result<Value, Fault> {
    // The parser's own message could repeat a value of whatever this is.
    let Ok(event) = serde_json::from_value::<Event>(event) else {
        let line = json!({ "environment": environment.as_ref(), "level": "error", "outcome": MALFORMED });
        host::say(&mut io::stdout(), &line.to_string());
        return Err(Fault {
            kind: "MalformedEvent",
            message: MALFORMED.to_owned(),
        });
    };
    let outcome = rotator.rotate(&event).await;
    let text = match &outcome {
        Ok(outcome) => outcome.as_str().to_owned(),
        Err(error) => error.to_string(),
    };
    let line = json!({
        "environment": environment.as_ref(),
        "step": event.step,
        "secret": event.secret_id,
        "version": event.client_request_token,
        "level": if outcome.is_ok() { "info" } else { "error" },
        "outcome": text,
    });
    host::say(&mut io::stdout(), &line.to_string());
    match outcome {
        Ok(outcome) => Ok(json!({ "outcome": outcome.as_str() })),
        Err(error) => Err(Fault {
            kind: match error {
                RotationError::Aws(_) => "Unavailable",
                _ => "RotationRefused",
            },
            message: error.to_string(),
        }),
    }
}
