//! The binary as a local server, asked over TCP.

use std::error::Error;
use std::process::Output;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::bare;
use crate::support::{Answer, PATIENCE, TestResult, dynamodb, health_binary};

/// Starts the server on a port that the system picks, and returns the address that it prints.
pub async fn start(mut command: Command) -> Result<(Child, String), Box<dyn Error>> {
    let mut server = command.env("PORT", "0").spawn()?;
    let output = server.stdout.take().ok_or("no standard output")?;
    let line = timeout(PATIENCE, BufReader::new(output).lines().next_line()).await??;
    let line = line.ok_or("the server said nothing")?;
    let address = line
        .strip_prefix("listening on http://")
        .and_then(|line| line.strip_suffix("/v1/health"))
        .ok_or_else(|| format!("unexpected line: {line}"))?;
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    Ok((server, address.to_owned()))
}

/// Sends one request and returns the status, the head and the body.
pub async fn ask(address: &str, request_line: &str) -> Result<(u16, String, String), Box<dyn Error>> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("{request_line} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut response = String::new();
        stream.read_to_string(&mut response).await?;
        std::io::Result::Ok(response)
    };
    let response = timeout(PATIENCE, exchange).await??;
    let (head, body) = response.split_once("\r\n\r\n").ok_or("no end of head")?;
    let status = head.split(' ').nth(1).ok_or("no status")?.parse()?;
    Ok((status, head.to_lowercase(), body.to_owned()))
}

async fn run(command: &mut Command) -> Result<Output, Box<dyn Error>> {
    Ok(timeout(PATIENCE, command.output()).await??)
}

#[tokio::test]
async fn answers_health_over_tcp() -> TestResult {
    let endpoint = dynamodb(Answer::Table("ACTIVE")).await?;
    let (server, address) = start(health_binary(&endpoint)).await?;
    let (status, head, body) = ask(&address, "GET /v1/health").await?;
    let body: Value = serde_json::from_str(&body)?;

    assert_eq!(status, 200, "{body}");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(head.contains("cache-control: no-store"), "{head}");
    assert_eq!(body["status"], "healthy");
    assert_eq!(body["version"], "1.2.3");
    assert_eq!(body["dependencies"]["dynamodb"]["status"], "up");
    let timestamp = body["timestamp"].as_str().ok_or("no timestamp")?;
    assert!(timestamp.ends_with('Z'), "{timestamp}");
    timestamp.parse::<jiff::Timestamp>()?;

    let (status, head, body) = ask(&address, "HEAD /v1/health").await?;
    assert_eq!((status, body.as_str()), (200, ""), "{head}");
    assert_eq!(ask(&address, "DELETE /v1/health").await?.0, 405);
    assert_eq!(ask(&address, "GET /v1/events").await?.0, 404);
    assert_eq!(bare::end(server).await?.status.code(), Some(0));
    Ok(())
}

#[tokio::test]
async fn answers_503_when_the_table_is_missing_and_tells_only_the_operator_more() -> TestResult {
    let endpoint = dynamodb(Answer::Failure(400, "ResourceNotFoundException")).await?;
    let (server, address) = start(health_binary(&endpoint)).await?;
    let (status, _, body) = ask(&address, "GET /v1/health").await?;

    assert_eq!(status, 503);
    assert!(body.contains(r#""reason":"table not found""#), "{body}");
    assert!(!body.contains("secret"), "{body}");

    let log = String::from_utf8(bare::end(server).await?.stderr)?;
    assert!(log.contains("dynamodb is down: table not found"), "{log}");
    assert!(log.contains("secret-role on secret-table"), "{log}");
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn ends_cleanly_on_sigterm_and_sigint() -> TestResult {
    let endpoint = dynamodb(Answer::Table("ACTIVE")).await?;
    for signal in ["-TERM", "-INT"] {
        let (mut server, address) = start(health_binary(&endpoint)).await?;
        // A connection that stays open must not keep the server from ending.
        let _idle = TcpStream::connect(&address).await?;
        let id = server.id().ok_or("the server has ended")?;
        let sent = Command::new("kill")
            .args([signal, &id.to_string()])
            .status()
            .await?;
        assert!(sent.success(), "{signal}");

        let ended = timeout(PATIENCE, server.wait()).await??;
        assert_eq!(ended.code(), Some(0), "{signal}");
    }
    Ok(())
}

#[tokio::test]
async fn says_what_is_missing_and_exits_with_2() -> TestResult {
    let output = run(health_binary("http://127.0.0.1:9")
        .env_remove("EVENTS_TABLE_NAME")
        .env("PORT", "seventy"))
    .await?;

    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr)?,
        "error: EVENTS_TABLE_NAME is not set: name the events table, for example \
         zapier-triggers-api-events-dev\n\
         error: PORT is `seventy`: a number from 0 to 65535 is needed\n"
    );
    assert_eq!(output.stdout, b"");
    Ok(())
}

#[tokio::test]
async fn says_that_the_region_is_missing_and_exits_with_2() -> TestResult {
    let output = run(health_binary("http://127.0.0.1:9").env_remove("AWS_REGION")).await?;

    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr)?,
        "error: no AWS region: set AWS_REGION, or a region in the AWS profile\n"
    );
    Ok(())
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_names_it() -> TestResult {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = taken.local_addr()?.port().to_string();
    let output = run(health_binary("http://127.0.0.1:9").env("PORT", &port)).await?;
    let message = String::from_utf8(output.stderr)?;

    assert_eq!(output.status.code(), Some(1));
    let expected = format!("error: failed to serve on port {port}: ");
    assert!(message.starts_with(&expected), "{message}");
    Ok(())
}
