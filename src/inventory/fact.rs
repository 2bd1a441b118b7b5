//! One fact about a resource, together with whether it could be known at all.
//!
//! The type makes a check kind say what it does with a fact that was denied or is decided only after apply.
//! It must not offer a default for either: that is how a false green starts.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::Value;
use std::borrow::Cow;

use super::gap::Gap;

/// The key of the JSON object that stands where a fact could not be read.
pub const UNREADABLE_KEY: &str = "$unreadable";
/// The key of the JSON object that stands where a plan decides only after apply.
pub const UNKNOWN_KEY: &str = "$unknown";
/// The key of the JSON object that stands where nobody asked.
pub const NOT_READ_KEY: &str = "$not_read";

/// A fact that is read by a call of its own and so can be missing by itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Fact<T> {
    /// Read completely.
    Known(T),
    /// Decided by AWS after apply; only a plan has these.
    Unknown,
    /// Asked for and not answered completely.
    Unreadable(Gap),
    /// No selected check needs it, so nobody asked.
    #[default]
    NotRead,
}

impl<T> Fact<T> {
    /// The value, when it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown | Self::Unreadable(_) | Self::NotRead => None,
        }
    }
}

impl<T> From<Result<T, Gap>> for Fact<T> {
    fn from(read: Result<T, Gap>) -> Self {
        match read {
            Ok(value) => Self::Known(value),
            Err(gap) => Self::Unreadable(gap),
        }
    }
}

/// A known fact is written as its value alone, so that a snapshot reads like AWS's own answer.
impl<T: Serialize> Serialize for Fact<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let marker = |key: &str, value: Value| serde_json::json!({ key: value });
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Unknown => marker(UNKNOWN_KEY, Value::Bool(true)).serialize(serializer),
            Self::NotRead => marker(NOT_READ_KEY, Value::Bool(true)).serialize(serializer),
            Self::Unreadable(gap) => {
                let gap = serde_json::to_value(gap).map_err(ser::Error::custom)?;
                marker(UNREADABLE_KEY, gap).serialize(serializer)
            }
        }
    }
}

impl<'de, T: de::DeserializeOwned> Deserialize<'de> for Fact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if let Value::Object(object) = &value
            && object.len() == 1
        {
            if object.contains_key(UNKNOWN_KEY) {
                return Ok(Self::Unknown);
            }
            if object.contains_key(NOT_READ_KEY) {
                return Ok(Self::NotRead);
            }
            if let Some(gap) = object.get(UNREADABLE_KEY) {
                return Gap::deserialize(gap)
                    .map(Self::Unreadable)
                    .map_err(de::Error::custom);
            }
        }
        serde_json::from_value(value)
            .map(Self::Known)
            .map_err(de::Error::custom)
    }
}

/// The schema is the fact's own: an expression over it reads the value as if it were always there.
/// `x-fact` marks the field as one that is read by a call of its own.
impl<T: JsonSchema> JsonSchema for Fact<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = generator.subschema_for::<T>();
        schema.insert("x-fact".to_owned(), Value::Bool(true));
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::gap::Reason;

    fn check_round_trip(fact: &Fact<Vec<String>>, json: &Value) {
        assert_eq!(&serde_json::to_value(fact).unwrap(), json);
        let read: Fact<Vec<String>> = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(&read, fact);
    }

    #[test]
    fn every_state_survives_json() {
        check_round_trip(&Fact::Known(vec!["a".into()]), &serde_json::json!(["a"]));
        check_round_trip(&Fact::Unknown, &serde_json::json!({"$unknown": true}));
        check_round_trip(&Fact::NotRead, &serde_json::json!({"$not_read": true}));
        let gap = Gap::new(
            "dynamodb:DescribeTimeToLive",
            "us-east-1",
            Reason::AccessDenied,
            "denied",
        );
        check_round_trip(
            &Fact::Unreadable(gap.clone()),
            &serde_json::json!({"$unreadable": gap}),
        );
    }
}
