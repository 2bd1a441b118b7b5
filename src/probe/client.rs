//! Sends one request and times it, over connections that it keeps open.
//!
//! A request is never sent twice. Only when a kept connection turns out to be closed, and the request comes back
//! unsent, does it go over a new one; the time runs on.

use reqwest::header::HeaderMap;
use reqwest::{Method, Request, Url};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connect::{Opened, Tls, lock, micros};
use super::headers::Headers;
use super::lane::{Lane, Ready, Received};
use super::{Answer, Expectation, Phases, ProbeRequest, Sample, Trouble, endpoint};

/// Connections to one endpoint, and what is asked there.
pub struct Client {
    url: Url,
    headers: HeaderMap,
    timeout: Duration,
    expect_status: u16,
    expect: Option<Expectation>,
    slots: Arc<Semaphore>,
    allowed_at_once: u32,
    /// As many as requests may be under way, less those that are. The one that was used last is used first.
    idle: Mutex<Vec<Lane>>,
    tls: Tls,
    opened: Arc<Opened>,
    most_at_once: AtomicU32,
    waited: AtomicU32,
    first_problem: Mutex<Option<String>>,
}

/// A request that is about to be due, with a client of its own.
pub struct Prepared {
    lane: Lane,
    request: Ready,
    _slot: OwnedSemaphorePermit,
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
        let url = endpoint::parse(url)?;
        let tls = Tls::new(url.scheme() == "https")?;
        let opened = Arc::new(Opened::default());
        let allowed_at_once = request.concurrency.max(1);
        let idle = (0..allowed_at_once)
            .map(|_| Lane::new(&tls, &opened))
            .collect::<Result<Vec<Lane>, String>>()?;
        Ok(Self {
            url,
            headers: headers.map().clone(),
            timeout: Duration::from_millis(request.timeout_ms),
            expect_status: request.expect_status,
            expect: request.expect.clone(),
            slots: Arc::new(Semaphore::new(idle.len())),
            allowed_at_once,
            idle: Mutex::new(idle),
            tls,
            opened,
            most_at_once: AtomicU32::new(0),
            waited: AtomicU32::new(0),
            first_problem: Mutex::default(),
        })
    }

    /// The counts so far.
    pub fn counts(&self) -> Counts {
        Counts {
            opened: self.opened.count(),
            most_at_once: self.most_at_once.load(Ordering::Relaxed),
            waited: self.waited.load(Ordering::Relaxed),
        }
    }

    /// What was noted so far.
    pub fn noted(&self) -> Noted {
        Noted {
            tls: self.opened.tls(),
            first_problem: lock(&self.first_problem).clone(),
        }
    }

    /// Makes a request ready, if it need not wait for another: what the prober itself has to do is no latency of the
    /// service's.
    pub fn prepare(&self) -> Option<Prepared> {
        self.ready(Arc::clone(&self.slots).try_acquire_owned().ok()?)
    }

    fn ready(&self, slot: OwnedSemaphorePermit) -> Option<Prepared> {
        // There is one for each slot, unless a request was given up at the very end of a probe.
        let idle = lock(&self.idle).pop();
        let lane = idle.or_else(|| Lane::new(&self.tls, &self.opened).ok())?;
        Some(Prepared {
            request: lane.prepare(self.request()),
            lane,
            _slot: slot,
        })
    }

    /// Sends one request and waits for its answer, until it is due for so long that it has failed.
    pub async fn ask(&self, due: Instant, prepared: Option<Prepared>) -> Sample {
        let mut phases = Phases::default();
        let (done, result) = self.exchange(due + self.timeout, prepared, &mut phases).await;
        let trouble = match result {
            Ok(received) => self.judge(&received).err(),
            Err(trouble) => Some(trouble),
        };
        Sample {
            latency_us: micros(done.saturating_duration_since(due)),
            trouble,
            phases,
        }
    }

    /// One exchange, and when it was over: judging an answer takes time that is none of the service's.
    async fn exchange(
        &self,
        last: Instant,
        prepared: Option<Prepared>,
        phases: &mut Phases,
    ) -> (Instant, Result<Received, Trouble>) {
        let prepared = match prepared {
            Some(prepared) => prepared,
            None => match self.wait(last, phases).await {
                Ok(prepared) => prepared,
                Err(trouble) => return (Instant::now(), Err(trouble)),
            },
        };
        let free = u32::try_from(self.slots.available_permits()).unwrap_or(u32::MAX);
        let at_once = self.allowed_at_once.saturating_sub(free);
        self.most_at_once.fetch_max(at_once, Ordering::Relaxed);

        let Prepared { lane, request, _slot } = prepared;
        let exchange = lane.exchange(request, self.expect.is_some(), phases);
        let result = tokio::time::timeout_at(last.into(), exchange).await;
        let done = Instant::now();
        lane.note(phases);
        let result = result.unwrap_or(Err(Trouble::TimedOut));
        if result.is_ok() {
            // What keeps the connection gets to run: it must be there before the next request asks for one.
            tokio::task::yield_now().await;
            lock(&self.idle).push(lane);
        } else {
            // Whatever is left of a broken exchange goes with its client, and cannot meet the next request.
            drop(lane);
            lock(&self.idle).extend(Lane::new(&self.tls, &self.opened));
        }
        (done, result)
    }

    /// Waits until no more requests are under way than may be.
    async fn wait(&self, last: Instant, phases: &mut Phases) -> Result<Prepared, Trouble> {
        // One may have come free since the request was announced.
        if let Some(prepared) = self.prepare() {
            return Ok(prepared);
        }
        let start = Instant::now();
        self.waited.fetch_add(1, Ordering::Relaxed);
        let slot = tokio::time::timeout_at(last.into(), Arc::clone(&self.slots).acquire_owned()).await;
        phases.wait_us = Some(micros(start.elapsed()));
        let slot = slot.map_err(|_| Trouble::TimedOut)?;
        let prepared = slot.ok().and_then(|slot| self.ready(slot));
        prepared.ok_or(Trouble::Connect)
    }

    fn request(&self) -> Request {
        let mut request = Request::new(Method::GET, self.url.clone());
        *request.headers_mut() = self.headers.clone();
        request
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
            lock(&self.first_problem).get_or_insert(problem);
            Trouble::Unexpected
        })
    }
}
