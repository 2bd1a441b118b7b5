//! The health endpoint's binary: a Lambda function where Lambda runs it, a local server elsewhere.
//!
//! It reads the environment, prints and sets the exit code; everything else is the library's.

use std::env;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use functions_shared::{aws, host};
use health::settings::Settings;
use health::{DynamoDbTable, HealthState, PATH, Report, SqsQueue, gateway, metrics};

/// Wrong or missing settings.
const USAGE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let settings = match Settings::read(&|name| env::var(name).ok()) {
        Ok(settings) => settings,
        Err(error) => return usage(&error.to_string()),
    };
    // Each check has a bound of its own, and cold starts take their time.
    let config = match aws::config(None).await {
        Ok(config) => config,
        Err(error) => return usage(&error),
    };
    let table = DynamoDbTable::new(aws_sdk_dynamodb::Client::new(&config), settings.table_name);
    let mut state = HealthState::new(settings.api_version).with_dependency(Arc::new(table));
    if let Some(url) = settings.queue_url {
        let queue = SqsQueue::new(aws_sdk_sqs::Client::new(&config), url);
        state = state.with_dependency(Arc::new(queue));
    }

    let outcome = if env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        run_in_lambda(state, settings.environment).await
    } else {
        host::serve(settings.port, PATH, health::router(state.with_observer(explain))).await
    };
    match outcome {
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

/// Answers API Gateway, with one line of metrics per check.
async fn run_in_lambda(state: HealthState, environment: String) -> Result<(), String> {
    let state = state.with_observer(move |report| {
        let line = metrics::embedded(report, &environment);
        host::say(&mut io::stdout(), &line.to_string());
    });
    host::until_shutdown(lambda_http::run(gateway::service(health::router(state))))
        .await
        .map_err(|error| format!("the Lambda runtime stopped: {error}"))
}

/// Tells whoever runs the server locally why it answers 503.
fn explain(report: &Report) {
    for line in report.causes() {
        host::say(&mut io::stderr(), &line);
    }
}
