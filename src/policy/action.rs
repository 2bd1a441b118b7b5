//! Action patterns: `*`, `dynamodb:Query`, `s3:Get*`.
//!
//! Only the shape of an action is judged here; whether AWS has it is for [`super::catalog`].

use std::fmt;
use std::str::FromStr;

use super::error::Problem;
use super::glob::{self, Case};

/// One entry of an `Action` or `NotAction` list, as written.
///
/// Two patterns are equal when they differ in case at most.
#[derive(Debug, Clone)]
pub struct ActionPattern {
    text: String,
    /// Where the colon is; none for a bare `*`.
    colon: Option<usize>,
}

impl ActionPattern {
    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the colon; `*` for a bare `*`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.colon.map_or("*", |at| &self.text[..at])
    }

    /// The part after the colon; `*` for a bare `*`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.colon.map_or("*", |at| &self.text[at + 1..])
    }

    /// Whether the pattern holds a wildcard.
    #[must_use]
    pub fn is_pattern(&self) -> bool {
        glob::is_pattern(&self.text)
    }

    /// Whether the pattern takes in every action of the services it names: `*`, `s3:*`.
    #[must_use]
    pub fn is_every_action(&self) -> bool {
        self.name().contains('*') && self.name().chars().all(|c| matches!(c, '*' | '?'))
    }

    /// Whether the pattern matches one action.
    #[must_use]
    pub fn matches(&self, service: &str, name: &str) -> bool {
        glob::matches(self.service(), service, Case::Ignore) && glob::matches(self.name(), name, Case::Ignore)
    }

    /// Whether every action that `other` can match, known or not, is matched by this pattern.
    ///
    /// Sound, as [`glob::covers`] is: a `true` is certain.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        glob::covers(self.service(), other.service(), Case::Ignore)
            && glob::covers(self.name(), other.name(), Case::Ignore)
    }
}

impl FromStr for ActionPattern {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let colon = text.find(':');
        let valid = match text.split_once(':') {
            Some((service, name)) => is_word(service) && is_word(name),
            None => !text.is_empty() && text.bytes().all(|byte| byte == b'*'),
        };
        if !valid {
            return Err(Problem::NotAnAction(text.to_owned()));
        }
        Ok(Self {
            text: text.to_owned(),
            colon,
        })
    }
}

fn is_word(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '?' | '-' | '_' | '.');
    !text.is_empty() && text.chars().all(allowed)
}

impl PartialEq for ActionPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text.eq_ignore_ascii_case(&other.text)
    }
}

impl Eq for ActionPattern {}

impl fmt::Display for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> ActionPattern {
        text.parse().unwrap()
    }

    #[test]
    fn splits_at_the_colon() {
        let query = pattern("dynamodb:Query");
        assert_eq!((query.service(), query.name()), ("dynamodb", "Query"));
        let all = pattern("*");
        assert_eq!((all.service(), all.name()), ("*", "*"));
    }

    #[test]
    fn refuses_what_is_no_action() {
        for text in [
            "",
            "s3",
            "s3:",
            ":Get",
            "s3*",
            "s3:Get:Object",
            "s3:Get Object",
            "s3:${a}",
            "é:b",
        ] {
            assert_eq!(
                text.parse::<ActionPattern>(),
                Err(Problem::NotAnAction(text.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn matches_without_regard_to_case() {
        assert!(pattern("S3:get*").matches("s3", "GetObject"));
        assert!(pattern("*").matches("s3", "GetObject"));
        assert!(pattern("*:*").matches("s3", "GetObject"));
        assert!(!pattern("s3:Get*").matches("s3", "PutObject"));
        assert!(!pattern("s3:Get*").matches("s3tables", "GetTable"));
        assert_eq!(pattern("S3:getobject"), pattern("s3:GetObject"));
    }

    #[test]
    fn covers_only_what_is_certain() {
        let table = [
            ("*", "*", true),
            ("*", "s3:*", true),
            ("s3:*", "*", false),
            ("s3:Get*", "s3:GetObject", true),
            ("s3:Get*", "s3:GetObject*", true),
            ("s3:GetObject", "s3:GetObject*", false),
            ("s3:get*", "S3:GET*", true),
        ];
        for (wide, narrow, expected) in table {
            assert_eq!(
                pattern(wide).covers(&pattern(narrow)),
                expected,
                "{wide} over {narrow}"
            );
        }
    }

    #[test]
    fn knows_a_whole_service() {
        for text in ["*", "**", "*:*", "s3:*", "s3:**", "s3:?*"] {
            assert!(pattern(text).is_every_action(), "{text}");
        }
        for text in ["s3:Get*", "s3:*Object", "s3:GetObject", "s3:???"] {
            assert!(!pattern(text).is_every_action(), "{text}");
        }
    }
}
