//! The `DynamoDB` check's reasons, one per way in which `DynamoDB` answers or does not.

use std::error::Error;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Config, Credentials, Region};
use health::{Dependency, DependencyError, DynamoDbTable, HealthState};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::support::{Answer, PATIENCE, TestResult, dynamodb};

fn config(endpoint: &str) -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .retry_config(RetryConfig::disabled())
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "example", None, None, "test")
}

async fn check(config: Config) -> Result<Result<(), DependencyError>, Box<dyn Error>> {
    let table = DynamoDbTable::new(Client::from_conf(config), "events");
    assert_eq!(table.name(), "dynamodb");
    Ok(timeout(PATIENCE, table.check()).await?)
}

async fn reason(config: Config) -> Result<String, Box<dyn Error>> {
    let error = check(config).await?.err().ok_or("the table is up")?;
    assert!(!error.reason().contains("secret"), "{error}");
    Ok(error.reason().to_owned())
}

#[tokio::test]
async fn an_active_table_is_up() -> TestResult {
    let endpoint = dynamodb(Answer::Table("ACTIVE")).await?;
    let config = config(&endpoint).credentials_provider(credentials()).build();

    assert_eq!(check(config).await?, Ok(()));
    Ok(())
}

#[tokio::test]
async fn every_other_answer_has_its_short_reason() -> TestResult {
    for (answer, expected) in [
        (Answer::Table("CREATING"), "table is being created"),
        (Answer::Table("UPDATING"), "table is being updated"),
        (
            Answer::Failure(400, "ResourceNotFoundException"),
            "table not found",
        ),
        (Answer::Failure(400, "AccessDeniedException"), "access denied"),
        (
            Answer::Failure(400, "UnrecognizedClientException"),
            "credentials refused",
        ),
        (
            Answer::Failure(400, "ExpiredTokenException"),
            "credentials refused",
        ),
        (Answer::Failure(400, "ThrottlingException"), "throttled"),
        (Answer::Failure(500, "InternalServerError"), "service error"),
        (Answer::Failure(418, "SomethingNew"), "service error"),
        (Answer::Garbage, "unexpected answer"),
    ] {
        let endpoint = dynamodb(answer).await?;
        let config = config(&endpoint).credentials_provider(credentials()).build();

        assert_eq!(reason(config).await?, expected, "{answer:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_detail_keeps_what_dynamodb_said() -> TestResult {
    let endpoint = dynamodb(Answer::Failure(400, "AccessDeniedException")).await?;
    let config = config(&endpoint).credentials_provider(credentials()).build();
    let error = check(config).await?.err().ok_or("the table is up")?;
    let detail = error.detail().ok_or("no detail")?;

    assert!(detail.contains("AccessDeniedException"), "{detail}");
    assert!(detail.contains("secret-role on secret-table"), "{detail}");
    Ok(())
}

#[tokio::test]
async fn silence_times_out_at_the_endpoints_bound() -> TestResult {
    let endpoint = dynamodb(Answer::Silence).await?;
    let config = config(&endpoint).credentials_provider(credentials()).build();
    let table = DynamoDbTable::new(Client::from_conf(config), "events");
    let state = HealthState::new("1")
        .with_bound(Duration::from_millis(200))
        .with_dependency(std::sync::Arc::new(table));
    let report = timeout(PATIENCE, state.check()).await?;

    assert_eq!(
        report.dependencies["dynamodb"].reason.as_deref(),
        Some("timed out")
    );
    Ok(())
}

#[tokio::test]
async fn silence_times_out_at_the_clients_own_bounds() -> TestResult {
    let endpoint = dynamodb(Answer::Silence).await?;
    let bound = Duration::from_millis(200);
    for bounds in [
        TimeoutConfig::builder().operation_timeout(bound).build(),
        TimeoutConfig::builder().read_timeout(bound).build(),
    ] {
        let config = config(&endpoint)
            .credentials_provider(credentials())
            .timeout_config(bounds)
            .build();

        assert_eq!(reason(config).await?, "timed out");
    }
    Ok(())
}

#[tokio::test]
async fn a_closed_port_is_unreachable() -> TestResult {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    drop(listener);
    let config = config(&endpoint).credentials_provider(credentials()).build();

    assert_eq!(reason(config).await?, "unreachable");
    Ok(())
}

/// A machine on which nobody has signed in.
#[derive(Debug)]
struct NobodySignedIn;

impl ProvideCredentials for NobodySignedIn {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let missing = CredentialsError::not_loaded("no provider in the chain");
        future::ProvideCredentials::ready(Err(missing))
    }
}

#[tokio::test]
async fn missing_credentials_are_named_as_such() -> TestResult {
    let endpoint = dynamodb(Answer::Table("ACTIVE")).await?;
    let config = config(&endpoint).credentials_provider(NobodySignedIn).build();

    assert_eq!(reason(config).await?, "no credentials");
    Ok(())
}
