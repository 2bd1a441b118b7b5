//! Documentation that is generated from the kinds themselves, so that it cannot go stale.

use serde_json::Value;
use std::fmt::Write;

use crate::formats::FORMATS;
use crate::kinds::{KINDS, Kind};

/// The page of one kind, in Markdown.
#[must_use]
pub fn kind_page(kind: &Kind) -> String {
    let schema = (kind.schema)();
    let mut text = String::new();
    let _ = writeln!(text, "# {}\n\n{}.\n", kind.name, capitalised(kind.summary));
    if let Some(description) = schema["description"].as_str() {
        let _ = writeln!(text, "{description}\n");
    }
    text.push_str("## Options\n\n");
    options(&schema, "", &mut text);
    let _ = writeln!(text, "\n## Example\n\n```yaml\nchecks:");
    for (index, line) in kind.example.lines().enumerate() {
        let lead = if index == 0 { "  - " } else { "    " };
        let _ = writeln!(text, "{lead}{line}");
    }
    text.push_str("```\n");
    text
}

/// The index of the kinds, in Markdown.
#[must_use]
pub fn kinds_index() -> String {
    let mut text = String::from(
        "# Kinds of checks\n\nGenerated from the code; `stackproof explain KIND` prints the same pages.\n\n\
         | kind | a check of it passes when |\n|---|---|\n",
    );
    for kind in KINDS {
        let _ = writeln!(text, "| [{0}]({0}.md) | {1} |", kind.name, kind.summary);
    }
    text
}

fn options(schema: &Value, indent: &str, text: &mut String) {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    for (name, option) in properties {
        let mut facts = vec![type_of(option)];
        if required.contains(&name.as_str()) {
            facts.push("required".to_owned());
        } else if let Some(default) = option.get("default").filter(|default| !default.is_null()) {
            let default = default
                .as_str()
                .map_or_else(|| default.to_string(), str::to_owned);
            facts.push(format!("default `{default}`"));
        }
        let description = option["description"].as_str().unwrap_or_default();
        let description = description.replace('\n', " ");
        let _ = writeln!(text, "{indent}- `{name}` ({}): {description}", facts.join(", "));
        for below in [option, &option["additionalProperties"], &option["items"]] {
            options(below, &format!("{indent}  "), text);
        }
    }
}

fn type_of(option: &Value) -> String {
    let name = match &option["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null")
            .unwrap_or("any")
            .to_owned(),
        _ => match option["anyOf"].as_array().and_then(|any| any.first()) {
            Some(first) => return type_of(first),
            None => "any".to_owned(),
        },
    };
    let format = option["format"].as_str();
    match (name.as_str(), format) {
        ("array", _) => format!("list of {}", type_of(&option["items"])),
        ("object", _) if option["additionalProperties"].is_object() => {
            format!("map of {}", type_of(&option["additionalProperties"]))
        }
        ("string", Some(name)) => FORMATS
            .iter()
            .find(|format| format.name == name)
            .map_or(name, |format| format.article.trim_start_matches("a "))
            .to_owned(),
        ("integer", _) => "whole number".to_owned(),
        _ => name,
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
