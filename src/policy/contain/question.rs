//! One question: is there a resource and a request context for which one statement grants, and
//! nothing on either side objects?

use std::collections::HashMap;

use super::atom::Atom;
use super::compiled::{Grant, ResourceSet};
use super::pattern::Pattern;
use super::satisfy;
use super::search::{self, Found};

/// The statements that match one action of one principal, by the part that they play.
pub(super) struct Question<'q, 'a> {
    /// The statement that would grant.
    pub allow: &'q Grant<'a>,
    /// One of these must grant too; none without a boundary.
    pub boundary: Option<Vec<&'q Grant<'a>>>,
    /// None of these may forbid.
    pub denies: Vec<&'q Grant<'a>>,
    /// Either none of these may allow …
    pub covers: Vec<&'q Grant<'a>>,
    /// … or one of these must forbid.
    pub forbids: Vec<&'q Grant<'a>>,
    /// What is known of the request.
    pub facts: &'q [Atom],
    /// Whether policy variables stand for any text: then only `forbids` counts.
    pub wide: bool,
    /// Whether the request's resource is `*`, as that of an action that takes none.
    pub no_resource: bool,
    /// What the resource must look like besides.
    pub format: Option<&'q Pattern>,
}

/// What became of a question.
pub(super) enum Answer {
    /// Such a resource, with fresh letters in it.
    Resource(String),
    Nothing,
    GaveUp,
}

impl Question<'_, '_> {
    pub fn answer(&self, budget: &mut u64) -> Answer {
        let everything = [Pattern::everything()];
        let own = self.resources(self.allow);
        let leads: &[Pattern] = if own.except { &everything } else { &own.patterns };
        let mut memo = HashMap::new();
        for lead in leads {
            if self.format.is_none() && self.is_covered(lead) {
                continue;
            }
            let only = if self.no_resource {
                Some("*".to_owned())
            } else {
                lead.only_text()
            };
            if let Some(text) = only {
                let fits = lead.matches(&text) && self.format.is_none_or(|format| format.matches(&text));
                if fits && self.at(|set| set.contains(&text), &mut memo, budget) {
                    return Answer::Resource(text);
                }
            } else {
                match self.search(lead, &mut memo, budget) {
                    Found::Text(text) => return Answer::Resource(text),
                    Found::GaveUp => return Answer::GaveUp,
                    Found::Nothing => {}
                }
            }
            if *budget == 0 {
                return Answer::GaveUp;
            }
        }
        Answer::Nothing
    }

    fn resources<'s>(&self, grant: &'s Grant<'_>) -> &'s ResourceSet {
        match &grant.wide {
            Some(wide) if self.wide && !grant.resources.except => wide,
            _ => &grant.resources,
        }
    }

    /// The fast path: one statement settles the whole pattern without a search.
    fn is_covered(&self, lead: &Pattern) -> bool {
        self.settling().any(|grant| grant.resources.covers(lead))
    }

