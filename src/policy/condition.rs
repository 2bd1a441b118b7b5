//! Condition operators: what they compare, over which values, and when they hold anyway.
//!
//! Names only. Whether a condition holds, or implies another, is decided elsewhere.

use std::fmt;
use std::str::FromStr;

use super::error::{Problem, closest};

/// One key of one operator of a `Condition` block. All conditions of a statement must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// How the key's value compares.
    pub operator: Operator,
    /// The context key as written; AWS compares it without regard to case.
    pub key: String,
    /// When there are none, nobody tells when it holds. Booleans and numbers are given as AWS reads them: as strings.
    pub values: Vec<String>,
}

/// A whole operator, such as `ForAllValues:StringLikeIfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operator {
    /// The comparison without qualifier and suffix.
    pub comparison: Comparison,
    /// How a key of many values is compared.
    pub qualifier: Option<SetQualifier>,
    /// Whether the condition holds when the request lacks the key.
    pub if_exists: bool,
}

/// How a key of many values is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetQualifier {
    /// Every value of the request must match; holds when there is none.
    ForAllValues,
    /// At least one value of the request must match.
    ForAnyValue,
}

impl SetQualifier {
    /// The name as AWS writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ForAllValues => "ForAllValues",
            Self::ForAnyValue => "ForAnyValue",
        }
    }
}

/// Declares the comparisons once, for the type and for their names.
macro_rules! comparisons {
    ($($name:ident),+ $(,)?) => {
        /// A comparison, named as AWS names it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the names are AWS's own")]
        pub enum Comparison { $($name),+ }

        impl Comparison {
            /// Every comparison that IAM has.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name as AWS writes it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),+ }
            }
        }
    };
}

comparisons! {
    StringEquals, StringNotEquals, StringEqualsIgnoreCase, StringNotEqualsIgnoreCase,
    StringLike, StringNotLike,
    NumericEquals, NumericNotEquals, NumericLessThan, NumericLessThanEquals,
    NumericGreaterThan, NumericGreaterThanEquals,
    DateEquals, DateNotEquals, DateLessThan, DateLessThanEquals,
    DateGreaterThan, DateGreaterThanEquals,
    Bool, BinaryEquals, IpAddress, NotIpAddress,
    ArnEquals, ArnNotEquals, ArnLike, ArnNotLike,
    Null,
}

impl Comparison {
    /// Whether the comparison holds when its values do *not* match, and so without the key.
    #[must_use]
    pub fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::ArnNotEquals
                | Self::ArnNotLike
        )
    }
}

/// Reads an operator, without regard to case.
impl FromStr for Operator {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let unknown = || Problem::UnknownOperator {
            suggestion: suggest(text),
        };
        let (qualifier, rest) = match text.split_once(':') {
            None => (None, text),
            Some((word, rest)) => {
                let qualifier = [SetQualifier::ForAllValues, SetQualifier::ForAnyValue]
                    .into_iter()
                    .find(|known| known.as_str().eq_ignore_ascii_case(word))
                    .ok_or_else(unknown)?;
                (Some(qualifier), rest)
            }
        };
        let (name, if_exists) = strip_if_exists(rest);
        let comparison = Comparison::ALL
            .iter()
            .copied()
            .find(|known| known.as_str().eq_ignore_ascii_case(name))
            // `Null` asks for a key's existence itself, and takes no suffix.
            .filter(|&known| !(if_exists && known == Comparison::Null))
            .ok_or_else(unknown)?;
        Ok(Self {
            comparison,
            qualifier,
            if_exists,
        })
    }
}

fn strip_if_exists(text: &str) -> (&str, bool) {
    const SUFFIX: &str = "IfExists";
    match text
        .len()
        .checked_sub(SUFFIX.len())
        .and_then(|at| text.split_at_checked(at))
    {
        Some((name, suffix)) if suffix.eq_ignore_ascii_case(SUFFIX) => (name, true),
        _ => (text, false),
    }
}

fn suggest(text: &str) -> Option<String> {
    let rest = text.split_once(':').map_or(text, |(_, rest)| rest);
    let names: Vec<&str> = Comparison::ALL.iter().map(|known| known.as_str()).collect();
    closest(strip_if_exists(rest).0, &names).map(str::to_owned)
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(qualifier) = self.qualifier {
            write!(f, "{}:", qualifier.as_str())?;
        }
        f.write_str(self.comparison.as_str())?;
        f.write_str(if self.if_exists { "IfExists" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_reads_back_from_its_own_name() {
        assert_eq!(Comparison::ALL.len(), 27);
        for &comparison in Comparison::ALL {
            for qualifier in [
                None,
                Some(SetQualifier::ForAllValues),
                Some(SetQualifier::ForAnyValue),
            ] {
                for if_exists in [false, true] {
                    if if_exists && comparison == Comparison::Null {
                        continue;
                    }
                    let operator = Operator {
                        comparison,
                        qualifier,
                        if_exists,
                    };
                    assert_eq!(operator.to_string().parse(), Ok(operator));
                    assert_eq!(operator.to_string().to_lowercase().parse(), Ok(operator));
                }
            }
        }
    }

    #[test]
    fn refuses_what_iam_does_not_have() {
        let suggestion = |text: &str| match text.parse::<Operator>() {
            Err(Problem::UnknownOperator { suggestion }) => suggestion,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(suggestion("StringEqual").as_deref(), Some("StringEquals"));
        assert_eq!(
            suggestion("ForSomeValues:StringLike").as_deref(),
            Some("StringLike")
        );
        assert_eq!(suggestion("NullIfExists").as_deref(), Some("Null"));
        for text in [
            "",
            ":",
            "IfExists",
            "ForAnyValue:",
            "ForAnyValue:ForAnyValue:Bool",
            "é",
            "ééééé",
        ] {
            suggestion(text);
        }
    }

    #[test]
    fn negation_is_in_the_name() {
        for comparison in Comparison::ALL {
            assert_eq!(comparison.is_negated(), comparison.as_str().contains("Not"));
        }
    }
}
