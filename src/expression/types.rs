//! What is known of a value before there is one, out of a JSON schema or a literal.

use cel::common::ast::LiteralValue;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The type of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// Nothing is known.
    Any,
    /// Never anything but null.
    Null,
    /// A value of one kind.
    Scalar(Scalar),
    /// Items of one type.
    List(Arc<Type>),
    /// Any keys, with values of one type.
    Map(Arc<Type>, Arc<Type>),
    /// Declared fields and no others.
    Object(Arc<BTreeMap<String, Type>>),
    /// The type, or null.
    Nullable(Arc<Type>),
}

/// The kinds of values without parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Duration,
    Timestamp,
}

impl Scalar {
    /// Whether values of the kind can be compared with numbers of every kind.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Uint | Self::Double)
    }
}

impl Type {
    pub const BOOL: Self = Self::Scalar(Scalar::Bool);
    pub const STRING: Self = Self::Scalar(Scalar::String);

    /// The type that a JSON schema without references describes; what it says unclearly is `Any`.
    pub fn from_schema(schema: &Value) -> Self {
        for key in ["anyOf", "oneOf"] {
            if let Some(choices) = schema[key].as_array() {
                return Self::one_of(choices.iter().map(Self::from_schema));
            }
        }
        match &schema["type"] {
            Value::String(name) => Self::named(name, schema),
            Value::Array(names) => {
                let names = names.iter().filter_map(Value::as_str);
                Self::one_of(names.map(|name| Self::named(name, schema)))
            }
            _ => Self::Any,
        }
    }

    fn named(name: &str, schema: &Value) -> Self {
        match name {
            "null" => Self::Null,
            "boolean" => Self::BOOL,
            "integer" => Self::Scalar(Scalar::Int),
            "number" => Self::Scalar(Scalar::Double),
            "string" => Self::STRING,
            "array" => Self::List(Arc::new(Self::from_schema(&schema["items"]))),
            "object" => match schema["properties"].as_object() {
                Some(properties) => Self::Object(Arc::new(
                    properties
                        .iter()
                        .map(|(name, schema)| (name.clone(), Self::from_schema(schema)))
                        .collect(),
                )),
                None => Self::Map(
                    Arc::new(Self::STRING),
                    Arc::new(Self::from_schema(&schema["additionalProperties"])),
                ),
            },
            _ => Self::Any,
        }
    }

    fn one_of(choices: impl Iterator<Item = Self>) -> Self {
        choices
            .map(Some)
            .reduce(|all, next| all?.join(&next?))
            .flatten()
            .unwrap_or(Self::Any)
    }

    /// The type without null.
    pub fn present(&self) -> &Self {
        match self {
            Self::Nullable(inner) => inner,
            other => other,
        }
    }

    /// Whether a value can be true or false.
    pub fn is_condition(&self) -> bool {
        matches!(self.present(), Self::Any | Self::Scalar(Scalar::Bool))
    }

    /// The one type that values of both have; `None` when there is none.
    pub fn join(&self, other: &Self) -> Option<Self> {
        let nullable = |inner: Self| match inner {
            Self::Any | Self::Null | Self::Nullable(_) => inner,
            inner => Self::Nullable(Arc::new(inner)),
        };
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => Some(Self::Any),
            (one, other) if one == other => Some(one.clone()),
            (Self::Null, other) | (other, Self::Null) => Some(nullable(other.clone())),
            (Self::Nullable(inner), other) | (other, Self::Nullable(inner)) => {
                inner.join(other.present()).map(nullable)
            }
            (Self::List(one), Self::List(other)) => Some(Self::List(Arc::new(one.join(other)?))),
            (Self::Map(key, value), Self::Map(other_key, other_value)) => Some(Self::Map(
                Arc::new(key.join(other_key)?),
                Arc::new(value.join(other_value)?),
            )),
            _ => None,
        }
    }

    /// Whether values of the two can be equal.
    pub fn can_equal(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) | (Self::Object(_), Self::Object(_)) => true,
            (Self::Null, other) | (other, Self::Null) => {
                matches!(other, Self::Null | Self::Nullable(_))
            }
            (Self::Nullable(inner), other) | (other, Self::Nullable(inner)) => {
                inner.can_equal(other.present())
            }
            (Self::Scalar(one), Self::Scalar(other)) => {
                one == other || (one.is_number() && other.is_number())
            }
            (Self::List(one), Self::List(other)) => one.can_equal(other),
            (Self::Map(key, value), Self::Map(other_key, other_value)) => {
                key.can_equal(other_key) && value.can_equal(other_value)
            }
            _ => false,
        }
    }

    fn plural(&self) -> &'static str {
        match self {
            Self::Any | Self::Null => "values",
            Self::Scalar(Scalar::Bool) => "booleans",
            Self::Scalar(Scalar::Int) => "integers",
            Self::Scalar(Scalar::Uint) => "unsigned integers",
            Self::Scalar(Scalar::Double) => "decimal numbers",
            Self::Scalar(Scalar::String) => "strings",
            Self::Scalar(Scalar::Bytes) => "byte strings",
            Self::Scalar(Scalar::Duration) => "durations",
            Self::Scalar(Scalar::Timestamp) => "timestamps",
            Self::List(_) => "lists",
            Self::Map(..) => "maps",
            Self::Object(_) => "objects",
            Self::Nullable(inner) => inner.plural(),
        }
    }
}

impl From<&LiteralValue> for Type {
    fn from(literal: &LiteralValue) -> Self {
        Self::Scalar(match literal {
            LiteralValue::Null => return Self::Null,
            LiteralValue::Boolean(_) => Scalar::Bool,
            LiteralValue::Bytes(_) => Scalar::Bytes,
            LiteralValue::Double(_) => Scalar::Double,
            LiteralValue::Int(_) => Scalar::Int,
            LiteralValue::String(_) => Scalar::String,
            LiteralValue::UInt(_) => Scalar::Uint,
        })
    }
}

/// What a user would call it, with an article.
impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => formatter.write_str("a value"),
            Self::Null => formatter.write_str("null"),
            Self::Scalar(scalar) => scalar.fmt(formatter),
            Self::List(item) => write!(formatter, "a list of {}", item.plural()),
            Self::Map(_, value) => write!(formatter, "a map of {}", value.plural()),
            Self::Object(_) => formatter.write_str("an object"),
            Self::Nullable(inner) => write!(formatter, "{inner} or null"),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bool => "a boolean",
            Self::Int => "an integer",
            Self::Uint => "an unsigned integer",
            Self::Double => "a decimal number",
            Self::String => "a string",
            Self::Bytes => "a byte string",
            Self::Duration => "a duration",
            Self::Timestamp => "a timestamp",
        })
    }
}
