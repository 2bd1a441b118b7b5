//! `ineffective-resource`: an ARN for an action that takes no resource, which grants nothing.
//!
//! A request for such an action names `*`; the statement reads as a grant and is none.

use super::{Grant, Rule, Violation};
use crate::policy::document::{Actions, Resources};

pub(super) const RULE: Rule = Rule {
    id: "ineffective-resource",
    summary: "An Allow of an action that takes no resource must be on `*`",
};

pub(super) fn check(grant: &Grant<'_>, violations: &mut Vec<Violation>) {
    let (Actions::Only(patterns), Resources::Only(resources)) =
        (&grant.statement.actions, &grant.statement.resources)
    else {
        return;
    };
    if resources
        .iter()
        .any(|resource| resource.bytes().all(|byte| byte == b'*'))
    {
        return;
    }
    // Of a wildcard only those actions count that somebody meant, and nobody can tell which.
    let useless: Vec<String> = super::distinct(patterns)
        .filter(|pattern| !pattern.is_pattern())
        .filter_map(|pattern| grant.catalog.lookup(pattern.service(), pattern.name()))
        .filter(|action| !action.takes_resource())
        .map(crate::policy::catalog::Action::id)
        .collect();
    if useless.is_empty() {
        return;
    }
    let (takes, grants) = if useless.len() == 1 {
        ("takes", "is")
    } else {
        ("take", "are")
    };
    let message = format!(
        "{} {takes} no resource and {grants} granted on `*` only, so that this grants nothing",
        super::spell(&useless)
    );
    violations.push(grant.violation(RULE, message, useless, resources.first().map(String::as_str)));
}
