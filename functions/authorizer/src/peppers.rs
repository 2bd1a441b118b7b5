//! The peppers, read from Secrets Manager and kept for a while.
//!
//! Rotation needs no restart: what is kept expires, and an unknown key makes it be read again, though not more often
//! than [`REREAD_INTERVAL`], so that guessing keys does not become a flood of requests to Secrets Manager. Peppers
//! that have expired are not used, even when Secrets Manager cannot be asked for new ones.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_secretsmanager::Client;
use functions_shared::{Failure, PepperSecret};
use tokio::sync::Mutex;

/// How long peppers are kept unless the caller says otherwise.
pub const DEFAULT_LIFETIME: Duration = Duration::from_mins(5);
/// How old peppers must be before an unknown key makes them be read again.
pub const REREAD_INTERVAL: Duration = Duration::from_secs(5);

const OPERATION: &str = "secretsmanager:GetSecretValue";

/// The secret's current value, shared by all requests of the process.
pub struct PepperCache {
    client: Client,
    secret_id: String,
    lifetime: Duration,
    reread_interval: Duration,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    peppers: Arc<PepperSecret>,
    read: Instant,
}

impl PepperCache {
    /// Reads the secret of that name or ARN when it is first asked for.
    pub fn new(client: Client, secret_id: impl Into<String>) -> Self {
        Self {
            client,
            secret_id: secret_id.into(),
            lifetime: DEFAULT_LIFETIME,
            reread_interval: REREAD_INTERVAL,
            kept: Mutex::new(None),
        }
    }

    /// Replaces how long peppers are kept.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Replaces how old peppers must be before they are read again for an unknown key.
    #[must_use]
    pub fn with_reread_interval(mut self, interval: Duration) -> Self {
        self.reread_interval = interval;
        self
    }

    /// Returns the peppers; requests that find them expired wait for one that reads them.
    pub async fn get(&self) -> Result<Arc<PepperSecret>, Failure> {
        let mut kept = self.kept.lock().await;
        if let Some(kept) = kept.as_ref()
            && kept.read.elapsed() < self.lifetime
        {
            return Ok(Arc::clone(&kept.peppers));
        }
        self.read(&mut kept).await
    }

    /// Reads the peppers again, unless that was done only just now.
    pub async fn reread(&self) -> Result<Option<Arc<PepperSecret>>, Failure> {
        let mut kept = self.kept.lock().await;
        if kept
            .as_ref()
            .is_some_and(|kept| kept.read.elapsed() < self.reread_interval)
        {
            return Ok(None);
        }
        self.read(&mut kept).await.map(Some)
    }

    async fn read(&self, kept: &mut Option<Kept>) -> Result<Arc<PepperSecret>, Failure> {
        let answer = self
            .client
            .get_secret_value()
            .secret_id(&self.secret_id)
            .send()
            .await
            .map_err(|error| Failure::from_sdk(OPERATION, &error))?;
        let text = answer.secret_string().unwrap_or_default();
        let peppers = PepperSecret::parse(text)
            .map_err(|_| Failure::new(OPERATION, "the secret holds no usable pepper: rotate it once"))?;
        let peppers = Arc::new(peppers);
        *kept = Some(Kept {
            peppers: Arc::clone(&peppers),
            read: Instant::now(),
        });
        Ok(peppers)
    }
}
