//! A range that a number must lie in, as kinds take it in their options.

use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;

use super::Mistake;
use crate::check::Assessment;

/// The least and the most that a number may be, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The least.
    min: Option<f64>,
    /// The most.
    max: Option<f64>,
}

impl Bounds {
    /// The mistake of a range at that JSON pointer that takes in everything or nothing.
    pub fn mistake(&self, pointer: &str) -> Option<Mistake> {
        match (self.min, self.max) {
            (None, None) => Some(
                Mistake::new(
                    pointer,
                    "no-bounds",
                    "this range takes in every number",
                    "neither `min` nor `max`",
                )
                .help("give `min`, `max`, or both"),
            ),
            (Some(min), Some(max)) if min > max => Some(Mistake::new(
                pointer,
                "empty-range",
                format!("no number is at least {min} and at most {max}"),
                "`min` is above `max`",
            )),
            _ => None,
        }
    }

    pub fn contain(&self, number: f64) -> bool {
        self.min.is_none_or(|min| min <= number) && self.max.is_none_or(|max| number <= max)
    }

    /// Notes the number, and the violation when it lies outside.
    pub fn judge(&self, label: &str, message: &str, number: f64, assessment: &mut Assessment) {
        assessment.saw(label, number);
        if !self.contain(number) {
            assessment.differs(message, self, number);
        }
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (Some(min), Some(max)) if (max - min).abs() < f64::EPSILON => write!(formatter, "{min}"),
            (Some(min), Some(max)) => write!(formatter, "{min} to {max}"),
            (Some(min), None) => write!(formatter, "at least {min}"),
            (None, Some(max)) => write!(formatter, "at most {max}"),
            (None, None) => formatter.write_str("any number"),
        }
    }
}

/// The mistake of options that leave nothing to be checked.
pub fn nothing_to_check(options: &str) -> Mistake {
    Mistake::new(
        "",
        "nothing-to-check",
        "this check cannot fail",
        "no option says what must hold",
    )
    .help(format!("give at least one of {options}"))
}
