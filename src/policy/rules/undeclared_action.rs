//! `undeclared-action`: an action is granted that the role is not meant to have.
//!
//! A wildcard is declared when one declared entry takes in all that it can match, known today or
//! not. Resources are not looked at.

use super::{Grant, Rule, Violation};
use crate::policy::action::ActionPattern;
use crate::policy::catalog::Action;
use crate::policy::document::Actions;

pub(super) const RULE: Rule = Rule {
    id: "undeclared-action",
    summary: "An Allow must grant declared actions only",
};

pub(super) fn check(grant: &Grant<'_>, violations: &mut Vec<Violation>) {
    let Some(declared) = &grant.options.declared else {
        return;
    };
    match &grant.statement.actions {
        Actions::Only(patterns) => {
            for pattern in super::distinct(patterns).filter(|pattern| !declared.covers(pattern)) {
                let undeclared = |action: &&Action| !declared.allows(action.service, action.name);
                let known = grant.catalog.actions_matching(pattern).filter(undeclared);
                violations.push(of_pattern(grant, pattern, known.map(Action::id).collect()));
            }
        }
        Actions::Except(excluded) => {
            // All but a list is declared when everything is, or when the list is everything.
            let is_everything = |pattern: &ActionPattern| {
                pattern.is_every_action() && pattern.service().bytes().all(|byte| byte == b'*')
            };
            if declared.0.iter().chain(excluded).any(is_everything) {
                return;
            }
            let undeclared = |action: &&Action| {
                grant.statement.actions.matches(action.service, action.name)
                    && !declared.allows(action.service, action.name)
            };
            let known = grant
                .catalog
                .actions()
                .iter()
                .filter(undeclared)
                .map(Action::id)
                .collect();
            let message = "`NotAction` allows more than the declared actions".to_owned();
            violations.push(grant.violation(RULE, message, known, None));
        }
    }
}

fn of_pattern(grant: &Grant<'_>, pattern: &ActionPattern, known: Vec<String>) -> Violation {
    let (message, actions) = if !pattern.is_pattern() {
        (
            format!("`{pattern}` is allowed and not declared"),
            vec![pattern.to_string()],
        )
    } else if known.is_empty() {
        let message = format!("`{pattern}` is wider than any declared entry");
        (message, vec![pattern.to_string()])
    } else {
        (
            format!("`{pattern}` allows {}, not declared", super::spell(&known)),
            known,
        )
    };
    grant.violation(RULE, message, actions, None)
}
