//! Rotations against an emulated Secrets Manager, step by step, each step more than once.

#[path = "../../../shared/testing/bare.rs"]
mod bare;
#[path = "../../../shared/testing/moto.rs"]
mod moto;
#[path = "../../../shared/testing/rotating.rs"]
mod rotating;
#[path = "../../../shared/testing/runtime.rs"]
mod runtime;
#[path = "../../../shared/testing/server.rs"]
mod server;

mod function;
mod handler;

use aws_sdk_secretsmanager::Client;
use functions_shared::PepperSecret;
use jiff::{SignedDuration, Timestamp};
use rotation::{Event, Outcome, RotationError, Rotator, Step};

use moto::TestResult;
use rotating::begin_rotation;

const STEPS: [Step; 4] = [
    Step::CreateSecret,
    Step::SetSecret,
    Step::TestSecret,
    Step::FinishSecret,
];

fn client() -> TestResult<Client> {
    Ok(Client::new(&moto::config(&moto::address()?)))
}

fn rotator(client: &Client) -> Rotator {
    Rotator::new(client.clone()).with_minimum_age(SignedDuration::ZERO)
}

fn event(step: Step, secret: &str, token: &str) -> Event {
    Event {
        step,
        secret_id: secret.to_owned(),
        client_request_token: token.to_owned(),
    }
}

async fn create(client: &Client, name: &str, text: &str) -> TestResult {
    client
        .create_secret()
        .name(name)
        .secret_string(text)
        .send()
        .await?;
    Ok(())
}

async fn current(client: &Client, name: &str) -> TestResult<PepperSecret> {
    let read = client
        .get_secret_value()
        .secret_id(name)
        .version_stage("AWSCURRENT");
    let text = read.send().await?.secret_string.ok_or("no text")?;
    Ok(PepperSecret::parse(&text)?)
}

#[tokio::test]
async fn a_rotation_makes_a_new_pepper_and_keeps_the_old_one() -> TestResult {
    let client = client()?;
    let first = PepperSecret::first(Timestamp::UNIX_EPOCH)?;
    create(&client, "whole", &first.to_text()?).await?;
    let token = begin_rotation(&moto::address()?, &client, "whole").await?;

    for (step, expected) in
        STEPS
            .into_iter()
            .zip([Outcome::Done, Outcome::NothingToDo, Outcome::Done, Outcome::Done])
    {
        assert_eq!(current(&client, "whole").await?, first, "before {step:?}");
        let outcome = rotator(&client).rotate(&event(step, "whole", &token)).await?;
        assert_eq!(outcome, expected, "{step:?}");
    }
    let second = current(&client, "whole").await?;
    assert_ne!(second.current, first.current);
    assert_eq!(second.previous, Some(first.current));

    // Secrets Manager may repeat any step after it is all over.
    for step in STEPS {
        let outcome = rotator(&client).rotate(&event(step, "whole", &token)).await?;
        assert_eq!(outcome, Outcome::AlreadyDone, "{step:?}");
    }
    assert_eq!(current(&client, "whole").await?, second);
    Ok(())
}

