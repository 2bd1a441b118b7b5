//! Which resource types, and which of their separately read facts, a set of checks needs.

use std::collections::{BTreeMap, BTreeSet};

use super::resource::{RESOURCE_TYPES, TypeInfo};

/// Resource types, each with the facts needed beyond the list itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    types: BTreeMap<&'static str, BTreeSet<String>>,
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

    /// The same needs and one more fact of a type.
    #[must_use]
    pub fn fact(mut self, type_name: &'static str, fact: impl Into<String>) -> Self {
        self.add(type_name, [fact.into()]);
        self
    }

    /// Adds a type with facts.
    pub fn add(&mut self, type_name: &'static str, facts: impl IntoIterator<Item = String>) {
        self.types.entry(type_name).or_default().extend(facts);
    }

    /// Adds everything that another set needs.
    pub fn merge(&mut self, other: &Self) {
        for (name, facts) in &other.types {
            self.add(name, facts.iter().cloned());
        }
    }

    /// Whether the type is needed at all.
    #[must_use]
    pub fn wants(&self, type_name: &str) -> bool {
        self.types.contains_key(type_name)
    }

    /// Whether the fact of the type is needed.
    #[must_use]
    pub fn wants_fact(&self, type_name: &str, fact: &str) -> bool {
        self.types
            .get(type_name)
            .is_some_and(|facts| facts.contains(fact))
    }

    /// The types in alphabetical order, each with its facts.
    pub fn types(&self) -> impl Iterator<Item = (&'static str, &BTreeSet<String>)> {
        self.types.iter().map(|(name, facts)| (*name, facts))
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
}
