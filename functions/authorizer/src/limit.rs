//! The rate limit: a counter per key and minute, raised by one conditional write.
//!
//! `DynamoDB` judges the condition and writes in one step, so however many requests come at once, no more than the
//! limit are counted. Two instances of the function need to know nothing of each other.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use functions_shared::Failure;

use crate::decision::Caller;

/// Requests per minute and key unless the caller says otherwise.
pub const DEFAULT_LIMIT: u32 = 1000;
/// The length of a window; windows begin with each minute of the clock.
pub const WINDOW_SECONDS: i64 = 60;

/// Counts requests in a table.
#[derive(Debug, Clone)]
pub struct RateLimit {
    client: Client,
    table: String,
    limit: u32,
}

impl RateLimit {
    pub fn new(client: Client, table: String, limit: u32) -> Self {
        Self { client, table, limit }
    }

    pub fn with_limit(self, limit: u32) -> Self {
        Self { limit, ..self }
    }

    /// Counts one request at `now`, in seconds since the epoch; false when the limit is used up.
    ///
    /// An attempt whose answer was lost and that the SDK repeats may count twice: too many is on the safe side.
    pub async fn take(&self, caller: &Caller, now: i64) -> Result<bool, Failure> {
        let window = window(now);
        let counted = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("key_id", AttributeValue::S(counter(caller)))
            .key("window", AttributeValue::N(window.to_string()))
            .update_expression("SET #expires = :expires ADD #count :one")
            .condition_expression("attribute_not_exists(#count) OR #count < :limit")
            .expression_attribute_names("#count", "count")
            .expression_attribute_names("#expires", "expires_at")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":limit", AttributeValue::N(self.limit.to_string()))
            .expression_attribute_values(":expires", AttributeValue::N(expiry(window).to_string()))
            .send()
            .await;
        match counted {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(Failure::from_sdk("dynamodb:UpdateItem", &error)),
        }
    }
}

/// The counter's partition: key ids are unique within a user alone.
///
/// A `#` in the user's id is escaped, as nobody may use up the requests of another by the choice of an id: the first
/// `#` is always the one in between.
fn counter(caller: &Caller) -> String {
    let user_id = caller.user_id.replace('%', "%25").replace('#', "%23");
    format!("{user_id}#{}", caller.key_id)
}

/// The beginning of the minute.
fn window(now: i64) -> i64 {
    now - now.rem_euclid(WINDOW_SECONDS)
}

/// When the table may forget a window: well after it, for clocks that disagree.
fn expiry(window: i64) -> i64 {
    window + 60 * WINDOW_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_begin_with_the_minute() {
        for (now, expected) in [(0, 0), (59, 0), (60, 60), (1_738_667_394, 1_738_667_340)] {
            assert_eq!(window(now), expected);
        }
        assert_eq!(expiry(60), 3660);
    }

    #[test]
    fn keys_of_two_users_are_counted_apart() {
        let caller = |user: &str| Caller {
            user_id: user.to_owned(),
            key_id: "default".to_owned(),
        };

        assert_eq!(counter(&caller("user-1")), "user-1#default");
        assert_ne!(counter(&caller("user-1")), counter(&caller("user-2")));
    }

    #[test]
    fn no_choice_of_ids_gives_two_keys_one_counter() {
        let ids = [
            "a", "a#", "#a", "a#b", "b", "b#c", "c", "a%", "a%23", "%23b", "a%2523",
        ];
        let mut counters = std::collections::BTreeMap::new();
        for user_id in ids {
            for key_id in ids {
                let caller = Caller {
                    user_id: user_id.to_owned(),
                    key_id: key_id.to_owned(),
                };
                let other = counters.insert(counter(&caller), (user_id, key_id));
                assert_eq!(other, None, "{user_id} {key_id}");
            }
        }
    }
}
