//! Breadth-first search of the product of patterns for the shortest text that satisfies a
//! predicate over which of them match.
//!
//! The alphabet of a step is what the patterns ask for there, the colon, and one fresh letter:
//! every other character behaves like the fresh one.

use std::collections::HashSet;

use super::pattern::{FRESH, Pattern, Shape};
use crate::policy::document::Version;

/// Steps that one question may take before it gives up.
pub const BUDGET: u64 = 12_000_000;

/// What a search found.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// The shortest text.
    Text(String),
    /// There is none.
    Nothing,
    /// The budget was spent first.
    GaveUp,
}

/// One position of one pattern, packed.
type Item = u32;

fn pack(pattern: usize, at: usize) -> Item {
    let part = |value: usize| u32::try_from(value & 0xFFFF).unwrap_or_default();
    (part(pattern) << 16) | part(at)
}

fn unpack(item: Item) -> (usize, usize) {
    ((item >> 16) as usize, (item & 0xFFFF) as usize)
}

/// Finds the shortest text that matches the first `required` patterns and that `accept` takes.
///
/// `accept` is told for each pattern whether it matches, and can ask for the text. A pattern that
/// `settles` ends the search wherever it matches for good, as `a*` does after `a`.
pub fn shortest(
    patterns: &[&Pattern],
    required: usize,
    settles: &[bool],
    budget: &mut u64,
    mut accept: impl FnMut(&[bool], &dyn Fn() -> String) -> bool,
) -> Found {
    if patterns.len() > 0xFFFF || patterns.iter().any(|pattern| pattern.end() > 0xFFFE) {
        return Found::GaveUp;
    }
    let mut start = Vec::new();
    for (index, pattern) in patterns.iter().enumerate() {
        pattern.close(0, &mut |at| start.push(pack(index, at)));
    }
    let mut seen: HashSet<Box<[Item]>> = HashSet::new();
    // Each state with the one before it and the character between.
    let mut states: Vec<(Box<[Item]>, usize, char)> = Vec::new();
    let start: Box<[Item]> = canonical(start);
    // Not yet `seen`: that the text is still empty can matter to `accept`.
    states.push((start, 0, FRESH));
    let mut matched = vec![false; patterns.len()];
    let mut at = 0;
    while let Some((state, ..)) = states.get(at) {
        let state = state.clone();
        matched.fill(false);
        for &item in &state {
            let (index, position) = unpack(item);
            if let (Some(pattern), Some(flag)) = (patterns.get(index), matched.get_mut(index)) {
                *flag |= position == pattern.end();
            }
        }
        if matched.iter().take(required).all(|flag| *flag) && accept(&matched, &|| spell(&states, at)) {
            return Found::Text(spell(&states, at));
        }
        for character in letters(&state, patterns, required) {
            *budget = budget.saturating_sub(state.len() as u64 + 1);
            if *budget == 0 {
                return Found::GaveUp;
            }
            let mut next = Vec::with_capacity(state.len());
            for &item in &state {
                let (index, position) = unpack(item);
                if let Some(pattern) = patterns.get(index) {
                    pattern.step(position, character, &mut |to| next.push(pack(index, to)));
                }
            }
            let next = canonical(next);
            let settled = |item: &Item| {
                let (index, position) = unpack(*item);
                settles.get(index) == Some(&true)
                    && patterns
                        .get(index)
                        .is_some_and(|pattern| position == pattern.end() && pattern.is_open())
            };
            if !alive(&next, required) || seen.contains(&next) || next.iter().any(settled) {
                continue;
            }
            seen.insert(next.clone());
            states.push((next, at, character));
        }
        at += 1;
    }
    Found::Nothing
}

/// The shortest text of every combination of patterns that a text of `any` can match at once, with
/// and without a fresh letter in it: what has one is no literal that a policy holds.
pub fn combinations(any: &Pattern, patterns: &[Pattern], budget: &mut u64) -> Vec<String> {
    let fresh = Pattern::new(&format!("*{FRESH}*"), Shape::Text, false, Version::V2008);
    let mut list = vec![any, &fresh];
    list.extend(patterns);
    let mut seen: HashSet<Vec<bool>> = HashSet::new();
    let mut found = Vec::new();
    shortest(&list, 1, &[], budget, |matched, text| {
        if matched.iter().skip(2).any(|flag| *flag) && seen.insert(matched.to_vec()) {
            found.push(text());
        }
        false
    });
    found
}

fn canonical(mut items: Vec<Item>) -> Box<[Item]> {
    items.sort_unstable();
    items.dedup();
    items.into_boxed_slice()
}

/// Whether each required pattern can still match.
fn alive(state: &[Item], required: usize) -> bool {
    (0..required).all(|index| state.iter().any(|item| unpack(*item).0 == index))
}

fn letters(state: &[Item], patterns: &[&Pattern], required: usize) -> Vec<char> {
    let mut letters = Vec::new();
    let mut free = true;
    for &item in state {
        let (index, position) = unpack(item);
        match patterns.get(index).and_then(|pattern| pattern.wants(position)) {
            Some(Ok(character)) if patterns.get(index).is_some_and(|pattern| pattern.folds()) => {
                letters.push(character);
                letters.extend(character.to_lowercase().chain(character.to_uppercase()));
            }
            Some(Ok(character)) => letters.push(character),
            Some(Err(())) | None => {}
        }
    }
    for index in 0..required {
        let mut items = state
            .iter()
            .map(|item| unpack(*item))
            .filter(|(own, _)| *own == index);
        free &= items.any(|(_, position)| {
            patterns
                .get(index)
                .is_some_and(|pattern| pattern.wants(position) == Some(Err(())))
        });
    }
    if free {
        letters.push(':');
        letters.push(FRESH);
    }
    // The fresh letter makes for the plainest text, the colon for the oddest.
    letters.sort_unstable_by_key(|letter| (*letter == ':', *letter != FRESH, *letter));
    letters.dedup();
    letters
}

fn spell(states: &[(Box<[Item]>, usize, char)], mut at: usize) -> String {
    let mut characters = Vec::new();
    while at != 0 {
        let Some((_, before, character)) = states.get(at) else {
            break;
        };
        characters.push(*character);
        at = *before;
    }
    characters.iter().rev().collect()
}
