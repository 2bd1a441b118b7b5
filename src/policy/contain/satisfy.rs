//! Whether some request context satisfies a conjunction of conditions and of refused conditions.
//!
//! Keys are independent of each other, so each is decided for itself: is there a value, a set of
//! values, or the key's absence, for which every literal holds? Texts are decided by automata,
//! numbers, dates and addresses at the points where an answer can change. What cannot be read, as
//! a date that is none, could be anything: that errs towards satisfiable.

use std::collections::BTreeMap;

use super::atom::{Atom, Family};
use super::members::Members;
use super::pattern::Pattern;
use super::search::{self, Found};
use super::values::Block;
use crate::policy::condition::{Comparison, SetQualifier};

/// A condition that must hold, or must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Literal<'a> {
    pub atom: &'a Atom,
    pub holds: bool,
}

/// Whether all of `facts` can hold while each of `refused` has a condition that does not.
pub fn satisfiable<'a>(facts: &[&'a Atom], refused: &[&'a [Atom]], budget: &mut u64) -> bool {
    let mut literals: Vec<Literal<'a>> = facts.iter().map(|atom| Literal { atom, holds: true }).collect();
    literals.sort_unstable();
    literals.dedup();
    if !consistent(&literals, budget) {
        return false;
    }
    let mut refused = refused.to_vec();
    // The fewest choices first.
    refused.sort_unstable_by_key(|atoms| atoms.len());
    refused.dedup();
    choose(&mut literals, &refused, budget)
}

fn choose<'a>(literals: &mut Vec<Literal<'a>>, refused: &[&'a [Atom]], budget: &mut u64) -> bool {
    let Some((first, rest)) = refused.split_first() else {
        return true;
    };
    // Already refused by what was chosen before.
    if first
        .iter()
        .any(|atom| literals.contains(&Literal { atom, holds: false }))
    {
        return choose(literals, rest, budget);
    }
    for atom in *first {
        *budget = budget.saturating_sub(20);
        if *budget == 0 {
            // The caller sees the spent budget, and that counts as new access.
            return true;
        }
        literals.push(Literal { atom, holds: false });
        let own: Vec<Literal<'a>> = literals
            .iter()
            .copied()
            .filter(|literal| literal.atom.key == atom.key)
            .collect();
        let fits = key_consistent(&own, budget) && choose(literals, rest, budget);
        literals.pop();
        if fits {
            return true;
        }
    }
    false
}

fn consistent(literals: &[Literal<'_>], budget: &mut u64) -> bool {
    let mut keys: BTreeMap<&str, Vec<Literal<'_>>> = BTreeMap::new();
    for literal in literals {
        keys.entry(&literal.atom.key).or_default().push(*literal);
    }
    keys.values().all(|own| key_consistent(own, budget))
}

/// Whether one key can satisfy its literals.
fn key_consistent(literals: &[Literal<'_>], budget: &mut u64) -> bool {
    let contradicts = |literal: &Literal<'_>| {
        literals
            .iter()
            .any(|other| other.holds != literal.holds && other.atom == literal.atom)
    };
    if literals.iter().any(contradicts) {
        return false;
    }
    // Whether a condition without values holds is open, the same way on both sides.
    let told: Vec<Literal<'_>> = literals
        .iter()
        .copied()
        .filter(|literal| !literal.atom.is_open())
        .collect();
    let literals = &told[..];
    let absent = literals
        .iter()
        .all(|literal| literal.atom.holds_without_key() == literal.holds);
    absent || present(literals, budget)
}

/// What a literal demands of the values of a key that is there.
struct Demand<'a> {
    literal: Literal<'a>,
    /// Whether values must match the atom's patterns, or must not.
    matching: bool,
    /// Whether every value must, or one suffices.
    every: bool,
}

