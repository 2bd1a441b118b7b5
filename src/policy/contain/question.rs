//! One question: is there a resource and a request context for which one statement grants, and
//! nothing on either side objects?

use std::collections::HashMap;

use super::atom::Atom;
use super::compiled::Grant;
use super::members::Members;
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

/// How the allowing statement and then each other takes in the resource.
type Memo = HashMap<Vec<bool>, bool>;

impl Question<'_, '_> {
    pub fn answer(&self, budget: &mut u64) -> Answer {
        let everything = [Pattern::everything()];
        let own = &self.allow.resources;
        let leads: &[Pattern] = if own.except { &everything } else { &own.patterns };
        let mut memo = Memo::new();
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
                if fits && self.at(lead, &text, &mut memo, budget) {
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

    /// The patterns of the allowing statement and then of each other, as far as they matter to the
    /// lead: what the lead is taken from matches anyway.
    fn members<'s>(&'s self, lead: &'s Pattern) -> Members<'s> {
        let mut members = Members::new(lead);
        let own = &self.allow.resources;
        members.push(own.patterns.iter().filter(|_| own.except));
        for grant in self.others() {
            let near = |pattern: &&Pattern| !pattern.begins_apart(lead);
            members.push(grant.resources.patterns.iter().filter(near));
        }
        members
    }

    fn search(&self, lead: &Pattern, memo: &mut Memo, budget: &mut u64) -> Found {
        let members = self.members(lead);
        let mut patterns: Vec<&Pattern> = vec![lead];
        patterns.extend(self.format);
        let required = patterns.len();
        let settling: Vec<*const Grant<'_>> = self.settling().map(std::ptr::from_ref).collect();
        let mut settles = vec![false; required];
        let sets = std::iter::once(self.allow).chain(self.others());
        for (grant, range) in sets.zip(members.sets()) {
            let ends = std::ptr::eq(grant, self.allow)
                || (settling.contains(&std::ptr::from_ref(grant)) && !grant.resources.except);
            let list = members.patterns.get(range.clone()).unwrap_or_default();
            settles.extend(list.iter().map(|pattern| ends && !pattern.is_variable()));
        }
        patterns.extend(&members.patterns);
        let plain = self.is_plain();
        let own_except = self.allow.resources.except;
        let excepts: Vec<bool> = self.others().map(|grant| grant.resources.except).collect();
        let mut spent = 0_u64;
        let found = search::shortest(&patterns, required, &settles, budget, |matched, text| {
            let others = matched.get(required..).unwrap_or_default();
            let mut own_budget = search::BUDGET / 8;
            let holds = if plain {
                // The common case, without a detour over what is open.
                let mut listed = members
                    .sets()
                    .iter()
                    .map(|set| others.get(set.clone()).is_some_and(|own| own.contains(&true)));
                let outside = listed.next().unwrap_or(false) && own_except;
                let taken: Vec<bool> = listed.zip(&excepts).map(|(own, except)| own != *except).collect();
                !outside && self.grants(taken, memo, &mut own_budget)
            } else {
                self.holds(&members, others, memo, &mut own_budget)
            };
            spent += search::BUDGET / 8 - own_budget;
            // The empty text is no resource.
            holds && !text().is_empty()
        });
        *budget = budget.saturating_sub(spent);
        found
    }

    /// Whether no resource has a policy variable in it.
    fn is_plain(&self) -> bool {
        !self.allow.resources.variable && self.others().all(|grant| !grant.resources.variable)
    }

    /// Whether some context grants at one resource.
    fn at(&self, lead: &Pattern, text: &str, memo: &mut Memo, budget: &mut u64) -> bool {
        if self.is_plain() {
            let taken = self
                .others()
                .map(|grant| grant.resources.contains(text))
                .collect();
            return self.allow.resources.contains(text) && self.grants(taken, memo, budget);
        }
        let members = self.members(lead);
        let matched: Vec<bool> = members
            .patterns
            .iter()
            .map(|pattern| pattern.matches(text))
            .collect();
        self.holds(&members, &matched, memo, budget)
    }

    fn holds(&self, members: &Members<'_>, matched: &[bool], memo: &mut Memo, budget: &mut u64) -> bool {
        members.any(matched, |sets| {
            let Some((own, others)) = sets.split_first() else {
                return false;
            };
            if self.allow.resources.except && own.unwrap_or(false) {
                return false;
            }
            // What is open counts as it makes for a witness.
            let grounds = self.boundary.as_ref().map_or(0, Vec::len);
            let objections = self.denies.len() + self.covers.len();
            let taken: Vec<bool> = self
                .others()
                .zip(others)
                .enumerate()
                .map(|(index, (grant, member))| {
                    let objects = (grounds..grounds + objections).contains(&index);
                    member.map_or(!objects, |member| member != grant.resources.except)
                })
                .collect();
            self.grants(taken, memo, budget)
        })
    }

    /// Whether some context grants where these of the other statements take in the resource.
    fn grants(&self, taken: Vec<bool>, memo: &mut Memo, budget: &mut u64) -> bool {
        if let Some(known) = memo.get(&taken) {
            return *known;
        }
        let holds = self.context_exists(&taken, budget);
        memo.insert(taken, holds);
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
        let certain = covered.iter().any(Vec::is_empty);
        let forbidden = atoms(&self.forbids, &forbids);
        if certain && forbidden.is_empty() {
            return false;
        }
        let bounds: Vec<Vec<Atom>> = match (&boundary, &self.boundary) {
            (Some(chosen), Some(list)) => atoms(list, chosen),
            _ => vec![Vec::new()],
        };
        bounds.iter().any(|bound| {
            let facts: Vec<&Atom> = self.allow.atoms.iter().chain(bound).chain(self.facts).collect();
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
                let facts: Vec<&Atom> = facts.iter().copied().chain(own).collect();
                satisfy::satisfiable(&facts, &objections, budget)
            })
        })
    }
}

impl Question<'_, '_> {
    /// Whether two resources are within the same statements, so that one answers as the other.
    pub fn same_answer(&self, one: &str, other: &str) -> bool {
        let grants = || std::iter::once(self.allow).chain(self.others());
        grants().all(|grant| grant.resources.is_same_for(one, other))
            && self.format.is_none_or(|format| format.matches(other))
    }
}
