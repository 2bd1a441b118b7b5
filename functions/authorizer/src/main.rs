//! The authorizer's binary: a Lambda function where Lambda runs it, a local server elsewhere.
//!
//! It reads the environment, prints and sets the exit code; everything else is the library's.

use std::env;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use authorizer::metrics::{self, Occasion};
use authorizer::settings::Settings;
use authorizer::{Authorizer, MalformedEvent, PATH, PepperCache, Request, answer};
use functions_shared::host::{self, Fault};
use functions_shared::{Failure, aws};
use jiff::Timestamp;
use serde_json::Value;

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
    let config = match aws::config(ATTEMPT).await {
        Ok(config) => config,
        Err(error) => return usage(&error),
    };
    let peppers = PepperCache::new(aws_sdk_secretsmanager::Client::new(&config), settings.secret)
        .with_lifetime(settings.lifetime);
    let database = aws_sdk_dynamodb::Client::new(&config);
    let authorizer = Authorizer::new(database, settings.tables, peppers)
        .with_limit(settings.limit)
        .with_bound(settings.bound);
    let shared: Arc<(Authorizer, String)> = Arc::new((authorizer, settings.environment));
    let handler = move |event: Value| handle(Arc::clone(&shared), event);

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

/// Decides on one event and logs one line about it.
async fn handle(shared: Arc<(Authorizer, String)>, event: Value) -> Result<Value, Fault> {
    let (authorizer, environment) = shared.as_ref();
    let started = Instant::now();
    let request = Request::read(event);
    let outcome = match &request {
        Ok(request) => authorizer.decide(request).await,
        Err(MalformedEvent) => Err(Failure::new("authorize", "malformed event")),
    };
    let occasion = Occasion {
        environment,
        request_id: request.as_ref().ok().and_then(Request::id),
        at: Timestamp::now(),
        took: started.elapsed(),
    };
    host::say(
        &mut io::stdout(),
        &metrics::embedded(&outcome, occasion).to_string(),
    );
    match (request, outcome) {
        (Ok(request), Ok(decision)) => Ok(answer(&decision, &request.method_arn)),
        (Err(error), _) => Err(Fault {
            kind: "MalformedEvent",
            message: error.to_string(),
        }),
        // Whatever the message, API Gateway answers 500 and calls nothing; only "Unauthorized" would be 401.
        (_, Err(failure)) => Err(Fault {
            kind: "Unavailable",
            message: failure.to_string(),
        }),
    }
}
