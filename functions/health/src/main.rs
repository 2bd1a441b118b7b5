//! The health endpoint's binary: a Lambda function where Lambda runs it, a local server elsewhere.
//!
//! It reads the environment, prints and sets the exit code; everything else is the library's.

use std::env;
use std::io;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::Arc;

use functions_shared::host::{say, say_errors, shutdown_requested, until_shutdown};
use health::settings::Settings;
use health::{DynamoDbTable, HealthState, SqsQueue, gateway, metrics};
use tokio::net::TcpListener;

/// Wrong or missing settings.
const USAGE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let settings = match Settings::read(&|name| env::var(name).ok()) {
        Ok(settings) => settings,
        Err(error) => return usage(&error.to_string()),
    };
    let table = match DynamoDbTable::from_environment(settings.table_name.as_str()).await {
        Ok(table) => table,
        Err(error) => return usage(&error.to_string()),
    };
    let mut state = HealthState::new(settings.api_version.as_str()).with_dependency(Arc::new(table));
    if let Some(url) = settings.queue_url {
        match SqsQueue::from_environment(url).await {
            Ok(queue) => state = state.with_dependency(Arc::new(queue)),
            Err(error) => return usage(&error.to_string()),
        }
    }

    let outcome = if env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        run_in_lambda(state, settings.environment)
            .await
            .map_err(|error| format!("the Lambda runtime stopped: {error}"))
    } else {
        run_locally(state, settings.port)
            .await
            .map_err(|error| format!("failed to serve on port {}: {error}", settings.port))
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_errors(&error);
            ExitCode::FAILURE
        }
    }
}

fn usage(problems: &str) -> ExitCode {
    say_errors(problems);
    ExitCode::from(USAGE)
}

/// Answers API Gateway, with one line of metrics per check.
async fn run_in_lambda(state: HealthState, environment: String) -> Result<(), lambda_http::Error> {
    let state = state.with_observer(move |report| {
        say(
            &mut io::stdout(),
            &metrics::embedded(report, &environment).to_string(),
        );
    });
    until_shutdown(lambda_http::run(gateway::service(health::router(state)))).await
}

/// Answers on the loopback interface until the process is asked to end, and says why it answers 503.
async fn run_locally(state: HealthState, port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    let shutdown = shutdown_requested()?;
    say(
        &mut io::stdout(),
        &format!("listening on http://{address}{}", health::PATH),
    );
    let state = state.with_observer(|report| {
        for line in report.causes() {
            say(&mut io::stderr(), &line);
        }
    });
    health::serve(listener, state, shutdown).await
}
