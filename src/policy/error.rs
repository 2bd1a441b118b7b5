//! What can be wrong with a policy document, and where.
//!
//! Messages name the element in AWS's own words and stay free of Debug text; they carry no
//! policy content beyond the offending word, so that they can go into any report.

/// Why a policy document was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The text is not JSON.
    #[error("not JSON at line {line}, column {column}: {message}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// Counted from 1; 0 before the first character of a line.
        column: usize,
        /// The JSON parser's words, without a position.
        message: String,
    },
    /// The text looks percent-encoded and is not.
    #[error("not percent-encoded UTF-8 at byte {offset}")]
    Encoding {
        /// Counted from 0, in the encoded text.
        offset: usize,
    },
    /// The JSON is not a policy.
    #[error("{}: {problem}", if path.is_empty() { "policy document" } else { path })]
    Invalid {
        /// `Statement[1].Condition.StringEquals`; empty for the document itself.
        path: String,
        /// What is wrong there.
        problem: Problem,
    },
}

/// What is wrong at one place of a policy document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// An element that policies do not have.
    #[error("unknown element `{name}`{}", did_you_mean(.suggestion.as_deref()))]
    UnknownElement {
        /// As written.
        name: String,
        /// A known element that is spelled almost so.
        suggestion: Option<&'static str>,
    },
    /// A required element is absent.
    #[error("missing `{0}`")]
    Missing(&'static str),
    /// Two elements of which a statement may have one.
    #[error("both `{0}` and `{1}`")]
    Both(&'static str, &'static str),
    /// A value of the wrong JSON type.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// In words, with an article.
        expected: &'static str,
        /// In words, with an article.
        found: &'static str,
    },
    /// A list or object that must hold something.
    #[error("must not be empty")]
    Empty,
    /// A key that its object already has.
    #[error("duplicate key")]
    Duplicate,
    /// A string outside the few that are valid here.
    #[error("unknown value `{found}`, expected {expected}")]
    UnknownValue {
        /// As written.
        found: String,
        /// The valid values, in words.
        expected: &'static str,
    },
    /// A condition operator that IAM does not have.
    #[error("unknown condition operator{}", did_you_mean(.suggestion.as_deref()))]
    UnknownOperator {
        /// A known operator that is spelled almost so.
        suggestion: Option<String>,
    },
    /// An action that is neither `*` nor `service:Action`.
    #[error("`{0}` is not an action: expected `service:Action` or `*`")]
    NotAnAction(String),
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!(", did you mean `{name}`?"))
}

/// The candidate closest to a misspelt name, when it is close enough to be meant.
pub(super) fn closest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let lower = name.to_ascii_lowercase();
    candidates
        .iter()
        .map(|&candidate| {
            (
                strsim::jaro_winkler(&lower, &candidate.to_ascii_lowercase()),
                candidate,
            )
        })
        .filter(|(score, _)| *score > 0.85)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_in_plain_words() {
        let at = |path: &str, problem| PolicyError::Invalid {
            path: path.to_owned(),
            problem,
        };
        let cases = [
            (
                at("", Problem::Missing("Statement")),
                "policy document: missing `Statement`",
            ),
            (
                at("Statement[1]", Problem::Both("Action", "NotAction")),
                "Statement[1]: both `Action` and `NotAction`",
            ),
            (
                at(
                    "Statement[0]",
                    Problem::UnknownElement {
                        name: "effect".to_owned(),
                        suggestion: closest("effect", &["Action", "Effect"]),
                    },
                ),
                "Statement[0]: unknown element `effect`, did you mean `Effect`?",
            ),
            (
                at(
                    "Statement[0].Condition.Foo",
                    Problem::UnknownOperator { suggestion: None },
                ),
                "Statement[0].Condition.Foo: unknown condition operator",
            ),
            (
                PolicyError::Encoding { offset: 3 },
                "not percent-encoded UTF-8 at byte 3",
            ),
        ];
        for (error, text) in cases {
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn nothing_is_suggested_for_a_foreign_word() {
        assert_eq!(closest("Frobnicate", &["Action", "Effect"]), None);
    }
}
