//! The live account as the source of an inventory.
//!
//! Nothing is read before the account is known to be the right one, and nothing is ever changed.

mod credentials;
mod error;
mod http;
mod settings;

use aws_config::meta::region::ProvideRegion as _;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tokio::task::{JoinError, JoinSet};

pub use error::{ConnectError, Kind};

use crate::collect::{Collected, Collector, Context, Identity, Progress, all, caller_identity};
use crate::inventory::{Coverage, Gap, Inventory, Needs, Reason, TypeCoverage};

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
    let sdk = load(&target).await;
    let profile = target.profile.as_deref();
    let chain = credentials::chain(&sdk, profile).await;
    let found = credentials::ask(chain, profile).await?;
    let sdk = with_credentials(&sdk, found);
    let guard = settings::guard(&sdk);
    let endpoint = endpoint_name(&sdk, &target.region);
    let (sdk, guard) = match &target.role_arn {
        None => (sdk, guard),
        Some(role_arn) => {
            let role = assume(&guard, role_arn, &endpoint).await?;
            (
                with_credentials(&sdk, role.clone()),
                with_credentials(&guard, role),
            )
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
    match &target.endpoint_url {
        Some(url) if sdk.endpoint_url().is_none() => {
            sdk.into_builder().endpoint_url(url.clone()).build()
        }
        _ => sdk,
    }
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

/// Reads what is needed, all services at the same time.
///
/// A collector that fails or panics takes no other with it: its types get a gap.
pub async fn collect(session: &Session, needs: &Needs, progress: Progress) -> Inventory {
    let context = Arc::new(Context::new(
        session.sdk.clone(),
        session.identity.account.clone(),
        session.region.clone(),
        session.identity.partition.clone(),
        progress,
    ));
    let collectors = all()
        .into_iter()
        .filter(|collector| is_needed(collector.as_ref(), needs));
    run(&context, collectors.collect(), needs).await
}

fn is_needed(collector: &dyn Collector, needs: &Needs) -> bool {
    collector
        .resource_types()
        .iter()
        .any(|name| needs.wants(name))
}

/// Runs the collectors and puts together what they found.
async fn run(
    context: &Arc<Context>,
    collectors: Vec<Box<dyn Collector>>,
    needs: &Needs,
) -> Inventory {
    let collectors: Vec<Arc<dyn Collector>> = collectors.into_iter().map(Arc::from).collect();
    let mut running = JoinSet::new();
    let mut started = HashMap::new();
    for collector in &collectors {
        let (own, context, needs) = (Arc::clone(collector), Arc::clone(context), needs.clone());
        let handle = running.spawn(async move { own.collect(&context, &needs).await });
        started.insert(handle.id(), Arc::clone(collector));
    }
    let mut resources = Vec::new();
    let mut gaps: BTreeMap<&'static str, Vec<Gap>> = BTreeMap::new();
    while let Some(ended) = running.join_next_with_id().await {
        let collected = match ended {
            Ok((_, collected)) => collected,
            Err(error) => started
                .get(&error.id())
                .map(|collector| stopped(collector.as_ref(), context.region(), needs, error))
                .unwrap_or_default(),
        };
        resources.extend(collected.resources);
        for (name, more) in collected.gaps {
            gaps.entry(name).or_default().extend(more);
        }
    }
    let mut coverage = Coverage::default();
    for collector in &collectors {
        for name in collector
            .resource_types()
            .iter()
            .filter(|name| needs.wants(name))
        {
            let mut gaps = gaps.remove(name).unwrap_or_default();
            gaps.sort();
            gaps.dedup();
            let facts = facts(collector.as_ref(), name, needs);
            coverage
                .types
                .insert((*name).to_owned(), TypeCoverage { facts, gaps });
        }
    }
    coverage.reads = context.log().reads();
    Inventory::new(
        context.account().to_owned(),
        context.region().to_owned(),
        resources,
        coverage,
    )
}

/// The facts of a type that were read: those that are needed, and those that come with the list.
fn facts(
    collector: &dyn Collector,
    name: &str,
    needs: &Needs,
) -> std::collections::BTreeSet<String> {
    let of_list = collector
        .facts_of_list(name)
        .iter()
        .map(|fact| (*fact).to_owned());
    let needed = needs
        .types()
        .filter(|(needed, _)| *needed == name)
        .flat_map(|(_, facts)| facts.iter().cloned());
    of_list.chain(needed).collect()
}

/// What a collector found that stopped by a panic: nothing, and it says so.
fn stopped(collector: &dyn Collector, region: &str, needs: &Needs, error: JoinError) -> Collected {
    let why = match error.try_into_panic() {
        Ok(panic) => panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".to_owned()),
        Err(error) => error.to_string(),
    };
    let action = collector
        .operations(needs)
        .first()
        .map_or(collector.service(), |operation| operation.action);
    let message = format!(
        "a defect of stackproof: the {} collector stopped: {why}",
        collector.service()
    );
    let mut collected = Collected::default();
    for name in collector.resource_types() {
        collected.gap(
            name,
            Gap::new(action, region, Reason::ServiceError, &message),
        );
    }
    collected
}

/// The IAM actions that reading what is needed takes, sorted.
///
/// `sts:GetCallerIdentity` is not among them: AWS lets every principal ask who it is, and a policy cannot forbid it.
#[must_use]
pub fn permissions(needs: &Needs) -> Vec<&'static str> {
    let mut actions: Vec<&'static str> = all()
        .iter()
        .flat_map(|collector| collector.operations(needs))
        .map(|operation| operation.action)
        .collect();
    actions.sort_unstable();
    actions.dedup();
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::Operation;
    use async_trait::async_trait;

    struct Panicking;

    #[async_trait]
    impl Collector for Panicking {
        fn service(&self) -> &'static str {
            "sqs"
        }
        fn resource_types(&self) -> &'static [&'static str] {
            &["aws_sqs_queue"]
        }
        fn operations(&self, _needs: &Needs) -> Vec<Operation> {
            vec![Operation::list("sqs:ListQueues")]
        }
        async fn collect(&self, _context: &Context, _needs: &Needs) -> Collected {
            panic!("of all things");
        }
    }

    struct Empty;

    #[async_trait]
    impl Collector for Empty {
        fn service(&self) -> &'static str {
            "tag"
        }
        fn resource_types(&self) -> &'static [&'static str] {
            &["aws_resourcegroupstaggingapi_resources"]
        }
        fn operations(&self, _needs: &Needs) -> Vec<Operation> {
            Vec::new()
        }
        async fn collect(&self, _context: &Context, _needs: &Needs) -> Collected {
            Collected::default()
        }
    }

    #[tokio::test]
    async fn a_panicking_collector_leaves_gaps_and_spares_the_others() {
        let sdk = SdkConfig::builder().build();
        let context = Context::new(sdk, "123456789012", "us-east-1", "aws", Arc::new(|_| {}));
        let needs = Needs::none()
            .fact("aws_sqs_queue", "attributes")
            .list("aws_resourcegroupstaggingapi_resources");
        let collectors: Vec<Box<dyn Collector>> = vec![Box::new(Panicking), Box::new(Empty)];
        let inventory = run(&Arc::new(context), collectors, &needs).await;
        assert!(
            inventory
                .missing("aws_resourcegroupstaggingapi_resources")
                .is_none()
        );
        let gap = &inventory.coverage.types["aws_sqs_queue"].gaps[0];
        assert_eq!(gap.action, "sqs:ListQueues");
        assert!(
            gap.message
                .ends_with("the sqs collector stopped: of all things"),
            "{gap}"
        );
    }

    #[tokio::test]
    async fn a_region_is_required() {
        let error = connect(AwsTarget::default()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Configuration);
        assert_eq!(error.to_string(), "no region is set");
    }

    #[test]
    fn permissions_are_sorted_and_follow_the_needs() {
        let needs = Needs::none()
            .fact("aws_dynamodb_table", "time_to_live")
            .list("aws_subnet");
        assert_eq!(
            permissions(&needs),
            [
                "dynamodb:DescribeTimeToLive",
                "dynamodb:ListTables",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs"
            ]
        );
        assert!(permissions(&Needs::none()).is_empty());
    }
}
