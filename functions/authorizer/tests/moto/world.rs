//! An account of one test's own: two tables and a secret with names that no other test has, and keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use authorizer::{ApiKey, Authorizer, Decision, PepperCache, Reason, Request, Tables};
use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    Projection, ProjectionType, ScalarAttributeType,
};
use functions_shared::PepperSecret;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::moto::{self, TestResult};

/// The method that every event calls.
pub const ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/dev/POST/v1/events";

/// The time of every decision, in the middle of a minute.
pub const NOW: i64 = 1_800_000_030;

/// The account.
pub struct World {
    pub address: String,
    pub database: aws_sdk_dynamodb::Client,
    pub secrets: aws_sdk_secretsmanager::Client,
    pub tables: Tables,
    pub secret: String,
}

impl World {
    /// Creates the tables, and the secret with its first pepper.
    pub async fn new() -> TestResult<Self> {
        static WORLDS: AtomicUsize = AtomicUsize::new(0);
        let number = WORLDS.fetch_add(1, Ordering::Relaxed);
        let address = moto::address()?;
        let config = moto::config(&address);
        let world = Self {
            address,
            database: aws_sdk_dynamodb::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            tables: Tables {
                keys: format!("zapier-triggers-api-keys-{number}"),
                index: "KeyHashIndex".to_owned(),
                rate_limits: format!("zapier-triggers-api-rate-limits-{number}"),
            },
            secret: format!("zapier-triggers-api/api-keys-{number}"),
        };
        world.create_tables().await?;
        let first = PepperSecret::first(Timestamp::UNIX_EPOCH)?.to_text()?;
        let create = world.secrets.create_secret().name(&world.secret);
        create.secret_string(first).send().await?;
        Ok(world)
    }

    async fn create_tables(&self) -> TestResult {
        let index = GlobalSecondaryIndex::builder()
            .index_name(&self.tables.index)
            .key_schema(element("key_hash", KeyType::Hash)?)
            .projection(
                Projection::builder()
                    .projection_type(ProjectionType::KeysOnly)
                    .build(),
            )
            .build()?;
        self.database
            .create_table()
            .table_name(&self.tables.keys)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(attribute("user_id", ScalarAttributeType::S)?)
            .attribute_definitions(attribute("key_id", ScalarAttributeType::S)?)
            .attribute_definitions(attribute("key_hash", ScalarAttributeType::S)?)
            .key_schema(element("user_id", KeyType::Hash)?)
            .key_schema(element("key_id", KeyType::Range)?)
            .global_secondary_indexes(index)
            .send()
            .await?;
        self.database
            .create_table()
            .table_name(&self.tables.rate_limits)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(attribute("key_id", ScalarAttributeType::S)?)
            .attribute_definitions(attribute("window", ScalarAttributeType::N)?)
            .key_schema(element("key_id", KeyType::Hash)?)
            .key_schema(element("window", KeyType::Range)?)
            .send()
            .await?;
        Ok(())
    }

    /// An authorizer of this account, at [`NOW`].
    pub fn authorizer(&self) -> Authorizer {
        self.authorizer_through(&moto::config(&self.address))
    }

    /// An authorizer whose requests go another way.
    pub fn authorizer_through(&self, config: &SdkConfig) -> Authorizer {
        let peppers = PepperCache::new(aws_sdk_secretsmanager::Client::new(config), &self.secret)
            .with_reread_interval(Duration::ZERO);
        let database = aws_sdk_dynamodb::Client::new(config);
        Authorizer::new(database, self.tables.clone(), peppers)
            .with_clock(|| Timestamp::from_second(NOW).unwrap_or_default())
            // The emulated account is slow when every test asks it at once.
            .with_bound(Duration::from_secs(20))
    }

    /// The peppers of the day.
    pub async fn peppers(&self) -> TestResult<PepperSecret> {
        let answer = self
            .secrets
            .get_secret_value()
            .secret_id(&self.secret)
            .send()
            .await?;
        Ok(PepperSecret::parse(answer.secret_string().ok_or("no text")?)?)
    }

