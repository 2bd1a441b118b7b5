//! Checks a tree against a JSON schema and says every mistake at its place.
//!
//! The schema is the one that editors load: what an editor accepts, the loader accepts.

use jsonschema::{Draft, Validator};
use serde_json::Value;
use std::sync::Arc;

use super::explain::Explain;
use super::yaml::Node;
use crate::diag::{Diagnostic, SourceFile};
use crate::formats::FORMATS;

/// A schema, ready to check trees.
#[derive(Debug)]
pub struct SchemaCheck {
    schema: Value,
    validator: Validator,
}

/// The reason why a schema of our own cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("invalid JSON schema: {0}")]
pub struct SchemaError(String);

impl SchemaCheck {
    /// Compiles a schema.
    pub fn new(schema: Value) -> Result<Self, SchemaError> {
        let mut options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true);
        for format in FORMATS {
            options = options.with_format(format.name, |text: &str| (format.check)(text).is_ok());
        }
        let validator = options
            .build(&schema)
            .map_err(|error| SchemaError(error.to_string()))?;
        Ok(Self { schema, validator })
    }

    /// Every mistake in the tree. `what` names the tree in messages, as "`ttl`".
    #[must_use]
    pub fn check(&self, node: &Node, what: &str, file: &Arc<SourceFile>) -> Vec<Diagnostic> {
        let places = node.places();
        let value = node.to_value();
        let explain = Explain {
            schema: self,
            what,
            places: &places,
            file,
        };
        self.validator
            .iter_errors(&value)
            .flat_map(|error| explain.tell(&error))
            .collect()
    }

    /// The part of the schema that describes the value at an instance pointer.
    pub(super) fn schema_at(&self, pointer: &str) -> Option<&Value> {
        let mut schema = &self.schema;
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let schemas = alternatives(schema);
            schema = schemas.iter().find_map(|schema| {
                let below = [
                    schema["properties"].get(&token),
                    schema.get("items"),
                    schema.get("additionalProperties"),
                ];
                below.into_iter().flatten().find(|below| below.is_object())
            })?;
        }
        let objects = alternatives(schema);
        objects
            .iter()
            .find(|schema| schema.get("properties").is_some())
            .copied()
            .or(Some(schema))
    }
}

fn alternatives(schema: &Value) -> Vec<&Value> {
    let mut all = vec![schema];
    for key in ["anyOf", "oneOf"] {
        all.extend(schema[key].as_array().into_iter().flatten());
    }
    all
}

/// The texts that a schema allows by name.
pub(super) fn choices(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for schema in alternatives(schema) {
        if let Some(text) = schema["const"].as_str() {
            found.push(text.to_owned());
        }
        for choice in schema["enum"].as_array().into_iter().flatten() {
            found.extend(choice.as_str().map(str::to_owned));
        }
    }
    found
}
