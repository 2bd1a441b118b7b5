//! Credentials as the AWS CLI finds them, asked for once and ahead of every call.
//!
//! It differs from the SDK's default chain in three ways: the wait for the instance metadata service is short, a
//! profile that does not exist ends the search instead of being passed over, and a profile that is named on the
//! command line is the only place that is looked at.

use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result as Provided, future};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::error::ConnectError;
use super::http;
use crate::collect::words;

/// Where there is an instance metadata service, it is on the same machine and answers within milliseconds.
const METADATA_WAIT: Duration = Duration::from_millis(500);
/// The whole dialogue with the metadata service: a token, a role's name, its credentials.
const METADATA_OPERATION: Duration = Duration::from_secs(1);
/// Sign-in services and credential processes answer over the network.
const WAIT: Duration = Duration::from_secs(10);
/// A provider that cannot be reached twice is set up wrongly.
const ATTEMPTS: u32 = 2;
/// The pause between the two.
const BACKOFF: Duration = Duration::from_millis(100);

/// The providers to ask, in the order of the AWS CLI.
pub(super) fn chain(sdk: &SdkConfig, profile: Option<&str>) -> CredentialsProviderChain {
    let config = ProviderConfig::without_region()
        .with_http_client(http::shared())
        .with_region(sdk.region().cloned())
        .with_behavior_version(Some(aws_config::BehaviorVersion::latest()))
        .with_retry_config(
            RetryConfig::standard()
                .with_max_attempts(ATTEMPTS)
                .with_initial_backoff(BACKOFF),
        )
        .with_timeout_config(TimeoutConfig::builder().connect_timeout(WAIT / 3).build());
    let mut from_profile = ProfileFileCredentialsProvider::builder().configure(&config);
    if let Some(profile) = profile {
        from_profile = from_profile.profile_name(profile);
        return start("profile", DefinedProfile(from_profile.build()));
    }
    let metadata = imds::Client::builder()
        .configure(&config)
        .max_attempts(1)
        .connect_timeout(METADATA_WAIT)
        .read_timeout(METADATA_WAIT)
        .operation_attempt_timeout(METADATA_WAIT)
        .operation_timeout(METADATA_OPERATION)
        .build();
    let metadata = ImdsCredentialsProvider::builder()
        .configure(&config)
        .imds_client(metadata)
        .build();
    let web_identity = WebIdentityTokenCredentialsProvider::builder()
        .configure(&config)
        .build();
    let container = EcsCredentialsProvider::builder().configure(&config).build();
    let chain = start("environment", EnvironmentVariableCredentialsProvider::new());
    let chain = then(chain, "profile", DefinedProfile(from_profile.build()));
    let chain = then(chain, "web identity", web_identity);
    let chain = then(chain, "container", container);
    then(chain, METADATA, metadata)
}

/// The name of the last place, whose failures only mean that there is no such service.
pub(super) const METADATA: &str = "instance metadata";

fn start(name: &'static str, provider: impl ProvideCredentials + 'static) -> CredentialsProviderChain {
    CredentialsProviderChain::first_try(name, Named { name, provider })
}

fn then(
    chain: CredentialsProviderChain,
    name: &'static str,
    provider: impl ProvideCredentials + 'static,
) -> CredentialsProviderChain {
    chain.or_else(name, Named { name, provider })
}

/// A provider whose failures say where they come from; the SDK's chain does not tell.
#[derive(Debug)]
struct Named<P> {
    name: &'static str,
    provider: P,
}

/// The failure of a provider that was set up.
#[derive(Debug, thiserror::Error)]
#[error("{name}")]
pub(super) struct FailedProvider {
    pub(super) name: &'static str,
    #[source]
    source: CredentialsError,
}

impl<P: ProvideCredentials> ProvideCredentials for Named<P> {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.provider
                .provide_credentials()
                .await
                .map_err(|error| match error {
                    CredentialsError::CredentialsNotLoaded(_) | CredentialsError::ProviderTimedOut(_) => {
                        error
                    }
                    source => CredentialsError::provider_error(FailedProvider {
                        name: self.name,
                        source,
                    }),
                })
        })
    }
}

/// A profile that ends the search when it is named and does not exist.
#[derive(Debug)]
struct DefinedProfile(ProfileFileCredentialsProvider);

impl ProvideCredentials for DefinedProfile {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            match self.0.provide_credentials().await {
                Err(error @ CredentialsError::CredentialsNotLoaded(_))
                    if undefined_profile(&words(&error)).is_some() =>
                {
                    Err(CredentialsError::invalid_configuration(error))
                }
                other => other,
            }
        })
    }
}

/// The name of the profile that the SDK says is not defined. It has no type for this, only these words.
pub(super) fn undefined_profile(text: &str) -> Option<&str> {
    let (before, _) = text.split_once("` was not defined")?;
    before.rsplit_once('`').map(|(_, name)| name)
}

/// Credentials that were already given once, and the provider of the next ones.
#[derive(Debug, Clone)]
pub(super) struct FirstThen {
    first: Arc<Mutex<Option<Credentials>>>,
    then: Arc<dyn ProvideCredentials>,
}

impl FirstThen {
    async fn next(&self) -> Provided {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        match first {
            Some(credentials) => Ok(credentials),
            None => self.then.provide_credentials().await,
        }
    }
}

impl ProvideCredentials for FirstThen {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.next())
    }
}

/// Asks for credentials now, so that a missing one is told in its own words and not by the first call.
async fn first(provider: impl ProvideCredentials + 'static) -> Result<FirstThen, CredentialsError> {
    let asked = provider.provide_credentials();
    let credentials = tokio::time::timeout(WAIT, asked)
        .await
        .map_err(|_| CredentialsError::provider_timed_out(WAIT))??;
    Ok(FirstThen {
        first: Arc::new(Mutex::new(Some(credentials))),
        then: Arc::new(provider),
    })
}

/// Asks the chain.
pub(super) async fn ask(
    chain: CredentialsProviderChain,
    profile: Option<&str>,
) -> Result<FirstThen, ConnectError> {
    first(chain)
        .await
        .map_err(|error| ConnectError::of_credentials(&error, profile))
}

/// Asks for a role's credentials.
pub(super) async fn ask_role(
    provider: impl ProvideCredentials + 'static,
    role_arn: &str,
    endpoint: &str,
) -> Result<FirstThen, ConnectError> {
    first(provider)
        .await
        .map_err(|error| ConnectError::of_role(&error, role_arn, endpoint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_undefined_profile_is_named() {
        let text =
            "the credentials provider was not enabled: profile `dev` was not defined: could not find source";
        assert_eq!(undefined_profile(text), Some("dev"));
        assert_eq!(
            undefined_profile("profile `dev` did not contain credential information"),
            None
        );
    }

    #[tokio::test]
    async fn credentials_are_given_once_and_then_asked_for_again() {
        let asked = Arc::new(Mutex::new(0));
        let count = Arc::clone(&asked);
        let provider = aws_credential_types::credential_fn::provide_credentials_fn(move || {
            *count.lock().unwrap() += 1;
            async { Ok(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test")) }
        });
        let found = first(provider).await.unwrap();
        found.provide_credentials().await.unwrap();
        assert_eq!(*asked.lock().unwrap(), 1);
        found.provide_credentials().await.unwrap();
        assert_eq!(*asked.lock().unwrap(), 2);
    }
}
