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
    serve(port, path, router(path, answer)).await
}

/// Serves the router on the loopback interface until the process is asked to end; says where, with the path to ask.
pub async fn serve(port: u16, path: &str, router: Router) -> Result<(), String> {
    let served = async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        serve_until(listener, path, router, shutdown_requested()?).await
    };
    served
        .await
        .map_err(|error| format!("failed to serve on port {port}: {error}"))
}

/// Serves until `shutdown` completes; requests under way are answered.
async fn serve_until(
    listener: TcpListener,
    path: &str,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    say(&mut io::stdout(), &format!("listening on http://{address}{path}"));
    axum::serve(listener, router)
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
    use std::io::Read;
    use std::net::{SocketAddr, TcpStream};

    use tokio::sync::oneshot;

    use super::*;

    /// Posts the text; returns the status and the body.
    fn post(address: SocketAddr, path: &str, text: &str) -> io::Result<(String, String)> {
        let mut stream = TcpStream::connect(address)?;
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
            text.len()
        )?;
        let mut response = String::new();
        stream.read_to_string(&mut response)?;
        let (head, body) = response.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.split(' ').nth(1).unwrap_or_default();
        Ok((status.to_owned(), body.to_owned()))
    }

    #[tokio::test]
    async fn the_local_server_answers_as_lambda_does_until_it_is_asked_to_end() -> io::Result<()> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let answer = |event: Value| -> Answering {
            let answer = event["ok"].as_bool().ok_or(Fault {
                kind: "MalformedEvent",
                message: "no answer to that".to_owned(),
            });
            let log = json!({ "outcome": answer.is_ok() });
            let answer = answer.map(Value::from);
            Box::pin(logged(async { Handled { log, answer } }))
        };
        let (end, ended) = oneshot::channel::<()>();
        let shutdown = async {
            let _ = ended.await;
        };
        let server = tokio::spawn(serve_until(listener, "/do", router("/do", answer), shutdown));

        for (path, text, status, body) in [
            ("/do", r#"{"ok":true}"#, "200", "true"),
            (
                "/do",
                "{}",
                "500",
                r#"{"errorMessage":"no answer to that","errorType":"MalformedEvent"}"#,
            ),
            ("/other", "{}", "404", ""),
        ] {
            let answered = tokio::task::spawn_blocking(move || post(address, path, text)).await??;
            assert_eq!(answered, (status.to_owned(), body.to_owned()), "{path} {text}");
        }
        let _ = end.send(());
        server.await?
    }

    #[tokio::test]
    async fn a_function_that_ends_by_itself_is_not_waited_for() -> io::Result<()> {
        until_shutdown(async { io::Result::Ok(()) }).await?;
        let failed = until_shutdown(async { Err(io::Error::other("gone")) }).await;

        assert_eq!(failed.map_err(|error| error.to_string()), Err("gone".to_owned()));
        Ok(())
    }

    #[tokio::test]
    async fn a_taken_port_is_named() -> io::Result<()> {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = taken.local_addr()?.port();
        let handler = |_| async {
            Handled {
                log: Value::Null,
                answer: Ok(Value::Null),
            }
        };
        let error = run(false, port, "/do", handler).await.err().unwrap_or_default();

        assert!(
            error.starts_with(&format!("failed to serve on port {port}: ")),
            "{error}"
        );
        Ok(())
    }

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