    /// The statements that leave nothing of what they take in, as their conditions are the allowing
    /// statement's own.
    fn settling(&self) -> impl Iterator<Item = &Grant<'_>> {
        let implied = |grant: &&Grant<'_>| grant.atoms.iter().all(|atom| self.allow.atoms.contains(atom));
        let covers = self.covers.iter().filter(|_| self.forbids.is_empty());
        self.denies.iter().chain(covers).copied().filter(implied)
    }

    /// All statements but the allowing one, in the order of membership lists.
    fn others(&self) -> impl Iterator<Item = &Grant<'_>> {
        let boundary = self.boundary.iter().flatten();
        boundary
            .chain(&self.denies)
            .chain(&self.covers)
            .chain(&self.forbids)
            .copied()
    }

    fn search(&self, lead: &Pattern, memo: &mut HashMap<Vec<bool>, bool>, budget: &mut u64) -> Found {
        let mut patterns: Vec<&Pattern> = vec![lead];
        patterns.extend(self.format);
        let required = patterns.len();
        let own = self.resources(self.allow);
        let settling: Vec<&ResourceSet> = self.settling().map(|grant| &grant.resources).collect();
        let mut settles = vec![false; required];
        let mut ranges = Vec::new();
        for set in std::iter::once(own).chain(self.others().map(|grant| self.resources(grant))) {
            let start = patterns.len();
            let is_own = std::ptr::eq(set, own);
            // What the lead is taken from matches anyway.
            if set.except || !is_own {
                patterns.extend(set.patterns.iter().filter(|pattern| !pattern.begins_apart(lead)));
            }
            let is_settling = settling.iter().any(|other| std::ptr::eq(*other, set));
            settles.resize(patterns.len(), is_own || (is_settling && !set.except));
            ranges.push((set.except, start..patterns.len()));
        }
        let mut spent = 0_u64;
        let found = search::shortest(&patterns, required, &settles, budget, |matched, text| {
            let mut members = ranges.iter().map(|(except, range)| {
                matched.get(range.clone()).is_some_and(|own| own.contains(&true)) != *except
            });
            let in_own = members.next().unwrap_or(true) || !own.except;
            let members: Vec<bool> = members.collect();
            // The empty text is no resource.
            if !in_own || text().is_empty() {
                return false;
            }
            if let Some(known) = memo.get(&members) {
                return *known;
            }
            let mut own_budget = search::BUDGET / 8;
            let holds = self.context_exists(&members, &mut own_budget);
            spent += search::BUDGET / 8 - own_budget;
            memo.insert(members, holds);
            holds
        });
        *budget = budget.saturating_sub(spent);
        found
    }

    /// Whether some context grants at one resource.
    fn at(
        &self,
        contains: impl Fn(&ResourceSet) -> bool,
        memo: &mut HashMap<Vec<bool>, bool>,
        budget: &mut u64,
    ) -> bool {
        if !contains(self.resources(self.allow)) {
            return false;
        }
        let members: Vec<bool> = self
            .others()
            .map(|grant| contains(self.resources(grant)))
            .collect();
        if let Some(known) = memo.get(&members) {
            return *known;
        }
        let holds = self.context_exists(&members, budget);
        memo.insert(members, holds);
        holds
    }

    /// Whether some context satisfies the statements that take in the resource.
    fn context_exists(&self, members: &[bool], budget: &mut u64) -> bool {
        let mut flags = members.iter().copied();
        let mut take = |list: &[&Grant<'_>]| -> Vec<usize> {
            (0..list.len())
                .filter(|_| flags.next().unwrap_or(false))
                .collect()
        };
        let boundary = self.boundary.as_deref().map(&mut take);
        let (denies, covers, forbids) = (take(&self.denies), take(&self.covers), take(&self.forbids));
        let atoms = |list: &'_ [&Grant<'_>], chosen: &[usize]| -> Vec<Vec<Atom>> {
            let own = chosen.iter().filter_map(|index| list.get(*index));
            own.map(|grant| grant.atoms.clone()).collect()
        };
        let objections = atoms(&self.denies, &denies);
        // A statement without conditions holds always.
        if objections.iter().any(Vec::is_empty) {
            return false;
        }
        let covered = atoms(&self.covers, &covers);
        let certain = self.wide || covered.iter().any(Vec::is_empty);
        let forbidden = atoms(&self.forbids, &forbids);
        if certain && forbidden.is_empty() {
            return false;
        }
        let bounds: Vec<Vec<Atom>> = match (&boundary, &self.boundary) {
            (Some(chosen), Some(list)) => atoms(list, chosen),
            _ => vec![Vec::new()],
        };
        let usable = |atom: &&Atom| !(self.wide && atom.variable);
        bounds.iter().any(|bound| {
            let facts: Vec<&Atom> = self
                .allow
                .atoms
                .iter()
                .filter(usable)
                .chain(bound)
                .chain(self.facts)
                .collect();
            let objections: Vec<&[Atom]> = objections.iter().map(Vec::as_slice).collect();
            if !certain {
                let refused: Vec<&[Atom]> = objections
                    .iter()
                    .copied()
                    .chain(covered.iter().map(Vec::as_slice))
                    .collect();
                if satisfy::satisfiable(&facts, &refused, budget) {
                    return true;
                }
            }
            forbidden.iter().any(|own| {
                let facts: Vec<&Atom> = facts.iter().copied().chain(own.iter().filter(usable)).collect();
                satisfy::satisfiable(&facts, &objections, budget)
            })
        })
    }
}

impl Question<'_, '_> {
    /// Whether two resources are within the same statements, so that one answers as the other.
    pub fn same_answer(&self, one: &str, other: &str) -> bool {
        let grants = || std::iter::once(self.allow).chain(self.others());
        grants().all(|grant| {
            let set = self.resources(grant);
            set.contains(one) == set.contains(other)
        }) && self.format.is_none_or(|format| format.matches(other))
    }
}
