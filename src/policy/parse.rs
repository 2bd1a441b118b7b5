//! Reads policy documents: from text as IAM returns it to [`PolicyDocument`].
//!
//! Strict where AWS is strict, and strict about what could hide a grant: an unknown element or a
//! repeated key is an error with its position, never skipped. An empty list of statements, actions,
//! resources or principals names none, as AWS has it; an empty list of what is *not* meant is an
//! error. It does not ask whether actions, condition keys or ARNs exist.
//!
//! Element names, `Effect` and the kinds of principals are case-sensitive, as in IAM (which
//! answers `Unknown field statement`). Condition operators are read without regard to case.

mod percent;
mod reader;

use std::borrow::Cow;

use super::condition::Condition;
use super::document::{
    Actions, Effect, PolicyDocument, Principal, Principals, Resources, Statement, Version,
};
use super::error::{PolicyError, Problem};
use super::json::Json;
use reader::{Element, Elements, Sense};

impl PolicyDocument {
    /// Reads a document, plain or percent-encoded.
    ///
    /// ```
    /// # use stackproof::policy::PolicyDocument;
    /// let text = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resourc":"*"}}"#;
    /// assert_eq!(
    ///     PolicyDocument::parse(text).unwrap_err().to_string(),
    ///     "Statement: unknown element `Resourc`, did you mean `Resource`?",
    /// );
    /// ```
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let text = if text.trim_start().starts_with('%') {
            Cow::Owned(percent::decode(text.trim())?)
        } else {
            Cow::Borrowed(text)
        };
        let json: Json = serde_json::from_str(&text).map_err(|error| syntax(&text, &error))?;
        if let Some(path) = json.duplicate() {
            return Err(PolicyError::Invalid {
                path,
                problem: Problem::Duplicate,
            });
        }
        document(&json)
    }
}

fn syntax(document: &str, error: &serde_json::Error) -> PolicyError {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let position = format!(" at line {line} column {column}");
    let place = document.lines().nth(line.saturating_sub(1));
    let place = place.and_then(|text| text.get(column.saturating_sub(1)..));
    let message = if place.is_some_and(|rest| rest.starts_with("//") || rest.starts_with("/*")) {
        "JSON has no comments".to_owned()
    } else {
        text.strip_suffix(&position).unwrap_or(&text).to_owned()
    };
    PolicyError::Syntax {
        line,
        column,
        message,
    }
}

fn document(json: &Json) -> Result<PolicyDocument, PolicyError> {
    let root = Element::root(json).object(&["Version", "Id", "Statement"])?;
    let version = match root.get("Version") {
        None => Version::default(),
        Some(element) => version(&element)?,
    };
    let id = root
        .get("Id")
        .map(|element| element.text().map(str::to_owned))
        .transpose()?;
    let statements = root.require("Statement")?;
    let statements = statements.one_or_many();
    let statements = statements
        .iter()
        .enumerate()
        .map(|(index, element)| statement(index, element))
        .collect::<Result<_, _>>()?;
    Ok(PolicyDocument {
        version,
        id,
        statements,
    })
}

fn version(element: &Element<'_>) -> Result<Version, PolicyError> {
    let text = element.text()?;
    [Version::V2008, Version::V2012]
        .into_iter()
        .find(|version| version.as_str() == text)
        .ok_or_else(|| element.unknown("`2012-10-17` or `2008-10-17`"))
}

fn statement(index: usize, element: &Element<'_>) -> Result<Statement, PolicyError> {
    let elements = element.object(&[
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ])?;
    let principals = principals(&elements)?;
    Ok(Statement {
        sid: elements
            .get("Sid")
            .map(|sid| sid.text().map(str::to_owned))
            .transpose()?,
        index,
        effect: effect(&elements.require("Effect")?)?,
        actions: actions(&elements)?,
        resources: resources(&elements, principals == Principals::Absent)?,
        principals,
        conditions: match elements.get("Condition") {
            None => Vec::new(),
            Some(block) => conditions(&block)?,
        },
        source: element.json.clone(),
    })
}

