//! Sends one request and times it, over connections that it keeps open.
//!
//! A request is never sent twice. Only when a kept connection turns out to be closed, and hyper hands the request
//! back unsent, does it go over a new one; the time runs on.

use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::header::{ACCEPT, HOST, HeaderValue, USER_AGENT};
use hyper::{HeaderMap, Request, Response};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::connect::{Connection, NoBody, Origin, micros};
use super::headers::Headers;
use super::{Answer, Expectation, Phases, ProbeRequest, Sample, Trouble};

/// The most bytes of an answer that are read. A health answer has a few hundred.
const MAX_BODY: u64 = 1024 * 1024;

/// Connections to one endpoint, and what is asked there.
pub struct Client {
    origin: Origin,
    headers: HeaderMap,
    timeout: Duration,
    expect_status: u16,
    expect: Option<Expectation>,
    slots: Semaphore,
    allowed_at_once: u32,
    idle: Mutex<Vec<Connection>>,
    opened: AtomicU32,
    most_at_once: AtomicU32,
    waited: AtomicU32,
    noted: Mutex<Noted>,
}

/// What is told of all requests together.
#[derive(Debug, Clone, Default)]
pub struct Noted {
    /// The TLS versions that were negotiated.
    pub tls: BTreeSet<String>,
    /// What was wrong with the first answer that was not as expected.
    pub first_problem: Option<String>,
}

/// Counts so far.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// Connections that were opened.
    pub opened: u32,
    /// The most requests at once.
    pub most_at_once: u32,
    /// Requests that had to wait for another.
    pub waited: u32,
}

impl Client {
    /// Prepares everything that is the same for all requests.
    pub fn new(request: &ProbeRequest, url: &str, headers: &Headers) -> Result<Self, String> {
        let origin = Origin::new(url)?;
        let host = HeaderValue::from_str(&origin.authority).map_err(|error| error.to_string())?;
        let mut all = HeaderMap::new();
        all.insert(ACCEPT, HeaderValue::from_static("*/*"));
        let agent = concat!("stackproof/", env!("CARGO_PKG_VERSION"));
        all.insert(USER_AGENT, HeaderValue::from_static(agent));
        for (name, value) in headers.map() {
            all.insert(name, value.clone());
        }
        all.insert(HOST, host);
        let allowed_at_once = request.concurrency.max(1);
        Ok(Self {
            origin,
            headers: all,
            timeout: Duration::from_millis(request.timeout_ms),
            expect_status: request.expect_status,
            expect: request.expect.clone(),
            slots: Semaphore::new(usize::try_from(allowed_at_once).unwrap_or(usize::MAX)),
            allowed_at_once,
            idle: Mutex::default(),
            opened: AtomicU32::new(0),
            most_at_once: AtomicU32::new(0),
            waited: AtomicU32::new(0),
            noted: Mutex::default(),
        })
    }

    /// The counts so far.
    pub fn counts(&self) -> Counts {
        Counts {
            opened: self.opened.load(Ordering::Relaxed),
            most_at_once: self.most_at_once.load(Ordering::Relaxed),
            waited: self.waited.load(Ordering::Relaxed),
        }
    }

    /// What was noted so far.
    pub fn noted(&self) -> Noted {
        lock(&self.noted).clone()
    }

    /// Sends one request and waits for its answer, until it is due for so long that it has failed.
    pub async fn ask(&self, due: Instant) -> Sample {
        let mut phases = Phases::default();
        let exchange = self.exchange(&mut phases);
        let result = tokio::time::timeout_at((due + self.timeout).into(), exchange).await;
        let (done, trouble) = match result {
            Ok((done, Ok(answer))) => (done, self.judge(&answer).err()),
            Ok((done, Err(trouble))) => (done, Some(trouble)),
            Err(_) => (Instant::now(), Some(Trouble::TimedOut)),
        };
        Sample {
            latency_us: micros(done.saturating_duration_since(due)),
            trouble,
            phases,
        }
    }

