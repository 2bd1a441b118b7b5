//! The statements of candidate and reference, by the part that they play in a question.

use std::collections::BTreeMap;

use super::actions::ActionSet;
use super::atom::Atom as Fact;
use super::compiled::{Compiled, Grant};
use super::question::Question;

/// The statements that match a class of actions, in the order of [`Sides::all`].
pub(super) type Signature = Vec<u64>;

/// The statements of both sides by the part that they play, and where each part begins.
pub(super) struct Sides<'q, 'a> {
    pub candidate: &'q Compiled<'a>,
    pub reference: &'q Compiled<'a>,
    pub all: Vec<&'q Grant<'a>>,
    /// Where boundary, denies, covers and forbids begin.
    pub starts: [usize; 4],
    /// Each set of actions once, and which of them a statement has: many have the same.
    pub sets: Vec<&'q ActionSet>,
    pub of_set: Vec<usize>,
}

impl<'q, 'a> Sides<'q, 'a> {
    pub fn new(candidate: &'q Compiled<'a>, reference: &'q Compiled<'a>) -> Self {
        let mut all: Vec<&Grant<'_>> = candidate.allows.iter().collect();
        let boundary = all.len();
        all.extend(candidate.boundary.iter().flatten());
        let denies = all.len();
        all.extend(&candidate.denies);
        let covers = all.len();
        all.extend(&reference.allows);
        let forbids = all.len();
        // What the candidate denies in the very same words needs no second look.
        let also_denied = |deny: &&Grant<'_>| !candidate.denies.iter().any(|own| own.same_requests(deny));
        all.extend(reference.denies.iter().filter(also_denied));
        let mut places: BTreeMap<&ActionSet, usize> = BTreeMap::new();
        let mut sets = Vec::new();
        let mut of_set = Vec::with_capacity(all.len());
        for grant in &all {
            let place = *places.entry(&grant.actions).or_insert_with(|| {
                sets.push(&grant.actions);
                sets.len() - 1
            });
            of_set.push(place);
        }
        Self {
            candidate,
            reference,
            all,
            starts: [boundary, denies, covers, forbids],
            sets,
            of_set,
        }
    }

    /// The statements that speak about an action.
    pub fn of_action(&self, action: &str) -> Signature {
        let known: Vec<bool> = self.sets.iter().map(|set| set.contains(action)).collect();
        self.bits(|index, _| {
            let place = self.of_set.get(index);
            place
                .and_then(|place| known.get(*place))
                .copied()
                .unwrap_or(false)
        })
    }

    pub fn bits(&self, matches: impl Fn(usize, &Grant<'_>) -> bool) -> Signature {
        let mut bits = vec![0_u64; self.all.len().div_ceil(64)];
        for (index, grant) in self.all.iter().enumerate() {
            if matches(index, grant)
                && let Some(word) = bits.get_mut(index / 64)
            {
                *word |= 1 << (index % 64);
            }
        }
        bits
    }

    pub fn without_allows(&self, bits: &Signature) -> Signature {
        let mut others = bits.clone();
        for index in 0..self.starts[0] {
            if let Some(word) = others.get_mut(index / 64) {
                *word &= !(1 << (index % 64));
            }
        }
        others
    }

    pub fn part(&self, bits: &Signature, from: usize, to: usize) -> Vec<&'q Grant<'a>> {
        let chosen = (from..to).filter(|&index| has(bits, index));
        chosen.filter_map(|index| self.all.get(index).copied()).collect()
    }

    pub fn question<'x>(
        &self,
        allow: &'q Grant<'a>,
        bits: &Signature,
        facts: &'x [Fact],
        no_resource: bool,
    ) -> Question<'x, 'a>
    where
        'q: 'x,
    {
        let [boundary, denies, covers, forbids] = self.starts;
        Question {
            allow,
            boundary: self
                .candidate
                .boundary
                .as_ref()
                .map(|_| self.part(bits, boundary, denies)),
            denies: self.part(bits, denies, covers),
            covers: self.part(bits, covers, forbids),
            forbids: self.part(bits, forbids, self.all.len()),
            facts,
            no_resource,
            format: None,
        }
    }
}

pub(super) fn has(bits: &Signature, index: usize) -> bool {
    bits.get(index / 64)
        .is_some_and(|word| word >> (index % 64) & 1 == 1)
}
