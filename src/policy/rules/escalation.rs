//! `privilege-escalation`, `admin-equivalent` and `pass-role`: what the whole effective set of a
//! role's policies lets it become.
//!
//! Unlike the rules about single statements these are exact: a `Deny`, a boundary, a resource or
//! a condition that makes a path unusable is heeded, and a path may span policies. The paths
//! themselves are in `escalation/paths.rs`.

mod paths;

use super::{NamedPolicy, PolicyKind, Rule, Violation};
use crate::policy::catalog::Catalog;
use crate::policy::condition::Comparison;
use crate::policy::contain::{self, Compiled, Fact, GaveUp, Witness};
use crate::policy::document::StatementRef;

pub(super) const ADMIN: Rule = Rule {
    id: "admin-equivalent",
    summary: "A role must not be allowed every action on every resource",
};

pub(super) const PASS_ROLE: Rule = Rule {
    id: "pass-role",
    summary: "An Allow of iam:PassRole must name the service by iam:PassedToService",
};

pub(super) const RULE: Rule = Rule {
    id: "privilege-escalation",
    summary: "A role must not be able to give itself or take over other permissions",
};

/// Where a role can be: never `aws`, whose policies nobody else can change.
const ROLES: &str = "arn:*:iam::????????????:role/*";
/// An action that no service has, on a resource of its own: who may do that may do anything to anything.
const UNHEARD_OF: &str = "stackproof-unheard-of:DoAnything";
const ANYTHING: &str = "arn:aws:stackproof-unheard-of:us-east-1:999999999999:anything";

pub(super) fn check(policies: &[NamedPolicy], catalog: &Catalog) -> Result<Vec<Violation>, GaveUp> {
    let compiled = Compiled::new(policies);
    // Nothing happens before the day of the catalogue that this program carries.
    let now = ["aws:CurrentTime", "aws:TokenIssueTime"]
        .map(|key| contain::fact(key, Comparison::DateGreaterThanEquals, &[catalog.date()]));
    let mut violations = Vec::new();
    if let Some(witness) = contain::grant_of(&compiled, UNHEARD_OF, &[ANYTHING], &now)? {
        let message =
            "every action is allowed on every resource, of whatever service, which makes an administrator"
                .to_owned();
        violations.push(violation(ADMIN, message, &[witness]));
        // Every path is open to an administrator; to list them all would tell nothing.
        return Ok(violations);
    }
    let mut facts = now.to_vec();
    facts.push(contain::fact(
        "iam:PassedToService",
        Comparison::StringEquals,
        &[&contain::fresh_value()],
    ));
    if let Some(witness) = contain::grant_of(&compiled, "iam:PassRole", &[ROLES], &facts)? {
        let message = format!(
            "`iam:PassRole` on `{}` is allowed for every service; `iam:PassedToService` would name one",
            witness.resource
        );
        violations.push(violation(PASS_ROLE, message, &[witness]));
    }
    for path in paths::all() {
        if let Some(witnesses) = open(&compiled, path, &now)? {
            let steps: Vec<String> = witnesses
                .iter()
                .map(|witness| format!("{} on {}", witness.action, witness.resource))
                .collect();
            let message = format!("{} ({}): {}", path.what, path.name, steps.join(", "));
            violations.push(violation(RULE, message, &witnesses));
        }
    }
    Ok(violations)
}

/// Every step of a path, when all of them are granted.
fn open(compiled: &Compiled<'_>, path: &paths::Path, now: &[Fact]) -> Result<Option<Vec<Witness>>, GaveUp> {
    let mut witnesses = Vec::new();
    for step in path.steps {
        let mut facts = now.to_vec();
        if let Some(service) = path.service {
            facts.push(contain::fact(
                "iam:PassedToService",
                Comparison::StringEquals,
                &[service],
            ));
        }
        match contain::grant_of(compiled, step.action, step.formats, &facts)? {
            None => return Ok(None),
            Some(witness) => witnesses.push(witness),
        }
    }
    Ok(Some(witnesses))
}

fn violation(rule: Rule, message: String, witnesses: &[Witness]) -> Violation {
    let actions: Vec<String> = witnesses.iter().map(|witness| witness.action.clone()).collect();
    let first = witnesses.first();
    Violation {
        rule: rule.id,
        policy: first.map(|witness| witness.policy.clone()).unwrap_or_default(),
        policy_kind: first.map_or(PolicyKind::Inline, |witness| witness.policy_kind),
        policy_arn: first.and_then(|witness| witness.policy_arn.clone()),
        statement: first.map_or(StatementRef { sid: None, index: 0 }, |witness| {
            witness.statement.clone()
        }),
        quote: first.map(|witness| witness.quote.clone()).unwrap_or_default(),
        message,
        action_count: actions.len(),
        actions,
        resource: first.map(|witness| witness.resource.clone()),
    }
}
