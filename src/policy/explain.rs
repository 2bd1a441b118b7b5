//! What a policy grants, in words: by statement, service and access level, with the actions that
//! the catalogue knows.
//!
//! Describes what is written; what a `Deny` takes back is listed, not worked out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::catalog::{AccessLevel, Catalog};
use super::document::{Actions, Effect, PolicyDocument, Principal, Principals, Resources, Statement};

/// As many actions of one service and level as are spelt out.
const SPELT: usize = 8;

impl AccessLevel {
    /// The level in AWS's words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Write => "write",
            Self::Tagging => "tagging",
            Self::PermissionsManagement => "permissions management",
        }
    }
}

/// The policy in words.
#[must_use]
pub fn text(document: &PolicyDocument, catalog: &Catalog) -> String {
    let mut text = String::new();
    for statement in &document.statements {
        let verb = match statement.effect {
            Effect::Allow => "allows",
            Effect::Deny => "denies",
        };
        let _ = writeln!(text, "{} {verb}", statement.reference());
        actions(statement, catalog, &mut text);
        let (sense, list) = match &statement.resources {
            Resources::Absent => ("on", vec!["the policy's own resource".to_owned()]),
            Resources::Only(list) => ("on", list.clone()),
            Resources::Except(list) => ("on everything but", list.clone()),
        };
        let _ = writeln!(text, "  {sense} {}", list.join(", "));
        match &statement.principals {
            Principals::Absent => {}
            Principals::Only(list) => drop(writeln!(text, "  to {}", principals(list))),
            Principals::Except(list) => drop(writeln!(text, "  to everyone but {}", principals(list))),
        }
        for condition in &statement.conditions {
            let values = condition.values.join(", ");
            let _ = writeln!(text, "  when {} {} {values}", condition.key, condition.operator);
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "Actions are those of {}, {}.",
        catalog.source(),
        catalog.date()
    );
    text
}

fn actions(statement: &Statement, catalog: &Catalog, text: &mut String) {
    let mut known: BTreeMap<(&str, AccessLevel), Vec<&str>> = BTreeMap::new();
    for action in catalog.actions() {
        if statement.actions.matches(action.service, action.name) {
            known
                .entry((action.service, action.access))
                .or_default()
                .push(action.name);
        }
    }
    let services: std::collections::BTreeSet<&str> = known.keys().map(|(service, _)| *service).collect();
    if services.len() > SPELT {
        let count: usize = known.values().map(Vec::len).sum();
        let _ = writeln!(text, "  {count} actions of {} services", services.len());
        let mut levels: BTreeMap<AccessLevel, usize> = BTreeMap::new();
        for ((_, level), names) in &known {
            *levels.entry(*level).or_default() += names.len();
        }
        for (level, count) in levels {
            let _ = writeln!(text, "    {}: {count}", level.as_str());
        }
    } else {
        for ((service, level), names) in &known {
            let shown = names.iter().take(SPELT).copied().collect::<Vec<_>>().join(", ");
            let more = names.len().saturating_sub(SPELT);
            let more = if more == 0 {
                String::new()
            } else {
                format!(" and {more} more")
            };
            let _ = writeln!(text, "  {service} {}: {shown}{more}", level.as_str());
        }
    }
    let (Actions::Only(list) | Actions::Except(list)) = &statement.actions;
    for pattern in list {
        if catalog.actions_matching(pattern).next().is_none() {
            let _ = writeln!(text, "  {pattern}: not in the catalogue");
        }
    }
}

fn principals(list: &[Principal]) -> String {
    let one = |principal: &Principal| match principal {
        Principal::Everyone => "everyone".to_owned(),
        Principal::Aws(text) if text == "*" => "everyone".to_owned(),
        Principal::Aws(text)
        | Principal::Service(text)
        | Principal::Federated(text)
        | Principal::CanonicalUser(text) => text.clone(),
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}