fn effect(element: &Element<'_>) -> Result<Effect, PolicyError> {
    match element.text()? {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        _ => Err(element.unknown("`Allow` or `Deny`")),
    }
}

fn actions(elements: &Elements<'_>) -> Result<Actions, PolicyError> {
    let Some((sense, element)) = elements.either("Action", "NotAction")? else {
        return Err(elements.problem(Problem::Missing("Action")));
    };
    let patterns = Elements::values(sense, &element)?
        .iter()
        .map(|entry| entry.text()?.parse().map_err(|problem| entry.problem(problem)))
        .collect::<Result<_, _>>()?;
    Ok(match sense {
        Sense::Only => Actions::Only(patterns),
        Sense::Except => Actions::Except(patterns),
    })
}

/// A statement without principals is an identity policy's, where resources are required.
fn resources(elements: &Elements<'_>, required: bool) -> Result<Resources, PolicyError> {
    let Some((sense, element)) = elements.either("Resource", "NotResource")? else {
        return if required {
            Err(elements.problem(Problem::Missing("Resource")))
        } else {
            Ok(Resources::Absent)
        };
    };
    let resources = Elements::values(sense, &element)?
        .iter()
        .map(Element::filled_text)
        .collect::<Result<_, _>>()?;
    Ok(match sense {
        Sense::Only => Resources::Only(resources),
        Sense::Except => Resources::Except(resources),
    })
}

fn principals(elements: &Elements<'_>) -> Result<Principals, PolicyError> {
    let Some((sense, element)) = elements.either("Principal", "NotPrincipal")? else {
        return Ok(Principals::Absent);
    };
    let list = match element.json {
        Json::String(text) if text == "*" => vec![Principal::Everyone],
        Json::String(_) => return Err(element.unknown("`*` or an object")),
        _ => principal_object(&element)?,
    };
    if list.is_empty() && sense == Sense::Except {
        return Err(element.problem(Problem::Empty));
    }
    Ok(match sense {
        Sense::Only => Principals::Only(list),
        Sense::Except => Principals::Except(list),
    })
}

fn principal_object(element: &Element<'_>) -> Result<Vec<Principal>, PolicyError> {
    type Kind = (&'static str, fn(String) -> Principal);
    const KINDS: [Kind; 4] = [
        ("AWS", Principal::Aws),
        ("Service", Principal::Service),
        ("Federated", Principal::Federated),
        ("CanonicalUser", Principal::CanonicalUser),
    ];
    let object = element.object(&KINDS.map(|(name, _)| name))?;
    let mut list = Vec::new();
    for (name, kind) in KINDS {
        let Some(names) = object.get(name) else {
            continue;
        };
        for entry in names.one_or_many() {
            list.push(kind(entry.filled_text()?));
        }
    }
    Ok(list)
}

/// An empty block, or an operator without keys, demands nothing; AWS accepts both. A key without
/// values is kept: when it holds nobody tells.
fn conditions(block: &Element<'_>) -> Result<Vec<Condition>, PolicyError> {
    let mut list = Vec::new();
    for operator_element in block.members()? {
        let operator = operator_element
            .key
            .parse()
            .map_err(|problem| operator_element.element.problem(problem))?;
        let keys = operator_element.element.members()?;
        for (position, member) in keys.iter().enumerate() {
            let same = |earlier: &&_| member.is_same_key(earlier);
            if keys.iter().take(position).find(same).is_some() {
                return Err(member.element.problem(Problem::Duplicate));
            }
            if member.key.is_empty() {
                return Err(member.element.problem(Problem::Empty));
            }
            let values = member
                .element
                .one_or_many()
                .iter()
                .map(Element::scalar)
                .collect::<Result<_, _>>()?;
            list.push(Condition {
                operator,
                key: member.key.to_owned(),
                values,
            });
        }
    }
    Ok(list)
}

#[cfg(test)]
mod tests;
