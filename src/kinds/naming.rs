//! `naming`: names follow the pattern of their resource type.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict, resource_of};
use crate::config::yaml::escape_pointer;
use crate::formats::{NameGlob, NamePattern};
use crate::inventory::{Inventory, Needs};

pub const EXAMPLE: &str = r#"id: names-follow-convention
kind: naming
title: Names are kebab-case with project prefix and environment suffix
severity: medium
owner: platform
why: A name that follows no convention belongs to nobody.
fix: Rename the resource, or delete it when nobody knows it.
with:
  patterns:
    aws_dynamodb_table: ["${project}-{kebab}-${env}"]
    aws_sqs_queue: ["zapier-triggers-{kebab}-${env}"]
"#;

/// Every resource of a type has a name that matches one of the type's patterns.
///
/// A pattern is literal text with placeholders: `{kebab}` for lower-case words joined by hyphens, `{word}` for
/// one such word, `{digits}`, and `{any}` for one or more characters of any sort. It matches the whole name.
///
/// ## What is read
/// The list of each type that has a pattern. In EC2 the name is the `Name` tag.
///
/// ## When it fails
/// A name matches no pattern, or a resource has no name. What AWS made by itself (the default VPC and what is in
/// it, service-linked roles, AWS's own policies) is left out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Patterns by resource type, the type as Terraform names it.
    #[schemars(transform = crate::config::non_empty)]
    patterns: BTreeMap<String, Vec<NamePattern>>,
    /// Names or ARNs to leave out, as globs.
    #[serde(default)]
    except: Vec<NameGlob>,
}

/// Resource types and the patterns of each.
pub struct Naming {
    patterns: Vec<(&'static str, Vec<NamePattern>)>,
    except: Vec<NameGlob>,
}

impl super::Options for Options {
    type Check = Naming;

    fn into_check(self) -> Result<Naming, Vec<Mistake>> {
        let mut patterns = Vec::new();
        let mut mistakes = Vec::new();
        for (name, of_type) in self.patterns {
            match select::known_type(&name, format!("/patterns/{}#", escape_pointer(&name))) {
                Ok(name) => patterns.push((name, of_type)),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(Naming {
            patterns,
            except: self.except,
        })
    }
}

impl Check for Naming {
    fn needs(&self) -> CheckNeeds {
        let mut subjects = Needs::none();
        for (name, _) in &self.patterns {
            subjects.add(name, []);
        }
        CheckNeeds {
            subjects,
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        self.patterns
            .iter()
            .flat_map(|(name, _)| inventory.of_type(name))
            .filter(|resource| !resource.managed_by_aws)
            .filter(|resource| {
                !self
                    .except
                    .iter()
                    .any(|glob| glob.matches(resource.label()) || glob.matches(&resource.arn))
            })
            .map(Subject::resource)
            .collect()
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let mut assessment = Assessment::default();
        let Some(resource) = resource_of(evidence.inventory, subject) else {
            return Verdict::undetermined("the resource is not in the inventory");
        };
        let type_name = resource.details.type_name();
        let patterns: Vec<&NamePattern> = self
            .patterns
            .iter()
            .filter(|(name, _)| *name == type_name)
            .flat_map(|(_, patterns)| patterns)
            .collect();
        let expected = patterns
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" or ");
        match &resource.name {
            None => {
                assessment.differs("the resource has no name", expected, &resource.id);
            }
            Some(name) => {
                assessment.saw("name", name);
                if !patterns.iter().any(|pattern| pattern.matches(name)) {
                    assessment.differs("the name follows no pattern of its type", expected, name);
                }
            }
        }
        assessment.conclude("the name follows the convention")
    }
}
