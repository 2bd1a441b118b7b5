//! Containment: is all that some policies grant within what others allow?
//!
//! A grant is an action on a resource by a principal in a request context. [`new_access`] looks
//! for one that the candidate allows and the reference does not, and answers with witnesses, or
//! with none when there is none. Actions and principals are finite sets of classes ([`actions`],
//! [`principals`]), resources and condition values are texts decided by automata ([`search`]),
//! contexts are decided key by key ([`satisfy`]). `docs/policy-analysis.md` tells the whole story.
//!
//! What it must not do: answer "contained" when it gave up. A spent budget is
//! [`Comparison::gave_up`], and no caller may read that as contained.

mod actions;
mod atom;
mod compiled;
mod members;
mod pattern;
mod principals;
mod question;
mod satisfy;
mod search;
mod sides;
#[cfg(test)]
mod tests;
mod values;
mod witness;

use std::collections::{BTreeMap, BTreeSet, HashSet};

pub use self::atom::Atom as Fact;
pub use self::compiled::Compiled;
pub use self::witness::Witness;

use self::pattern::Pattern;
use self::principals::{Class, Known, Reading};
use self::question::Answer;
use self::sides::{Sides, Signature, has};
use super::catalog::Catalog;
use crate::policy::condition::Comparison as Operator;

/// What is asked beside the policies.
#[derive(Debug, Default)]
pub struct Scope<'a> {
    /// When given, a known action that takes no resource is only ever asked for on `*`.
    pub catalog: Option<&'a Catalog>,
    /// What is known of every request.
    pub facts: Vec<Fact>,
    /// Whose grants are asked for.
    pub circle: Circle,
    /// A witness for every class of principals, not for the first alone.
    pub every_principal: bool,
    /// As many witnesses as are wanted; 0 is all.
    pub witnesses: usize,
}

/// Some principals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Circle {
    /// All of them.
    #[default]
    Everybody,
    /// Those that no statement names, nor their account.
    Outsiders,
    /// AWS services, who act for anybody.
    Services,
}

impl Circle {
    fn holds(self, class: &Class) -> bool {
        match self {
            Self::Everybody => true,
            Self::Outsiders => *class == Class::Holder || class.is_outsider(),
            Self::Services => matches!(class, Class::Service(_)),
        }
    }
}

/// The answer about two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// What is granted and not allowed, by statement and class of actions.
    pub witnesses: Vec<Witness>,
    /// Whether the search was too large, so that nothing is proven.
    pub gave_up: bool,
}

impl Comparison {
    /// Whether containment is proven.
    #[must_use]
    pub fn is_contained(&self) -> bool {
        self.witnesses.is_empty() && !self.gave_up
    }
}

/// A fact about a request: one of its context keys has one of these values.
#[must_use]
pub fn fact(key: &str, operator: Operator, values: &[&str]) -> Fact {
    Fact::fact(key, operator, values)
}

/// A value that no policy names.
#[must_use]
pub fn fresh_value() -> String {
    pattern::FRESH.to_string()
}

/// Looks for what the candidate grants and the reference does not.
#[must_use]
pub fn new_access(candidate: &Compiled<'_>, reference: &Compiled<'_>, scope: &Scope<'_>) -> Comparison {
    let sides = Sides::new(candidate, reference);
    let mut budget = search::BUDGET;
    let mut result = Comparison {
        witnesses: Vec::new(),
        gave_up: false,
    };
    let groups = action_groups(&sides, scope, &mut budget);
    let documents = candidate.documents().chain(sides.reference.documents());
    let (mut classes, known) = principals::classes(documents, &mut budget);
    classes.retain(|class| scope.circle.holds(class));
    let mut of_class: Vec<(&Class, Signature, Vec<Fact>)> = Vec::new();
    for class in &classes {
        let read =
            |reading| sides.bits(|_, grant| principals::matches(&grant.statement.principals, class, reading));
        let mut bits = vec![read(Reading::Wide)];
        if class.is_aws() {
            bits.push(read(Reading::Exact));
            bits.dedup();
        }
        let facts = facts_of(&sides, class, &known, scope);
        of_class.extend(bits.into_iter().map(|bits| (class, bits, facts.clone())));
    }
    let mut contained: BTreeSet<(usize, bool, Signature, &[Fact])> = BTreeSet::new();
    let mut found: HashSet<(usize, &(Signature, bool))> = HashSet::new();
    for (key, actions) in &groups {
        let (of_actions, no_resource) = key;
        for (class, of_principals, facts) in &of_class {
            let bits: Signature = of_actions
                .iter()
                .zip(of_principals)
                .map(|(own, other)| own & other)
                .collect();
            let others = sides.without_allows(&bits);
            for (index, allow) in candidate.allows.iter().enumerate() {
                // What else the candidate allows plays no part in what this statement grants.
                let memo = (index, *no_resource, others.clone(), facts.as_slice());
                if !has(&bits, index)
                    || (!scope.every_principal && found.contains(&(index, key)))
                    || contained.contains(&memo)
                {
                    continue;
                }
                let question = sides.question(allow, &bits, facts, *no_resource);
                match question.answer(&mut budget) {
                    Answer::Nothing => {
                        contained.insert(memo);
                    }
                    Answer::GaveUp => {
                        result.gave_up = true;
                        return result;
                    }
                    Answer::Resource(resource) => {
                        found.insert((index, key));
                        let made = witness::make(&sides, &question, of_actions, actions, class, resource);
                        result.witnesses.push(made);
                        if result.witnesses.len() == scope.witnesses {
                            return result;
                        }
                    }
                }
            }
        }
    }
    result.gave_up = budget == 0;
    result
}

