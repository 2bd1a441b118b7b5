//! `assert`: an expression over each resource of a type holds.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict, resource_of};
use crate::expression::{Expression, Flaw, Path};
use crate::formats::NameGlob;
use crate::inventory::fact::{NOT_READ_KEY, UNKNOWN_KEY, UNREADABLE_KEY};
use crate::inventory::{Fact, Inventory, Needs, Resource, TypeInfo, resource_type};

/// The keys of the objects that stand where a fact is missing.
const MARKERS: [&str; 3] = [UNREADABLE_KEY, UNKNOWN_KEY, NOT_READ_KEY];

pub const EXAMPLE: &str = r#"id: sqs-visibility-timeout
kind: assert
title: A message stays hidden while it is being processed
severity: medium
owner: platform
why: A message that comes back too soon is processed twice.
fix: Set `visibility_timeout_seconds` in terraform/modules/sqs.
with:
  type: aws_sqs_queue
  names: ["zapier-*"]
  where: "!self.attributes.fifo_queue"
  expression: "self.attributes.visibility_timeout >= 900"
  message: the visibility timeout is too short
"#;

/// An expression is true for each resource of a type: for what no other kind checks.
///
/// ## What is read
/// The list of the type, and of its separately read facts those that `expression` or `where` names.
///
/// ## When it fails
/// The expression is false for a resource, or one of `names` matches no resource. Without `names`, what AWS made by
/// itself is left out. A fact that could not be read, a missing key, an index out of range and a null where a value
/// is needed are errors, in `where` too: a resource is never passed over because it could not be judged.
///
/// ## The expression
/// The Common Expression Language (<https://cel.dev>). `self` is the resource: `arn`, `id`, `name`, `region`,
/// `account`, `managed_by_aws`, `tags`, `type` and the fields of its type. Field names, types of operands and
/// functions are checked when the file is loaded.
///
/// - `self.attributes.max_receive_count != null && self.attributes.max_receive_count <= 5`: an optional value is
///   null when it is missing;
/// - `"CostCenter" in self.tags && self.tags["CostCenter"].startsWith("cc-")`: ask for a key before its value;
/// - `self.routes.all(route, route.state == "active")`: also `exists`, `exists_one`, `filter` and `map`;
/// - `self.name.matches("^[a-z-]+$")`: a regular expression that is found anywhere unless it says `^` and `$`;
/// - `size(self.cidr_blocks) == 1 && self.state in ["available", "pending"]`.
///
/// `all` is true for an empty list, and `||` is true when one side is, even if the other cannot be evaluated.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The resource type, as Terraform names it.
    #[serde(rename = "type")]
    type_name: String,
    /// Names, or globs; every resource of the type when absent.
    #[schemars(length(min = 1))]
    names: Option<Vec<NameGlob>>,
    /// An expression that selects resources; those for which it is false are left out.
    #[serde(rename = "where")]
    condition: Option<String>,
    /// The expression that must be true.
    #[schemars(length(min = 1))]
    expression: String,
    /// What is wrong when it is false, in one line.
    #[schemars(length(min = 1))]
    message: String,
}

/// A checked expression over the resources of one type.
pub struct Assertion {
    type_name: &'static str,
    names: Option<Vec<NameGlob>>,
    condition: Option<Expression>,
    expression: Expression,
    message: String,
}

impl super::Options for Options {
    type Check = Assertion;

    fn into_check(self) -> Result<Assertion, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let type_name = select::known_type(&self.type_name, "/type".to_owned())
            .map_err(|mistake| mistakes.push(mistake))
            .ok();
        // Of an unknown type every field is allowed, so that other mistakes are still told.
        let schema = type_name
            .and_then(resource_type)
            .map_or(Value::Bool(true), TypeInfo::schema);
        let mut compile = |text: &str, pointer: &str| {
            Expression::compile(text, &schema)
                .map_err(|flaws| mistakes.extend(flaws.into_iter().map(|flaw| at(pointer, flaw))))
                .ok()
        };
        let condition = self.condition.as_deref().and_then(|text| compile(text, "/where"));
        let expression = compile(&self.expression, "/expression");
        match (type_name, expression) {
            (Some(type_name), Some(expression)) if mistakes.is_empty() => Ok(Assertion {
                type_name,
                names: self.names,
                condition,
                expression,
                message: self.message,
            }),
            _ => Err(mistakes),
        }
    }
}

