//! One condition as a question about one context key, and what it answers for given values.

use std::cmp::Ordering;
use std::net::IpAddr;

use super::pattern::{Pattern, Shape};
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
        Self {
            key: condition.key.to_ascii_lowercase(),
            operator: condition.operator,
            name: condition.operator.to_string(),
            values,
            dollar,
            patterns,
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

    /// Whether nobody can tell when it holds: a condition without values.
    pub(super) fn is_open(&self) -> bool {
        self.values.is_empty()
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
            Family::Date => seconds(value),
            _ => value
                .trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite()),
        };
        // The sum makes one of the two zeros.
        self.values
            .iter()
            .map(|value| read(value).map(|number| number + 0.0))
            .collect()
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
        self.values.iter().map(|value| block(value)).collect()
    }
}

/// The first and the last address of a block, each with whether it is of IPv6.
pub type Block = ((bool, u128), (bool, u128));

fn block(text: &str) -> Option<Block> {
    let (address, length) = match text.trim().split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
        None => (text.trim(), None),
    };
    let (value, bits) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let host = bits - length.unwrap_or(bits).min(bits);
    if length.is_some_and(|length| length > bits) {
        return None;
    }
    let mask = if host == 128 {
        u128::MAX
    } else {
        (1_u128 << host) - 1
    };
    let six = bits == 128;
    Some(((six, value & !mask), (six, value | mask)))
}

/// Seconds since 1970 of `2026-09-26T10:00:00Z`, `2026-09-26` or a number of seconds.
fn seconds(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return Some(number).filter(|number| number.is_finite());
    }
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00Z"));
    let mut parts = date.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(0..=9999).contains(&year) {
        return None;
    }
    let (clock, offset) = if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        (clock, 0)
    } else if let Some(at) = time.rfind(['+', '-']) {
        let (clock, zone) = time.split_at(at);
        let (hours, minutes) = zone.get(1..)?.split_once(':')?;
        let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
        (clock, if zone.starts_with('-') { -minutes } else { minutes })
    } else {
        (time, 0)
    };
    let mut fields = clock.splitn(3, ':');
    let hour: i64 = fields.next()?.parse().ok()?;
    let minute: i64 = fields.next().unwrap_or("0").parse().ok()?;
    let second: f64 = fields.next().unwrap_or("0").parse().ok()?;
    // Days since 1970 by the Gregorian calendar, years counted from March.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let of_day = i32::try_from(hour * 3_600 + (minute - offset) * 60).ok()?;
    Some(f64::from(i32::try_from(days).ok()?) * 86_400.0 + f64::from(of_day) + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_seconds() {
        for (text, expected) in [
            ("1970-01-01", Some(0.0)),
            ("2020-01-01T00:00:01Z", Some(1_577_836_801.0)),
            ("2020-01-01T01:00:01+01:00", Some(1_577_836_801.0)),
            ("1577836801", Some(1_577_836_801.0)),
            ("2000-02-29", Some(951_782_400.0)),
            ("soon", None),
            ("2020-13-01", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn blocks_of_addresses() {
        let (first, last) = block("10.0.0.0/8").unwrap();
        assert_eq!(last.1 - first.1, (1 << 24) - 1);
        assert_eq!(block("10.1.2.3/8"), block("10.0.0.0/8"));
        assert_eq!(block("0.0.0.0/0"), Some(((false, 0), (false, 0xFFFF_FFFF))));
        assert_eq!(block("::/0"), Some(((true, 0), (true, u128::MAX))));
        for text in ["10.0.0.0/33", "10.0.0", "*"] {
            assert_eq!(block(text), None, "{text}");
        }
    }
}
