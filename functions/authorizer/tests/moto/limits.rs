//! The rate limit, one request after another and all at once.

use std::sync::Arc;

use authorizer::Reason;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::moto::{TestResult, config};
use crate::proxy::{self, Fault};
use crate::world::{NOW, World, active, flood, refusal, text};

/// The real limit and as many decisions, each counted by a write of its own, all in one minute of the injected clock.
/// Only the reads, which find the same each time, are answered as they were the first time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_thousand_and_first_request_of_a_minute_is_refused() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    let through = config(&proxy::start(Fault::RepeatReads).await?);
    let authorizer = Arc::new(world.authorizer_through(&through));

    assert_eq!(flood(&authorizer, &key, 8, 125).await?, 1000);
    assert_eq!(refusal(&authorizer, &key).await?, Some(Reason::RateLimited));
    assert_eq!(counted(&world, "key-1").await?, "1000");

    // Another key has a count of its own, and the next minute begins a new one.
    let other = world.issue("key-2", &[active()]).await?;
    assert_eq!(refusal(&authorizer, &other).await?, None);
    let at = |second| {
        world
            .authorizer_through(&through)
            .with_clock(move || Timestamp::from_second(second).unwrap_or_default())
    };
    assert_eq!(refusal(&at(NOW + 29), &key).await?, Some(Reason::RateLimited));
    assert_eq!(refusal(&at(NOW + 30), &key).await?, None);
    assert_eq!(refusal(&at(NOW - 31), &key).await?, None);
    Ok(())
}

/// The counter of a key of `user-1` in this very minute.
async fn counted(world: &World, key_id: &str) -> TestResult<String> {
    let get = world.database.get_item().table_name(&world.tables.rate_limits);
    let get = get.key("key_id", text(&format!("user-1#{key_id}")));
    let get = get.key("window", AttributeValue::N((NOW - NOW % 60).to_string()));
    let item = get.send().await?.item.ok_or("no counter")?;
    let count = item.get("count").and_then(|count| count.as_n().ok());
    Ok(count.ok_or("no count")?.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_clients_at_once_get_the_limit_and_no_more() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    let through = config(&proxy::start(Fault::None).await?);

    // Two instances of the function, which share nothing but the table.
    let instances = [37, 37].map(|limit| Arc::new(world.authorizer_through(&through).with_limit(limit)));
    let (one, other) = tokio::join!(
        flood(&instances[0], &key, 25, 4),
        flood(&instances[1], &key, 25, 4)
    );
    assert_eq!(one? + other?, 37);
    Ok(())
}

#[tokio::test]
async fn a_refused_key_is_not_counted() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[("status", text("revoked"))]).await?;
    let authorizer = world.authorizer().with_limit(1);
    for _ in 0..3 {
        assert_eq!(refusal(&authorizer, &key).await?, Some(Reason::Revoked));
    }
    world.store("key-1", &key, &[active()]).await?;
    assert_eq!(refusal(&authorizer, &key).await?, None);
    assert_eq!(refusal(&authorizer, &key).await?, Some(Reason::RateLimited));
    Ok(())
}
