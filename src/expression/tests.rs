//! Every mistake in its full text, and every sort of answer.

mod properties;

use serde_json::{Value, json};
use std::fmt::Write;

use super::*;

/// One expression a block, with all that is wrong with it: code, place, title and help.
const MISTAKES: &str = include_str!("tests/mistakes.txt");

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": { "type": ["string", "null"] },
            "state": { "type": "string" },
            "count": { "type": "integer" },
            "ratio": { "type": "number" },
            "enabled": { "type": "boolean" },
            "limit": { "type": ["integer", "null"] },
            "blocks": { "type": "array", "items": { "type": "string" } },
            "tags": { "type": "object", "additionalProperties": { "type": "string" }, "x-fact": true },
            "attributes": {
                "type": "object",
                "x-fact": true,
                "properties": { "timeout": { "type": "integer" }, "fifo": { "type": "boolean" } },
            },
            "policy": { "anyOf": [
                { "type": "object", "properties": { "version": { "type": "string" } } },
                { "type": "null" },
            ] },
            "routes": { "type": "array", "items": {
                "type": "object",
                "properties": {
                    "state": { "type": "string" },
                    "gateway": { "type": ["string", "null"] },
                    "ports": { "type": "array", "items": { "type": "integer" } },
                },
            } },
        },
    })
}

fn resource() -> Value {
    json!({
        "name": "orders-dev", "state": "active", "count": 3, "ratio": 0.5, "enabled": true, "limit": null,
        "blocks": ["10.0.0.0/16"], "tags": { "Team": "core", "größe": "klein" },
        "attributes": { "timeout": 30, "fifo": false }, "policy": null,
        "routes": [
            { "state": "active", "gateway": "local", "ports": [443, 80] },
            { "state": "blackhole", "gateway": null, "ports": [] },
        ],
    })
}

fn compile(text: &str) -> Result<Expression, Vec<Flaw>> {
    Expression::compile(text, &schema())
}

fn mistakes(text: &str) -> String {
    let mut lines = String::new();
    for flaw in compile(text).err().unwrap_or_default() {
        write!(lines, "\n{} at {}: {}", flaw.code, flaw.position, flaw.title).unwrap();
        if let Some(help) = &flaw.help {
            write!(lines, " [{help}]").unwrap();
        }
    }
    lines
}

fn evaluate(text: &str) -> Result<bool, String> {
    let expression = compile(text).unwrap_or_else(|_| panic!("{text}{}", mistakes(text)));
    expression
        .evaluate(&resource())
        .map_err(|error| error.to_string())
}

fn paths(text: &str) -> String {
    let expression = compile(text).unwrap();
    let paths: Vec<String> = expression.paths().iter().map(ToString::to_string).collect();
    paths.join(" ")
}

#[test]
fn every_mistake_is_told_with_its_place() {
    for block in MISTAKES.trim_end().split("\n\n") {
        let text = block.lines().next().unwrap();
        assert_eq!(format!("{text}{}", mistakes(text)), block);
    }
}

#[test]
fn all_mistakes_are_told_at_once_and_by_line() {
    assert_eq!(
        mistakes("self.stat == 1 && self.cont == 2\n  && self.enbled"),
        "\nunknown-field at column 6: `self` has no field `stat` [did you mean `state`?]\
         \nunknown-field at column 24: `self` has no field `cont` [did you mean `count`?]\
         \nunknown-field at line 2, column 11: `self` has no field `enbled` [did you mean `enabled`?]"
    );
    assert_eq!(
        mistakes("self.\n  enabled )"),
        "\nbad-expression at line 2, column 11: unexpected `)`"
    );
    assert_eq!(
        mistakes(" \n "),
        "\nbad-expression at column 1: the expression is empty"
    );
}

