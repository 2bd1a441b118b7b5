//! One condition as a question about one context key, and what it answers for given values.

use std::cmp::Ordering;

use super::pattern::{self, Pattern, Shape};
use super::values::{self, Block};
use crate::policy::condition::{Comparison, Condition, Operator, SetQualifier};
use crate::policy::document::Version;

/// A condition of a statement, compiled. Equal conditions are equal atoms, whatever the order of
/// their values and the case of their key.
#[derive(Debug, Clone)]
pub struct Atom {
    /// In lower case.
    pub key: String,
    operator: Operator,
    /// The operator as AWS writes it.
    name: String,
    values: Vec<String>,
    /// Whether a value holds what is a variable or an escape in this version only.
    dollar: Option<Version>,
    patterns: Vec<Pattern>,
    open: bool,
}

impl PartialEq for Atom {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Atom {}

impl PartialOrd for Atom {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Atom {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

/// What sort of values a comparison is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Text,
    Number,
    Date,
    Address,
    Presence,
}

impl Atom {
    fn identity(&self) -> (&str, &str, &[String], Option<&str>) {
        let dollar = self.dollar.map(Version::as_str);
        (&self.key, &self.name, &self.values, dollar)
    }

    /// The condition as an atom.
    pub(super) fn new(condition: &Condition, version: Version) -> Self {
        let comparison = condition.operator.comparison;
        let mut values = condition.values.clone();
        values.sort_unstable();
        values.dedup();
        let (shape, fold) = match comparison {
            Comparison::StringLike | Comparison::StringNotLike => (Shape::Text, false),
            Comparison::ArnEquals
            | Comparison::ArnNotEquals
            | Comparison::ArnLike
            | Comparison::ArnNotLike => (Shape::Arn, false),
            Comparison::StringEqualsIgnoreCase
            | Comparison::StringNotEqualsIgnoreCase
            | Comparison::Bool
            | Comparison::Null => (Shape::Literal, true),
            _ => (Shape::Literal, false),
        };
        let patterns: Vec<Pattern> = values
            .iter()
            .map(|value| Pattern::new(value, shape, fold, version))
            .collect();
        let dollar = values.iter().any(|value| value.contains("${")).then_some(version);
        let open = values.is_empty()
            || values
                .iter()
                .any(|value| is_strange(value, condition.operator, dollar));
        Self {
            key: condition.key.to_ascii_lowercase(),
            operator: condition.operator,
            name: condition.operator.to_string(),
            values,
            dollar,
            patterns,
            open,
        }
    }

    /// A fact about a request: the key has exactly one of these values.
    pub(super) fn fact(key: &str, comparison: Comparison, values: &[&str]) -> Self {
        let condition = Condition {
            operator: Operator {
                comparison,
                qualifier: None,
                if_exists: false,
            },
            key: key.to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        Self::new(&condition, Version::V2008)
    }

    /// How the key's value compares.
    pub(super) fn operator(&self) -> Operator {
        self.operator
    }

    /// Whether nobody can tell when it holds: a condition without values, a truth value that is
    /// none, or an ARN that lacks segments.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Whether it is about a tag, whose value is any text, whatever it is compared with.
    pub(super) fn is_tag(&self) -> bool {
        const TAGS: [&str; 3] = ["tag/", "tags/", "tagkeys"];
        TAGS.iter().any(|word| self.key.contains(word))
    }

    /// The values as patterns.
    pub(super) fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// What sort of values it compares.
    pub(super) fn family(&self) -> Family {
        match self.operator().comparison {
            Comparison::Null => Family::Presence,
            Comparison::NumericEquals
            | Comparison::NumericNotEquals
            | Comparison::NumericLessThan
            | Comparison::NumericLessThanEquals
            | Comparison::NumericGreaterThan
            | Comparison::NumericGreaterThanEquals => Family::Number,
            Comparison::DateEquals
            | Comparison::DateNotEquals
            | Comparison::DateLessThan
            | Comparison::DateLessThanEquals
            | Comparison::DateGreaterThan
            | Comparison::DateGreaterThanEquals => Family::Date,
            Comparison::IpAddress | Comparison::NotIpAddress => Family::Address,
            _ => Family::Text,
        }
    }

    /// Whether the condition holds for a request without the key.
    pub(super) fn holds_without_key(&self) -> bool {
        let operator = self.operator();
        if operator.comparison == Comparison::Null {
            return self.values.iter().any(|value| value.eq_ignore_ascii_case("true"));
        }
        operator.if_exists
            || match operator.qualifier {
                Some(SetQualifier::ForAllValues) => true,
                Some(SetQualifier::ForAnyValue) => false,
                None => operator.comparison.is_negated(),
            }
    }

    /// Whether a `Null` condition holds for a request with the key.
    pub(super) fn wants_key(&self) -> bool {
        self.values
            .iter()
            .any(|value| value.eq_ignore_ascii_case("false"))
    }

    /// The values as numbers or seconds; none when one of them is neither.
    pub(super) fn numbers(&self) -> Option<Vec<f64>> {
        let read = |value: &String| match self.family() {
            Family::Date => values::seconds(value),
            _ => values::number(value),
        };
        self.values.iter().map(read).collect()
    }

    /// Whether the comparison, taken without its negation, matches a number.
    pub(super) fn matches_number(&self, number: f64, values: &[f64]) -> bool {
        values.iter().any(|&value| match self.operator().comparison {
            Comparison::NumericLessThan | Comparison::DateLessThan => number < value,
            Comparison::NumericLessThanEquals | Comparison::DateLessThanEquals => number <= value,
            Comparison::NumericGreaterThan | Comparison::DateGreaterThan => number > value,
            Comparison::NumericGreaterThanEquals | Comparison::DateGreaterThanEquals => number >= value,
            _ => number.total_cmp(&value).is_eq(),
        })
    }

    /// The blocks of an address condition, as first and last address; none when one is no block.
    pub(super) fn blocks(&self) -> Option<Vec<Block>> {
        self.values.iter().map(|value| values::block(value)).collect()
    }
}

/// Whether nobody can tell what a value means to an operator.
fn is_strange(value: &str, operator: Operator, dollar: Option<Version>) -> bool {
    let is_truth = ["true", "false"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word));
    match operator.comparison {
        Comparison::Null => operator.qualifier.is_some() || !is_truth,
        Comparison::Bool => !is_truth && dollar.is_none(),
        Comparison::ArnEquals | Comparison::ArnNotEquals | Comparison::ArnLike | Comparison::ArnNotLike => {
            pattern::is_incomplete_arn(value, dollar)
        }
        _ => false,
    }
}
