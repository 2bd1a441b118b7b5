//! The authorizer's binary: a Lambda function where Lambda runs it, a local server elsewhere.
//!
//! It reads the environment, prints and sets the exit code; everything else is the library's.

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use authorizer::settings::Settings;
use authorizer::{Authorizer, Handler, PATH, PepperCache};
use functions_shared::aws;
use functions_shared::host;

/// Wrong or missing settings.
const USAGE: u8 = 2;

/// Two attempts fit into the bound of a decision.
const ATTEMPT: Duration = Duration::from_secs(1);

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
    let peppers = PepperCache::new(aws_sdk_secretsmanager::Client::new(&config), settings.secret)
        .with_lifetime(settings.lifetime);
    let database = aws_sdk_dynamodb::Client::new(&config);
    let authorizer = Authorizer::new(database, settings.tables, peppers)
        .with_limit(settings.limit)
        .with_bound(settings.bound);
    let handler = Handler::new(authorizer, settings.environment);

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
