//! A client for one request at a time, over one connection that it keeps.
//!
//! A reqwest client that many requests share opens connections beyond any cap: while one is being opened, another
//! may come free, and both stay. A client of its own for each request under way opens one only when it has none, so
//! that what it opens is counted exactly and timed for the right request.

use reqwest::header::HeaderMap;
use reqwest::{Client, Request, Response, redirect, retry};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::connect::{Opened, TimedLayer, TimedResolver, Tls, Watch, micros};
use super::{Phases, Trouble};

/// The most bytes of an answer that are read. A health answer has a few hundred.
const MAX_BODY: u64 = 1024 * 1024;

/// Such a client, and who watches its connections.
#[derive(Debug)]
pub struct Lane {
    client: Client,
    watch: Arc<Watch>,
}

/// A request that waits to be sent. Nothing of it happens before it is polled.
pub type Ready = Pin<Box<dyn Future<Output = reqwest::Result<Response>> + Send>>;

/// A whole answer.
#[derive(Debug)]
pub struct Received {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, when it is wanted.
    pub body: Vec<u8>,
}

impl Lane {
    /// Makes the client. Nothing of it comes from the environment, and nothing is done behind the prober's back.
    pub fn new(tls: &Tls, opened: &Arc<Opened>) -> Result<Self, String> {
        let watch = Watch::new(Arc::clone(opened));
        let client = Client::builder()
            .tls_backend_preconfigured(tls.watched_by(&watch))
            .tls_info(true)
            .http1_only()
            .dns_resolver(TimedResolver(Arc::clone(&watch)))
            .connector_layer(TimedLayer(Arc::clone(&watch)))
            .user_agent(concat!("stackproof/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            // A request is one small write, which must not wait for company.
            .tcp_nodelay(true)
            // One connection, for as long as the service keeps it.
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(None::<Duration>)
            .build()
            .map_err(|error| format!("the probe's HTTP client cannot start: {error}"))?;
        Ok(Self { client, watch })
    }

    /// Does everything that can be done ahead of the time at which the request is due, and forgets the one before.
    pub fn prepare(&self, request: Request) -> Ready {
        self.watch.reset();
        Box::pin(self.client.execute(request))
    }

    /// Sends a request and reads the answer to its end, but for bytes beyond any bound.
    pub async fn exchange(
        &self,
        request: Ready,
        keep_body: bool,
        phases: &mut Phases,
    ) -> Result<Received, Trouble> {
        let sent = Instant::now();
        let answered = request.await;
        let first_byte = Instant::now();
        let attempt = *self.watch.attempt();
        let response = answered.map_err(|error| {
            if error.is_connect() {
                attempt.trouble()
            } else {
                Trouble::Transport
            }
        })?;
        // A request that had to wait for its connection went out when that was open.
        let sent = attempt.opened.map_or(sent, |opened| opened.max(sent));
        phases.first_byte_us = Some(micros(first_byte.saturating_duration_since(sent)));
        let received = read(response, keep_body).await?;
        phases.body_us = Some(micros(first_byte.elapsed()));
        Ok(received)
    }

    /// Adds the times of the connection that the request asked for, if it did.
    pub fn note(&self, phases: &mut Phases) {
        self.watch.attempt().note(phases);
    }
}

/// Reads the body to its end. It is kept only when something is expected of it.
async fn read(mut response: Response, keep_body: bool) -> Result<Received, Trouble> {
    if response.content_length().is_some_and(|length| length > MAX_BODY) {
        return Err(Trouble::TooLarge);
    }
    let mut size = 0;
    let mut body = Vec::new();
    while let Some(data) = response.chunk().await.map_err(|_| Trouble::Transport)? {
        size += u64::try_from(data.len()).unwrap_or(u64::MAX);
        if size > MAX_BODY {
            return Err(Trouble::TooLarge);
        }
        if keep_body {
            body.extend_from_slice(&data);
        }
    }
    Ok(Received {
        status: response.status().as_u16(),
        headers: std::mem::take(response.headers_mut()),
        body,
    })
}
