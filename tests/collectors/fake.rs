//! A server that answers as a table of functions says, and the context that reads from it.

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::Value;
use stackproof::collect::{Collected, Collector, Context};
use stackproof::inventory::{Needs, Read, Resource};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

pub const ACCOUNT: &str = "123456789012";
pub const REGION: &str = "us-east-1";

/// A request as a test looks at it.
#[derive(Debug, Clone)]
pub struct Request {
    /// The operation, as `ListTables`; of a REST service method and path, as `GET /account`.
    pub operation: String,
    /// The query of a REST service with the body: JSON, a form or, as far as it is text, CBOR.
    pub body: String,
}

impl Request {
    /// Whether the body holds the text.
    pub fn has(&self, text: &str) -> bool {
        self.body.contains(text)
    }
}

/// An answer.
pub struct Answer {
    status: u16,
    body: Vec<u8>,
}

/// A good answer.
pub fn ok(body: impl Into<String>) -> Answer {
    Answer {
        status: 200,
        body: body.into().into_bytes(),
    }
}

/// An error in the JSON protocols.
pub fn json_error(status: u16, code: &str, message: &str) -> Answer {
    Answer {
        status,
        body: format!(r#"{{"__type":"com.amazonaws.any#{code}","message":"{message}"}}"#).into_bytes(),
    }
}

/// An error in the query protocol of IAM and STS.
pub fn query_error(status: u16, code: &str, message: &str) -> Answer {
    Answer {
        status,
        body: format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>0a1b</RequestId></ErrorResponse>"
        )
        .into_bytes(),
    }
}

/// An error in EC2's protocol.
pub fn ec2_error(status: u16, code: &str, message: &str) -> Answer {
    Answer {
        status,
        body: format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
             <RequestID>0a1b</RequestID></Response>"
        )
        .into_bytes(),
    }
}

/// An error in S3's protocol.
pub fn s3_error(status: u16, code: &str, message: &str) -> Answer {
    Answer {
        status,
        body: format!(
            "<Error><Code>{code}</Code><Message>{message}</Message><RequestId>0a1b</RequestId></Error>"
        )
        .into_bytes(),
    }
}

/// The same answer in CBOR, which CloudWatch speaks.
pub fn cbor(answer: &Answer) -> Answer {
    let mut body = Vec::new();
    write_cbor(&serde_json::from_slice(&answer.body).unwrap(), &mut body);
    Answer {
        status: answer.status,
        body,
    }
}

/// Writes a value in CBOR, with every length in four bytes and every number that is not whole as a double.
fn write_cbor(value: &Value, out: &mut Vec<u8>) {
    let head = |major: u8, length: usize, out: &mut Vec<u8>| {
        out.push(major << 5 | 0x1a);
        out.extend(u32::try_from(length).unwrap().to_be_bytes());
    };
    match value {
        Value::Null => out.push(0xf6),
        Value::Bool(value) => out.push(0xf4 + u8::from(*value)),
        Value::Number(number) => {
            if let Some(whole) = number.as_u64() {
                head(0, usize::try_from(whole).unwrap(), out);
            } else {
                out.push(0xfb);
                out.extend(number.as_f64().unwrap().to_be_bytes());
            }
        }
        Value::String(text) => {
            head(3, text.len(), out);
            out.extend(text.as_bytes());
        }
        Value::Array(items) => {
            head(4, items.len(), out);
            for item in items {
                write_cbor(item, out);
            }
        }
        Value::Object(fields) => {
            head(5, fields.len(), out);
            for (name, value) in fields {
                write_cbor(&name.as_str().into(), out);
                write_cbor(value, out);
            }
        }
    }
}

/// The server. It ends with the runtime of the test.
#[derive(Clone)]
pub struct Fake {
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Fake {
    /// Starts the server.
    pub async fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            requests: Arc::default(),
        };
        let (requests, answer) = (Arc::clone(&fake.requests), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (requests, answer) = (Arc::clone(&requests), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    while let Some(request) = read(&mut stream).await {
                        requests.lock().unwrap().push(request.clone());
                        write(&mut stream, answer(&request)).await;
                    }
                });
            }
        });
        fake
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The settings of clients of this server: five attempts in quick succession.
    pub fn sdk(&self) -> SdkConfig {
        let retries = RetryConfig::standard()
            .with_max_attempts(5)
            .with_initial_backoff(std::time::Duration::from_millis(1));
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .endpoint_url(&self.url)
            .retry_config(retries)
            .sleep_impl(aws_smithy_async::rt::sleep::default_async_sleep().unwrap())
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "AKIDEXAMPLE",
                "secret",
                None,
                None,
                "test",
            )))
            .build()
    }

    /// A context that reads from this server.
    pub fn context(&self) -> Context {
        Context::new(self.sdk(), ACCOUNT, REGION, "aws", Arc::new(|_| {}))
    }

    /// Runs a collector, and makes sure that it called what it declares, once per page or resource.
    pub async fn collect(&self, collector: &dyn Collector, needs: &Needs) -> (Collected, Vec<Read>) {
        let context = self.context();
        let collected = collector.collect(&context, needs).await;
        let reads = context.log().reads();
        let called: Vec<&str> = reads.iter().map(|read| read.action.as_str()).collect();
        let mut declared: Vec<&str> = collector
            .operations(needs)
            .iter()
            .map(|operation| operation.name)
            .collect();
        declared.sort_unstable();
        assert_eq!(called, declared, "declared and really called");
        for read in &reads {
            let answered = read.calls - read.retries;
            assert_eq!(answered, read.pages + read.failed, "{read:?}");
        }
        let calls: u64 = reads.iter().map(|read| read.calls).sum();
        assert_eq!(calls, self.requests().len() as u64, "every request is counted");
        (collected, reads)
    }
}

/// The resource with that name or id.
pub fn named<'a>(collected: &'a Collected, label: &str) -> &'a Resource {
    collected
        .resources
        .iter()
        .find(|resource| resource.label() == label)
        .unwrap_or_else(|| panic!("no {label} in {collected:#?}"))
}

/// The entry of an action.
pub fn read_of<'a>(reads: &'a [Read], action: &str) -> &'a Read {
    reads.iter().find(|read| read.action == action).unwrap()
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut first = String::new();
    stream.read_line(&mut first).await.ok()?;
    let (method, target) = first.trim_end().rsplit_once(' ')?.0.split_once(' ')?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (mut length, mut operation) = (0, None);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap(),
            "x-amz-target" => operation = value.trim().rsplit('.').next().map(str::to_owned),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let body = String::from_utf8_lossy(&body);
    let form = || body.split('&').find_map(|field| field.strip_prefix("Action="));
    let service = || path.strip_prefix("/service/")?.rsplit('/').next();
    let operation = operation
        .or_else(|| form().or_else(service).map(str::to_owned))
        .unwrap_or_else(|| format!("{method} {path}"));
    Some(Request {
        operation,
        body: format!("{query}{body}"),
    })
}

async fn write(stream: &mut BufReader<TcpStream>, answer: Answer) {
    let Answer { status, body } = answer;
    let head = format!("HTTP/1.1 {status} -\r\ncontent-length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(&[head.into_bytes(), body].concat()).await;
}