#[test]
fn a_condition_holds_or_does_not() {
    for text in [
        "self.enabled",
        "self.count + 1 == 4",
        "self.count == 3.0 && self.ratio < 1",
        "self.limit == null",
        "self.limit == null ? self.enabled : false",
        "'prod' != 'dev' || self.enabled",
        "self.name.contains('dev') && size(self.name) == 10",
        "self.name.matches('^[a-z-]+$')",
        "has(self.tags.Team) && !has(self.tags.Owner)",
        "'Team' in self.tags && self.tags['Team'] == 'core'",
        "self.tags['größe'] == 'klein'",
        "self.tags.exists(key, key.startsWith('gr'))",
        "self.state in ['active', 'pending']",
        "self.blocks == ['10.0.0.0/16'] && self.blocks.size() > 0",
        "self.routes.exists(r, r.gateway == 'local')",
        "self.routes.exists_one(r, r.state == 'active')",
        "self.routes.map(r, r.state == 'active', r.ports) == [[443, 80]]",
        "self.routes.filter(r, r.gateway == null)[0].state == 'blackhole'",
        "self['attributes'].timeout == 30",
        "{'active': 1}[self.state] == 1",
        "-self.count == -3 // a comment",
        "timestamp(self.count) < timestamp('2020-01-01T00:00:00Z')",
    ] {
        assert_eq!(evaluate(text), Ok(true), "{text}");
        assert_eq!(
            evaluate(&format!("!({})", text.replace(" // a comment", ""))),
            Ok(false),
            "{text}"
        );
    }
}

#[test]
fn what_cannot_be_evaluated_is_an_error_and_never_an_answer() {
    for (text, reason) in [
        (
            "self.tags['X'] == 'a'",
            "there is no key `X`; ask for it with `in` first",
        ),
        (
            "self.tags.X != 'a'",
            "there is no key `X`; ask for it with `in` first",
        ),
        ("self.routes[7].state == 'a'", "the list has no item 7"),
        ("self.limit > 3", "`>` does not work with null and an integer"),
        ("self.limit + 1 > 3", "`+` does not work with null and 1"),
        ("self.policy.version == 'a'", "null has no fields"),
        (
            "self.routes[1].gateway.startsWith('a')",
            "`startsWith` does not work with null and a string",
        ),
        ("self.count / 0 == 1", "division by zero"),
        (
            "self.count + 9223372036854775807 > 0",
            "a number, duration or timestamp grew too large",
        ),
        (
            "int(self.state) > 1",
            "`int`: string parse error: invalid digit found in string",
        ),
        (
            "self.state.matches(self.state + '(')",
            "`matches`: unclosed group",
        ),
        (
            "duration(self.state) > duration('1h')",
            "`duration` cannot read its argument",
        ),
    ] {
        assert_eq!(evaluate(text), Err(reason.to_owned()), "{text}");
    }
}

#[test]
fn a_value_of_another_type_than_promised_is_an_error() {
    let anything = Expression::compile("self.x", &Value::Bool(true)).unwrap();
    assert_eq!(anything.evaluate(&json!({ "x": true })), Ok(true));
    assert_eq!(
        anything
            .evaluate(&json!({ "x": "true" }))
            .unwrap_err()
            .to_string(),
        "the expression gave the string `true`, not true or false"
    );
    assert!(anything.evaluate(&json!({})).is_err());
}

#[test]
fn paths_and_facts_follow_from_the_text() {
    assert_eq!(
        paths("'X' in self.tags && self.tags['X'] == self.routes[0].state"),
        "self.tags self.tags[\"X\"] self.routes[0].state"
    );
    assert_eq!(
        paths("self.routes.exists(r, r.state == self.state)"),
        "self.routes self.state"
    );
    assert_eq!(paths("has(self.tags.X)"), "self.tags.X");
    assert_eq!(paths("self.tags[self.state] == 'a'"), "self.tags self.state");
    let facts = |text| {
        compile(text)
            .unwrap()
            .facts()
            .iter()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        facts("self['attributes'].fifo || self.state in self.tags"),
        "attributes tags"
    );
    assert_eq!(facts("self.enabled"), "");
    let expression = compile("self.tags['X'] == 'a' &&\n   self.enabled").unwrap();
    assert_eq!(expression.to_string(), "self.tags['X'] == 'a' && self.enabled");
    assert_eq!(expression.paths()[0].find(&resource()), None);
    assert_eq!(expression.paths()[1].find(&resource()), Some(&Value::Bool(true)));
}