/// The classes of actions that any statement grants.
fn action_groups(
    sides: &Sides<'_, '_>,
    scope: &Scope<'_>,
    budget: &mut u64,
) -> BTreeMap<(Signature, bool), Vec<String>> {
    let sets = sides.sets.iter().copied();
    let mut groups: BTreeMap<(Signature, bool), Vec<String>> = BTreeMap::new();
    let [boundary, denies, ..] = sides.starts;
    for action in actions::instances(sets, budget) {
        let bits = sides.of_action(&action);
        let granted = (0..boundary).any(|index| has(&bits, index));
        let bounded = sides.candidate.boundary.is_none() || (boundary..denies).any(|index| has(&bits, index));
        if granted && bounded {
            let no_resource = scope.catalog.is_some_and(|catalog| {
                let known = action
                    .split_once(':')
                    .and_then(|(service, name)| catalog.lookup(service, name));
                known.is_some_and(|known| !known.takes_resource())
            });
            groups.entry((bits, no_resource)).or_default().push(action);
        }
    }
    groups
}

/// What is known of requests of a class, as far as any condition asks for it.
fn facts_of(sides: &Sides<'_, '_>, class: &Class, known: &Known, scope: &Scope<'_>) -> Vec<Fact> {
    let asked: HashSet<&str> = sides
        .all
        .iter()
        .flat_map(|grant| grant.atoms.iter().map(|atom| atom.key.as_str()))
        .collect();
    let mut facts = class.facts(known);
    facts.extend(scope.facts.iter().cloned());
    facts.retain(|fact| asked.contains(fact.key.as_str()));
    facts
}

/// What some policies grant of one action on resources of one of some formats (ARN globs), when
/// the facts hold. Without formats they are those of the action in the catalogue, `*` for one that
/// takes no resource, and any text for one that the catalogue lacks.
///
/// The error is a search that gave up.
pub fn grant_of(
    candidate: &Compiled<'_>,
    action: &str,
    formats: &[&str],
    facts: &[Fact],
) -> Result<Option<Witness>, GaveUp> {
    let nothing = Compiled::new(&[]);
    let sides = Sides::new(candidate, &nothing);
    let action = action.to_ascii_lowercase();
    let bits = sides.of_action(&action);
    let mut budget = search::BUDGET;
    let known = action
        .split_once(':')
        .and_then(|(service, name)| Catalog::get().lookup(service, name));
    let no_resource = known.is_some_and(|known| !known.takes_resource());
    let own = known.iter().flat_map(|known| &known.resources);
    let formats: Vec<Pattern> = match formats {
        [] => own
            .flat_map(|used| used.resource_type.globs())
            .map(|glob| witness::format(&glob))
            .collect(),
        list => list.iter().map(|text| witness::format(text)).collect(),
    };
    let formats: Vec<Option<&Pattern>> = match &formats[..] {
        [] => vec![None],
        list => list.iter().map(Some).collect(),
    };
    for (index, allow) in candidate.allows.iter().enumerate() {
        for format in &formats {
            if !has(&bits, index) {
                continue;
            }
            let mut question = sides.question(allow, &bits, facts, no_resource);
            question.format = *format;
            match question.answer(&mut budget) {
                Answer::Nothing => {}
                Answer::GaveUp => return Err(GaveUp),
                Answer::Resource(resource) => {
                    let actions = std::slice::from_ref(&action);
                    let made = witness::make(&sides, &question, &bits, actions, &Class::Holder, resource);
                    return Ok(Some(made));
                }
            }
        }
    }
    Ok(None)
}

/// A search that was too large: nothing is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the search was given up after {} steps, so nothing is proven",
    search::BUDGET
)]
pub struct GaveUp;
