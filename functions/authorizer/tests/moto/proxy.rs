//! A proxy in front of the emulated account that lets requests through one by one, or not at all.
//!
//! One by one, because `DynamoDB` judges a condition and writes in one step, which moto's threads do not.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

use crate::moto::{self, TestResult};

/// What becomes of a request whose target ends with the operation.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Nothing is wrong.
    None,
    /// Access to the operation is denied; the message repeats the request, as AWS's may.
    Deny(&'static str),
    /// Hashes may not be renewed.
    DenyRehash,
    /// The operation never answers.
    Hang(&'static str),
    /// A read that was answered before is answered the same, and the emulated account, which is slow, is left alone.
    RepeatReads,
}

/// Answers by request.
type Answers = Mutex<HashMap<String, Vec<u8>>>;

/// Starts a proxy, and returns its address. It ends with the test's runtime.
pub async fn start(fault: Fault) -> TestResult<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let server: Arc<str> = moto::address()?.into();
    // Requests take turns to hold it.
    let answers = Arc::new(Answers::default());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (server, answers) = (Arc::clone(&server), Arc::clone(&answers));
            tokio::spawn(async move { pass(client, &server, &answers, fault).await });
        }
    });
    Ok(address)
}

/// Passes one request on, and closes the connection.
async fn pass(mut client: TcpStream, server: &str, answers: &Answers, fault: Fault) -> Option<()> {
    let request = read(&mut client).await?;
    let response = match fault {
        Fault::Deny(operation) if is(&request, operation) => denial(&request),
        Fault::DenyRehash if String::from_utf8_lossy(&request).contains("rehashed_at") => denial(&request),
        Fault::Hang(operation) if is(&request, operation) => std::future::pending().await,
        _ => {
            let mut answers = answers.lock().await;
            let is_read = is(&request, "Query") || is(&request, "GetItem");
            let asked = body(&request).to_owned();
            if let Some(known) = answers.get(&asked) {
                known.clone()
            } else {
                let answer = forward(&request, server).await?;
                if is_read && matches!(fault, Fault::RepeatReads) {
                    answers.insert(asked, answer.clone());
                }
                answer
            }
        }
    };
    client.write_all(&response).await.ok()
}

/// Reads a request whole; SDK requests always say how long their body is.
async fn read(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.parse().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(request);
            }
        }
        let mut buffer = [0; 4096];
        let count = client.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        request.extend_from_slice(buffer.get(..count)?);
    }
}

fn is(request: &[u8], operation: &str) -> bool {
    let text = String::from_utf8_lossy(request);
    let target = text
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("x-amz-target:"));
    target.is_some_and(|target| target.trim_end().ends_with(&format!(".{operation}")))
}

/// The body of a request, which is JSON.
fn body(request: &[u8]) -> &str {
    let text = std::str::from_utf8(request).unwrap_or_default();
    text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

fn denial(request: &[u8]) -> Vec<u8> {
    let body = serde_json::json!({ "__type": "AccessDeniedException", "message": body(request) }).to_string();
    format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn forward(request: &[u8], server: &str) -> Option<Vec<u8>> {
    let first_line = request.windows(2).position(|two| two == b"\r\n")? + 2;
    // So that the end of the response is the end of the stream; in one piece, as several would wait for each other.
    let mut whole = request.get(..first_line)?.to_vec();
    whole.extend_from_slice(b"Connection: close\r\n");
    whole.extend_from_slice(request.get(first_line..)?);
    let mut stream = TcpStream::connect(server).await.ok()?;
    stream.write_all(&whole).await.ok()?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.ok()?;
    Some(response)
}