    /// Stores a new key of `user-1` under the current pepper.
    pub async fn issue(&self, key_id: &str, others: &[(&str, AttributeValue)]) -> TestResult<ApiKey> {
        let key = ApiKey::generate()?;
        self.store(key_id, &key, others).await?;
        Ok(key)
    }

    /// Stores a key of `user-1` under the current pepper.
    pub async fn store(&self, key_id: &str, key: &ApiKey, others: &[(&str, AttributeValue)]) -> TestResult {
        let hash = key.hash(&self.peppers().await?.current).ok_or("no hash")?;
        let mut put = self
            .database
            .put_item()
            .table_name(&self.tables.keys)
            .item("user_id", text("user-1"))
            .item("key_id", text(key_id))
            .item("key_hash", text(hash.as_str()));
        for (name, value) in others {
            put = put.item(*name, value.clone());
        }
        put.send().await?;
        Ok(())
    }

    /// The stored hash of a key of `user-1`.
    pub async fn stored_hash(&self, key_id: &str) -> TestResult<String> {
        let get = self.database.get_item().table_name(&self.tables.keys);
        let get = get.key("user_id", text("user-1")).key("key_id", text(key_id));
        let item = get.send().await?.item.ok_or("no item")?;
        let hash = item.get("key_hash").and_then(|hash| hash.as_s().ok());
        Ok(hash.ok_or("no hash")?.clone())
    }
}

fn attribute(name: &str, kind: ScalarAttributeType) -> TestResult<AttributeDefinition> {
    let attribute = AttributeDefinition::builder().attribute_name(name);
    Ok(attribute.attribute_type(kind).build()?)
}

fn element(name: &str, kind: KeyType) -> TestResult<KeySchemaElement> {
    let element = KeySchemaElement::builder().attribute_name(name);
    Ok(element.key_type(kind).build()?)
}

/// A string attribute.
pub fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// The status of keys in use.
pub fn active() -> (&'static str, AttributeValue) {
    ("status", text("active"))
}

/// An event as API Gateway sends it.
pub fn event(key: Option<&str>) -> Value {
    let headers = key.map_or_else(|| json!({}), |key| json!({ "X-API-Key": key }));
    let multiple = key.map_or_else(|| json!({}), |key| json!({ "X-API-Key": [key] }));
    json!({
        "type": "REQUEST",
        "methodArn": ARN,
        "resource": "/v1/events",
        "path": "/v1/events",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": multiple,
        "requestContext": { "stage": "dev", "requestId": "request-1" },
    })
}

/// Asks with a key.
pub async fn ask(authorizer: &Authorizer, key: &ApiKey) -> TestResult<Decision> {
    let request = Request::read(event(Some(key.reveal())))?;
    Ok(authorizer.decide(&request).await?)
}

/// Why a key is refused, if it is.
pub async fn refusal(authorizer: &Authorizer, key: &ApiKey) -> TestResult<Option<Reason>> {
    Ok(ask(authorizer, key).await?.reason())
}

/// Asks so often with a key at once; returns how many were let through. Anything but a rate limit is an error.
pub async fn flood(
    authorizer: &Arc<Authorizer>,
    key: &ApiKey,
    clients: usize,
    each: usize,
) -> TestResult<usize> {
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..clients {
        let (authorizer, key) = (Arc::clone(authorizer), key.clone());
        all.spawn(async move {
            let mut admitted = 0;
            for _ in 0..each {
                match refusal(&authorizer, &key)
                    .await
                    .map_err(|error| error.to_string())?
                {
                    None => admitted += 1,
                    Some(Reason::RateLimited) => {}
                    Some(other) => return Err(other.as_str().to_owned()),
                }
            }
            Ok(admitted)
        });
    }
    let mut admitted = 0;
    while let Some(client) = all.join_next().await {
        admitted += client??;
    }
    Ok(admitted)
}
