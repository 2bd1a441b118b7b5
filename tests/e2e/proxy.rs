//! A loopback proxy between the binary and the emulated account: it counts requests, and answers some by itself.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::Failure;

/// One request, as IAM would call it, with everything that makes it different from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// The operation, as `DescribeTimeToLive`; of a REST service, the method and path.
    pub operation: String,
    /// The path and query.
    pub uri: String,
    /// The parameters.
    pub body: String,
}

/// What the proxy answers by itself.
#[derive(Debug, Clone, Default)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Throttles every so manieth request.
    ThrottleEvery(usize),
    /// Never answers one operation.
    Hang(&'static str),
    /// Throttles every request of one operation about one resource.
    Throttle(&'static str, &'static str),
}

#[derive(Debug, Default)]
struct Seen {
    requests: Vec<Request>,
    fault: Fault,
}

#[derive(Debug, Clone)]
struct Shared {
    upstream: String,
    client: reqwest::Client,
    seen: Arc<Mutex<Seen>>,
}

/// The proxy.
pub struct Proxy {
    /// Its URL.
    pub endpoint: String,
    seen: Arc<Mutex<Seen>>,
}

impl Proxy {
    /// Starts a proxy on a free loopback port.
    pub fn start(runtime: &tokio::runtime::Runtime, upstream: &str) -> Result<Self, Failure> {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Shared {
            upstream: upstream.to_owned(),
            client: reqwest::Client::new(),
            seen: Arc::clone(&seen),
        };
        let listener = runtime.block_on(tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(forward).with_state(shared);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { endpoint, seen })
    }

    /// Forgets what was seen, and answers nothing by itself.
    pub fn reset(&self) {
        *self.lock() = Seen::default();
    }

    /// Answers some requests by itself from now on.
    pub fn inject(&self, fault: Fault) {
        self.lock().fault = fault;
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.lock().requests.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn forward(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = Request::read(&method, &uri, &headers, &body);
    let json = headers.contains_key("x-amz-target");
    let (throttled, hangs) = {
        let mut seen = shared.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.requests.push(request.clone());
        let hangs = matches!(seen.fault, Fault::Hang(operation) if request.operation == operation);
        let throttled = match seen.fault {
            Fault::None | Fault::Hang(_) => false,
            Fault::ThrottleEvery(each) => seen.requests.len() % each == 0,
            Fault::Throttle(operation, about) => {
                request.operation == operation && request.body.contains(about)
            }
        };
        (throttled, hangs)
    };
    if hangs {
        // Longer than any client waits; the connection ends with the client.
        tokio::time::sleep(Duration::from_mins(10)).await;
    }
    if throttled {
        return throttling(json);
    }
    let url = format!("{}{uri}", shared.upstream);
    let mut forwarded = shared.client.request(method, url).body(body);
    for (name, value) in &headers {
        // The client sets these for its own connection; the signature's host is the one that was signed.
        if name != "content-length" && name != "connection" {
            forwarded = forwarded.header(name, value);
        }
    }
    match forwarded.send().await {
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
        Ok(answer) => {
            let status = answer.status();
            let content_type = answer.headers().get("content-type").cloned();
            let mut response = (status, answer.bytes().await.unwrap_or_default()).into_response();
            if let Some(content_type) = content_type {
                response.headers_mut().insert("content-type", content_type);
            }
            response
        }
    }
}

impl Request {
    /// JSON services name the operation in a header, query services in the body, CBOR services at the end of the
    /// path, and REST services by method and path.
    fn read(method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Self {
        let body = String::from_utf8_lossy(body).into_owned();
        let target = headers
            .get("x-amz-target")
            .and_then(|target| target.to_str().ok())
            .and_then(|target| target.rsplit('.').next());
        let action = || body.split('&').find_map(|pair| pair.strip_prefix("Action="));
        let in_path = || uri.path().split_once("/operation/").map(|(_, name)| name);
        let operation = target
            .or_else(action)
            .or_else(in_path)
            .map_or_else(|| format!("{method} {}", uri.path()), str::to_owned);
        Self {
            operation,
            uri: uri.to_string(),
            body,
        }
    }
}

fn throttling(json: bool) -> Response {
    if json {
        let body = r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#;
        return (
            StatusCode::BAD_REQUEST,
            [("content-type", "application/x-amz-json-1.0")],
            body,
        )
            .into_response();
    }
    let body = "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message>\
                </Error></Errors><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></Response>";
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [("content-type", "text/xml")],
        body,
    )
        .into_response()
}
