//! `${name}` in strings, from the variables of the environment file and from nowhere else.
//!
//! The process environment is never looked at: the same files must give the same suite everywhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::yaml::{Data, Node};
use crate::diag::{Diagnostic, Place, SourceFile, closest};

/// The variables of one environment.
pub type Variables = BTreeMap<String, String>;

/// Replaces every `${name}` in the strings below `node`; `$${` stands for a literal `${`. Keys are left alone.
pub fn interpolate(
    node: &mut Node,
    variables: &Variables,
    file: &Arc<SourceFile>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match &mut node.data {
        Data::List(items) => {
            for item in items {
                interpolate(item, variables, file, diagnostics);
            }
        }
        Data::Map(entries) => {
            for (_, value) in entries {
                interpolate(value, variables, file, diagnostics);
            }
        }
        Data::Text(text) if text.contains("${") => {
            let place = Place {
                file: Arc::clone(file),
                span: node.span.clone(),
            };
            match replace(text, variables) {
                Ok(replaced) => *text = replaced,
                Err(mistakes) => {
                    diagnostics.extend(
                        mistakes
                            .into_iter()
                            .map(|mistake| mistake.into_diagnostic(place.clone(), variables)),
                    );
                }
            }
        }
        Data::Scalar(_) | Data::Text(_) => {}
    }
}

#[derive(Debug, PartialEq)]
enum Mistake {
    Undefined(String),
    Unclosed,
}

impl Mistake {
    fn into_diagnostic(self, place: Place, variables: &Variables) -> Diagnostic {
        match self {
            Self::Undefined(name) => {
                let title = format!("undefined variable `${{{name}}}`");
                let known: Vec<&str> = variables.keys().map(String::as_str).collect();
                let help = match closest(&name, known.iter().copied()) {
                    Some(candidate) => format!("did you mean `${{{candidate}}}`?"),
                    None if name == "account_id" => "set `account_id` in the environment file".to_owned(),
                    None => format!(
                        "define it under `variables` in the environment file; defined are {}",
                        known
                            .iter()
                            .map(|name| format!("`{name}`"))
                            .collect::<Vec<_>>()
                            .join(", ")
                    ),
                };
                Diagnostic::new("undefined-variable", title, place, "not defined").help(help)
            }
            Self::Unclosed => Diagnostic::new(
                "unclosed-variable",
                "a variable without its end",
                place,
                "`${` without a `}`",
            )
            .help("write `${name}`, or `$${` for a literal `${`"),
        }
    }
}

fn replace(text: &str, variables: &Variables) -> Result<String, Vec<Mistake>> {
    let mut replaced = String::new();
    let mut mistakes = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        if rest[..start].ends_with('$') {
            replaced.push_str(&rest[..start]);
            replaced.push('{');
            rest = &rest[start + 2..];
            continue;
        }
        replaced.push_str(&rest[..start]);
        let Some(length) = rest[start..].find('}') else {
            mistakes.push(Mistake::Unclosed);
            break;
        };
        let name = &rest[start + 2..start + length];
        match variables.get(name) {
            Some(value) => replaced.push_str(value),
            None => mistakes.push(Mistake::Undefined(name.to_owned())),
        }
        rest = &rest[start + length + 1..];
    }
    if mistakes.is_empty() {
        replaced.push_str(rest);
        Ok(replaced)
    } else {
        Err(mistakes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn variables() -> Variables {
        [("env", "dev"), ("project", "zapier")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn variables_are_replaced_and_dollars_escaped() {
        let replace = |text| replace(text, &variables());
        assert_eq!(replace("${project}-events-${env}").unwrap(), "zapier-events-dev");
        assert_eq!(replace("$${env} ${env}").unwrap(), "${env} dev");
        assert_eq!(replace("a $5 {b}").unwrap(), "a $5 {b}");
        assert_eq!(
            replace("${enw}-${}").unwrap_err(),
            vec![
                Mistake::Undefined("enw".into()),
                Mistake::Undefined(String::new())
            ]
        );
        assert_eq!(replace("${env").unwrap_err(), vec![Mistake::Unclosed]);
    }

    proptest! {
        #[test]
        fn values_are_never_interpolated_again(value in "[${}a-z]{0,12}") {
            let variables = Variables::from([("v".to_owned(), value.clone())]);
            prop_assert_eq!(replace("<${v}>", &variables).unwrap(), format!("<{value}>"));
        }
    }
}
