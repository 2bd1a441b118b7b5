//! A dependency that fails or does not answer: nobody is let through, soon, and nothing of the key is said.

use std::time::{Duration, Instant};

use authorizer::{Decision, Rehash, Request};

use crate::moto::{TestResult, config};
use crate::proxy::{self, Fault};
use crate::rotations::rotate;
use crate::world::{World, active, ask, event};

#[tokio::test]
async fn a_dependency_that_refuses_lets_nobody_through() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    for (operation, expected) in [
        (
            "GetSecretValue",
            "secretsmanager:GetSecretValue failed: access denied (AccessDeniedException)",
        ),
        (
            "Query",
            "dynamodb:Query failed: access denied (AccessDeniedException)",
        ),
        (
            "GetItem",
            "dynamodb:GetItem failed: access denied (AccessDeniedException)",
        ),
        (
            "UpdateItem",
            "dynamodb:UpdateItem failed: access denied (AccessDeniedException)",
        ),
    ] {
        let through = config(&proxy::start(Fault::Deny(operation)).await?);
        let request = Request::read(event(Some(key.reveal())))?;
        let failure = world.authorizer_through(&through).decide(&request).await;

        assert_eq!(
            failure.map_err(|failure| failure.to_string()),
            Err(expected.to_owned())
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_dependency_that_does_not_answer_lets_nobody_through_within_the_bound() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    for operation in ["GetSecretValue", "Query", "GetItem", "UpdateItem"] {
        let through = config(&proxy::start(Fault::Hang(operation)).await?);
        let authorizer = world
            .authorizer_through(&through)
            .with_bound(Duration::from_secs(2));
        let request = Request::read(event(Some(key.reveal())))?;
        let started = Instant::now();
        let failure = authorizer.decide(&request).await;

        assert_eq!(
            failure.map_err(|failure| failure.to_string()),
            Err("authorize failed: timed out".to_owned()),
            "{operation}"
        );
        assert!(started.elapsed() < Duration::from_secs(4), "{operation}");
    }
    Ok(())
}

#[tokio::test]
async fn a_closed_port_lets_nobody_through() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    let request = Request::read(event(Some(key.reveal())))?;
    let failure = world
        .authorizer_through(&config("127.0.0.1:9"))
        .decide(&request)
        .await;

    assert_eq!(failure.err().map(|failure| failure.reason()), Some("unreachable"));
    Ok(())
}

#[tokio::test]
async fn a_secret_without_a_pepper_lets_nobody_through() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    let put = world.secrets.put_secret_value().secret_id(&world.secret);
    put.secret_string("{}").send().await?;
    let request = Request::read(event(Some(key.reveal())))?;
    let failure = world.authorizer().decide(&request).await;

    assert_eq!(
        failure.err().map(|failure| failure.reason()),
        Some("the secret holds no usable pepper: rotate it once")
    );
    Ok(())
}

/// Renewing a hash is upkeep: when it fails, the caller is let through, and the log line says so.
#[tokio::test]
async fn a_hash_that_cannot_be_renewed_keeps_nobody_out() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    rotate(&world).await?;
    // The permission for the table of keys is missing; that for the counters is not.
    let through = config(&proxy::start(Fault::DenyRehash).await?);

    match ask(&world.authorizer_through(&through), &key).await? {
        Decision::Allow { rehash, .. } => assert_eq!(rehash, Rehash::Failed("access denied")),
        Decision::Deny { reason, .. } => return Err(reason.as_str().into()),
    }
    Ok(())
}
