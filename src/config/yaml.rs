//! YAML text → a tree in which every key and value knows its place.
//!
//! The tree is deliberately untyped: kinds give types to their own part of it, and a mistake in one part must not
//! hide the mistakes in another.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use serde_saphyr::{Location, Options, Spanned, UserMessageFormatter};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::diag::{Diagnostic, Place, SourceFile};

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub data: Data,
    /// The bytes of a scalar, or of the first token of a collection.
    pub span: Range<usize>,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// A null, boolean or number.
    Scalar(Value),
    /// A string.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// A key and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// The key.
    pub name: String,
    /// The bytes.
    pub span: Range<usize>,
}

/// The spans of a tree by JSON pointer: `(key, value)`; a list's element has no key.
pub type Places = BTreeMap<String, (Option<Range<usize>>, Range<usize>)>;

impl Node {
    /// The value of a key of a mapping.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|(key, _)| key.name == name)
            .map(|(_, node)| node)
    }

    /// The entries of a mapping; none for anything else.
    #[must_use]
    pub fn entries(&self) -> &[(Key, Self)] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The string, when the node is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The tree without places.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match &self.data {
            Data::Scalar(value) => value.clone(),
            Data::Text(text) => Value::String(text.clone()),
            Data::List(items) => items.iter().map(Self::to_value).collect(),
            Data::Map(entries) => entries
                .iter()
                .map(|(key, node)| (key.name.clone(), node.to_value()))
                .collect(),
        }
    }

    /// The places of the tree, by JSON pointer.
    #[must_use]
    pub fn places(&self) -> Places {
        let mut places = Places::new();
        self.collect_places("", None, &mut places);
        places
    }

    fn collect_places(&self, pointer: &str, key: Option<&Range<usize>>, places: &mut Places) {
        places.insert(pointer.to_owned(), (key.cloned(), self.span.clone()));
        match &self.data {
            Data::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.collect_places(&format!("{pointer}/{index}"), None, places);
                }
            }
            Data::Map(entries) => {
                for (key, node) in entries {
                    let name = escape_pointer(&key.name);
                    node.collect_places(&format!("{pointer}/{name}"), Some(&key.span), places);
                }
            }
            Data::Scalar(_) | Data::Text(_) => {}
        }
    }
}

/// One reference token of a JSON pointer (RFC 6901).
#[must_use]
pub fn escape_pointer(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// Parses one document. An empty document is a null.
pub fn parse(file: &Arc<SourceFile>) -> Result<Node, Diagnostic> {
    let mut options = Options::default();
    // The excerpt is drawn by `diag`, for all diagnostics alike.
    options.with_snippet = false;
    // YAML 1.2: `no` and `off` are words.
    options.strict_booleans = true;
    let parsed: Result<Spanned<Raw>, _> = serde_saphyr::from_str_with_options(&file.text, options);
    match parsed {
        Ok(spanned) => Ok(spanned.into_node(&file.text)),
        Err(error) => {
            let error = error.without_snippet();
            let location = error.location().unwrap_or(Location::UNKNOWN);
            let span = span_of(location, &file.text, None);
            let message = error.render_with_formatter(&UserMessageFormatter);
            // The place is shown by the excerpt.
            let message = message
                .split_once(" at line ")
                .map_or(message.as_str(), |(before, _)| before);
            let place = Place {
                file: Arc::clone(file),
                span,
            };
            Err(Diagnostic::new("invalid-yaml", "invalid YAML", place, message))
        }
    }
}

/// The tree as the YAML library fills it; `Spanned` wraps every key and value.
enum Raw {
    Scalar(Value),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

trait IntoNode {
    fn into_node(self, text: &str) -> Node;
}

impl IntoNode for Spanned<Raw> {
    fn into_node(self, text: &str) -> Node {
        let scalar = match &self.value {
            Raw::Scalar(_) | Raw::Text(_) => Some(()),
            Raw::List(_) | Raw::Map(_) => None,
        };
        let mut span = span_of(self.referenced, text, scalar);
        let data = match self.value {
            Raw::Scalar(value) => Data::Scalar(value),
            Raw::Text(value) => Data::Text(value),
            Raw::List(items) => Data::List(items.into_iter().map(|item| item.into_node(text)).collect()),
            Raw::Map(entries) => Data::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| {
                        let span = span_of(key.referenced, text, Some(()));
                        let name = key.value;
                        (Key { name, span }, value.into_node(text))
                    })
                    .collect(),
            ),
        };
        if let Some(end) = end_of_flow(&data, &span, text) {
            span.end = end;
        }
        Node { data, span }
    }
}

