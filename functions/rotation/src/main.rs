//! The rotation function's binary: a Lambda function where Lambda runs it, a local server elsewhere.
//!
//! It reads the environment, prints and sets the exit code; everything else is the library's.

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use functions_shared::aws;
use functions_shared::host;
use rotation::settings::Settings;
use rotation::{Handler, PATH, Rotator};

/// Wrong or missing settings.
const USAGE: u8 = 2;

/// Nobody waits for a rotation, so an attempt may take its time.
const ATTEMPT: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> ExitCode {
    let settings = match Settings::read(&|name| env::var(name).ok()) {
        Ok(settings) => settings,
        Err(error) => return usage(&error.to_string()),
    };
    let config = match aws::config(Some(ATTEMPT)).await {
        Ok(config) => config,
        Err(error) => return usage(&error),
    };
    let rotator = Rotator::new(Client::new(&config)).with_minimum_age(settings.minimum_age);
    let handler = Handler::new(rotator, settings.environment);

    let in_lambda = env::var_os("AWS_LAMBDA_RUNTIME_API").is_some();
    let handle = move |event| handler.clone().handle(event);
    match host::run(in_lambda, settings.port, PATH, handle).await {
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
