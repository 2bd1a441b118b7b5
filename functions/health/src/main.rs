//! The health endpoint's binary: a Lambda function where Lambda runs it, a local server elsewhere.
//!
//! It reads the environment, prints and sets the exit code; everything else is the library's.

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::Arc;

use health::settings::Settings;
use health::{DynamoDbTable, HealthState, Report, SqsQueue, gateway, metrics};
use tokio::net::TcpListener;

/// Wrong or missing settings.
const USAGE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let settings = match Settings::read(|name| env::var(name).ok()) {
        Ok(settings) => settings,
        Err(error) => return usage(&error),
    };
    let table = match DynamoDbTable::from_environment(settings.table_name.as_str()).await {
        Ok(table) => table,
        Err(error) => return usage(&error),
    };
    let mut state = HealthState::new(settings.api_version.as_str()).with_dependency(Arc::new(table));
    if let Some(url) = settings.queue_url {
        match SqsQueue::from_environment(url).await {
            Ok(queue) => state = state.with_dependency(Arc::new(queue)),
            Err(error) => return usage(&error),
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
            say(&mut io::stderr(), &format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Says what is wrong with the settings, a line each.
fn usage(error: &dyn Error) -> ExitCode {
    for problem in error.to_string().lines() {
        say(&mut io::stderr(), &format!("error: {problem}"));
    }
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
    lambda_http::run(gateway::service(health::router(state))).await
}

/// Answers on the loopback interface until the process is asked to end.
async fn run_locally(state: HealthState, port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    let shutdown = shutdown_requested()?;
    say(
        &mut io::stdout(),
        &format!("listening on http://{address}{}", health::PATH),
    );
    health::serve(listener, state.with_observer(explain), shutdown).await
}

/// Tells whoever runs the server locally why it answers 503.
fn explain(report: &Report) {
    for (name, dependency) in &report.dependencies {
        if let Some(reason) = &dependency.reason {
            let detail = dependency.detail.as_deref().unwrap_or("no detail");
            say(&mut io::stderr(), &format!("{name} is down: {reason} ({detail})"));
        }
    }
}

/// Installs the handlers at once; the future completes with the first SIGINT or SIGTERM.
#[cfg(unix)]
fn shutdown_requested() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Completes with Ctrl-C, the one signal there is.
#[cfg(not(unix))]
fn shutdown_requested() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        // Without a handler there is nothing to wait for but the end of the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Writes one line; a reader that has gone away is no reason to stop answering.
fn say(out: &mut dyn Write, line: &str) {
    let _ = writeln!(out, "{line}");
}
