//! Every change of one leaf of a JSON value, JSON texts inside of strings included.

use serde_json::{Map, Value, json};

/// A value in which one leaf is not what it was.
pub struct Change {
    /// The leaf, as `ingress/[]/cidr_blocks`; ` » ` leads into a JSON text, and `{a + b}` are two leaves at once.
    pub leaf: String,
    /// The whole value, changed.
    pub value: Value,
}

/// What other values of the same type have at a place, for lists that are empty here.
pub type Donors<'a> = &'a dyn Fn(&str) -> Option<Value>;

/// Every change of every leaf. Many are no value of the type any more: who reads them back tells.
pub fn changes(value: &Value, donors: Donors<'_>) -> Vec<Change> {
    let mut walk = Walk {
        root: value,
        donors,
        found: Vec::new(),
    };
    walk.visit("", "", value);
    walk.found
}

struct Walk<'a> {
    root: &'a Value,
    donors: Donors<'a>,
    found: Vec<Change>,
}

impl Walk<'_> {
    fn visit(&mut self, pointer: &str, leaf: &str, value: &Value) {
        match value {
            Value::Object(fields) => self.visit_fields(pointer, leaf, fields),
            Value::Array(items) => self.visit_items(pointer, leaf, items),
            Value::String(text) => self.visit_text(pointer, leaf, text),
            Value::Bool(on) => self.replace(pointer, leaf, json!(!on)),
            Value::Number(number) => {
                if let Some(whole) = number.as_i64() {
                    for other in [whole + 1, 0, -1] {
                        self.replace(pointer, leaf, json!(other));
                    }
                } else if let Some(real) = number.as_f64() {
                    for other in [real * 2.0 + 1.0, 0.0, -1.0] {
                        self.replace(pointer, leaf, json!(other));
                    }
                }
            }
            // What it would be, only its type knows.
            Value::Null => {
                for other in [json!("changed"), json!(1), json!(true), json!({})] {
                    self.replace(pointer, leaf, other);
                }
            }
        }
    }

    fn visit_fields(&mut self, pointer: &str, leaf: &str, fields: &Map<String, Value>) {
        for (key, value) in fields {
            let escaped = key.replace('~', "~0").replace('/', "~1");
            let (below, name) = (format!("{pointer}/{escaped}"), joined(leaf, key));
            self.visit(&below, &name, value);
            self.switch_off_with(pointer, leaf, fields, key);
            let mut without = fields.clone();
            without.remove(key);
            self.replace(pointer, &name, Value::Object(without.clone()));
            // Fields of AWS's answers are in snake_case here; any other key is one that somebody chose.
            if key.chars().any(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_')) {
                without.insert(format!("{}-changed", key.to_lowercase()), value.clone());
                self.replace(pointer, &name, Value::Object(without));
            }
        }
    }

    /// Two switches may stand for one fact, either of which is enough: both are changed.
    fn switch_off_with(&mut self, pointer: &str, leaf: &str, fields: &Map<String, Value>, key: &str) {
        for (other, value) in fields {
            let (Value::Bool(on), false) = (value, other == key) else {
                continue;
            };
            let mut changed = fields.clone();
            changed.insert(other.clone(), json!(!on));
            changed.insert(key.to_owned(), Value::Null);
            let both = joined(leaf, &format!("{{{key} + {other}}}"));
            self.replace(pointer, &both, Value::Object(changed));
        }
    }

    fn visit_items(&mut self, pointer: &str, leaf: &str, items: &[Value]) {
        let leaf = format!("{leaf}/[]");
        for (index, item) in items.iter().enumerate() {
            self.visit(&format!("{pointer}/{index}"), &leaf, item);
            let mut without = items.to_vec();
            without.remove(index);
            self.replace(pointer, &leaf, Value::Array(without));
        }
        if items.len() > 1 {
            self.replace(pointer, &leaf, json!([]));
        }
        if items.is_empty() {
            let everybody = ["changed", "0.0.0.0/0", "::/0"].map(|text| Some(json!(text)));
            for item in [(self.donors)(pointer)].into_iter().chain(everybody).flatten() {
                self.replace(pointer, &leaf, json!([item]));
            }
        }
    }

    fn visit_text(&mut self, pointer: &str, leaf: &str, text: &str) {
        if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
            for change in changes(&inner, &|_| None) {
                let leaf = format!("{leaf} » {}", change.leaf);
                self.replace(pointer, &leaf, json!(change.value.to_string()));
            }
            return self.replace(pointer, leaf, json!("no JSON"));
        }
        let mut others = vec![format!("{text}-changed"), String::new(), "*".to_owned()];
        // What AWS calls a switch that is off, who may after all, and everybody in the world.
        if !text.is_empty() && text.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
            others.extend(["OFF".to_owned(), "NONE".to_owned()]);
        }
        match text {
            "Deny" => others.push("Allow".to_owned()),
            _ if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('/') => {
                others.push("0.0.0.0/0".to_owned());
            }
            _ => {}
        }
        for other in others.into_iter().filter(|other| other != text) {
            self.replace(pointer, leaf, json!(other));
        }
    }

    fn replace(&mut self, pointer: &str, leaf: &str, with: Value) {
        let mut value = self.root.clone();
        if let Some(place) = value.pointer_mut(pointer) {
            *place = with;
            let leaf = leaf.to_owned();
            self.found.push(Change { leaf, value });
        }
    }
}

fn joined(leaf: &str, key: &str) -> String {
    if leaf.is_empty() {
        key.to_owned()
    } else {
        format!("{leaf}/{key}")
    }
}

#[test]
fn every_kind_of_leaf_has_a_change() {
    let value = json!({
        "on": true, "count": 3, "rate": 0.5, "text": "a", "absent": null, "list": ["a"], "empty": [],
        "map": {"Key": "a"}, "either": {"on": true, "key": "a"}, "policy": "{\"Effect\":\"Deny\"}",
    });
    let donate = |pointer: &str| (pointer == "/empty").then(|| json!("donated"));
    let all = changes(&value, &donate);
    assert!(all.iter().all(|change| change.value != value));
    let holds = |leaf: &str, pointer: &str, with: &Value| {
        let found = |change: &Change| change.leaf == leaf && change.value.pointer(pointer) == Some(with);
        assert!(all.iter().any(found), "{leaf}: {with}");
    };
    holds("on", "/on", &json!(false));
    holds("count", "/count", &json!(4));
    holds("rate", "/rate", &json!(0.0));
    holds("text", "/text", &json!("a-changed"));
    holds("absent", "/absent", &json!("changed"));
    holds("list/[]", "/list", &json!([]));
    holds("empty/[]", "/empty", &json!(["donated"]));
    holds("map/Key", "/map", &json!({}));
    holds("map/Key", "/map", &json!({"key-changed": "a"}));
    holds("either/{key + on}", "/either", &json!({"on": false, "key": null}));
    holds("policy » Effect", "/policy", &json!("{\"Effect\":\"Allow\"}"));
}
