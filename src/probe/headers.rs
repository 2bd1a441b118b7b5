//! Headers whose values name variables of the process environment: `Bearer {env:HEALTH_TOKEN}`.
//!
//! Templates are plain text and may stand in files. Resolved values are secrets: they have no `Debug` text and reach
//! nothing but the request.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

const OPEN: &str = "{env:";

/// Headers that the prober itself answers for.
const OWN: [&str; 7] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// Headers with their values resolved.
#[derive(Clone, Default)]
pub struct Headers(HeaderMap);

impl Headers {
    pub(super) const fn map(&self) -> &HeaderMap {
        &self.0
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The names alone: any value may be a secret.
        formatter.debug_list().entries(self.0.keys()).finish()
    }
}

/// What is wrong with a name or template, before anything is resolved.
pub fn check(name: &str, template: &str) -> Result<(), String> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| "it is no name of a header".to_owned())?;
    if OWN.contains(&name.to_ascii_lowercase().as_str()) {
        return Err("it is set by the prober itself".to_owned());
    }
    for part in parts(template)? {
        if let Part::Text(text) = part {
            HeaderValue::from_str(text).map_err(|_| "a header has one line of plain text".to_owned())?;
        }
    }
    Ok(())
}

/// The names of the variables that templates need.
#[must_use]
pub fn variables(headers: &BTreeMap<String, String>) -> BTreeSet<&str> {
    headers
        .values()
        .filter_map(|template| parts(template).ok())
        .flatten()
        .filter_map(|part| match part {
            Part::Variable(name) => Some(name),
            Part::Text(_) => None,
        })
        .collect()
}

/// Resolves the templates, or says which variables are missing. No message holds a value.
pub fn resolve(
    headers: &BTreeMap<String, String>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Headers, String> {
    let mut resolved = HeaderMap::new();
    for (name, template) in headers {
        check(name, template).map_err(|reason| format!("the header `{name}`: {reason}"))?;
        let mut value = String::new();
        for part in parts(template)? {
            match part {
                Part::Text(text) => value.push_str(text),
                Part::Variable(wanted) => {
                    let found = variable(wanted).filter(|found| !found.is_empty());
                    value.push_str(&found.ok_or_else(|| {
                        format!(
                            "the header `{name}` needs the environment variable {wanted}, which is not set"
                        )
                    })?);
                }
            }
        }
        let mut value = HeaderValue::from_str(&value)
            .map_err(|_| format!("the value of the header `{name}` is not one line of plain text"))?;
        value.set_sensitive(true);
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| error.to_string())?;
        resolved.append(name, value);
    }
    Ok(Headers(resolved))
}

enum Part<'a> {
    Text(&'a str),
    Variable(&'a str),
}

fn parts(template: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once(OPEN) {
        let (name, behind) = after
            .split_once('}')
            .ok_or_else(|| format!("a `{OPEN}` without its `}}`"))?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(is_name) {
            return Err(format!("`{OPEN}{name}}}` names no environment variable"));
        }
        parts.extend([Part::Text(text), Part::Variable(name)]);
        rest = behind;
    }
    parts.push(Part::Text(rest));
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("Authorization".to_owned(), value.to_owned())])
    }

    fn resolved(value: &str) -> Result<Headers, String> {
        resolve(&headers(value), &|name| match name {
            "TOKEN" => Some("s3cret".to_owned()),
            "BROKEN" => Some("s3cret\r\nx: y".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        })
    }

    #[test]
    fn a_variable_is_resolved_and_never_shown() {
        let headers = resolved("Bearer {env:TOKEN}").unwrap();
        assert_eq!(headers.map()["authorization"], "Bearer s3cret");
        assert!(headers.map()["authorization"].is_sensitive());
        assert!(!format!("{headers:?}").contains("s3cret"));
        assert!(!format!("{:?}", headers.map()).contains("s3cret"));
    }

    #[test]
    fn a_missing_or_empty_variable_is_named() {
        for name in ["NOWHERE", "EMPTY"] {
            let error = resolved(&format!("Bearer {{env:{name}}}")).unwrap_err();
            assert_eq!(
                error,
                format!("the header `Authorization` needs the environment variable {name}, which is not set")
            );
        }
    }

    #[test]
    fn a_value_cannot_smuggle_another_header_and_is_not_told() {
        let error = resolved("{env:BROKEN}").unwrap_err();
        assert_eq!(
            error,
            "the value of the header `Authorization` is not one line of plain text"
        );
    }

    #[test]
    fn templates_are_checked_before_anything_is_resolved() {
        assert!(check("x-a", "plain, and {braces}").is_ok());
        for (name, template) in [
            ("x a", "b"),
            ("", "b"),
            ("Host", "example.com"),
            ("x-a", "{env:TOKEN"),
            ("x-a", "{env:}"),
            ("x-a", "{env:1A}"),
            ("x-a", "a\nb"),
        ] {
            assert!(check(name, template).is_err(), "{name}: {template}");
        }
        let two = headers("{env:A} {env:B}{env:A}");
        assert_eq!(variables(&two).into_iter().collect::<Vec<_>>(), ["A", "B"]);
    }
}
