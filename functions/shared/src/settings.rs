//! Environment variables, read through a function that the caller gives, with every problem said at once.
//!
//! It must not read the environment itself, so that tests can say what it holds.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// Looks variables up and gathers what is wrong with them.
pub struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    /// Reads through `lookup`; an empty value counts as none.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            lookup,
            problems: Vec::new(),
        }
    }

    /// Returns a variable's text, if it has one.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// Returns a variable's text; one that is missing is a problem, solved by `advice`.
    pub fn required(&mut self, name: &str, advice: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.problems.push(format!("{name} is not set: {advice}"));
            String::new()
        })
    }

    /// Returns a variable's number, or `default` when it is not set; `allowed` says what it may be.
    pub fn number<T: FromStr + PartialOrd + fmt::Display>(
        &mut self,
        name: &str,
        default: T,
        allowed: std::ops::RangeInclusive<T>,
    ) -> T {
        let Some(text) = self.optional(name) else {
            return default;
        };
        match text.parse() {
            Ok(number) if allowed.contains(&number) => number,
            _ => {
                let (from, to) = (allowed.start(), allowed.end());
                self.problems.push(format!(
                    "{name} is `{text}`: a number from {from} to {to} is needed"
                ));
                default
            }
        }
    }

    /// Returns what was built from the variables, unless one of them was a problem.
    pub fn finish<T>(self, settings: T) -> Result<T, SettingsError> {
        if self.problems.is_empty() {
            Ok(settings)
        } else {
            Err(SettingsError {
                problems: self.problems,
            })
        }
    }
}

/// Everything that is wrong with the settings, a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    problems: Vec<String>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.problems.join("\n"))
    }
}

impl Error for SettingsError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_named_at_once_and_defaults_hold() {
        let lookup = |name: &str| match name {
            "PORT" => Some("seventy".to_owned()),
            "LIMIT" => Some("0".to_owned()),
            "TABLE" => Some(" ".to_owned()),
            _ => None,
        };
        let mut reader = Reader::new(&lookup);

        assert_eq!(reader.number("PORT", 8080_u16, 0..=u16::MAX), 8080);
        assert_eq!(reader.number("LIMIT", 1000_u32, 1..=5000), 1000);
        assert_eq!(reader.number("OTHER", 7_u32, 1..=9), 7);
        assert_eq!(reader.required("TABLE", "name the table"), "");
        assert_eq!(
            reader.finish(()).map_err(|error| error.to_string()),
            Err("PORT is `seventy`: a number from 0 to 65535 is needed\n\
                 LIMIT is `0`: a number from 1 to 5000 is needed\n\
                 TABLE is not set: name the table"
                .to_owned())
        );
    }

    #[test]
    fn values_are_trimmed() {
        let lookup = |_: &str| Some(" events \n".to_owned());
        let mut reader = Reader::new(&lookup);

        assert_eq!(reader.required("TABLE", ""), "events");
        assert_eq!(reader.finish(1), Ok(1));
    }
}
