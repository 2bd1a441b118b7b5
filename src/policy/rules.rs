//! Rules over the policies of one role, pure and erring towards a finding.
//!
//! [`check`] looks at what each `Allow` statement says by itself. A `Deny`, a boundary or a
//! condition takes nothing back there, and a boundary itself grants nothing and is not looked at.
//! [`lint`] adds what the whole effective set lets its holder become, decided exactly.

mod escalation;
mod ineffective;
mod not_element;
mod undeclared_action;
mod wildcard_action;
mod wildcard_resource;

use super::action::ActionPattern;
use super::catalog::Catalog;
use super::contain::GaveUp;
use super::document::{Effect, PolicyDocument, Statement, StatementRef};
use super::error::Problem;

/// A rule's id and what it forbids, in one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Kebab-case, as in [`Violation::rule`].
    pub id: &'static str,
    /// A sentence without a full stop.
    pub summary: &'static str,
}

/// Every rule, sorted by id.
pub const RULES: [Rule; 10] = [
    escalation::ADMIN,
    ineffective::RULE,
    not_element::NOT_ACTION,
    not_element::NOT_RESOURCE,
    escalation::PASS_ROLE,
    escalation::RULE,
    undeclared_action::RULE,
    wildcard_action::RULE,
    wildcard_action::PATTERN_RULE,
    wildcard_resource::RULE,
];

/// One policy of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPolicy {
    /// The name by which a reader finds it.
    pub name: String,
    /// How the role has it.
    pub kind: PolicyKind,
    /// Absent from inline policies.
    pub arn: Option<String>,
    /// What it says.
    pub document: PolicyDocument,
}

/// How a role has a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// Written into the role.
    Inline,
    /// Attached, of the account.
    Managed,
    /// Attached, of AWS.
    AwsManaged,
    /// The permissions boundary: a limit, not a grant.
    Boundary,
}

/// The actions that a role is meant to have; an empty list means none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeclaredActions(Vec<ActionPattern>);

impl DeclaredActions {
    /// Reads a list of patterns; fails on the first that is none.
    pub fn parse<S: AsRef<str>>(patterns: impl IntoIterator<Item = S>) -> Result<Self, Problem> {
        patterns.into_iter().map(|text| text.as_ref().parse()).collect()
    }

    /// Whether an action is declared.
    #[must_use]
    pub fn allows(&self, service: &str, name: &str) -> bool {
        self.0.iter().any(|declared| declared.matches(service, name))
    }

    /// Whether all that a pattern can match, known or not, is declared, and by one entry.
    #[must_use]
    pub fn covers(&self, pattern: &ActionPattern) -> bool {
        self.0.iter().any(|declared| declared.covers(pattern))
    }
}

impl FromIterator<ActionPattern> for DeclaredActions {
    fn from_iter<I: IntoIterator<Item = ActionPattern>>(patterns: I) -> Self {
        Self(patterns.into_iter().collect())
    }
}

/// What the caller demands beyond the rules themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Without, `undeclared-action` is skipped.
    pub declared: Option<DeclaredActions>,
    /// Actions that `wildcard-resource` leaves out.
    pub exempt_actions: Vec<ActionPattern>,
    /// Whether `wildcard-action-pattern` applies.
    pub action_patterns: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            declared: None,
            exempt_actions: Vec::new(),
            action_patterns: true,
        }
    }
}

/// One rule broken by one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The id of the rule.
    pub rule: &'static str,
    /// The name of the policy.
    pub policy: String,
    /// How the role has the policy.
    pub policy_kind: PolicyKind,
    /// The policy's ARN, when it has one.
    pub policy_arn: Option<String>,
    /// Where in the policy.
    pub statement: StatementRef,
    /// The statement's JSON on one line.
    pub quote: String,
    /// What is wrong, in plain words, without the place.
    pub message: String,
    /// The actions at fault, at most [`MAX_ACTIONS`]; none where the rule is about the element.
    pub actions: Vec<String>,
    /// How many actions are at fault.
    pub action_count: usize,
    /// The resource at fault, as written; of `wildcard-resource` only.
    pub resource: Option<String>,
}

/// As many actions as one violation lists: an administrator's grant has thousands.
pub const MAX_ACTIONS: usize = 25;

/// As many actions as a message spells out.
const MAX_SPELT: usize = 5;

/// Applies every rule to the policies of one role; in the order of policies and statements.
#[must_use]
pub fn check(policies: &[NamedPolicy], options: &Options, catalog: &Catalog) -> Vec<Violation> {
    let mut violations = Vec::new();
    for policy in policies
        .iter()
        .filter(|policy| policy.kind != PolicyKind::Boundary)
    {
        let statements = policy.document.statements.iter();
        for statement in statements.filter(|statement| statement.effect == Effect::Allow) {
            let grant = Grant {
                policy,
                statement,
                options,
                catalog,
            };
            not_element::check(&grant, &mut violations);
            wildcard_action::check(&grant, &mut violations);
            wildcard_resource::check(&grant, &mut violations);
            undeclared_action::check(&grant, &mut violations);
            ineffective::check(&grant, &mut violations);
        }
    }
    violations
}

/// Every rule that needs no allowance: [`check`], and what the effective set as a whole allows.
///
/// The error is a search that gave up, so that nothing is proven.
pub fn lint(
    policies: &[NamedPolicy],
    options: &Options,
    catalog: &Catalog,
) -> Result<Vec<Violation>, GaveUp> {
    let mut violations = check(policies, options, catalog);
    violations.extend(escalation::check(policies, catalog)?);
    Ok(violations)
}

/// An `Allow` statement with all that a rule needs to judge it.
struct Grant<'a> {
    policy: &'a NamedPolicy,
    statement: &'a Statement,
    options: &'a Options,
    catalog: &'a Catalog,
}

impl Grant<'_> {
    fn violation(
        &self,
        rule: Rule,
        message: String,
        mut actions: Vec<String>,
        resource: Option<&str>,
    ) -> Violation {
        let action_count = actions.len();
        actions.truncate(MAX_ACTIONS);
        Violation {
            rule: rule.id,
            policy: self.policy.name.clone(),
            policy_kind: self.policy.kind,
            policy_arn: self.policy.arn.clone(),
            statement: self.statement.reference(),
            quote: self.statement.compact(),
            message,
            actions,
            action_count,
            resource: resource.map(str::to_owned),
        }
    }
}

/// Each pattern once, in the order of the list.
fn distinct(patterns: &[ActionPattern]) -> impl Iterator<Item = &ActionPattern> {
    let is_first = |(at, pattern): &(usize, &ActionPattern)| {
        patterns.iter().position(|earlier| earlier == *pattern) == Some(*at)
    };
    patterns
        .iter()
        .enumerate()
        .filter(is_first)
        .map(|(_, pattern)| pattern)
}

/// "`a`, `b` and 7 more"
fn spell(actions: &[String]) -> String {
    let quoted = |action: &String| format!("`{action}`");
    let shown: Vec<String> = actions.iter().take(MAX_SPELT).map(quoted).collect();
    match (actions.len().saturating_sub(shown.len()), shown.split_last()) {
        (0, Some((last, []))) => last.clone(),
        (0, Some((last, others))) => format!("{} and {last}", others.join(", ")),
        (more, _) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests;
