//! The rate limit, one request after another and all at once.

use std::sync::Arc;

use authorizer::Reason;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::moto::{TestResult, config};
use crate::proxy::{self, Fault};
use crate::world::{NOW, World, active, flood, refusal, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_thousand_and_first_request_of_a_minute_is_refused() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    let through = config(&proxy::start(Fault::None).await?);
    let authorizer = Arc::new(world.authorizer_through(&through));

    // The limit is the real one. Most of it is used up in one write, because the emulated account is slow.
    assert_eq!(refusal(&authorizer, &key).await?, None);
    count(&world, "key-1", 990).await?;
    assert_eq!(flood(&authorizer, &key, 8, 5).await?, 10);
    assert_eq!(refusal(&authorizer, &key).await?, Some(Reason::RateLimited));

    // Another key has a count of its own, and the next minute begins a new one.
    let other = world.issue("key-2", &[active()]).await?;
    assert_eq!(refusal(&authorizer, &other).await?, None);
    let later = world
        .authorizer_through(&through)
        .with_clock(|| Timestamp::from_second(NOW + 30).unwrap_or_default());
    assert_eq!(refusal(&later, &key).await?, None);
    Ok(())
}

/// Sets the counter of a key of `user-1`, which must be there already, in this very minute.
async fn count(world: &World, key_id: &str, count: u32) -> TestResult {
    world
        .database
        .update_item()
        .table_name(&world.tables.rate_limits)
        .key("key_id", text(&format!("user-1#{key_id}")))
        .key("window", AttributeValue::N((NOW - NOW % 60).to_string()))
        .update_expression("SET #count = :count")
        .condition_expression("#count = :one")
        .expression_attribute_names("#count", "count")
        .expression_attribute_values(":count", AttributeValue::N(count.to_string()))
        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
        .send()
        .await?;
    Ok(())
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
