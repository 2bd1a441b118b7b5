//! Which resource types, and which of their separately read facts, a set of checks needs.

use std::collections::{BTreeMap, BTreeSet};

use super::resource::{RESOURCE_TYPES, TypeInfo};
use crate::formats::NameGlob;

/// Resource types, each with the facts needed beyond the list itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    types: BTreeMap<&'static str, BTreeMap<String, Scope>>,
}

/// Of which resources a fact is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scope {
    All,
    /// Those whose name matches one of the globs.
    Named(Vec<NameGlob>),
}

impl Needs {
    /// Nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Every type with every fact: what a snapshot records.
    #[must_use]
    pub fn everything() -> Self {
        let mut needs = Self::default();
        for info in RESOURCE_TYPES {
            needs.add(info.name, facts_of(info));
        }
        needs
    }

    /// The same needs and the list of one more type.
    #[must_use]
    pub fn list(mut self, type_name: &'static str) -> Self {
        self.add(type_name, []);
        self
    }

    /// The same needs and one more fact of every resource of a type.
    #[must_use]
    pub fn fact(mut self, type_name: &'static str, fact: impl Into<String>) -> Self {
        self.add(type_name, [fact.into()]);
        self
    }

    /// The same needs and one more fact of the resources of a type with such names.
    #[must_use]
    pub fn fact_of(mut self, type_name: &'static str, fact: impl Into<String>, names: &[NameGlob]) -> Self {
        self.widen(type_name, fact.into(), Scope::Named(names.to_vec()));
        self
    }

    /// Adds a type with facts of all its resources.
    pub fn add(&mut self, type_name: &'static str, facts: impl IntoIterator<Item = String>) {
        self.types.entry(type_name).or_default();
        for fact in facts {
            self.widen(type_name, fact, Scope::All);
        }
    }

    fn widen(&mut self, type_name: &'static str, fact: String, scope: Scope) {
        let known = self.types.entry(type_name).or_default().entry(fact);
        let known = known.or_insert_with(|| Scope::Named(Vec::new()));
        match (&mut *known, scope) {
            (Scope::All, _) => {}
            (Scope::Named(_), Scope::All) => *known = Scope::All,
            (Scope::Named(names), Scope::Named(more)) => {
                for name in more {
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
    }

    /// Adds everything that another set needs.
    pub fn merge(&mut self, other: &Self) {
        for (name, facts) in &other.types {
            self.add(name, []);
            for (fact, scope) in facts {
                self.widen(name, fact.clone(), scope.clone());
            }
        }
    }

    /// Whether the type is needed at all.
    #[must_use]
    pub fn wants(&self, type_name: &str) -> bool {
        self.types.contains_key(type_name)
    }

    /// Whether the fact is needed of any resource of the type.
    #[must_use]
    pub fn wants_fact(&self, type_name: &str, fact: &str) -> bool {
        self.types
            .get(type_name)
            .is_some_and(|facts| facts.contains_key(fact))
    }

    /// Whether the fact is needed of the resource with that name.
    #[must_use]
    pub fn wants_fact_of(&self, type_name: &str, fact: &str, name: &str) -> bool {
        match self.types.get(type_name).and_then(|facts| facts.get(fact)) {
            None => false,
            Some(Scope::All) => true,
            Some(Scope::Named(names)) => names.iter().any(|glob| glob.matches(name)),
        }
    }

    /// The types in alphabetical order, each with its facts.
    pub fn types(&self) -> impl Iterator<Item = (&'static str, BTreeSet<String>)> {
        self.types
            .iter()
            .map(|(name, facts)| (*name, facts.keys().cloned().collect()))
    }
}

/// The fields of a type that are read by calls of their own.
#[must_use]
pub fn facts_of(info: &TypeInfo) -> BTreeSet<String> {
    let schema = info.schema();
    let Some(properties) = schema["properties"].as_object() else {
        return BTreeSet::new();
    };
    properties
        .iter()
        .filter(|(_, field)| field["x-fact"] == true)
        .map(|(name, _)| name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_holds_each_fact_of_a_table() {
        let needs = Needs::everything();
        for fact in ["tags", "table", "time_to_live", "continuous_backups"] {
            assert!(needs.wants_fact("aws_dynamodb_table", fact), "{fact}");
        }
        assert!(!needs.wants_fact("aws_dynamodb_table", "arn"));
    }

    #[test]
    fn a_fact_is_needed_of_the_named_resources_until_another_check_needs_it_of_all() {
        let globs = |text: &str| vec![text.parse::<NameGlob>().unwrap()];
        let table = "aws_dynamodb_table";
        let mut needs = Needs::none().fact_of(table, "tags", &globs("a*"));
        needs.merge(&Needs::none().fact_of(table, "tags", &globs("b")));
        assert!(needs.wants_fact_of(table, "tags", "a1") && needs.wants_fact_of(table, "tags", "b"));
        assert!(!needs.wants_fact_of(table, "tags", "c"));
        needs.merge(&Needs::none().fact(table, "tags"));
        assert!(needs.wants_fact_of(table, "tags", "c"));
        assert!(!needs.wants_fact_of(table, "table", "a1"));
    }
}
