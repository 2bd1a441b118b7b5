//! A binary as a Lambda function: the process, and a server on the loopback interface that speaks Lambda's runtime API.
//!
//! Included by path, so that no function depends on it.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::error::Error;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};
use tokio::time::timeout;

use crate::bare;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Longer than any invocation takes, so that a test that hangs fails instead.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a function made of one invocation.
#[derive(Debug)]
pub struct Invocation {
    /// `response`, or `error` for an invocation error.
    pub kind: String,
    /// The header `Lambda-Runtime-Function-Error-Type` of an error.
    pub error_type: Option<String>,
    /// The answer, or `errorType` and `errorMessage` of an error.
    pub body: Value,
}

/// What a function sends about the invocation of that id.
struct Sent {
    id: String,
    kind: String,
    error_type: Option<String>,
    body: String,
}

/// A running function.
pub struct Function {
    child: Child,
    events: mpsc::Sender<(String, String)>,
    sent: mpsc::Receiver<Sent>,
    invocations: usize,
}

impl Function {
    /// Starts the binary with what Lambda adds to its environment.
    pub async fn start(mut command: Command) -> Result<Self> {
        let (events, next) = mpsc::channel(1);
        let (report, sent) = mpsc::channel(1);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = runtime_api(next, report);
        tokio::spawn(async move { axum::serve(listener, server).await });
        let child = command
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "function-under-test")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self {
            child,
            events,
            sent,
            invocations: 0,
        })
    }

    /// Invokes the function with an event.
    pub async fn invoke(&mut self, event: &Value) -> Result<Invocation> {
        self.invoke_with(event.to_string()).await
    }

    /// Invokes the function with a payload that need not be JSON.
    pub async fn invoke_with(&mut self, payload: String) -> Result<Invocation> {
        self.invocations += 1;
        let id = format!("invocation-{}", self.invocations);
        self.events.send((id.clone(), payload)).await?;
        let sent = timeout(PATIENCE, self.sent.recv()).await?.ok_or("no answer")?;
        assert_eq!(sent.id, id, "{}", sent.body);
        Ok(Invocation {
            kind: sent.kind,
            error_type: sent.error_type,
            body: serde_json::from_str(&sent.body)?,
        })
    }

    /// Whether the process is still the one that was started.
    pub fn is_running(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Asks the process to end, which must be the one that was started; returns all that it has written.
    pub async fn stop(self) -> Result<Output> {
        let output = bare::end(self.child).await?;
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        Ok(output)
    }
}

fn runtime_api(next: mpsc::Receiver<(String, String)>, report: mpsc::Sender<Sent>) -> Router {
    let next = Arc::new(Mutex::new(next));
    let hand_out = move || {
        let next = Arc::clone(&next);
        async move {
            match next.lock().await.recv().await {
                Some((id, event)) => invocation(&id, event),
                None => StatusCode::GONE.into_response(),
            }
        }
    };
    let take_in = move |Path((id, kind)): Path<(String, String)>, headers: HeaderMap, body: String| async move {
        let error_type = headers.get("lambda-runtime-function-error-type");
        let error_type = error_type.and_then(|value| value.to_str().ok());
        let sent = Sent {
            id,
            kind,
            error_type: error_type.map(ToOwned::to_owned),
            body,
        };
        let _ = report.send(sent).await;
        StatusCode::ACCEPTED
    };
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(hand_out))
        .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(take_in))
}

fn invocation(id: &str, event: String) -> Response {
    let headers = [
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:function-under-test",
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-67a1f5d2-0c1b2a3d4e5f60718293a4b5",
        ),
        ("content-type", "application/json"),
    ];
    (headers, event).into_response()
}
