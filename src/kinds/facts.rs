//! Comparing what is promised with what is there, one fact at a time.
//!
//! For kinds whose options are all optional: a fact that is not promised is not looked at, and options that promise
//! nothing at all are a mistake.

use std::fmt::Display;

use super::Mistake;
use crate::check::Assessment;
use crate::formats::{NameGlob, Seconds};

/// Declares a choice of an option once, as AWS writes its values.
macro_rules! choice {
    ($name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
        enum $name { $( #[serde(rename = $text)] $variant ),+ }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(match self { $( Self::$variant => $text ),+ })
            }
        }
    };
}
pub(super) use choice;

/// Shows a fact, and fails when it is not the promised one.
pub fn exactly<T: PartialEq + Display>(
    assessment: &mut Assessment,
    label: &str,
    promised: Option<T>,
    found: &T,
    wrong: &str,
) {
    let Some(promised) = promised else { return };
    assessment.saw(label, found);
    if promised != *found {
        assessment.differs(wrong, promised, found);
    }
}

/// Shows a name or ARN, and fails when no glob matches it. No glob: nothing is promised.
pub fn any_of(
    assessment: &mut Assessment,
    label: &str,
    globs: &[NameGlob],
    found: Option<&str>,
    wrong: &str,
) {
    if globs.is_empty() {
        return;
    }
    assessment.saw(label, or_none(found));
    if !found.is_some_and(|found| globs.iter().any(|glob| glob.matches(found))) {
        assessment.differs(wrong, either(globs), or_none(found));
    }
}

/// A value that may be missing, as it is shown.
pub fn or_none(found: Option<&str>) -> &str {
    found.unwrap_or("none")
}

/// The globs in one line.
pub fn either(globs: &[NameGlob]) -> String {
    let texts: Vec<String> = globs.iter().map(ToString::to_string).collect();
    texts.join(" or ")
}

/// The mistake of options that choose resources and promise nothing of them.
pub fn nothing_promised(options: &[&str]) -> Mistake {
    let (last, others) = options.split_last().unwrap_or((&"", &[]));
    let names: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
    Mistake::new(
        "",
        "nothing-promised",
        "no fact is promised",
        "nothing but names: such a check cannot fail",
    )
    .help(format!("add {} or `{last}`", names.join(", ")))
}

/// The mistake of a setting that AWS does not allow, so that it could never hold.
pub fn out_of_reach(
    option: &str,
    promised: Option<Seconds>,
    least: Seconds,
    most: Seconds,
) -> Option<Mistake> {
    let promised = promised.filter(|promised| !(least..=most).contains(promised))?;
    Some(Mistake::new(
        format!("/{option}"),
        "never-holds",
        format!("`{option}` can never be {promised}"),
        format!("AWS allows {least} to {most}"),
    ))
}
