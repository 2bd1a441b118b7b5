//! What a rotation of the pepper means for keys: those in use move on, those that are not are locked out by the next.

use std::time::Duration;

use authorizer::{Authorizer, Decision, PepperCache, Reason, Rehash};
use jiff::SignedDuration;
use rotation::{Event, Rotator, Step};

use crate::moto::{TestResult, config};
use crate::rotating::begin_rotation;
use crate::world::{World, active, ask, refusal};

/// Rotates the secret as Secrets Manager has it done.
pub async fn rotate(world: &World) -> TestResult {
    let rotator = Rotator::new(world.secrets.clone()).with_minimum_age(SignedDuration::ZERO);
    let token = begin_rotation(&world.address, &world.secrets, &world.secret).await?;
    for step in [
        Step::CreateSecret,
        Step::SetSecret,
        Step::TestSecret,
        Step::FinishSecret,
    ] {
        let event = Event {
            step,
            secret_id: world.secret.clone(),
            client_request_token: token.clone(),
        };
        rotator.rotate(&event).await?;
    }
    Ok(())
}

async fn rehash(authorizer: &Authorizer, key: &authorizer::ApiKey) -> TestResult<Rehash> {
    match ask(authorizer, key).await? {
        Decision::Allow { rehash, .. } => Ok(rehash),
        Decision::Deny { reason, .. } => Err(reason.as_str().into()),
    }
}

#[tokio::test]
async fn a_key_in_use_survives_every_rotation_and_one_that_is_not_survives_one() -> TestResult {
    let world = World::new().await?;
    // The same process throughout, as rotation must not need a restart; each look at the peppers is a fresh one.
    let database = world.database.clone();
    let peppers = PepperCache::new(world.secrets.clone(), &world.secret).with_lifetime(Duration::ZERO);
    let authorizer =
        Authorizer::new(database, world.tables.clone(), peppers).with_bound(Duration::from_secs(20));
    let used = world.issue("used", &[active()]).await?;
    let unused = world.issue("unused", &[active()]).await?;
    let rare = world.issue("rare", &[active()]).await?;

    rotate(&world).await?;
    let before = world.stored_hash("used").await?;
    assert_eq!(rehash(&authorizer, &used).await?, Rehash::Done);
    assert_ne!(world.stored_hash("used").await?, before);
    assert_eq!(rehash(&authorizer, &used).await?, Rehash::NotNeeded);
    // Used once within the whole period, which is enough.
    assert_eq!(rehash(&authorizer, &rare).await?, Rehash::Done);

    rotate(&world).await?;
    assert_eq!(rehash(&authorizer, &used).await?, Rehash::Done);
    assert_eq!(rehash(&authorizer, &rare).await?, Rehash::Done);
    assert_eq!(refusal(&authorizer, &unused).await?, Some(Reason::Unknown));
    Ok(())
}

#[tokio::test]
async fn a_key_of_the_new_pepper_is_known_before_the_kept_peppers_expire() -> TestResult {
    let world = World::new().await?;
    let authorizer = world.authorizer();
    let old = world.issue("old", &[active()]).await?;
    assert_eq!(refusal(&authorizer, &old).await?, None);

    rotate(&world).await?;
    let new = world.issue("new", &[active()]).await?;
    // Still the kept peppers, for which the old key is up to date.
    assert_eq!(rehash(&authorizer, &old).await?, Rehash::NotNeeded);
    // Unknown to the kept peppers, so they are read again.
    assert_eq!(rehash(&authorizer, &new).await?, Rehash::NotNeeded);
    assert_eq!(rehash(&authorizer, &old).await?, Rehash::Done);
    Ok(())
}

#[tokio::test]
async fn guessing_keys_does_not_read_the_secret_again_and_again() -> TestResult {
    let world = World::new().await?;
    let peppers = PepperCache::new(
        aws_sdk_secretsmanager::Client::new(&config(&world.address)),
        &world.secret,
    );
    let authorizer = Authorizer::new(world.database.clone(), world.tables.clone(), peppers)
        .with_bound(Duration::from_secs(20));
    let old = world.issue("old", &[active()]).await?;
    assert_eq!(refusal(&authorizer, &old).await?, None);

    rotate(&world).await?;
    let new = world.issue("new", &[active()]).await?;
    // The peppers were read only just now: the new key has to wait for seconds, and Secrets Manager is left alone.
    assert_eq!(refusal(&authorizer, &new).await?, Some(Reason::Unknown));
    Ok(())
}