fn at(pointer: &str, flaw: Flaw) -> Mistake {
    let label = format!("at {} of the expression", flaw.position);
    let mistake = Mistake::new(pointer, flaw.code, flaw.title, label);
    match flaw.help {
        Some(help) => mistake.help(help),
        None => mistake,
    }
}

impl Check for Assertion {
    fn needs(&self) -> CheckNeeds {
        let mut subjects = Needs::none().list(self.type_name);
        for expression in self.condition.iter().chain([&self.expression]) {
            for fact in expression.facts() {
                subjects = match &self.names {
                    Some(names) => subjects.fact_of(self.type_name, fact, names),
                    None => subjects.fact(self.type_name, fact),
                };
            }
        }
        CheckNeeds {
            subjects,
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        let mut subjects = match &self.names {
            Some(names) => select::subjects(inventory, self.type_name, names),
            None => inventory
                .of_type(self.type_name)
                .filter(|resource| !resource.managed_by_aws)
                .map(Subject::resource)
                .collect(),
        };
        if let Some(condition) = &self.condition {
            // Only a definite no leaves a resource out.
            subjects.retain(|subject| {
                resource_of(inventory, subject)
                    .and_then(|resource| resource.to_value().ok())
                    .and_then(|value| settle(condition, &[], &value, &mut Assessment::default()))
                    != Some(false)
            });
        }
        subjects
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        match resource_of(evidence.inventory, subject) {
            Some(resource) => self.judge_resource(resource),
            None => select::absent(subject),
        }
    }
}

impl Assertion {
    fn judge_resource(&self, resource: &Resource) -> Verdict {
        let value = match resource.to_value() {
            Ok(value) => value,
            Err(error) => {
                return Verdict::undetermined(format!("the resource has no JSON form: {error}"));
            }
        };
        let mut assessment = Assessment::default();
        if let Some(condition) = &self.condition {
            match settle(condition, &[], &value, &mut assessment) {
                Some(true) => {}
                Some(false) => {
                    return Verdict::not_applicable(format!("`where` is false: {condition}"));
                }
                None => return assessment.conclude(""),
            }
        }
        let shown = self.condition.as_ref().map_or(&[][..], Expression::paths);
        if settle(&self.expression, shown, &value, &mut assessment) == Some(false) {
            let paths = self.expression.paths().iter();
            let found: Vec<String> = paths
                .map(|path| format!("{path} = {}", found(path, &value)))
                .collect();
            assessment.differs(&self.message, &self.expression, found.join(", "));
        }
        assessment.conclude(format!("{} holds", self.expression))
    }
}

/// The answer of an expression, with what it looked at and was not shown yet; or what stands in the way of one.
fn settle(
    expression: &Expression,
    shown: &[Path],
    resource: &Value,
    assessment: &mut Assessment,
) -> Option<bool> {
    let mut complete = true;
    let fields: BTreeSet<&str> = expression.paths().iter().filter_map(Path::root).collect();
    for field in fields {
        complete &= is_known(field, &resource[field], assessment);
    }
    if !complete {
        return None;
    }
    for path in expression.paths().iter().filter(|path| !shown.contains(path)) {
        assessment.saw(path.to_string(), found(path, resource));
    }
    expression
        .evaluate(resource)
        .map_err(|error| assessment.undetermined(format!("no answer to `{expression}`: {error}")))
        .ok()
}

/// Whether a value holds no fact that is missing; each that is missing is recorded.
fn is_known(label: &str, value: &Value, assessment: &mut Assessment) -> bool {
    let parts: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) if MARKERS.iter().any(|marker| fields.contains_key(*marker)) => {
            return match Fact::<Value>::deserialize(value) {
                Ok(fact) => assessment.need(label, &fact).is_some(),
                Err(error) => {
                    assessment.undetermined(format!("{label} cannot be understood: {error}"));
                    false
                }
            };
        }
        Value::Object(fields) => fields.values().collect(),
        _ => return true,
    };
    let missing = parts
        .into_iter()
        .filter(|part| !is_known(label, part, assessment));
    missing.count() == 0
}

/// What is at a place of a resource, as short JSON.
fn found(path: &Path, resource: &Value) -> String {
    shorten(path.find(resource).map_or("absent".to_owned(), Value::to_string))
}

fn shorten(text: String) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests;
