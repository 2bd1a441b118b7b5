//! Verdicts on policies, by name of what they are about.

use super::*;
use crate::policy::document::PolicyDocument;
use crate::policy::rules::{NamedPolicy, PolicyKind};

mod adversary;
mod cases;
mod conditions;
mod documented;
mod managed;
mod properties;
mod replay;
mod requests;

fn named(text: &str, kind: PolicyKind) -> NamedPolicy {
    NamedPolicy {
        name: "p".to_owned(),
        kind,
        arn: None,
        document: PolicyDocument::parse(text).unwrap_or_else(|error| panic!("{error}: {text}")),
    }
}

/// A document of the given statements.
fn policy(statements: &str) -> NamedPolicy {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    named(&text, PolicyKind::Inline)
}

fn compare(reference: &[NamedPolicy], candidate: &[NamedPolicy]) -> Comparison {
    let (candidate, reference) = (Compiled::new(candidate), Compiled::new(reference));
    new_access(&candidate, &reference, &Scope::default())
}

/// The action and resource of each witness.
fn witnesses(reference: &str, candidate: &str) -> Vec<(String, String)> {
    let found = compare(&[policy(reference)], &[policy(candidate)]);
    assert!(!found.gave_up);
    found
        .witnesses
        .into_iter()
        .map(|one| (one.action, one.resource))
        .collect()
}

#[track_caller]
fn passes(reference: &str, candidate: &str) {
    assert_eq!(
        witnesses(reference, candidate),
        [],
        "{candidate}\nwithin\n{reference}"
    );
}

#[track_caller]
fn fails(reference: &str, candidate: &str) {
    assert_ne!(
        witnesses(reference, candidate),
        [],
        "{candidate}\nwithin\n{reference}"
    );
}

fn list(items: &[&str]) -> String {
    serde_json::to_string(items).unwrap()
}

fn statement(effect: &str, actions: &[&str], resources: &[&str], rest: &str) -> String {
    let (actions, resources) = (list(actions), list(resources));
    format!(r#"{{"Effect":"{effect}","Action":{actions},"Resource":{resources}{rest}}}"#)
}

fn allow(actions: &[&str], resources: &[&str]) -> String {
    statement("Allow", actions, resources, "")
}

fn deny(actions: &[&str], resources: &[&str]) -> String {
    statement("Deny", actions, resources, "")
}

fn allow_if(actions: &[&str], resources: &[&str], condition: &str) -> String {
    statement(
        "Allow",
        actions,
        resources,
        &format!(r#","Condition":{condition}"#),
    )
}

fn deny_if(actions: &[&str], resources: &[&str], condition: &str) -> String {
    statement(
        "Deny",
        actions,
        resources,
        &format!(r#","Condition":{condition}"#),
    )
}