#[tokio::test]
async fn steps_that_are_repeated_under_way_change_nothing() -> TestResult {
    let client = client()?;
    create(&client, "repeated", "{}").await?;
    let token = begin_rotation(&moto::address()?, &client, "repeated").await?;
    let rotator = rotator(&client);

    assert_eq!(
        rotator
            .rotate(&event(Step::CreateSecret, "repeated", &token))
            .await?,
        Outcome::Done
    );
    let pending = || {
        client
            .get_secret_value()
            .secret_id("repeated")
            .version_id(&token)
            .send()
    };
    let made = pending().await?.secret_string;
    let again = rotator
        .rotate(&event(Step::CreateSecret, "repeated", &token))
        .await?;
    assert_eq!(again, Outcome::AlreadyDone);
    assert_eq!(pending().await?.secret_string, made);

    for _ in 0..2 {
        assert_eq!(
            rotator
                .rotate(&event(Step::TestSecret, "repeated", &token))
                .await?,
            Outcome::Done
        );
    }
    rotator
        .rotate(&event(Step::FinishSecret, "repeated", &token))
        .await?;
    // The secret began without a pepper, so there is no previous one.
    assert_eq!(current(&client, "repeated").await?.previous, None);
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_not_pending_is_refused() -> TestResult {
    let client = client()?;
    let first = PepperSecret::first(Timestamp::UNIX_EPOCH)?;
    create(&client, "tokens", &first.to_text()?).await?;
    let rotator = rotator(&client);
    let stranger = "00000000-0000-0000-0000-000000000000";

    let outcome = rotator
        .rotate(&event(Step::CreateSecret, "tokens", stranger))
        .await;
    assert_eq!(outcome, Err(RotationError::NotEnabled));

    let token = begin_rotation(&moto::address()?, &client, "tokens").await?;
    let outcome = rotator
        .rotate(&event(Step::CreateSecret, "tokens", stranger))
        .await;
    assert_eq!(outcome, Err(RotationError::UnknownVersion));

    for step in STEPS {
        rotator.rotate(&event(step, "tokens", &token)).await?;
    }
    let described = client.describe_secret().secret_id("tokens").send().await?;
    let versions = described.version_ids_to_stages().ok_or("no versions")?;
    let old = versions
        .iter()
        .find(|(_, labels)| labels.contains(&"AWSPREVIOUS".to_owned()));
    let old = old.ok_or("no previous version")?.0;
    let outcome = rotator.rotate(&event(Step::FinishSecret, "tokens", old)).await;
    assert_eq!(outcome, Err(RotationError::NotPending));
    Ok(())
}

#[tokio::test]
async fn a_young_pepper_is_not_rotated() -> TestResult {
    let client = client()?;
    let made = Timestamp::from_second(1_000_000)?;
    create(&client, "young", &PepperSecret::first(made)?.to_text()?).await?;
    let token = begin_rotation(&moto::address()?, &client, "young").await?;
    let at = |seconds: i64| {
        let now = made + SignedDuration::from_secs(seconds);
        Rotator::new(client.clone())
            .with_minimum_age(SignedDuration::from_secs(60))
            .with_clock(move || now)
    };
    let create = event(Step::CreateSecret, "young", &token);

    let until = made + SignedDuration::from_secs(60);
    assert_eq!(
        at(59).rotate(&create).await,
        Err(RotationError::TooSoon { until })
    );
    assert_eq!(at(60).rotate(&create).await, Ok(Outcome::Done));
    Ok(())
}

#[tokio::test]
async fn an_unsound_value_is_found_before_it_counts() -> TestResult {
    let client = client()?;
    let first = PepperSecret::first(Timestamp::UNIX_EPOCH)?;
    for (name, pending, expected) in [
        ("none", None, RotationError::NoValue),
        ("same", Some(first.to_text()?), RotationError::NotNew),
        (
            "stranger",
            Some(PepperSecret::first(Timestamp::UNIX_EPOCH)?.to_text()?),
            RotationError::NotASuccessor,
        ),
        (
            "garbage",
            Some("hunter2".to_owned()),
            RotationError::Unusable("AWSPENDING", functions_shared::SecretError::NotTheFormat),
        ),
    ] {
        create(&client, name, &first.to_text()?).await?;
        let token = begin_rotation(&moto::address()?, &client, name).await?;
        if let Some(text) = pending {
            let put = client
                .put_secret_value()
                .secret_id(name)
                .client_request_token(&token);
            put.secret_string(text)
                .version_stages("AWSPENDING")
                .send()
                .await?;
        }
        // Whoever may invoke the function could leave the test out, so the last step makes sure once more.
        for step in [Step::TestSecret, Step::FinishSecret] {
            let outcome = rotator(&client).rotate(&event(step, name, &token)).await;
            assert_eq!(outcome, Err(expected.clone()), "{name} {step:?}");
        }
        assert_eq!(current(&client, name).await?, first, "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn a_current_value_that_is_not_understood_is_never_replaced() -> TestResult {
    let client = client()?;
    create(&client, "foreign", r#"{"password":"hunter2"}"#).await?;
    let token = begin_rotation(&moto::address()?, &client, "foreign").await?;
    let outcome = rotator(&client)
        .rotate(&event(Step::CreateSecret, "foreign", &token))
        .await;

    let error = outcome.err().ok_or("it was replaced")?.to_string();
    assert!(
        error.starts_with("the AWSCURRENT version cannot be used"),
        "{error}"
    );
    assert!(!error.contains("hunter2"), "{error}");
    Ok(())
}

#[tokio::test]
async fn an_outage_is_a_failure() -> TestResult {
    // Nothing listens on the discard port.
    let config = moto::config("127.0.0.1:9").into_builder();
    let config = config
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .build();
    let outcome = rotator(&Client::new(&config))
        .rotate(&event(Step::CreateSecret, "any", "any"))
        .await;

    assert_eq!(
        outcome.err().map(|error| error.to_string()),
        Some("secretsmanager:DescribeSecret failed: unreachable".to_owned())
    );
    Ok(())
}
