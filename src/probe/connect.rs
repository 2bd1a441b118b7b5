//! How a connection comes about, and how long each step of it takes.
//!
//! reqwest opens connections and tells no times. It lets others stand at three places, though: its resolver of names,
//! a layer around its connector, and the store of TLS sessions, which rustls asks when it writes the first message
//! of a handshake, that is, as soon as TCP is connected. A [`Watch`] stands at all three.

use hyper_util::client::legacy::connect::Connection;
use reqwest::dns::{Name, Resolve, Resolving};
use reqwest::tls::{TlsInfo, Version};
use rustls::client::{ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, NamedGroup, RootCertStore};
use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tower_layer::Layer;
use tower_service::Service;

use super::{Phases, Trouble};

/// What is told of all connections together.
#[derive(Debug, Default)]
pub struct Opened {
    count: AtomicU32,
    tls: Mutex<BTreeSet<&'static str>>,
}

impl Opened {
    /// How many were opened.
    pub fn count(&self) -> u32 {
        self.count.load(Ordering::Relaxed)
    }

    /// The TLS versions that were negotiated; `none` for a connection without TLS.
    pub fn tls(&self) -> BTreeSet<String> {
        lock(&self.tls)
            .iter()
            .map(|version| (*version).to_owned())
            .collect()
    }
}

/// Watches the connections of one client that sends one request at a time.
#[derive(Debug)]
pub struct Watch {
    attempt: Mutex<Attempt>,
    opened: Arc<Opened>,
}

/// The steps of the connection that the request under way asked for, if it asked for one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Attempt {
    /// When TCP began, or the step that was through last ended.
    since: Option<Instant>,
    /// When the connection was open.
    pub opened: Option<Instant>,
    phases: Phases,
    failed: Option<Trouble>,
}

impl Attempt {
    /// Adds the times of the steps that are through, whatever became of the next.
    pub const fn note(&self, phases: &mut Phases) {
        phases.dns_us = self.phases.dns_us;
        phases.tcp_us = self.phases.tcp_us;
        phases.tls_us = self.phases.tls_us;
    }

    /// Which step failed.
    pub fn trouble(&self) -> Trouble {
        self.failed.unwrap_or(Trouble::Connect)
    }

    fn step(&mut self) -> u64 {
        let now = Instant::now();
        let since = self.since.replace(now).unwrap_or(now);
        micros(now - since)
    }
}

impl Watch {
    /// Watches connections, which are counted together with those of others.
    pub fn new(opened: Arc<Opened>) -> Arc<Self> {
        Arc::new(Self {
            attempt: Mutex::default(),
            opened,
        })
    }

    /// Forgets the connection of the request before.
    pub fn reset(&self) {
        *self.attempt() = Attempt::default();
    }

    /// What became of the connection that was asked for since.
    pub fn attempt(&self) -> MutexGuard<'_, Attempt> {
        lock(&self.attempt)
    }

    fn began(&self) {
        *self.attempt() = Attempt {
            since: Some(Instant::now()),
            ..Attempt::default()
        };
    }

    fn resolved(&self, found: bool) {
        let mut attempt = self.attempt();
        let took = attempt.step();
        if found {
            attempt.phases.dns_us = Some(took);
        } else {
            attempt.failed = Some(Trouble::Dns);
        }
    }

    fn handshake_began(&self) {
        let mut attempt = self.attempt();
        // Only the first question tells when it began.
        if attempt.phases.tcp_us.is_none() {
            attempt.phases.tcp_us = Some(attempt.step());
            attempt.failed = Some(Trouble::Tls);
        }
    }

    fn connected(&self, connection: &impl Connection) {
        let mut attempt = self.attempt();
        let took = attempt.step();
        if attempt.phases.tcp_us.is_none() {
            attempt.phases.tcp_us = Some(took);
        } else {
            attempt.phases.tls_us = Some(took);
        }
        attempt.opened = attempt.since;
        attempt.failed = None;
        drop(attempt);
        self.opened.count.fetch_add(1, Ordering::Relaxed);
        lock(&self.opened.tls).insert(tls_version(connection));
    }
}

