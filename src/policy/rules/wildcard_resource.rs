//! `wildcard-resource`: every resource, for an action that could be narrowed.
//!
//! `Resource: "*"` is right for an action that takes no resource; the catalogue says which do.
//! An action that it lacks is taken to be one that does. `NotResource` is another rule's.

use std::collections::HashSet;

use super::{Grant, Rule, Violation};
use crate::policy::action::ActionPattern;
use crate::policy::catalog::Action;
use crate::policy::document::{Actions, Resources};
use crate::policy::glob::{self, is_pattern};

pub(super) const RULE: Rule = Rule {
    id: "wildcard-resource",
    summary: "An Allow of actions that take a resource must not be on every resource",
};

/// The partitions that a wildcard may stand for; a role lives in one.
const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];

pub(super) fn check(grant: &Grant<'_>, violations: &mut Vec<Violation>) {
    let everything = [String::from("*")];
    let resources = match &grant.statement.resources {
        Resources::Only(list) => &list[..],
        // No element in a role's own policy narrows nothing.
        Resources::Absent => &everything[..],
        Resources::Except(_) => return,
    };
    for resource in resources.iter().filter(|resource| is_pattern(resource)) {
        let actions = match &grant.statement.actions {
            Actions::Only(patterns) => of_patterns(grant, patterns, resource),
            Actions::Except(_) => of_the_rest(grant, resource),
        };
        if actions.is_empty() {
            continue;
        }
        let (can, each) = if actions.len() == 1 {
            ("it", "")
        } else {
            ("each", "s")
        };
        let message = format!(
            "`{resource}` is every resource for the action{each} {}; {can} can be narrowed",
            super::spell(&actions)
        );
        violations.push(grant.violation(RULE, message, actions, Some(resource)));
    }
}

fn of_patterns(grant: &Grant<'_>, patterns: &[ActionPattern], resource: &str) -> Vec<String> {
    let mut actions = Vec::new();
    for pattern in patterns {
        let mut known = grant.catalog.actions_matching(pattern).peekable();
        if known.peek().is_none() && !is_exempt_unknown(grant, pattern) {
            let anything = unknown_formats(pattern.service());
            if reaches(resource, anything) {
                actions.push(pattern.to_string());
            }
        }
        actions.extend(
            known
                .filter(|action| is_too_wide(grant, action, resource))
                .map(Action::id),
        );
    }
    let mut seen = HashSet::new();
    actions.retain(|action| seen.insert(action.to_ascii_lowercase()));
    actions
}

/// The known actions that a `NotAction` leaves.
fn of_the_rest(grant: &Grant<'_>, resource: &str) -> Vec<String> {
    let granted = |action: &&Action| grant.statement.actions.matches(action.service, action.name);
    let known = grant.catalog.actions().iter().filter(granted);
    known
        .filter(|action| is_too_wide(grant, action, resource))
        .map(Action::id)
        .collect()
}

fn is_too_wide(grant: &Grant<'_>, action: &Action, resource: &str) -> bool {
    let exempt = |pattern: &ActionPattern| pattern.matches(action.service, action.name);
    let formats = || {
        action
            .resources
            .iter()
            .flat_map(|used| used.resource_type.globs())
    };
    action.takes_resource()
        && !grant.options.exempt_actions.iter().any(exempt)
        && reaches(resource, formats())
}

fn is_exempt_unknown(grant: &Grant<'_>, pattern: &ActionPattern) -> bool {
    grant
        .options
        .exempt_actions
        .iter()
        .any(|exempt| exempt.covers(pattern))
}

/// Whether a resource pattern takes in all that one of the ARN formats can describe.
fn reaches(resource: &str, mut formats: impl Iterator<Item = String>) -> bool {
    if glob::covers(resource, "*", glob::Case::Heed) {
        return true;
    }
    let own = resource.split(':').nth(1).unwrap_or_default();
    formats.any(|format| {
        let Some((_, rest)) = format.strip_prefix("arn:").and_then(|rest| rest.split_once(':')) else {
            return false;
        };
        // What a placeholder stands for is never empty.
        let filled = rest.replace('*', "?*");
        let covered = |partition: &str| glob::arn_covers(resource, &format!("arn:{partition}:{filled}"));
        is_pattern(rest) && PARTITIONS.into_iter().chain([own]).any(covered)
    })
}

/// Every form that the ARNs of a service may have, for an action that the catalogue lacks.
fn unknown_formats(service: &str) -> impl Iterator<Item = String> + '_ {
    const FORMS: [&str; 4] = ["*:*:*", ":*:*", "*::*", "::*"];
    FORMS
        .into_iter()
        .map(move |form| format!("arn:*:{service}:{form}"))
}