fn present(literals: &[Literal<'_>], budget: &mut u64) -> bool {
    let mut demands = Vec::new();
    let mut of_sets = false;
    for literal in literals {
        let atom = literal.atom;
        if atom.family() == Family::Presence {
            if atom.wants_key() != literal.holds {
                return false;
            }
            continue;
        }
        let operator = atom.operator();
        of_sets |= operator.qualifier.is_some();
        let matching = operator.comparison.is_negated() != literal.holds;
        let every = match operator.qualifier {
            Some(SetQualifier::ForAllValues) => literal.holds,
            Some(SetQualifier::ForAnyValue) => !literal.holds,
            // A value that matches is enough; to match none is of all values.
            None => !matching,
        };
        demands.push(Demand {
            literal: *literal,
            matching,
            every,
        });
    }
    for family in [Family::Text, Family::Number, Family::Date, Family::Address] {
        let own: Vec<&Demand<'_>> = demands
            .iter()
            .filter(|demand| demand.literal.atom.family() == family)
            .collect();
        if own.is_empty() {
            continue;
        }
        let every: Vec<&Demand<'_>> = own
            .iter()
            .copied()
            .filter(|demand| demand.every || !of_sets)
            .collect();
        let some: Vec<&Demand<'_>> = own
            .iter()
            .copied()
            .filter(|demand| !demand.every && of_sets)
            .collect();
        // Each value that must exist has to satisfy what every value must.
        let possible = if some.is_empty() {
            value_exists(family, &every, budget)
        } else {
            some.iter().all(|demand| {
                let mut together = every.clone();
                together.push(demand);
                value_exists(family, &together, budget)
            })
        };
        if !possible {
            return false;
        }
    }
    true
}

fn value_exists(family: Family, demands: &[&Demand<'_>], budget: &mut u64) -> bool {
    match family {
        Family::Text => text_exists(demands, budget),
        Family::Number | Family::Date => stranger_exists(demands) || number_exists(demands),
        Family::Address => stranger_exists(demands) || address_exists(demands),
        Family::Presence => true,
    }
}

fn text_exists(demands: &[&Demand<'_>], budget: &mut u64) -> bool {
    let everything = Pattern::everything();
    let mut groups: Vec<(bool, &[Pattern])> = demands
        .iter()
        .map(|demand| (demand.matching, demand.literal.atom.patterns()))
        .collect();
    // A key that is compared as nothing else but a boolean is one; a tag is text all the same.
    let boolean = Atom::fact("", Comparison::Bool, &["true", "false"]);
    if demands.iter().all(|demand| is_boolean(demand.literal.atom)) {
        groups.push((true, boolean.patterns()));
    }
    // The smallest list of patterns that must match, one after the other, leads the search.
    groups.sort_by_key(|(matching, patterns)| (!matching, patterns.len()));
    let (leads, others) = match groups.split_first() {
        Some(((true, patterns), others)) => (*patterns, others),
        _ => (std::slice::from_ref(&everything), &groups[..]),
    };
    leads.iter().any(|lead| {
        let mut members = Members::new(lead);
        for (_, patterns) in others {
            members.push(patterns.iter());
        }
        // What is open fits any demand.
        let fits = |matched: &[bool]| {
            members.any(matched, |sets| {
                let mut pairs = sets.iter().zip(others);
                pairs.all(|(member, (matching, _))| member.is_none_or(|member| member == *matching))
            })
        };
        if let Some(text) = lead.only_text() {
            let matched: Vec<bool> = members
                .patterns
                .iter()
                .map(|pattern| pattern.matches(&text))
                .collect();
            return fits(&matched);
        }
        let mut patterns = vec![lead];
        patterns.extend(&members.patterns);
        let found = search::shortest(&patterns, 1, &[], budget, |matched, _| {
            fits(matched.get(1..).unwrap_or_default())
        });
        found != Found::Nothing
    })
}

fn is_boolean(atom: &Atom) -> bool {
    atom.operator().comparison == Comparison::Bool && !atom.is_tag()
}

/// Whether a text will do that is neither a number nor an address: what is no tag has none.
fn stranger_exists(demands: &[&Demand<'_>]) -> bool {
    let suits = |demand: &&Demand<'_>| demand.literal.atom.is_tag() && !demand.matching;
    demands.iter().all(suits)
}

fn number_exists(demands: &[&Demand<'_>]) -> bool {
    let read: Option<Vec<Vec<f64>>> = demands
        .iter()
        .map(|demand| demand.literal.atom.numbers())
        .collect();
    let Some(values) = read else {
        return true;
    };
    let mut points: Vec<f64> = values.iter().flatten().copied().collect();
    points.sort_by(f64::total_cmp);
    points.dedup_by(|left, right| left.total_cmp(right).is_eq());
    let between: Vec<f64> = points
        .windows(2)
        .filter_map(|pair| match pair {
            [low, high] => Some(low + (high - low) / 2.0),
            _ => None,
        })
        .collect();
    let ends = [
        points.first().map(|low| low - 1.0 - low.abs()),
        points.last().map(|high| high + 1.0 + high.abs()),
    ];
    points.extend(between);
    points.extend(ends.into_iter().flatten());
    points.iter().any(|&point| {
        demands
            .iter()
            .zip(&values)
            .all(|(demand, own)| demand.literal.atom.matches_number(point, own) == demand.matching)
    })
}

fn address_exists(demands: &[&Demand<'_>]) -> bool {
    let read: Option<Vec<Vec<Block>>> = demands
        .iter()
        .map(|demand| demand.literal.atom.blocks())
        .collect();
    let Some(blocks) = read else {
        return true;
    };
    // Every range in which nothing changes begins at a block, after one, or at the first address.
    let mut points = vec![(false, 0), (true, 0)];
    points.extend(blocks.iter().flatten().flat_map(|(first, last)| {
        let end = if last.0 { u128::MAX } else { u128::from(u32::MAX) };
        [*first, (last.0, last.1.saturating_add(1).min(end))]
    }));
    points.iter().any(|&point| {
        demands.iter().zip(&blocks).all(|(demand, own)| {
            own.iter().any(|(first, last)| (*first..=*last).contains(&point)) == demand.matching
        })
    })
}