fn tls_version(connection: &impl Connection) -> &'static str {
    let mut extras = http::Extensions::new();
    connection.connected().get_extras(&mut extras);
    match extras.get::<TlsInfo>().map(TlsInfo::version) {
        None => "none",
        Some(Some(Version::TLS_1_3)) => "1.3",
        Some(Some(Version::TLS_1_2)) => "1.2",
        Some(_) => "unknown",
    }
}

/// Resolves names as the system does, and times it. An address instead of a name never comes here.
#[derive(Debug)]
pub struct TimedResolver(pub Arc<Watch>);

impl Resolve for TimedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let watch = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            watch.resolved(found.is_ok());
            let addresses: Vec<_> = found?.collect();
            Ok(Box::new(addresses.into_iter()) as reqwest::dns::Addrs)
        })
    }
}

/// Times what is inside of it.
#[derive(Debug, Clone)]
pub struct TimedLayer(pub Arc<Watch>);

impl<S> Layer<S> for TimedLayer {
    type Service = Timed<S>;

    fn layer(&self, connector: S) -> Timed<S> {
        Timed {
            connector,
            watch: Arc::clone(&self.0),
        }
    }
}

/// reqwest's connector, whose types have no names.
#[derive(Debug, Clone)]
pub struct Timed<S> {
    connector: S,
    watch: Arc<Watch>,
}

impl<S, R> Service<R> for Timed<S>
where
    S: Service<R>,
    S::Response: Connection,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        self.watch.began();
        let connecting = self.connector.call(request);
        let watch = Arc::clone(&self.watch);
        Box::pin(async move {
            let connection = connecting.await?;
            watch.connected(&connection);
            Ok(connection)
        })
    }
}

/// Keeps TLS sessions as rustls does by itself, and tells when a handshake begins.
#[derive(Debug)]
struct TimedSessions {
    kept: Arc<dyn ClientSessionStore>,
    watch: Arc<Watch>,
}

impl ClientSessionStore for TimedSessions {
    fn set_kx_hint(&self, server: ServerName<'static>, group: NamedGroup) {
        self.kept.set_kx_hint(server, group);
    }

    // Asked for the first message of each handshake.
    fn kx_hint(&self, server: &ServerName<'_>) -> Option<NamedGroup> {
        self.watch.handshake_began();
        self.kept.kx_hint(server)
    }

    fn set_tls12_session(&self, server: ServerName<'static>, session: Tls12ClientSessionValue) {
        self.kept.set_tls12_session(server, session);
    }

    fn tls12_session(&self, server: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.kept.tls12_session(server)
    }

    fn remove_tls12_session(&self, server: &ServerName<'static>) {
        self.kept.remove_tls12_session(server);
    }

    fn insert_tls13_ticket(&self, server: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        self.kept.insert_tls13_ticket(server, ticket);
    }

    fn take_tls13_ticket(&self, server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.kept.take_tls13_ticket(server)
    }
}

/// What all connections have in common: whom they trust, and the sessions that they resume.
#[derive(Debug)]
pub struct Tls {
    config: ClientConfig,
    sessions: Arc<dyn ClientSessionStore>,
}

impl Tls {
    /// Reads the certificate authorities that the machine trusts, when there is a TLS connection to open.
    pub fn new(needed: bool) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        if needed {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err("this machine trusts no certificate authority; set SSL_CERT_FILE".to_owned());
            }
        }
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        // What every endpoint understands, and one request at a time on a connection.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        if needed && let Ok(name) = ServerName::try_from("localhost") {
            // The first handshake of a process sets up the crypto, which is no time of the first connection's.
            drop(ClientConnection::new(Arc::new(config.clone()), name));
        }
        Ok(Self {
            config,
            sessions: Arc::new(rustls::client::ClientSessionMemoryCache::new(256)),
        })
    }

    /// The settings of one client.
    pub fn watched_by(&self, watch: &Arc<Watch>) -> ClientConfig {
        let mut config = self.config.clone();
        config.resumption = Resumption::store(Arc::new(TimedSessions {
            kept: Arc::clone(&self.sessions),
            watch: Arc::clone(watch),
        }));
        config
    }
}

/// Whole microseconds.
pub fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The content of a mutex, which no panic leaves half written.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
