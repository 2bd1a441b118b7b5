//! Policies made ready for questions: one list of statements for each part that they play.

use super::actions::ActionSet;
use super::atom::Atom;
use super::pattern::{Pattern, Shape};
use crate::policy::document::{Effect, PolicyDocument, Principals, Resources, Statement, Version};
use crate::policy::rules::{NamedPolicy, PolicyKind};

/// The policies of one side of a comparison, as one effective set.
#[derive(Debug)]
pub struct Compiled<'a> {
    pub(super) policies: &'a [NamedPolicy],
    pub(super) allows: Vec<Grant<'a>>,
    /// What the boundary allows; none without a boundary.
    pub(super) boundary: Option<Vec<Grant<'a>>>,
    pub(super) denies: Vec<Grant<'a>>,
}

/// One statement.
#[derive(Debug)]
pub(super) struct Grant<'a> {
    /// The place of its policy.
    pub policy: usize,
    pub statement: &'a Statement,
    pub actions: ActionSet,
    pub resources: ResourceSet,
    /// Sorted.
    pub atoms: Vec<Atom>,
}

/// The resources of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResourceSet {
    pub except: bool,
    /// Sorted.
    pub patterns: Vec<Pattern>,
    /// Whether a policy variable is in one of them.
    pub variable: bool,
}

impl ResourceSet {
    fn new(resources: &Resources, version: Version) -> Self {
        let (except, list): (bool, &[String]) = match resources {
            Resources::Absent => (true, &[]),
            Resources::Only(list) => (false, list),
            Resources::Except(list) => (true, list),
        };
        let mut patterns: Vec<Pattern> = list
            .iter()
            .map(|text| Pattern::new(text, Shape::Resource, false, version))
            .collect();
        patterns.sort_unstable();
        patterns.dedup();
        let variable = patterns.iter().any(Pattern::is_variable);
        Self {
            except,
            patterns,
            variable,
        }
    }

    /// Whether two resources are matched alike.
    pub fn is_same_for(&self, one: &str, other: &str) -> bool {
        if self.variable {
            let same = |pattern: &Pattern| pattern.matches(one) == pattern.matches(other);
            return self.patterns.iter().all(same);
        }
        self.contains(one) == self.contains(other)
    }

    /// Whether a resource is one of them, where no variable leaves that open.
    pub fn contains(&self, resource: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(resource)) != self.except
    }

    /// Whether every resource that a pattern matches is one of these; a `true` is certain.
    pub fn covers(&self, narrow: &Pattern) -> bool {
        if self.except {
            return self.patterns.is_empty();
        }
        self.patterns.iter().any(|pattern| pattern.covers(narrow))
    }
}

impl<'a> Grant<'a> {
    fn new(policy: usize, statement: &'a Statement, version: Version) -> Self {
        let mut atoms: Vec<Atom> = statement
            .conditions
            .iter()
            .map(|condition| Atom::new(condition, version))
            .collect();
        atoms.sort_unstable();
        atoms.dedup();
        Self {
            policy,
            statement,
            actions: ActionSet::new(&statement.actions),
            resources: ResourceSet::new(&statement.resources, version),
            atoms,
        }
    }

    /// Whether two statements speak about the same requests, as far as their words tell.
    pub fn same_requests(&self, other: &Self) -> bool {
        self.actions == other.actions
            && self.resources == other.resources
            && self.atoms == other.atoms
            && same_principals(&self.statement.principals, &other.statement.principals)
    }
}

fn same_principals(left: &Principals, right: &Principals) -> bool {
    match (left, right) {
        (Principals::Only(own), Principals::Only(other))
        | (Principals::Except(own), Principals::Except(other)) => {
            own.iter().all(|one| other.contains(one)) && other.iter().all(|one| own.contains(one))
        }
        _ => left == right,
    }
}

impl<'a> Compiled<'a> {
    /// Makes policies ready. Any number of them may be boundaries; all together are one.
    #[must_use]
    pub fn new(policies: &'a [NamedPolicy]) -> Self {
        let mut compiled = Self {
            policies,
            allows: Vec::new(),
            boundary: None,
            denies: Vec::new(),
        };
        for (index, policy) in policies.iter().enumerate() {
            let is_boundary = policy.kind == PolicyKind::Boundary;
            if is_boundary {
                compiled.boundary.get_or_insert_default();
            }
            for statement in &policy.document.statements {
                let grant = Grant::new(index, statement, policy.document.version);
                match (statement.effect, is_boundary) {
                    (Effect::Deny, _) => compiled.denies.push(grant),
                    (Effect::Allow, false) => compiled.allows.push(grant),
                    (Effect::Allow, true) => compiled.boundary.get_or_insert_default().push(grant),
                }
            }
        }
        compiled
    }

    pub(super) fn documents(&self) -> impl Iterator<Item = &'a PolicyDocument> {
        self.policies.iter().map(|policy| &policy.document)
    }
}
