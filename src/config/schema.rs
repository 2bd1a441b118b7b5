//! Checks a tree against a JSON schema and says every mistake at its place.
//!
//! The schema is the one that editors load: what an editor accepts, the loader accepts.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::Value;
use std::sync::Arc;

use super::formats::FORMATS;
use super::yaml::{Node, Places};
use crate::diag::{Diagnostic, Place, SourceFile};

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
        let mut diagnostics = Vec::new();
        for error in self.validator.iter_errors(&value) {
            self.explain(&error, what, &places, file, &mut diagnostics);
        }
        diagnostics
    }

    fn explain(
        &self,
        error: &ValidationError<'_>,
        what: &str,
        places: &Places,
        file: &Arc<SourceFile>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let pointer = error.instance_path().to_string();
        let place = |pointer: &str, key: bool| {
            let span = places
                .get(pointer)
                .map(|(key_span, span)| match key_span {
                    Some(key_span) if key => key_span.clone(),
                    _ => span.clone(),
                })
                .unwrap_or_default();
            Place {
                file: Arc::clone(file),
                span,
            }
        };
        let name = pointer
            .rsplit('/')
            .find(|token| !token.is_empty() && token.parse::<usize>().is_err())
            .map_or_else(|| what.to_owned(), |token| format!("`{token}`"));
        let found = error.instance();
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let schema = self.schema_at(&pointer);
                let known: Vec<&str> = schema
                    .and_then(|schema| schema["properties"].as_object())
                    .map(|properties| properties.keys().map(String::as_str).collect())
                    .unwrap_or_default();
                for key in unexpected {
                    let at = format!("{pointer}/{}", super::yaml::escape_pointer(key));
                    let diagnostic = Diagnostic::new(
                        "unknown-key",
                        format!("unknown key `{key}`"),
                        place(&at, true),
                        format!("not a key of {name}"),
                    )
                    .help(format!("the keys are {}", quoted_list(&known)))
                    .did_you_mean(key, known.iter().copied());
                    diagnostics.push(diagnostic);
                }
            }
            ValidationErrorKind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                let description = self
                    .schema_at(&pointer)
                    .and_then(|schema| schema["properties"][key]["description"].as_str());
                let mut diagnostic = Diagnostic::new(
                    "missing-key",
                    format!("missing key `{key}`"),
                    place(&pointer, true),
                    format!("{name} must have `{key}`"),
                );
                if let Some(description) = description {
                    diagnostic = diagnostic.help(format!("`{key}`: {}", first_line(description)));
                }
                diagnostics.push(diagnostic);
            }
            ValidationErrorKind::Type { kind } => {
                let expected = match kind {
                    TypeKind::Single(one) => json_type(one.as_str()).to_owned(),
                    TypeKind::Multiple(many) => many
                        .iter()
                        .map(|one| one.as_str())
                        .filter(|one| *one != "null")
                        .map(json_type)
                        .collect::<Vec<_>>()
                        .join(" or "),
                };
                diagnostics.push(Diagnostic::new(
                    "wrong-type",
                    format!("{name} must be {expected}"),
                    place(&pointer, false),
                    format!("found {}", describe(found)),
                ));
            }
            ValidationErrorKind::Format { format } => {
                let text = found.as_str().unwrap_or_default();
                let known = FORMATS.iter().find(|known| known.name == format);
                let (article, expected) =
                    known.map_or((format.as_str(), ""), |known| (known.article, known.expected));
                let reason = known.and_then(|known| (known.check)(text).err());
                diagnostics.push(
                    Diagnostic::new(
                        "bad-format",
                        format!("`{text}` is not {article}"),
                        place(&pointer, false),
                        reason.unwrap_or_default(),
                    )
                    .help(format!("expected {expected}")),
                );
            }
            ValidationErrorKind::Enum { .. }
            | ValidationErrorKind::OneOfNotValid { .. }
            | ValidationErrorKind::AnyOf { .. } => {
                let choices = self
                    .schema_at(&pointer)
                    .map(choices)
                    .unwrap_or_default();
                let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
                if choices.is_empty() {
                    diagnostics.push(Diagnostic::new(
                        "wrong-value",
                        format!("{name} has the wrong form"),
                        place(&pointer, false),
                        format!("found {}", describe(found)),
                    ));
                } else {
                    diagnostics.push(
                        Diagnostic::new(
                            "wrong-value",
                            format!("{name} cannot be {}", describe(found)),
                            place(&pointer, false),
                            format!("one of {}", quoted_list(&choices)),
                        )
                        .did_you_mean(found.as_str().unwrap_or_default(), choices.iter().copied()),
                    );
                }
            }
            _ => diagnostics.push(Diagnostic::new(
                "wrong-value",
                format!("{name}: {error}"),
                place(&pointer, false),
                "",
            )),
        }
    }

    /// The part of the schema that describes the value at an instance pointer.
    fn schema_at(&self, pointer: &str) -> Option<&Value> {
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

fn choices(schema: &Value) -> Vec<String> {
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

fn json_type(name: &str) -> &str {
    match name {
        "object" => "a mapping",
        "array" => "a list",
        "string" => "a string",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        other => other,
    }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(value) => format!("the number {value}"),
        Value::String(value) => format!("the string `{value}`"),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn quoted_list(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
