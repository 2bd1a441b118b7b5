//! Stored keys: found by their hash, judged by the item itself, and moved to the current pepper.
//!
//! The index only leads to an item; being a copy that lags behind, it is not believed. The item is read consistently,
//! so that a key that was revoked a moment ago is refused.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use functions_shared::{Failure, PepperSecret};

use crate::decision::{Caller, Reason, Rehash};
use crate::key::{ApiKey, Hash};

type Item = HashMap<String, AttributeValue>;

/// A key's hashes by the peppers that are in use.
pub struct Hashes {
    current: Hash,
    previous: Option<Hash>,
}

impl Hashes {
    /// Hashes a key with each pepper.
    pub fn new(key: &ApiKey, peppers: &PepperSecret) -> Result<Self, Failure> {
        let failure = || Failure::new("hmac", "not configured");
        let previous = peppers.previous.as_ref();
        Ok(Self {
            current: key.hash(&peppers.current).ok_or_else(failure)?,
            previous: previous
                .map(|pepper| key.hash(pepper).ok_or_else(failure))
                .transpose()?,
        })
    }

    /// The order of the look-ups. A key that moves to the current pepper between the first two is found by the third.
    fn in_order(&self) -> impl Iterator<Item = &Hash> {
        let again = self.previous.as_ref().map(|_| &self.current);
        std::iter::once(&self.current).chain(&self.previous).chain(again)
    }
}

/// A stored key that matches.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub caller: Caller,
    /// Why it may not be used, if so.
    pub refusal: Option<Reason>,
    /// Whether only the previous pepper matches.
    pub outdated: bool,
}

/// What a look-up comes to.
#[derive(Debug, PartialEq, Eq)]
pub enum Lookup {
    Nothing,
    Ambiguous,
    Found(Found),
}

/// The table of keys.
#[derive(Debug, Clone)]
pub struct KeyTable {
    client: Client,
    table: String,
    index: String,
}

impl KeyTable {
    pub fn new(client: Client, table: String, index: String) -> Self {
        Self { client, table, index }
    }

    /// Looks a key up by each of its hashes, at `now` in seconds since the epoch.
    pub async fn find(&self, hashes: &Hashes, now: i64) -> Result<Lookup, Failure> {
        for hash in hashes.in_order() {
            let items = self.query(hash).await?;
            let item = match items.as_slice() {
                [] => continue,
                [item] => item,
                _ => return Ok(Lookup::Ambiguous),
            };
            let (Some(user_id), Some(key_id)) = (text(item, "user_id"), text(item, "key_id")) else {
                return Err(Failure::new("dynamodb:Query", "unexpected answer"));
            };
            let caller = Caller {
                user_id: user_id.to_owned(),
                key_id: key_id.to_owned(),
            };
            // The index may still show an item that is gone or has another hash by now.
            if let Some(item) = self.get(&caller).await?
                && let Some(found) = judge(&item, caller, hashes, now)
            {
                return Ok(Lookup::Found(found));
            }
        }
        Ok(Lookup::Nothing)
    }

    /// Two are enough to know that there is more than one.
    async fn query(&self, hash: &Hash) -> Result<Vec<Item>, Failure> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(&self.index)
            .key_condition_expression("key_hash = :hash")
            .expression_attribute_values(":hash", AttributeValue::S(hash.as_str().to_owned()))
            .limit(2)
            .send()
            .await
            .map_err(|error| Failure::from_sdk("dynamodb:Query", &error))?;
        Ok(answer.items.unwrap_or_default())
    }

    async fn get(&self, caller: &Caller) -> Result<Option<Item>, Failure> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("user_id", AttributeValue::S(caller.user_id.clone()))
            .key("key_id", AttributeValue::S(caller.key_id.clone()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| Failure::from_sdk("dynamodb:GetItem", &error))?;
        Ok(answer.item)
    }

    /// Stores the current hash in place of the previous one, unless the key has changed meanwhile.
    pub async fn rehash(&self, caller: &Caller, hashes: &Hashes, now: i64) -> Rehash {
        let Some(previous) = &hashes.previous else {
            return Rehash::NotNeeded;
        };
        let written = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("user_id", AttributeValue::S(caller.user_id.clone()))
            .key("key_id", AttributeValue::S(caller.key_id.clone()))
            .update_expression("SET key_hash = :current, rehashed_at = :now")
            .condition_expression("key_hash = :previous")
            .expression_attribute_values(":current", AttributeValue::S(hashes.current.as_str().to_owned()))
            .expression_attribute_values(":previous", AttributeValue::S(previous.as_str().to_owned()))
            .expression_attribute_values(":now", AttributeValue::N(now.to_string()))
            .send()
            .await;
        match written {
            Ok(_) => Rehash::Done,
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Rehash::Overtaken
            }
            Err(error) => Rehash::Failed(Failure::from_sdk("dynamodb:UpdateItem", &error).reason()),
        }
    }
}

/// Judges an item; none when its hash is not the key's.
fn judge(item: &Item, caller: Caller, hashes: &Hashes, now: i64) -> Option<Found> {
    let stored = text(item, "key_hash")?;
    let current = hashes.current.matches(stored);
    let previous = hashes.previous.as_ref().is_some_and(|hash| hash.matches(stored));
    if !current && !previous {
        return None;
    }
    let refusal = match (text(item, "status"), item.get("expires_at")) {
        (Some("active"), None) => None,
        (Some("active"), Some(expiry)) => match seconds(expiry) {
            Some(expiry) if now < expiry => None,
            Some(_) => Some(Reason::Expired),
            None => Some(Reason::Unusable),
        },
        (Some("revoked"), _) => Some(Reason::Revoked),
        _ => Some(Reason::Unusable),
    };
    Some(Found {
        caller,
        refusal,
        outdated: !current,
    })
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

fn seconds(value: &AttributeValue) -> Option<i64> {
    value.as_n().ok()?.parse().ok()
}

#[cfg(test)]
mod tests;
