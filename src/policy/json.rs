//! JSON as a policy needs it: members keep their order, and duplicates are kept to be refused.
//!
//! `serde_json::Value` silently keeps the last of two equal keys, so that a policy could say one
//! thing to a reader and another to a tool. This module only reads and writes JSON; what a
//! policy's members mean is for [`super::parse`] to say.

use std::collections::HashSet;
use std::fmt::{self, Write as _};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// One JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A string, unescaped.
    String(String),
    /// A list.
    List(Vec<Json>),
    /// An object; members in the order of the text, duplicates included.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// What the value is, in the words of an error message.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// The path (`Statement[1].Effect`) of the first member that repeats one of its own object.
    #[must_use]
    pub fn duplicate(&self) -> Option<String> {
        match self {
            Self::List(items) => items.iter().enumerate().find_map(|(index, item)| {
                let below = item.duplicate()?;
                Some(join(&format!("[{index}]"), &below))
            }),
            Self::Object(members) => {
                let mut seen = HashSet::new();
                members.iter().find_map(|(key, value)| {
                    if !seen.insert(key) {
                        return Some(key.clone());
                    }
                    Some(join(key, &value.duplicate()?))
                })
            }
            _ => None,
        }
    }

    /// The value over several lines, indented by two blanks.
    #[must_use]
    pub fn pretty(&self) -> String {
        let mut text = String::new();
        self.indent(&mut text, 0);
        text
    }

    fn indent(&self, text: &mut String, depth: usize) {
        let break_line = |text: &mut String, depth: usize| {
            text.push('\n');
            text.push_str(&"  ".repeat(depth));
        };
        match self {
            Self::List(items) if !items.is_empty() => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    text.push_str(if index == 0 { "" } else { "," });
                    break_line(text, depth + 1);
                    item.indent(text, depth + 1);
                }
                break_line(text, depth);
                text.push(']');
            }
            Self::Object(members) if !members.is_empty() => {
                text.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    text.push_str(if index == 0 { "" } else { "," });
                    break_line(text, depth + 1);
                    text.push_str(&quoted(key));
                    text.push_str(": ");
                    value.indent(text, depth + 1);
                }
                break_line(text, depth);
                text.push('}');
            }
            // Writing to a `String` cannot fail.
            scalar => drop(write!(text, "{scalar}")),
        }
    }
}

/// A path and what is below it; a list index needs no dot before it.
pub(super) fn join(path: &str, below: &str) -> String {
    match (path.is_empty(), below.is_empty() || below.starts_with('[')) {
        (true, _) => below.to_owned(),
        (false, true) => format!("{path}{below}"),
        (false, false) => format!("{path}.{below}"),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The compact form: no blanks, on one line.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::String(value) => f.write_str(&quoted(value)),
            Self::List(items) => {
                f.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{item}")?;
                }
                f.write_char(']')
            }
            Self::Object(members) => {
                f.write_char('{')?;
                for (index, (key, value)) in members.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{}:{value}", quoted(key))?;
                }
                f.write_char('}')
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        // From here on a float skips integers, and would quote another number than was written.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        serde_json::Number::from_f64(value)
            .filter(|_| value.abs() < EXACT)
            .map(Json::Number)
            .ok_or_else(|| E::custom("number too large to be kept as written"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn keeps_order_and_duplicates() {
        let text = r#"{"b":[1,-2,1.5,null,true,"\"\n"],"a":{},"b":[]}"#;
        assert_eq!(read(text).to_string(), text);
    }

    #[test]
    fn refuses_numbers_that_it_would_change() {
        assert_eq!(
            read("[18446744073709551615]").to_string(),
            "[18446744073709551615]"
        );
        let error = serde_json::from_str::<Json>("[1, 18446744073709551616]").unwrap_err();
        assert!(error.to_string().starts_with("number too large"), "{error}");
    }

    #[test]
    fn pretty_reads_back_as_the_same_value() {
        let value = read(r#"{"b":[1,{"x":[]}],"a":{},"s":"é"}"#);
        assert_eq!(read(&value.pretty()), value);
        assert_eq!(
            read(r#"{"a":["b",{}]}"#).pretty(),
            "{\n  \"a\": [\n    \"b\",\n    {}\n  ]\n}"
        );
    }

    #[test]
    fn finds_the_first_duplicate_by_its_path() {
        assert_eq!(read(r#"{"a":1,"b":{"a":1}}"#).duplicate(), None);
        assert_eq!(read(r#"{"a":1,"a":1}"#).duplicate().as_deref(), Some("a"));
        let nested = read(r#"{"s":[{},{"c":{"o":1,"p":2,"o":3}}]}"#);
        assert_eq!(nested.duplicate().as_deref(), Some("s[1].c.o"));
        // Two spellings of one key.
        assert_eq!(read(r#"{"a":1,"\u0061":1}"#).duplicate().as_deref(), Some("a"));
    }
}
