//! `not-action` and `not-resource`: an `Allow` of all but a list.
//!
//! Such a grant grows with every action and resource that comes to exist. What it grants today
//! is not worked out here.

use super::{Grant, Rule, Violation};
use crate::policy::document::{Actions, Resources};

pub(super) const NOT_ACTION: Rule = Rule {
    id: "not-action",
    summary: "An Allow must list its actions, not what it leaves out",
};

pub(super) const NOT_RESOURCE: Rule = Rule {
    id: "not-resource",
    summary: "An Allow must list its resources, not what it leaves out",
};

pub(super) fn check(grant: &Grant<'_>, violations: &mut Vec<Violation>) {
    if let Actions::Except(excluded) = &grant.statement.actions {
        let excluded: Vec<String> = excluded.iter().map(ToString::to_string).collect();
        let message = format!(
            "`NotAction` allows every action except {}, also actions that AWS has yet to add",
            super::spell(&excluded)
        );
        violations.push(grant.violation(NOT_ACTION, message, Vec::new(), None));
    }
    if let Resources::Except(excluded) = &grant.statement.resources {
        let message = format!(
            "`NotResource` allows every resource except {}, also resources yet to be made",
            super::spell(excluded)
        );
        violations.push(grant.violation(NOT_RESOURCE, message, Vec::new(), None));
    }
}
