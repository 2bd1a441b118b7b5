//! `exists`: the named resources are there.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict, resource_of};
use crate::config::yaml::escape_pointer;
use crate::formats::NameGlob;
use crate::inventory::{Inventory, Needs};

pub const EXAMPLE: &str = r#"id: sqs-queues-exist
kind: exists
title: The event queue and its dead-letter queue are there
severity: critical
owner: platform
why: Without them no event is delivered.
fix: Apply terraform/environments/${env}.
with:
  resources:
    aws_sqs_queue: ["zapier-triggers-events-${env}", "zapier-triggers-events-dlq-${env}"]
"#;

/// Resources of each type exist under each of the names.
///
/// ## What is read
/// The list of each type that is named, and nothing per resource.
///
/// ## When it fails
/// A name, or a glob, has no resource. Every glob must match at least one; a resource that matches is one
/// subject.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names or globs by resource type, the type as Terraform names it. In EC2 the name is the `Name` tag.
    #[schemars(transform = crate::config::non_empty)]
    resources: BTreeMap<String, Vec<NameGlob>>,
}

/// Resource types and the names that each must have.
pub struct Exists {
    resources: Vec<(&'static str, Vec<NameGlob>)>,
}

impl super::Options for Options {
    type Check = Exists;

    fn into_check(self) -> Result<Exists, Vec<Mistake>> {
        let mut resources = Vec::new();
        let mut mistakes = Vec::new();
        for (name, globs) in self.resources {
            match select::known_type(&name, format!("/resources/{}#", escape_pointer(&name))) {
                Ok(name) => resources.push((name, globs)),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if mistakes.is_empty() {
            Ok(Exists { resources })
        } else {
            Err(mistakes)
        }
    }
}

impl Check for Exists {
    fn needs(&self) -> CheckNeeds {
        let mut subjects = Needs::none();
        for (name, _) in &self.resources {
            subjects.add(name, []);
        }
        CheckNeeds {
            subjects,
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        self.resources
            .iter()
            .flat_map(|(name, globs)| select::subjects(inventory, name, globs))
            .collect()
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let Some(resource) = resource_of(evidence.inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        assessment.saw("Arn", &resource.arn);
        assessment.conclude("the resource exists")
    }
}
