//! `wildcard-action` and `wildcard-action-pattern`: actions granted by wildcard.
//!
//! The first is a whole service or more, and always wrong; the second is a part of a service,
//! which a caller may accept.

use super::{Grant, Rule, Violation};
use crate::policy::action::ActionPattern;
use crate::policy::catalog::Catalog;
use crate::policy::document::Actions;
use crate::policy::glob::is_pattern;

pub(super) const RULE: Rule = Rule {
    id: "wildcard-action",
    summary: "An Allow must not grant every action, nor every action of a service",
};

pub(super) const PATTERN_RULE: Rule = Rule {
    id: "wildcard-action-pattern",
    summary: "An Allow must name its actions without wildcards",
};

pub(super) fn check(grant: &Grant<'_>, violations: &mut Vec<Violation>) {
    let Actions::Only(patterns) = &grant.statement.actions else {
        return;
    };
    for pattern in super::distinct(patterns).filter(|pattern| pattern.is_pattern()) {
        let known = || grant.catalog.actions_matching(pattern).count();
        let (rule, message) = if pattern.service() == "*" && pattern.is_every_action() {
            (RULE, format!("`{pattern}` allows every action of every service"))
        } else if is_pattern(pattern.service()) {
            (
                RULE,
                format!("`{pattern}` allows actions of more than one service"),
            )
        } else if is_whole_service(pattern, grant.catalog) {
            let service = pattern.service();
            (
                RULE,
                format!(
                    "`{pattern}` allows every action of `{service}`, {} today",
                    known()
                ),
            )
        } else if grant.options.action_patterns {
            (
                PATTERN_RULE,
                format!("`{pattern}` is a wildcard; it matches {} actions today", known()),
            )
        } else {
            continue;
        };
        violations.push(grant.violation(rule, message, vec![pattern.to_string()], None));
    }
}

/// A pattern such as `sqs:*`, or one that happens to match all that is known of the service.
fn is_whole_service(pattern: &ActionPattern, catalog: &Catalog) -> bool {
    let known = catalog.service(pattern.service());
    let matches_all = || {
        known
            .iter()
            .all(|action| pattern.matches(action.service, action.name))
    };
    pattern.is_every_action() || (known.len() > 1 && matches_all())
}
