//! The settings of the binary, from environment variables that the caller looks up.

use std::time::Duration;

use functions_shared::settings::{Reader, SettingsError};

use crate::authorizer::{DEFAULT_BOUND, Tables};
use crate::limit::DEFAULT_LIMIT;
use crate::peppers::DEFAULT_LIFETIME;

/// What the binary is told by its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `API_KEYS_TABLE_NAME`, `API_KEYS_INDEX_NAME` and `RATE_LIMITS_TABLE_NAME`.
    pub tables: Tables,
    /// `API_KEYS_SECRET_NAME`: the name or ARN of the peppers' secret.
    pub secret: String,
    /// `PEPPER_LIFETIME_SECONDS`: how long peppers are kept; 300 by default.
    pub lifetime: Duration,
    /// `RATE_LIMIT_PER_MINUTE`: requests per key; 1000 by default.
    pub limit: u32,
    /// `AUTHORIZER_TIMEOUT_MS`: the bound of a decision; 2500 by default.
    pub bound: Duration,
    /// `ENVIRONMENT`: the dimension of the metrics; `local` by default.
    pub environment: String,
    /// `PORT`: where the local server listens; 8081 by default, 0 for any free port.
    pub port: u16,
}

impl Settings {
    /// Reads the settings through `lookup`; an empty value counts as none.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut reader = Reader::new(lookup);
        let index = reader.optional("API_KEYS_INDEX_NAME");
        let settings = Self {
            tables: Tables {
                keys: reader.required(
                    "API_KEYS_TABLE_NAME",
                    "name the table of API keys, for example zapier-triggers-api-keys-dev",
                ),
                index: index.unwrap_or_else(|| "KeyHashIndex".to_owned()),
                rate_limits: reader.required(
                    "RATE_LIMITS_TABLE_NAME",
                    "name the table of counters, for example zapier-triggers-api-rate-limits-dev",
                ),
            },
            secret: reader.required(
                "API_KEYS_SECRET_NAME",
                "name the secret of the peppers, for example zapier-triggers-api/api-keys-dev",
            ),
            lifetime: Duration::from_secs(reader.number(
                "PEPPER_LIFETIME_SECONDS",
                DEFAULT_LIFETIME.as_secs(),
                1..=3_600,
            )),
            limit: reader.number("RATE_LIMIT_PER_MINUTE", DEFAULT_LIMIT, 1..=1_000_000),
            bound: Duration::from_millis(reader.number(
                "AUTHORIZER_TIMEOUT_MS",
                u64::try_from(DEFAULT_BOUND.as_millis()).unwrap_or(u64::MAX),
                100..=29_000,
            )),
            environment: reader
                .optional("ENVIRONMENT")
                .unwrap_or_else(|| "local".to_owned()),
            port: reader.number("PORT", 8081, 0..=u16::MAX),
        };
        reader.finish(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_the_secret_are_required() {
        let text = Settings::read(&|_| None).map_err(|error| error.to_string());

        assert_eq!(
            text,
            Err(
                "API_KEYS_TABLE_NAME is not set: name the table of API keys, for example \
                 zapier-triggers-api-keys-dev\n\
                 RATE_LIMITS_TABLE_NAME is not set: name the table of counters, for example \
                 zapier-triggers-api-rate-limits-dev\n\
                 API_KEYS_SECRET_NAME is not set: name the secret of the peppers, for example \
                 zapier-triggers-api/api-keys-dev"
                    .to_owned()
            )
        );
    }

    #[test]
    fn the_rest_has_defaults_that_can_be_changed() -> Result<(), SettingsError> {
        let names = |name: &str| name.ends_with("_NAME").then(|| name.to_lowercase());
        let settings = Settings::read(&names)?;
        assert_eq!(settings.tables.index, "api_keys_index_name");
        assert_eq!((settings.limit, settings.port), (1000, 8081));
        assert_eq!(
            (settings.lifetime, settings.bound),
            (DEFAULT_LIFETIME, DEFAULT_BOUND)
        );

        let numbers = |name: &str| Some(if name.ends_with("_NAME") { "t" } else { "150" }.to_owned());
        let settings = Settings::read(&numbers)?;
        assert_eq!((settings.limit, settings.port), (150, 150));
        assert_eq!(settings.lifetime, Duration::from_secs(150));
        assert_eq!(settings.bound, Duration::from_millis(150));
        Ok(())
    }
}