/// Where a collection in brackets ends, when that is on the line of its last entry.
fn end_of_flow(data: &Data, span: &Range<usize>, text: &str) -> Option<usize> {
    let last = match data {
        Data::List(items) => items.last().map(|item| item.span.end),
        Data::Map(entries) => entries.last().map(|(_, value)| value.span.end),
        Data::Scalar(_) | Data::Text(_) => return None,
    };
    let closing = match text.as_bytes().get(span.start)? {
        b'[' => ']',
        b'{' => '}',
        _ => return None,
    };
    let from = last.unwrap_or(span.start + 1).max(span.start + 1);
    let rest = text.get(from..)?;
    let end = rest.find(|c: char| !matches!(c, ' ' | ','))?;
    let end = from + end + 1;
    // An excerpt shows one line, so the span stays on the line on which it begins.
    (rest[end - from - 1..].starts_with(closing) && !text[span.start..end].contains('\n')).then_some(end)
}

/// The bytes of a location; of a collection, and of anything without a length, the rest of its first line.
fn span_of(location: Location, text: &str, scalar: Option<()>) -> Range<usize> {
    let span = location.span();
    let start = span
        .byte_offset()
        .and_then(|offset| usize::try_from(offset).ok())
        .unwrap_or(text.len())
        .min(text.len());
    let length = scalar
        .and_then(|()| span.byte_len())
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(0);
    let line = text.get(start..).map_or(0, |rest| {
        rest.lines().next().map_or(0, |line| line.trim_end().len())
    });
    let length = if length == 0 { line } else { length };
    let end = (start + length).min(text.len());
    // A block scalar reaches to the next key; the blank before it is no part of what is shown.
    let shown = text
        .get(start..end)
        .map_or(end - start, |shown| shown.trim_end().len());
    start..start + shown
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a mapping, a list, a string, a number, a boolean or null")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Number(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Number(value.into())))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Raw, E> {
        Number::from_f64(value)
            .map(|number| Raw::Scalar(Value::Number(number)))
            .ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn source(text: &str) -> Arc<SourceFile> {
        Arc::new(SourceFile {
            path: "checks/a.yaml".into(),
            text: text.into(),
        })
    }

    #[test]
    fn every_key_and_value_knows_its_bytes() {
        let text = "# ä comment\nchecks:\n  - id: ttl\n    with: {tables: [\"a b\", c], n: 3}\n";
        let node = parse(&source(text)).unwrap();
        let places = node.places();
        let shown = |pointer: &str| &text[places[pointer].1.clone()];
        assert_eq!(shown("/checks/0/id"), "ttl");
        assert_eq!(shown("/checks/0/with/tables/0"), "\"a b\"");
        assert_eq!(shown("/checks/0/with/n"), "3");
        let key = places["/checks/0/with/tables"].0.clone().unwrap();
        assert_eq!(&text[key], "tables");
    }

    #[test]
    fn duplicate_keys_are_refused() {
        let error = parse(&source("a: 1\nb: 2\na: 3\n")).unwrap_err();
        insta::assert_snapshot!(error.render(false));
    }

    #[test]
    fn broken_yaml_is_shown_at_its_place() {
        let error = parse(&source("checks:\n  - id: [a, b\n    kind: ttl\n")).unwrap_err();
        insta::assert_snapshot!(error.render(false));
    }

    #[test]
    fn words_that_look_like_booleans_stay_words() {
        let node = parse(&source("country: no\nreally: false\n")).unwrap();
        assert_eq!(
            node.to_value(),
            serde_json::json!({"country": "no", "really": false})
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,200}") {
            let file = source(&text);
            if let Err(error) = parse(&file) {
                prop_assert!(!error.render(false).is_empty());
            }
        }
    }
}
