//! Mistakes that a JSON schema finds, in a user's words: what is wrong, where, what was expected, what to do.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;
use std::sync::Arc;

use super::schema::{SchemaCheck, choices};
use super::yaml::{Places, escape_pointer};
use crate::diag::{Diagnostic, Place, SourceFile, closest};
use crate::formats::{FORMATS, Format};

/// One tree that a schema found mistakes in.
pub struct Explain<'a> {
    /// The schema.
    pub schema: &'a SchemaCheck,
    /// What the tree is called in messages, as "`ttl`".
    pub what: &'a str,
    /// Where everything in the tree is.
    pub places: &'a Places,
    /// The file that the tree is from.
    pub file: &'a Arc<SourceFile>,
}

impl Explain<'_> {
    /// The diagnostics of one mistake; none when another mistake says the same.
    pub fn tell(&self, error: &ValidationError<'_>) -> Vec<Diagnostic> {
        let pointer = error.instance_path().to_string();
        let found = error.instance();
        let one = match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                return self.unknown_keys(&pointer, unexpected);
            }
            ValidationErrorKind::Required { property } => {
                return self.missing_key(&pointer, property, found).into_iter().collect();
            }
            ValidationErrorKind::Type { kind } => self.wrong_type(&pointer, kind, found),
            ValidationErrorKind::Format { format } => self.bad_format(&pointer, format, found),
            ValidationErrorKind::Pattern { pattern } => self.bad_pattern(&pointer, pattern),
            ValidationErrorKind::MinItems { .. } => {
                self.too_little(&pointer, "must have an entry", "an empty list")
            }
            ValidationErrorKind::MinLength { .. } => {
                self.too_little(&pointer, "must not be empty", "an empty text")
            }
            ValidationErrorKind::MinProperties { .. } => {
                self.too_little(&pointer, "must have a key", "an empty mapping")
            }
            ValidationErrorKind::Minimum { limit } => self.out_of_range(&pointer, "at least", limit),
            ValidationErrorKind::Maximum { limit } => self.out_of_range(&pointer, "at most", limit),
            ValidationErrorKind::Enum { .. }
            | ValidationErrorKind::OneOfNotValid { .. }
            | ValidationErrorKind::AnyOf { .. } => self.wrong_choice(&pointer, found),
            _ => self.wrong_value(&pointer, format!("{}: {error}", self.name(&pointer)), ""),
        };
        vec![one]
    }

    fn unknown_keys(&self, pointer: &str, unexpected: &[String]) -> Vec<Diagnostic> {
        let known = self.known_keys(pointer);
        unexpected
            .iter()
            .map(|key| {
                let at = format!("{pointer}/{}", escape_pointer(key));
                Diagnostic::new(
                    "unknown-key",
                    format!("unknown key `{key}`"),
                    self.place(&at, true),
                    format!("not a key of {}", self.name(pointer)),
                )
                .help(format!("the keys are {}", quoted_list(&known)))
                .did_you_mean(key, known.iter().copied())
            })
            .collect()
    }

    fn missing_key(&self, pointer: &str, property: &Value, found: &Value) -> Option<Diagnostic> {
        let key = property.as_str().unwrap_or_default();
        let known = self.known_keys(pointer);
        // A misspelt key is told as an unknown one, with the right one beside it.
        let misspelt = found
            .as_object()
            .into_iter()
            .flat_map(|fields| fields.keys())
            .any(|written| {
                !known.contains(&written.as_str()) && closest(written, known.iter().copied()) == Some(key)
            });
        if misspelt {
            return None;
        }
        let diagnostic = Diagnostic::new(
            "missing-key",
            format!("missing key `{key}`"),
            self.place(pointer, true),
            format!("{} must have `{key}`", self.name(pointer)),
        );
        let description = self
            .schema
            .schema_at(pointer)
            .and_then(|schema| schema["properties"][key]["description"].as_str());
        Some(match description {
            Some(description) => diagnostic.help(format!("`{key}`: {}", first_line(description))),
            None => diagnostic,
        })
    }

    fn wrong_type(&self, pointer: &str, kind: &TypeKind, found: &Value) -> Diagnostic {
        let types: Vec<&str> = match kind {
            TypeKind::Single(one) => vec![one.as_str()],
            TypeKind::Multiple(many) => many
                .iter()
                .map(JsonType::as_str)
                .filter(|one| *one != "null")
                .collect(),
        };
        let expected = types
            .iter()
            .copied()
            .map(json_type)
            .collect::<Vec<_>>()
            .join(" or ");
        // As it is written: a number may have lost a leading zero on its way.
        let written = self.written(pointer);
        let found_text = match found {
            Value::Number(_) => format!("found the number {written}"),
            other => format!("found {}", describe(other)),
        };
        let diagnostic = Diagnostic::new(
            "wrong-type",
            format!("{} must be {expected}", self.name(pointer)),
            self.place(pointer, false),
            found_text,
        );
        let format = self.format(pointer);
        match (types.as_slice(), found) {
            (["string"], Value::Number(_) | Value::Bool(_)) if format.is_none() => {
                diagnostic.help(format!("write it in quotes: \"{written}\""))
            }
            (["array"], Value::String(_)) => diagnostic.help(format!("write it as a list: [{written}]")),
            (["integer" | "number" | "boolean"], Value::String(text)) if text.parse::<Value>().is_ok() => {
                diagnostic.help(format!("write it without quotes: {text}"))
            }
            _ => match (format, self.description(pointer)) {
                (Some(format), _) => diagnostic.help(format!("expected {}", format.expected)),
                (None, Some(description)) => {
                    diagnostic.help(format!("{}: {}", self.name(pointer), first_line(description)))
                }
                (None, None) => diagnostic,
            },
        }
    }

    fn bad_format(&self, pointer: &str, format: &str, found: &Value) -> Diagnostic {
        let text = found.as_str().unwrap_or_default();
        let known = FORMATS.iter().find(|known| known.name == format);
        let (article, expected) = known.map_or((format, ""), |known| (known.article, known.expected));
        let reason = known.and_then(|known| (known.check)(text).err());
        let title = if text.is_empty() {
            format!("{} must not be empty", self.name(pointer))
        } else {
            format!("`{text}` is not {article}")
        };
        Diagnostic::new(
            "bad-format",
            title,
            self.place(pointer, false),
            reason.unwrap_or_default(),
        )
        .help(format!("expected {expected}"))
    }

    fn bad_pattern(&self, pointer: &str, pattern: &str) -> Diagnostic {
        let schema = self.schema.schema_at(pointer);
        let expected = schema.and_then(|schema| schema["patternErrorMessage"].as_str());
        let expected = expected.map_or_else(|| format!("text that matches `{pattern}`"), str::to_owned);
        let title = format!("{} has the wrong form", self.name(pointer));
        let diagnostic = self.wrong_value(pointer, title, format!("expected {expected}"));
        match self.description(pointer) {
            Some(description) => {
                diagnostic.help(format!("{}: {}", self.name(pointer), first_line(description)))
            }
            None => diagnostic,
        }
    }

    fn too_little(&self, pointer: &str, demand: &str, found: &str) -> Diagnostic {
        let title = format!("{} {demand}", self.name(pointer));
        let diagnostic = self.wrong_value(pointer, title, format!("found {found}"));
        match self.description(pointer) {
            Some(description) => {
                diagnostic.help(format!("{}: {}", self.name(pointer), first_line(description)))
            }
            None => diagnostic,
        }
    }

    fn out_of_range(&self, pointer: &str, bound: &str, limit: &Value) -> Diagnostic {
        let title = format!("{} must be {bound} {limit}", self.name(pointer));
        let diagnostic = self.wrong_value(pointer, title, format!("found {}", self.written(pointer)));
        let schema = self.schema.schema_at(pointer);
        let range = schema.and_then(|schema| Some((schema.get("minimum")?, schema.get("maximum")?)));
        match range {
            Some((least, most)) => diagnostic.help(format!("a whole number from {least} to {most}")),
            None => diagnostic,
        }
    }

    fn wrong_choice(&self, pointer: &str, found: &Value) -> Diagnostic {
        let choices = self.schema.schema_at(pointer).map(choices).unwrap_or_default();
        let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
        if choices.is_empty() {
            let title = format!("{} has the wrong form", self.name(pointer));
            return self.wrong_value(pointer, title, format!("found {}", describe(found)));
        }
        let title = format!("{} cannot be {}", self.name(pointer), describe(found));
        self.wrong_value(pointer, title, format!("one of {}", quoted_list(&choices)))
            .did_you_mean(found.as_str().unwrap_or_default(), choices.iter().copied())
    }

    fn wrong_value(&self, pointer: &str, title: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic::new("wrong-value", title, self.place(pointer, false), label)
    }

    /// What a user calls the value: the key that it belongs to.
    fn name(&self, pointer: &str) -> String {
        let unescape = |token: &str| token.replace("~1", "/").replace("~0", "~");
        let is_index = |token: &str| token.parse::<usize>().is_ok();
        let Some((parent, own)) = pointer.rsplit_once('/') else {
            return self.what.to_owned();
        };
        if !is_index(own) {
            return format!("`{}`", unescape(own));
        }
        let key = parent
            .rsplit('/')
            .find(|token| !is_index(token))
            .unwrap_or_default();
        format!("an entry of `{}`", unescape(key))
    }

    fn place(&self, pointer: &str, key: bool) -> Place {
        let span = self.places.get(pointer).map(|(key_span, span)| match key_span {
            Some(key_span) if key => key_span.clone(),
            _ => span.clone(),
        });
        Place {
            file: Arc::clone(self.file),
            span: span.unwrap_or_default(),
        }
    }

    fn written(&self, pointer: &str) -> &str {
        let span = self.place(pointer, false).span;
        self.file.text.get(span).unwrap_or_default()
    }

    fn known_keys(&self, pointer: &str) -> Vec<&str> {
        self.schema
            .schema_at(pointer)
            .and_then(|schema| schema["properties"].as_object())
            .map(|properties| properties.keys().map(String::as_str).collect())
            .unwrap_or_default()
    }

    /// What the schema says of a key; of the tree as a whole it says nothing that helps.
    fn description(&self, pointer: &str) -> Option<&str> {
        if pointer.is_empty() {
            return None;
        }
        self.schema.schema_at(pointer)?["description"].as_str()
    }

    fn format(&self, pointer: &str) -> Option<&'static Format> {
        let name = self.schema.schema_at(pointer)?["format"].as_str()?;
        FORMATS.iter().find(|known| known.name == name)
    }
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
