//! Two recordings of the same stack differ in what AWS makes up: ids, dates, and in how often was asked. This makes
//! them equal, and nothing else.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The recording with every made-up id replaced by the name of what it stands for.
pub fn canonical(snapshot: &Value) -> Value {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    collect_ids(snapshot, &mut names);
    let resources = snapshot["inventory"]["resources"].as_array();
    for resource in resources.into_iter().flatten() {
        let Some(id) = resource["id"].as_str().filter(|id| is_made_up(id)) else {
            continue;
        };
        let type_name = resource["details"]
            .as_object()
            .and_then(|details| details.keys().next())
            .map_or("?", String::as_str);
        let name = resource["name"]
            .as_str()
            .map_or_else(|| unnamed(resource), str::to_owned);
        names.insert(id.to_owned(), format!("<{type_name} {name}>"));
    }
    let mut value = replaced(snapshot, &names);
    value["recorded_at"] = Value::Null;
    for resource in value["inventory"]["resources"]
        .as_array_mut()
        .into_iter()
        .flatten()
    {
        // It names the endpoint, and so the emulated account's port.
        let url = &mut resource["details"]["aws_sqs_queue"]["queue_url"];
        if let Some(path) = url.as_str().and_then(|url| url.splitn(4, '/').nth(3)) {
            *url = Value::String(path.to_owned());
        }
        // So does the hash of a function's copy of it.
        if let Some(hash) = resource.pointer_mut("/details/aws_lambda_function/environment/EVENTS_QUEUE_URL")
        {
            *hash = Value::Null;
        }
    }
    value["inventory"]["coverage"]["reads"] = Value::Null;
    if let Some(resources) = value["inventory"]["resources"].as_array_mut() {
        resources.sort_by_key(Value::to_string);
    }
    value
}

/// The keys whose values AWS makes up in other forms: API Gateway's ids, public addresses.
const MADE_UP: [&str; 5] = [
    "authorizer_id",
    "deployment_id",
    "public_ip",
    "request_validator_id",
    "rest_api_id",
];

/// Finds what AWS made up in a form of its own, by the keys that it stands under.
fn collect_ids(value: &Value, names: &mut BTreeMap<String, String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_ids(item, names)),
        Value::Object(object) => {
            for (key, value) in object {
                if let Some(text) = value.as_str() {
                    // Below an API, routes and authorizers have an id; a resource's own id has an ARN beside it.
                    let nested = key == "id" && !object.contains_key("arn");
                    if nested || MADE_UP.contains(&key.as_str()) {
                        names.insert(text.to_owned(), format!("<{key}>"));
                    }
                    // The six characters that Secrets Manager adds to a name.
                    if key == "arn" && text.contains(":secretsmanager:") {
                        let tail = text.rsplit('/').next().unwrap_or_default();
                        let name = tail.rsplit_once('-').map_or(tail, |(name, _)| name);
                        names.insert(tail.to_owned(), format!("<{name}>"));
                    }
                }
                collect_ids(value, names);
            }
        }
        _ => {}
    }
}

/// What tells apart resources that AWS made and nobody named.
fn unnamed(resource: &Value) -> String {
    let details = resource["details"]
        .as_object()
        .and_then(|details| details.values().next());
    let zone = details.and_then(|details| details["availability_zone"].as_str());
    format!("of AWS {}", zone.unwrap_or_default())
}

/// `vpc-0a1b2c3d` and the like, and the ids of keys, which are UUIDs.
fn is_made_up(text: &str) -> bool {
    let hex = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit());
    let groups: Vec<&str> = text.split('-').collect();
    let is_uuid =
        groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(|group| hex(group));
    is_uuid
        || text.split_once('-').is_some_and(|(prefix, hex)| {
            prefix.chars().all(|c| c.is_ascii_lowercase())
                && (8..=17).contains(&hex.len())
                && hex.chars().all(|c| c.is_ascii_hexdigit())
        })
}

fn replaced(value: &Value, names: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => Value::String(replaced_text(text, names)),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| replaced(item, names)).collect();
            // Lists that AWS keeps no order in are in the order of their ids.
            if items.iter().any(|item| item.to_string().contains('<')) {
                items.sort_by_key(Value::to_string);
            }
            Value::Array(items)
        }
        Value::Object(object) => Value::Object(
            object
                .iter()
                .map(|(key, value)| (replaced_text(key, names), replaced(value, names)))
                .collect::<Map<_, _>>(),
        ),
        other => other.clone(),
    }
}

/// Words between separators; a made-up id that no resource of the inventory has is any id.
fn replaced_text(text: &str, names: &BTreeMap<String, String>) -> String {
    if let Some(name) = names.get(text) {
        return name.clone();
    }
    text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .map(|piece| {
            let word = piece.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
            let rest = &piece[word.len()..];
            match names.get(word) {
                Some(name) => format!("{name}{rest}"),
                None if is_made_up(word) => {
                    format!("<id>{rest}")
                }
                None => piece.to_owned(),
            }
        })
        .collect()
}
