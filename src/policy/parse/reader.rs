//! A JSON value together with its path, so that every complaint says where.
//!
//! Knows JSON and paths, and no policy element by name.

use crate::policy::error::{PolicyError, Problem, closest};
use crate::policy::json::{Json, join};

/// A value and where it stands.
pub(super) struct Element<'a> {
    path: String,
    pub(super) json: &'a Json,
}

/// An object whose members are all known elements.
pub(super) struct Elements<'a> {
    path: String,
    members: &'a [(String, Json)],
}

/// A member of an object with free keys.
pub(super) struct Member<'a> {
    pub(super) key: &'a str,
    pub(super) element: Element<'a>,
}

impl Member<'_> {
    /// Whether two keys are one to AWS, which ignores their case.
    pub(super) fn is_same_key(&self, other: &Self) -> bool {
        self.key.eq_ignore_ascii_case(other.key)
    }
}

/// Whether a list is of what is meant, or of what is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    Only,
    Except,
}

impl<'a> Element<'a> {
    pub(super) fn root(json: &'a Json) -> Self {
        Self {
            path: String::new(),
            json,
        }
    }

    pub(super) fn problem(&self, problem: Problem) -> PolicyError {
        PolicyError::Invalid {
            path: self.path.clone(),
            problem,
        }
    }

    fn wrong_type(&self, expected: &'static str) -> PolicyError {
        self.problem(Problem::WrongType {
            expected,
            found: self.json.kind(),
        })
    }

    /// Complains about the value of a string.
    pub(super) fn unknown(&self, expected: &'static str) -> PolicyError {
        let found = match self.json {
            Json::String(text) => text.clone(),
            other => other.kind().to_owned(),
        };
        self.problem(Problem::UnknownValue { found, expected })
    }

    /// The value as an object with no other members than the known ones.
    pub(super) fn object(&self, known: &[&'static str]) -> Result<Elements<'a>, PolicyError> {
        let Json::Object(members) = self.json else {
            return Err(self.wrong_type("an object"));
        };
        if let Some((name, _)) = members.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            let suggestion = closest(name, known);
            return Err(self.problem(Problem::UnknownElement {
                name: name.clone(),
                suggestion,
            }));
        }
        Ok(Elements {
            path: self.path.clone(),
            members,
        })
    }

    /// The members of an object with free keys.
    pub(super) fn members(&self) -> Result<Vec<Member<'a>>, PolicyError> {
        let Json::Object(members) = self.json else {
            return Err(self.wrong_type("an object"));
        };
        let member = |(key, json): &'a (String, Json)| Member {
            key,
            element: Element {
                path: join(&self.path, key),
                json,
            },
        };
        Ok(members.iter().map(member).collect())
    }

    /// Like [`Self::one_or_many`], of at least one value.
    pub(super) fn filled(&self) -> Result<Vec<Element<'a>>, PolicyError> {
        match self.json {
            Json::List(items) if items.is_empty() => Err(self.problem(Problem::Empty)),
            _ => Ok(self.one_or_many()),
        }
    }

    /// A list's values, or the one value that stands in its place.
    pub(super) fn one_or_many(&self) -> Vec<Element<'a>> {
        let Json::List(items) = self.json else {
            return vec![Element {
                path: self.path.clone(),
                json: self.json,
            }];
        };
        let at = |index| join(&self.path, &format!("[{index}]"));
        let item = |(index, json)| Element {
            path: at(index),
            json,
        };
        items.iter().enumerate().map(item).collect()
    }

    pub(super) fn text(&self) -> Result<&'a str, PolicyError> {
        match self.json {
            Json::String(text) => Ok(text),
            _ => Err(self.wrong_type("a string")),
        }
    }

    pub(super) fn filled_text(&self) -> Result<String, PolicyError> {
        match self.text()? {
            "" => Err(self.problem(Problem::Empty)),
            text => Ok(text.to_owned()),
        }
    }

    /// A string, or a boolean or number in the string's place.
    pub(super) fn scalar(&self) -> Result<String, PolicyError> {
        match self.json {
            Json::String(text) => Ok(text.clone()),
            Json::Bool(_) | Json::Number(_) => Ok(self.json.to_string()),
            _ => Err(self.wrong_type("a string, a number or a boolean")),
        }
    }
}

impl<'a> Elements<'a> {
    pub(super) fn problem(&self, problem: Problem) -> PolicyError {
        PolicyError::Invalid {
            path: self.path.clone(),
            problem,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<Element<'a>> {
        let (_, json) = self.members.iter().find(|(key, _)| key == name)?;
        Some(Element {
            path: join(&self.path, name),
            json,
        })
    }

    pub(super) fn require(&self, name: &'static str) -> Result<Element<'a>, PolicyError> {
        self.get(name).ok_or_else(|| self.problem(Problem::Missing(name)))
    }

    /// The values of an element, of which the one that means all others needs at least one.
    pub(super) fn values(sense: Sense, element: &Element<'a>) -> Result<Vec<Element<'a>>, PolicyError> {
        match sense {
            Sense::Only => Ok(element.one_or_many()),
            Sense::Except => element.filled(),
        }
    }

    /// The one of two elements that exclude each other, if either is there.
    pub(super) fn either(
        &self,
        only: &'static str,
        except: &'static str,
    ) -> Result<Option<(Sense, Element<'a>)>, PolicyError> {
        match (self.get(only), self.get(except)) {
            (Some(_), Some(_)) => Err(self.problem(Problem::Both(only, except))),
            (Some(element), None) => Ok(Some((Sense::Only, element))),
            (None, Some(element)) => Ok(Some((Sense::Except, element))),
            (None, None) => Ok(None),
        }
    }
}
