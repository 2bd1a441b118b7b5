//! Values of CEL: out of JSON, and in plain words.

use cel::objects::{Key, Map};
use cel::{ExecutionError, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// The value of a JSON document. Whole numbers are integers, so that they add up with literals.
pub fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::Int(number),
            (None, Some(number)) => Value::UInt(number),
            (None, None) => number.as_f64().map_or(Value::Null, Value::Float),
        },
        serde_json::Value::String(text) => Value::String(Arc::new(text.clone())),
        serde_json::Value::Array(items) => Value::List(Arc::new(items.iter().map(from_json).collect())),
        serde_json::Value::Object(fields) => {
            let fields: HashMap<Key, Value> = fields
                .iter()
                .map(|(key, value)| (Key::String(Arc::new(key.clone())), from_json(value)))
                .collect();
            Value::Map(Map {
                map: Arc::new(fields),
            })
        }
    }
}

/// What a user would call a value.
pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::String(text) => format!("the string `{text}`"),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
        Value::Bytes(_) => "a byte string".to_owned(),
        Value::Duration(_) => "a duration".to_owned(),
        Value::Timestamp(_) => "a timestamp".to_owned(),
        _ => "a value".to_owned(),
    }
}

/// Why an evaluation failed, in one line.
pub fn explain(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => {
            format!("there is no key `{key}`; ask for it with `in` first")
        }
        ExecutionError::IndexOutOfBounds(index) => {
            format!("the list has no item {}", describe(index))
        }
        ExecutionError::NoSuchOverload(overload) => {
            let types = overload.argument_types();
            match (operator(overload.function()), types) {
                (".", [on, _]) => format!("{} has no fields", type_name(on)),
                ("[]", [on, _]) => format!("{} has no items", type_name(on)),
                (function, types) => unfit(function, types.iter().map(|name| type_name(name))),
            }
        }
        ExecutionError::UnsupportedBinaryOperator(name, left, right) => {
            unfit(arithmetic(name), [describe(left), describe(right)])
        }
        ExecutionError::ValuesNotComparable(left, right) => {
            format!("{} cannot be compared with {}", describe(left), describe(right))
        }
        ExecutionError::UnexpectedType { got, want } => {
            let want = if want == "iterable" {
                "a list or a map"
            } else {
                &type_name(want)
            };
            format!("found {} where {want} is needed", type_name(got))
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "division by zero".to_owned()
        }
        ExecutionError::Overflow(..) => "a number, duration or timestamp grew too large".to_owned(),
        ExecutionError::DuplicateKey(key) => format!("a map has the key {} twice", describe(key)),
        ExecutionError::UnsupportedKeyType(key) => format!("{} cannot be a key", describe(key)),
        ExecutionError::FunctionError { function, message } => {
            let last = message.lines().last().unwrap_or_default();
            // Some messages of conversions are written for programmers.
            if last.contains("Error") {
                format!("`{function}` cannot read its argument")
            } else {
                format!("`{function}`: {}", last.trim_start_matches("error: "))
            }
        }
        _ => "the expression cannot be evaluated".to_owned(),
    }
}

fn unfit(function: &str, operands: impl IntoIterator<Item = String>) -> String {
    let operands: Vec<String> = operands.into_iter().collect();
    format!("`{function}` does not work with {}", operands.join(" and "))
}

/// The operator as it is written, out of the name that CEL gives its function.
fn operator(function: &str) -> &str {
    match function {
        "@in" => "in",
        "_[_]" => "[]",
        "_?_:_" => "?:",
        other => other.trim_matches('_'),
    }
}

fn arithmetic(name: &str) -> &str {
    match name {
        "add" => "+",
        "sub" => "-",
        "mul" => "*",
        "div" => "/",
        "rem" => "%",
        other => other,
    }
}

fn type_name(name: &str) -> String {
    match name {
        "null_type" => "null",
        "bool" => "a boolean",
        "int" => "an integer",
        "uint" => "an unsigned integer",
        "double" => "a decimal number",
        "string" => "a string",
        "bytes" => "a byte string",
        "list" => "a list",
        "map" => "a map",
        _ => "a value",
    }
    .to_owned()
}
