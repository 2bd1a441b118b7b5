//! The live account as the source of an inventory.
//!
//! Nothing is read before the account is known to be the right one, and nothing is ever changed.

mod credentials;
mod error;
mod http;
mod reading;
mod settings;

use aws_config::meta::region::ProvideRegion as _;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

pub use error::{ConnectError, Kind};
pub use reading::{collect, permissions};

use crate::collect::{Identity, caller_identity};

/// The session name that AWS records for an assumed role.
const SESSION_NAME: &str = "stackproof";

/// Which account to read, and how to get there.
#[derive(Debug, Clone, Default)]
pub struct AwsTarget {
    /// The region. There is no default: the SDK's own would come from wherever the command happens to run.
    pub region: String,
    /// The account that the credentials must belong to.
    pub account_id: Option<String>,
    /// A role to assume first.
    pub role_arn: Option<String>,
    /// The endpoint of an emulator. `AWS_ENDPOINT_URL` and a profile's `endpoint_url` go before it.
    pub endpoint_url: Option<String>,
    /// The profile, instead of `AWS_PROFILE` and of credentials in the environment.
    pub profile: Option<String>,
}

/// A way into the right account.
#[derive(Debug, Clone)]
pub struct Session {
    sdk: SdkConfig,
    region: String,
    identity: Identity,
}

impl Session {
    /// Whose credentials these are.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The region that is read.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The endpoint, when it is not AWS's own.
    #[must_use]
    pub fn endpoint_url(&self) -> Option<&str> {
        self.sdk.endpoint_url()
    }
}

/// Finds credentials, assumes the role, and makes sure of the account.
pub async fn connect(target: AwsTarget) -> Result<Session, ConnectError> {
    if target.region.trim().is_empty() {
        return Err(ConnectError::MissingRegion);
    }
    let variables: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("AWS_ENDPOINT_URL"))
        .collect();
    let configured = target.endpoint_url.as_deref();
    let variables = variables.iter().map(|(name, url)| (name.as_str(), url.as_str()));
    check_endpoints(variables.chain(configured.map(|url| ("endpoint_url", url))))?;
    let sdk = load(&target).await;
    let profile = target.profile.as_deref();
    let chain = credentials::chain(&sdk, profile);
    let found = credentials::ask(chain, profile).await?;
    let sdk = with_credentials(&sdk, found);
    let guard = settings::guard(&sdk);
    let endpoint = endpoint_name(&sdk, &target.region);
    let (sdk, guard) = match &target.role_arn {
        None => (sdk, guard),
        Some(role_arn) => {
            let sdk = with_credentials(&sdk, assume(&guard, role_arn, &endpoint).await?);
            let guard = settings::guard(&sdk);
            (sdk, guard)
        }
    };
    let identity = caller_identity(&guard)
        .await
        .map_err(|failure| ConnectError::of_guard(failure, &endpoint, profile))?;
    match target.account_id {
        Some(expected) if expected != identity.account => Err(ConnectError::WrongAccount {
            expected,
            actual: identity.account,
            arn: identity.arn,
        }),
        _ => Ok(Session {
            sdk: settings::reading(&sdk),
            region: target.region,
            identity,
        }),
    }
}

/// Everything that environment and profile say, except for credentials, which are looked for separately.
async fn load(target: &AwsTarget) -> SdkConfig {
    let region = Region::new(target.region.trim().to_owned()).region().await;
    let mut loader: ConfigLoader = aws_config::defaults(BehaviorVersion::latest())
        .region(region)
        .http_client(http::shared())
        .no_credentials();
    if let Some(profile) = &target.profile {
        loader = loader.profile_name(profile);
    }
    let sdk = loader.load().await;
    if sdk.endpoint_url().is_some() {
        return sdk;
    }
    match &target.endpoint_url {
        Some(url) => sdk.into_builder().endpoint_url(url.clone()).build(),
        None => sdk,
    }
}

/// Refuses endpoints that are no URLs before the SDK sees them: it panics on an empty one, and tells of others only
/// by printing a whole request.
fn check_endpoints<'a>(endpoints: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), ConnectError> {
    for (place, url) in endpoints {
        let is_url = url.split_once("://").is_some_and(|(scheme, rest)| {
            matches!(scheme, "http" | "https") && !rest.is_empty() && !rest.starts_with(['/', ':'])
        });
        if !is_url {
            return Err(ConnectError::InvalidEndpoint {
                place: place.to_owned(),
                url: url.to_owned(),
            });
        }
    }
    Ok(())
}

fn with_credentials(sdk: &SdkConfig, provider: impl ProvideCredentials + 'static) -> SdkConfig {
    sdk.to_builder()
        .credentials_provider(SharedCredentialsProvider::new(provider))
        .build()
}

fn endpoint_name(sdk: &SdkConfig, region: &str) -> String {
    sdk.endpoint_url()
        .map_or_else(|| format!("AWS STS in {region}"), str::to_owned)
}

/// The role's credentials, asked for once.
async fn assume(
    guard: &SdkConfig,
    role_arn: &str,
    endpoint: &str,
) -> Result<credentials::FirstThen, ConnectError> {
    let provider = AssumeRoleProvider::builder(role_arn)
        .session_name(SESSION_NAME)
        .configure(guard)
        .build()
        .await;
    credentials::ask_role(provider, role_arn, endpoint).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_region_is_required() {
        let error = connect(AwsTarget::default()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Configuration);
        assert_eq!(error.to_string(), "no region is set");
    }
}