    /// One exchange, and when it was over: judging an answer takes time that is none of the service's.
    async fn exchange(&self, phases: &mut Phases) -> (Instant, Result<Received, Trouble>) {
        let _slot = self.slot(phases).await;
        let received = self.send_and_read(phases).await;
        let done = Instant::now();
        let received = received.map(|(received, connection)| {
            lock(&self.idle).push(connection);
            received
        });
        (done, received)
    }

    async fn slot(&self, phases: &mut Phases) -> Option<SemaphorePermit<'_>> {
        let slot = if let Ok(slot) = self.slots.try_acquire() {
            Some(slot)
        } else {
            let start = Instant::now();
            self.waited.fetch_add(1, Ordering::Relaxed);
            let slot = self.slots.acquire().await.ok();
            phases.wait_us = Some(micros(start.elapsed()));
            slot
        };
        let free = u32::try_from(self.slots.available_permits()).unwrap_or(u32::MAX);
        let at_once = self.allowed_at_once.saturating_sub(free);
        self.most_at_once.fetch_max(at_once, Ordering::Relaxed);
        slot
    }

    async fn send_and_read(&self, phases: &mut Phases) -> Result<(Received, Connection), Trouble> {
        let (mut connection, mut kept) = match self.kept().await {
            Some(connection) => (connection, true),
            None => (self.connect(phases).await?, false),
        };
        let mut request = self.request();
        let (sent, response) = loop {
            let sent = Instant::now();
            match connection.sender.try_send_request(request).await {
                Ok(response) => break (sent, response),
                Err(mut error) => match error.take_message() {
                    Some(unsent) if kept => {
                        request = unsent;
                        connection = self.connect(phases).await?;
                        kept = false;
                    }
                    _ => return Err(Trouble::Transport),
                },
            }
        };
        let first_byte = Instant::now();
        phases.first_byte_us = Some(micros(first_byte - sent));
        let received = self.read(response).await?;
        phases.body_us = Some(micros(first_byte.elapsed()));
        Ok((received, connection))
    }

    /// A kept connection that is still open.
    async fn kept(&self) -> Option<Connection> {
        loop {
            let mut connection = lock(&self.idle).pop()?;
            if connection.sender.ready().await.is_ok() {
                return Some(connection);
            }
        }
    }

    async fn connect(&self, phases: &mut Phases) -> Result<Connection, Trouble> {
        let connection = self.origin.connect(phases).await?;
        self.opened.fetch_add(1, Ordering::Relaxed);
        lock(&self.noted).tls.insert(connection.tls.to_owned());
        Ok(connection)
    }

    fn request(&self) -> Request<NoBody> {
        let mut request = Request::new(NoBody::new());
        *request.uri_mut() = self.origin.path.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }

    /// Reads the body to its end. It is kept only when something is expected of it.
    async fn read(&self, response: Response<Incoming>) -> Result<Received, Trouble> {
        let (head, mut body) = response.into_parts();
        if body.size_hint().lower() > MAX_BODY {
            return Err(Trouble::TooLarge);
        }
        let mut size = 0;
        let mut kept = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Trouble::Transport)?;
            let Some(data) = frame.data_ref() else { continue };
            size += u64::try_from(data.len()).unwrap_or(u64::MAX);
            if size > MAX_BODY {
                return Err(Trouble::TooLarge);
            }
            if self.expect.is_some() {
                kept.extend_from_slice(data);
            }
        }
        Ok(Received {
            status: head.status.as_u16(),
            headers: head.headers,
            body: kept,
        })
    }

    fn judge(&self, received: &Received) -> Result<(), Trouble> {
        if received.status != self.expect_status {
            return Err(Trouble::Status(received.status));
        }
        let Some(expect) = &self.expect else { return Ok(()) };
        let answer = Answer {
            status: received.status,
            headers: &received.headers,
            body: &received.body,
        };
        expect.test(&answer).map_err(|problem| {
            lock(&self.noted).first_problem.get_or_insert(problem);
            Trouble::Unexpected
        })
    }
}

struct Received {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
