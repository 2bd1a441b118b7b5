//! Actions as a finite set of instances: one for every combination of patterns that an action,
//! known or not, can match.
//!
//! Where every wildcard is a `*` at the end, the literals and one instance for each pattern are
//! all there is: the longest prefix that an action has decides what else it matches. With other
//! wildcards the product of the patterns is searched for every combination.

use std::collections::BTreeSet;

use super::pattern::{FRESH, Pattern};
use super::search;
use crate::policy::document::Actions;
use crate::policy::glob::{self, Case};

/// The actions of a statement, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActionSet {
    except: bool,
    literals: BTreeSet<String>,
    patterns: BTreeSet<(Word, Word)>,
}

/// The pattern of a service or of a name, by what is common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    Any,
    Only(String),
    Prefix(String),
    Glob(String),
}

impl Word {
    fn new(pattern: &str) -> Self {
        let lower = pattern.to_ascii_lowercase();
        if !glob::is_pattern(&lower) {
            return Self::Only(lower);
        }
        match lower.strip_suffix('*') {
            Some("") => Self::Any,
            Some(prefix) if !glob::is_pattern(prefix) => Self::Prefix(prefix.to_owned()),
            _ => Self::Glob(lower),
        }
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(own) => own == text,
            Self::Prefix(prefix) => text.starts_with(prefix),
            Self::Glob(pattern) => glob::matches(pattern, text, Case::Heed),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Any => "*".to_owned(),
            Self::Prefix(prefix) => format!("{prefix}*"),
            Self::Only(text) | Self::Glob(text) => text.clone(),
        }
    }

    /// The pattern with a fresh letter for every wildcard.
    fn instance(&self) -> String {
        self.text().replace(['*', '?'], &FRESH.to_string())
    }
}

impl ActionSet {
    pub fn new(actions: &Actions) -> Self {
        let (Actions::Only(list) | Actions::Except(list)) = actions;
        let mut set = Self {
            except: matches!(actions, Actions::Except(_)),
            literals: BTreeSet::new(),
            patterns: BTreeSet::new(),
        };
        for pattern in list {
            if pattern.is_pattern() {
                set.patterns
                    .insert((Word::new(pattern.service()), Word::new(pattern.name())));
            } else {
                set.literals.insert(pattern.as_str().to_ascii_lowercase());
            }
        }
        set
    }

    /// Whether an action, in lower case, is one of them.
    pub fn contains(&self, action: &str) -> bool {
        let (service, name) = action.split_once(':').unwrap_or((action, ""));
        let listed = self.literals.contains(action)
            || self
                .patterns
                .iter()
                .any(|(own, pattern)| own.fits(service) && pattern.fits(name));
        listed != self.except
    }
}

/// One instance of every combination of these statements' patterns.
pub fn instances<'a>(sets: impl Iterator<Item = &'a ActionSet>, budget: &mut u64) -> Vec<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut patterns: BTreeSet<&(Word, Word)> = BTreeSet::new();
    for set in sets {
        found.extend(set.literals.iter().cloned());
        patterns.extend(&set.patterns);
    }
    let mut services: BTreeSet<String> = found
        .iter()
        .filter_map(|action| action.split_once(':'))
        .map(|(service, _)| service.to_owned())
        .collect();
    services.extend(patterns.iter().map(|(service, _)| service.instance()));
    found.extend(services.iter().map(|service| format!("{service}:{FRESH}")));
    found.insert(format!("{FRESH}:{FRESH}"));
    for (service, name) in &patterns {
        let name = name.instance();
        // The same name in every service that the pattern takes in.
        let own = services.iter().filter(|other| service.fits(other));
        found.extend(own.map(|other| format!("{other}:{name}")));
    }
    let simple = |(service, name): &&(Word, Word)| match (service, name) {
        (Word::Only(_), name) => !matches!(name, Word::Glob(_)),
        (service, name) => *service == Word::Any && *name == Word::Any,
    };
    if !patterns.iter().all(simple) {
        found.extend(combinations(&patterns, budget));
    }
    found.into_iter().collect()
}

/// The shortest instance of every combination of patterns, with and without a fresh letter in it.
fn combinations(patterns: &BTreeSet<&(Word, Word)>, budget: &mut u64) -> Vec<String> {
    let compiled: Vec<Pattern> = patterns
        .iter()
        .map(|(service, name)| Pattern::within_segment(&format!("{}:{}", service.text(), name.text())))
        .collect();
    let any = Pattern::within_segment("*:*");
    search::combinations(&any, &compiled, budget)
}
