//! A `DynamoDB` and a binary under test, both on the loopback interface.

use std::error::Error;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::bare;

/// What a test ends with.
pub type TestResult<T = ()> = Result<T, Box<dyn Error>>;

/// Longer than anything here takes, so that a test that hangs fails instead.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How the server answers `DescribeTable`.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// The table exists with this status.
    Table(&'static str),
    /// An error of this HTTP status and code.
    Failure(u16, &'static str),
    /// Something that is not `DynamoDB`'s.
    Garbage,
    /// Nothing, ever.
    Silence,
}

/// Starts a server on a free port; it ends with the test's runtime.
pub async fn serve(router: Router) -> Result<SocketAddr, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Starts a `DynamoDB` that knows one answer, and returns its endpoint.
pub async fn dynamodb(answer: Answer) -> Result<String, Box<dyn Error>> {
    let router = Router::new().fallback(move |request: axum::extract::Request| async move {
        let target = request.headers().get("x-amz-target");
        if target.is_some_and(|target| target == "DynamoDB_20120810.DescribeTable") {
            respond(answer).await
        } else {
            StatusCode::BAD_REQUEST.into_response()
        }
    });
    Ok(format!("http://{}", serve(router).await?))
}

async fn respond(answer: Answer) -> Response {
    let (status, body) = match answer {
        Answer::Table(status) => (
            StatusCode::OK,
            format!(r#"{{"Table":{{"TableName":"events","TableStatus":"{status}"}}}}"#),
        ),
        Answer::Failure(status, code) => (
            StatusCode::from_u16(status).unwrap_or_default(),
            format!(
                r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"secret-role on secret-table"}}"#
            ),
        ),
        Answer::Garbage => (StatusCode::OK, "<html>a proxy</html>".to_owned()),
        Answer::Silence => std::future::pending().await,
    };
    let json = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
    (status, json, body).into_response()
}

/// The binary, which takes that server for DynamoDB.
pub fn health_binary(endpoint: &str) -> Command {
    let mut command = bare::command(env!("CARGO_BIN_EXE_health"));
    command
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "example")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
        .env("EVENTS_TABLE_NAME", "events")
        .env("API_VERSION", "1.2.3")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
