//! The questions in their order, all within one bound.
//!
//! What costs nothing comes first; the rate limit comes last, so that only requests with a sound key are counted.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use functions_shared::Failure;
use jiff::Timestamp;
use tokio::time::timeout;

use crate::decision::{Decision, Reason, Rehash};
use crate::keys::{Found, Hashes, KeyTable, Lookup};
use crate::limit::{DEFAULT_LIMIT, RateLimit};
use crate::peppers::PepperCache;
use crate::request::Request;

/// How long a decision may take unless the caller says otherwise; the function's timeout must be longer.
pub const DEFAULT_BOUND: Duration = Duration::from_millis(2_500);
/// How long renewing a hash may take: it is upkeep, and the caller waits.
const REHASH_BOUND: Duration = Duration::from_millis(500);

/// The names of the tables, and of the index by hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// API keys.
    pub keys: String,
    /// The index of API keys whose partition key is `key_hash`.
    pub index: String,
    /// Counters of requests.
    pub rate_limits: String,
}

/// Decides on requests; share one among all.
pub struct Authorizer {
    keys: KeyTable,
    limit: RateLimit,
    peppers: PepperCache,
    bound: Duration,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Authorizer {
    /// Starts with [`DEFAULT_BOUND`], [`DEFAULT_LIMIT`] and the system's clock.
    #[must_use]
    pub fn new(client: Client, tables: Tables, peppers: PepperCache) -> Self {
        Self {
            keys: KeyTable::new(client.clone(), tables.keys, tables.index),
            limit: RateLimit::new(client, tables.rate_limits, DEFAULT_LIMIT),
            peppers,
            bound: DEFAULT_BOUND,
            clock: Arc::new(Timestamp::now),
        }
    }

    /// Replaces the requests per minute and key.
    #[must_use]
    pub fn with_limit(mut self, limit: u32) -> Self {
        self.limit = self.limit.with_limit(limit);
        self
    }

    /// Bounds the time of a decision; one that takes longer is a failure.
    #[must_use]
    pub fn with_bound(mut self, bound: Duration) -> Self {
        self.bound = bound;
        self
    }

    /// Replaces the clock of expiry and of rate limits.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Decides on one request.
    pub async fn decide(&self, request: &Request) -> Result<Decision, Failure> {
        timeout(self.bound, self.ask(request))
            .await
            .unwrap_or_else(|_| Err(Failure::new("authorize", "timed out")))
    }

    async fn ask(&self, request: &Request) -> Result<Decision, Failure> {
        let key = match request.key() {
            Ok(key) => key,
            Err(reason) => return Ok(Decision::deny(reason)),
        };
        let now = (self.clock)().as_second();
        let mut hashes = Hashes::new(&key, self.peppers.get().await?.as_ref())?;
        let mut lookup = self.keys.find(&hashes, now).await?;
        // The key may be hashed with a pepper that is newer than the ones that are kept.
        if lookup == Lookup::Nothing
            && let Some(peppers) = self.peppers.reread().await?
        {
            hashes = Hashes::new(&key, &peppers)?;
            lookup = self.keys.find(&hashes, now).await?;
        }
        match lookup {
            Lookup::Nothing => Ok(Decision::deny(Reason::Unknown)),
            Lookup::Ambiguous => Ok(Decision::deny(Reason::Ambiguous)),
            Lookup::Found(found) => self.admit(found, &hashes, now).await,
        }
    }

    async fn admit(&self, found: Found, hashes: &Hashes, now: i64) -> Result<Decision, Failure> {
        let Found {
            caller,
            refusal,
            outdated,
        } = found;
        if let Some(reason) = refusal {
            let caller = Some(caller);
            return Ok(Decision::Deny { reason, caller });
        }
        if !self.limit.take(&caller, now).await? {
            return Ok(Decision::Deny {
                reason: Reason::RateLimited,
                caller: Some(caller),
            });
        }
        let rehash = if outdated {
            timeout(REHASH_BOUND, self.keys.rehash(&caller, hashes, now))
                .await
                .unwrap_or(Rehash::Failed("timed out"))
        } else {
            Rehash::NotNeeded
        };
        Ok(Decision::Allow { caller, rehash })
    }
}
