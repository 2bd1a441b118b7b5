//! Where a handler of JSON events runs: in Lambda, or on the loopback interface for development and tests.
//!
//! Both answer alike: the handler's JSON, or a fault with a type and a message. It must not read the environment.

use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::pin::Pin;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// An invocation that ends without an answer; Lambda counts it as the function's error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault: one word.
    pub kind: &'static str,
    /// What happened; API Gateway and Secrets Manager do not pass it on to anybody.
    pub message: String,
}

impl From<Fault> for Diagnostic {
    fn from(fault: Fault) -> Self {
        Self {
            error_type: fault.kind.to_owned(),
            error_message: fault.message,
        }
    }
}

/// What a handler makes of an event.
#[derive(Debug)]
pub struct Handled {
    /// The one line of the log; it holds no secret.
    pub log: Value,
    /// What the caller gets.
    pub answer: Result<Value, Fault>,
}

/// An answer under way. A type without the handler's own: what AWS's clients nest is deeper than the compiler follows
/// when coverage is measured.
type Answering = Pin<Box<dyn Future<Output = Result<Value, Fault>> + Send>>;

/// Runs the handler as a Lambda function, or serves `POST path` locally, until the process is asked to end.
pub async fn run<H, F>(in_lambda: bool, port: u16, path: &str, handler: H) -> Result<(), String>
where
    H: Fn(Value) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Handled> + Send + 'static,
{
    let answer = move |event| -> Answering { Box::pin(logged(handler(event))) };
    if in_lambda {
        let function = service_fn(move |event: LambdaEvent<Value>| answer(event.payload));
        return until_shutdown(lambda_runtime::run(function))
            .await
            .map_err(|error| format!("the Lambda runtime stopped: {error}"));
    }
    serve(port, path, answer)
        .await
        .map_err(|error| format!("failed to serve on port {port}: {error}"))
}

async fn serve<A>(port: u16, path: &str, answer: A) -> io::Result<()>
where
    A: Fn(Value) -> Answering + Clone + Send + Sync + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    let shutdown = shutdown_requested()?;
    say(&mut io::stdout(), &format!("listening on http://{address}{path}"));
    axum::serve(listener, router(path, answer))
        .with_graceful_shutdown(shutdown)
        .await
}

/// Builds the local server: `POST path` with the event as JSON answers 200, or 500 as Lambda words a fault.
fn router<A>(path: &str, answer: A) -> Router
where
    A: Fn(Value) -> Answering + Clone + Send + Sync + 'static,
{
    let invoke = move |Json(event): Json<Value>| {
        let answering = answer(event);
        async move { respond(answering.await) }
    };
    Router::new().route(path, post(invoke))
}

/// Prints the line of the log; gives the answer.
async fn logged(handling: impl Future<Output = Handled>) -> Result<Value, Fault> {
    let handled = handling.await;
    say(&mut io::stdout(), &handled.log.to_string());
    handled.answer
}

fn respond(outcome: Result<Value, Fault>) -> Response {
    match outcome {
        Ok(answer) => Json(answer).into_response(),
        Err(fault) => {
            let body = json!({ "errorType": fault.kind, "errorMessage": fault.message });
            (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
        }
    }
}

/// Runs a Lambda function until the process is asked to end, which is no error.
///
/// Lambda asks only where extensions run; a container is asked elsewhere too, and its first process heeds no signal
/// that it does not handle.
pub async fn until_shutdown<E: From<io::Error>>(
    function: impl Future<Output = Result<(), E>>,
) -> Result<(), E> {
    let shutdown = shutdown_requested()?;
    tokio::select! {
        ended = function => ended,
        () = shutdown => Ok(()),
    }
}

/// Installs the handlers at once; the future completes with the first SIGINT or SIGTERM.
#[cfg(unix)]
pub fn shutdown_requested() -> io::Result<impl Future<Output = ()> + Send + 'static> {
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
pub fn shutdown_requested() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        // Without a handler there is nothing to wait for but the end of the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Writes one line; a reader that has gone away is no reason to stop answering.
pub fn say(out: &mut dyn Write, line: &str) {
    let _ = writeln!(out, "{line}");
}

/// Says what went wrong on standard error, a line each.
pub fn say_errors(errors: &str) {
    for error in errors.lines() {
        say(&mut io::stderr(), &format!("error: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_worded_as_lambda_does() {
        let fault = Fault {
            kind: "Unavailable",
            message: "dynamodb:Query failed: timed out".to_owned(),
        };
        let diagnostic = Diagnostic::from(fault.clone());

        assert_eq!(diagnostic.error_type, "Unavailable");
        assert_eq!(diagnostic.error_message, fault.message);
        assert_eq!(respond(Err(fault)).status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(respond(Ok(json!({}))).status(), StatusCode::OK);
    }
}
