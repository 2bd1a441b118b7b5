//! Which sets of patterns take in a text, when policy variables leave some of that open.
//!
//! Whether a pattern with a variable matches depends on the variable's value. Each such pattern is
//! an unknown: false where no value could make it match, else either, but the same wherever the
//! very same pattern stands. What holds for every value is heeded: a pattern that covers a matching
//! one matches, and patterns that begin apart do not both.

use std::ops::Range;

use super::pattern::Pattern;

/// As many unknowns as are tried in every combination.
const COMBINED: usize = 8;

/// Several sets of patterns, asked about one text after another.
pub(super) struct Members<'p> {
    /// The patterns of all sets, in the order in which [`Members::any`] is told what matches.
    pub patterns: Vec<&'p Pattern>,
    sets: Vec<Range<usize>>,
    /// For each pattern with a variable its place among `unknowns`.
    unknown: Vec<Option<usize>>,
    unknowns: Vec<&'p Pattern>,
    /// The pattern that the text is made from, and that so matches.
    given: Option<&'p Pattern>,
}

impl<'p> Members<'p> {
    /// Starts with no sets.
    pub fn new(given: &'p Pattern) -> Self {
        Self {
            patterns: Vec::new(),
            sets: Vec::new(),
            unknown: Vec::new(),
            unknowns: Vec::new(),
            given: given.is_variable().then_some(given),
        }
    }

    /// Adds a set.
    pub fn push(&mut self, patterns: impl Iterator<Item = &'p Pattern>) {
        let start = self.patterns.len();
        for pattern in patterns {
            let place = pattern.is_variable().then(|| {
                let known = self.unknowns.iter().position(|other| *other == pattern);
                known.unwrap_or_else(|| {
                    self.unknowns.push(pattern);
                    self.unknowns.len() - 1
                })
            });
            self.patterns.push(pattern);
            self.unknown.push(place);
        }
        self.sets.push(start..self.patterns.len());
    }

    /// Where the patterns of each set are.
    pub fn sets(&self) -> &[Range<usize>] {
        &self.sets
    }

    /// Whether some values of the variables give memberships that `accept` takes; it is told for
    /// each set whether a pattern of it matches. Where there are too many unknowns to be tried,
    /// none when that is open.
    pub fn any(&self, matched: &[bool], mut accept: impl FnMut(&[Option<bool>]) -> bool) -> bool {
        let mut open: Vec<usize> = Vec::new();
        for (place, flag) in self.unknown.iter().zip(matched) {
            if let Some(place) = place.filter(|place| *flag && !open.contains(place)) {
                open.push(place);
            }
        }
        if open.len() > COMBINED {
            return accept(&self.memberships(matched, |_| None));
        }
        (0..1_usize << open.len()).any(|mask| {
            let chosen: Vec<usize> = open
                .iter()
                .enumerate()
                .filter(|(bit, _)| mask >> bit & 1 == 1)
                .map(|(_, place)| *place)
                .collect();
            self.is_possible(&open, &chosen)
                && accept(&self.memberships(matched, |place| Some(chosen.contains(&place))))
        })
    }

    fn is_possible(&self, open: &[usize], chosen: &[usize]) -> bool {
        let true_ones = || {
            let unknowns = chosen
                .iter()
                .filter_map(|place| self.unknowns.get(*place).copied());
            unknowns.chain(self.given)
        };
        open.iter().all(|place| {
            let Some(pattern) = self.unknowns.get(*place) else {
                return true;
            };
            if chosen.contains(place) {
                !true_ones().any(|other| pattern.begins_apart(other))
            } else {
                !true_ones().any(|other| pattern.covers(other))
            }
        })
    }

    fn memberships(&self, matched: &[bool], truth: impl Fn(usize) -> Option<bool>) -> Vec<Option<bool>> {
        self.sets
            .iter()
            .map(|set| {
                let mut member = Some(false);
                for index in set.clone() {
                    if matched.get(index) != Some(&true) {
                        continue;
                    }
                    match self.unknown.get(index).copied().flatten().map(&truth) {
                        None | Some(Some(true)) => return Some(true),
                        Some(None) => member = None,
                        Some(Some(false)) => {}
                    }
                }
                member
            })
            .collect()
    }
}
