//! The binary, as a local server.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::moto::{REGION, TestResult};
use crate::world::{ARN, World, active, event};

const PATIENCE: Duration = Duration::from_secs(30);

/// The binary with an environment of its own: none of the machine's AWS settings reach it.
pub fn command(world: &World, endpoint: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_authorizer"));
    command
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", REGION)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL", format!("http://{endpoint}"))
        .env("API_KEYS_TABLE_NAME", &world.tables.keys)
        .env("RATE_LIMITS_TABLE_NAME", &world.tables.rate_limits)
        .env("API_KEYS_SECRET_NAME", &world.secret)
        .env("AUTHORIZER_TIMEOUT_MS", "15000")
        .env("ENVIRONMENT", "dev")
        .env("PORT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// A server on a port that the system picked.
struct Server {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: String,
}

impl Server {
    async fn start(mut command: Command) -> TestResult<Self> {
        let mut child = command.spawn()?;
        let output = child.stdout.take().ok_or("no standard output")?;
        let mut lines = BufReader::new(output).lines();
        let line = timeout(PATIENCE, lines.next_line())
            .await??
            .ok_or("nothing said")?;
        let address = line
            .strip_prefix("listening on http://")
            .ok_or("unexpected line")?;
        let address = address
            .strip_suffix("/authorize")
            .ok_or("unexpected path")?
            .to_owned();
        Ok(Self {
            _child: child,
            lines,
            address,
        })
    }

    /// Sends an event; returns the status, the answer and the line that was logged.
    async fn ask(&mut self, event: &Value) -> TestResult<(u16, Value, Value)> {
        let body = event.to_string();
        let request = format!(
            "POST /authorize HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let exchange = async {
            let mut stream = TcpStream::connect(&self.address).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut response = String::new();
            stream.read_to_string(&mut response).await?;
            std::io::Result::Ok(response)
        };
        let response = timeout(PATIENCE, exchange).await??;
        let (head, body) = response.split_once("\r\n\r\n").ok_or("no end of head")?;
        let status = head.split(' ').nth(1).ok_or("no status")?.parse()?;
        let logged = timeout(PATIENCE, self.lines.next_line())
            .await??
            .ok_or("nothing logged")?;
        Ok((
            status,
            serde_json::from_str(body)?,
            serde_json::from_str(&logged)?,
        ))
    }
}

#[tokio::test]
async fn answers_policies_and_logs_neither_key_nor_hash() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    let hash = world.stored_hash("key-1").await?;
    let mut server = Server::start(command(&world, &world.address)).await?;

    let (status, answer, logged) = server.ask(&event(Some(key.reveal()))).await?;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["policyDocument"]["Statement"][0]["Effect"], "Allow");
    assert_eq!(answer["policyDocument"]["Statement"][0]["Resource"], ARN);
    assert_eq!(
        answer["context"],
        json!({ "user_id": "user-1", "key_id": "key-1" })
    );
    assert_eq!(logged["decision"], "allow");
    assert_eq!(logged["request_id"], "request-1");
    assert_eq!(logged["Environment"], "dev");
    for text in [answer.to_string(), logged.to_string()] {
        assert!(!text.contains(key.reveal()) && !text.contains(&hash), "{text}");
    }

    let (status, answer, logged) = server.ask(&event(None)).await?;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["policyDocument"]["Statement"][0]["Effect"], "Deny");
    assert_eq!(answer["context"], json!({ "reason": "missing_key" }));
    assert_eq!(logged["reason"], "missing_key");
    assert_eq!(logged["AuthorizerDenials"], 1);
    Ok(())
}

#[tokio::test]
async fn a_dependency_that_is_down_is_a_fault_without_a_policy() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    let mut server = Server::start(command(&world, "127.0.0.1:9")).await?;

    let (status, answer, logged) = server.ask(&event(Some(key.reveal()))).await?;
    assert_eq!(status, 500);
    assert_eq!(
        answer,
        json!({
            "errorType": "Unavailable",
            "errorMessage": "secretsmanager:GetSecretValue failed: unreachable",
        })
    );
    assert_eq!(logged["AuthorizerFailures"], 1);
    assert!(!logged.to_string().contains(key.reveal()));
    Ok(())
}

#[tokio::test]
async fn says_what_is_missing_and_exits_with_2() -> TestResult {
    let world = World::new().await?;
    let mut command = command(&world, &world.address);
    command
        .env_remove("API_KEYS_TABLE_NAME")
        .env("RATE_LIMIT_PER_MINUTE", "none");
    let output = timeout(PATIENCE, command.output()).await??;

    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr)?,
        "error: API_KEYS_TABLE_NAME is not set: name the table of API keys, for example zapier-triggers-api-keys-dev\n\
         error: RATE_LIMIT_PER_MINUTE is `none`: a number from 1 to 1000000 is needed\n"
    );
    Ok(())
}
