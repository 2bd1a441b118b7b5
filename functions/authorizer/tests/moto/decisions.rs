//! Who is let through, and who is refused for what.

use authorizer::{ApiKey, Caller, Decision, Reason, Rehash, Request};
use aws_sdk_dynamodb::types::AttributeValue;

use crate::moto::TestResult;
use crate::world::{NOW, World, active, ask, event, refusal, text};

#[tokio::test]
async fn a_valid_key_is_let_through_as_its_owner() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;

    assert_eq!(
        ask(&world.authorizer(), &key).await?,
        Decision::Allow {
            caller: Caller {
                user_id: "user-1".to_owned(),
                key_id: "key-1".to_owned(),
            },
            rehash: Rehash::NotNeeded,
        }
    );
    Ok(())
}

#[tokio::test]
async fn an_unknown_key_is_refused() -> TestResult {
    let world = World::new().await?;
    world.issue("key-1", &[active()]).await?;

    let stranger = ApiKey::generate()?;
    assert_eq!(
        refusal(&world.authorizer(), &stranger).await?,
        Some(Reason::Unknown)
    );
    Ok(())
}

#[tokio::test]
async fn an_expired_key_is_refused_from_its_second_on() -> TestResult {
    let world = World::new().await?;
    let authorizer = world.authorizer();
    for (key_id, expiry, expected) in [("soon", NOW + 1, None), ("now", NOW, Some(Reason::Expired))] {
        let expiry = ("expires_at", AttributeValue::N(expiry.to_string()));
        let key = world.issue(key_id, &[active(), expiry]).await?;

        assert_eq!(refusal(&authorizer, &key).await?, expected, "{key_id}");
    }
    Ok(())
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once() -> TestResult {
    let world = World::new().await?;
    let authorizer = world.authorizer();
    let key = world.issue("key-1", &[active()]).await?;
    assert_eq!(refusal(&authorizer, &key).await?, None);

    world.store("key-1", &key, &[("status", text("revoked"))]).await?;
    assert_eq!(refusal(&authorizer, &key).await?, Some(Reason::Revoked));
    Ok(())
}

#[tokio::test]
async fn two_keys_of_one_hash_are_both_refused() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    world.store("key-2", &key, &[active()]).await?;

    assert_eq!(refusal(&world.authorizer(), &key).await?, Some(Reason::Ambiguous));
    Ok(())
}

#[tokio::test]
async fn a_missing_or_malformed_key_costs_no_request() -> TestResult {
    let world = World::new().await?;
    // Nothing listens there, so any request would be a failure.
    let authorizer = world.authorizer_through(&crate::moto::config("127.0.0.1:9"));
    for (key, expected) in [
        (None, Reason::Missing),
        (Some(""), Reason::Missing),
        (Some("open sesame"), Reason::Malformed),
        (Some("zt_short"), Reason::Malformed),
    ] {
        let decision = authorizer.decide(&Request::read(event(key))?).await?;

        assert_eq!(decision, Decision::deny(expected), "{key:?}");
    }
    Ok(())
}
