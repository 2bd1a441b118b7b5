//! A binary as a local server: the process, and a client of it.
//!
//! Included by path, so that no function depends on it.

use std::error::Error;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::bare;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Longer than any answer takes, so that a test that hangs fails instead.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server on a port that the system picked.
pub struct Server {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: String,
    path: &'static str,
}

impl Server {
    /// Starts the binary, which must say where it listens and that it serves the path.
    pub async fn start(mut command: Command, path: &'static str) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().ok_or("no standard output")?;
        let mut lines = BufReader::new(output).lines();
        let line = timeout(PATIENCE, lines.next_line())
            .await??
            .ok_or("nothing said")?;
        let address = line
            .strip_prefix("listening on http://")
            .and_then(|rest| rest.strip_suffix(path))
            .ok_or_else(|| format!("unexpected line: {line}"))?
            .to_owned();
        Ok(Self {
            child,
            lines,
            address,
            path,
        })
    }

    /// Sends an event; returns the status, the answer and the line that was logged.
    pub async fn ask(&mut self, event: &Value) -> Result<(u16, Value, Value)> {
        let body = event.to_string();
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.path,
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

    /// Asks the process to end; returns its exit code.
    pub async fn end(self) -> Result<Option<i32>> {
        // Nobody reads its output from here on, and there is none.
        drop(self.lines);
        Ok(bare::end(self.child).await?.status.code())
    }
}
