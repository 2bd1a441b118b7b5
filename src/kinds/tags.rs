//! `tags`: every taggable resource carries the required tags.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict, resource_of};
use crate::config::yaml::escape_pointer;
use crate::formats::{NameGlob, Pattern};
use crate::inventory::tagging::TaggedResource;
use crate::inventory::{Inventory, Needs, RESOURCE_TYPES, Resource, ResourceType};

pub const EXAMPLE: &str = r#"id: tags-required
kind: tags
title: Every resource says whose it is and who pays
severity: medium
owner: platform
why: An untagged resource has no owner, no environment and no budget.
fix: Add the tag to `default_tags` of the provider, or delete the resource.
with:
  required:
    Environment: { values: ["${env}"] }
    Project: { values: ["${project}"] }
    CostCenter: { pattern: "[a-z]+(-[a-z]+)*" }
"#;

/// Every taggable resource carries each required tag with an allowed value.
///
/// The subjects are the resources of every type that can be read *and* whatever else the Resource Groups Tagging
/// API knows. That API alone would not do: it does not return a resource that was never tagged.
///
/// ## What is read
/// The list of each taggable type, the tags of each resource from its own service, and `tag:GetResources`.
///
/// ## When it fails
/// A tag is missing, its key differs in case, or its value is not allowed. What AWS made by itself (the default
/// VPC and what is in it, service-linked roles, AWS's own policies) is left out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// What is required, by tag key.
    #[schemars(transform = crate::config::non_empty)]
    required: BTreeMap<String, Allowed>,
    /// The resource types to look at, as Terraform names them; all taggable ones when absent.
    #[schemars(length(min = 1))]
    types: Option<Vec<String>>,
    /// Names or ARNs to leave out, as globs.
    #[serde(default)]
    except: Vec<NameGlob>,
}

/// The values that a tag may have: any non-empty one unless `values` or `pattern` says otherwise.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Allowed {
    /// The allowed values.
    #[schemars(length(min = 1))]
    values: Option<Vec<String>>,
    /// A regular expression that the whole value must match.
    pattern: Option<Pattern>,
}

/// Required tags, and the types that must carry them.
pub struct RequiredTags {
    required: BTreeMap<String, Allowed>,
    types: Vec<&'static str>,
    except: Vec<NameGlob>,
}

impl super::Options for Options {
    type Check = RequiredTags;

    fn into_check(self) -> Result<RequiredTags, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        for (key, allowed) in &self.required {
            if allowed.values.is_some() && allowed.pattern.is_some() {
                mistakes.push(
                    Mistake::new(
                        format!("/required/{}", escape_pointer(key)),
                        "contradicting-keys",
                        format!("`{key}` has both `values` and `pattern`"),
                        "only one of the two",
                    )
                    .help("keep the one that says what you mean"),
                );
            }
        }
        let mut types = Vec::new();
        match self.types {
            None => types.extend(
                RESOURCE_TYPES
                    .iter()
                    .filter(|info| info.taggable)
                    .map(|info| info.name),
            ),
            Some(names) => {
                for (index, name) in names.iter().enumerate() {
                    match select::known_type(name, format!("/types/{index}")) {
                        Ok(name) => types.push(name),
                        Err(mistake) => mistakes.push(mistake),
                    }
                }
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(RequiredTags {
            required: self.required,
            types,
            except: self.except,
        })
    }
}

impl RequiredTags {
    fn is_excepted(&self, resource: &Resource) -> bool {
        resource.managed_by_aws
            || self
                .except
                .iter()
                .any(|glob| glob.matches(resource.label()) || glob.matches(&resource.arn))
    }
}

impl Check for RequiredTags {
    fn needs(&self) -> CheckNeeds {
        let mut subjects = Needs::none();
        for name in &self.types {
            subjects.add(name, ["tags".to_owned()]);
        }
        CheckNeeds {
            subjects,
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        // What its own service lists is judged by its own service's tags; the tagging API adds the rest.
        let listed: BTreeSet<&str> = inventory
            .resources
            .iter()
            .filter(|resource| TaggedResource::of(&resource.details).is_none())
            // Of other types only other checks need the list, and this one must not depend on them.
            .filter(|resource| self.types.contains(&resource.details.type_name()))
            .map(|resource| resource.arn.as_str())
            .collect();
        self.types
            .iter()
            .flat_map(|name| inventory.of_type(name))
            .filter(|resource| {
                TaggedResource::of(&resource.details).is_none() || !listed.contains(resource.arn.as_str())
            })
            .filter(|resource| !self.is_excepted(resource))
            .map(Subject::resource)
            .collect()
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let Some(resource) = resource_of(evidence.inventory, subject) else {
            return Verdict::undetermined("the resource is not in the inventory");
        };
        let mut assessment = Assessment::default();
        if let Some(tags) = assessment.need("tags", &resource.tags) {
            for (key, allowed) in &self.required {
                match tags.get(key) {
                    None => {
                        let similar = tags.keys().find(|other| other.eq_ignore_ascii_case(key));
                        assessment.differs(
                            format!("the tag `{key}` is missing"),
                            allowed.describe(),
                            similar.map_or_else(
                                || "no such tag".to_owned(),
                                |other| format!("a tag `{other}`, which is another key"),
                            ),
                        );
                    }
                    Some(value) => {
                        assessment.saw(key, value);
                        if !allowed.allows(value) {
                            assessment.differs(
                                format!("the tag `{key}` has a value that is not allowed"),
                                allowed.describe(),
                                format!("`{value}`"),
                            );
                        }
                    }
                }
            }
        }
        assessment.conclude("every required tag is there")
    }
}

impl Allowed {
    fn allows(&self, value: &str) -> bool {
        match (&self.values, &self.pattern) {
            (Some(values), _) => values.iter().any(|allowed| allowed == value),
            (None, Some(pattern)) => pattern.matches(value),
            (None, None) => !value.trim().is_empty(),
        }
    }

    fn describe(&self) -> String {
        match (&self.values, &self.pattern) {
            (Some(values), _) => values
                .iter()
                .map(|value| format!("`{value}`"))
                .collect::<Vec<_>>()
                .join(" or "),
            (None, Some(pattern)) => format!("a value that matches `{pattern}`"),
            (None, None) => "any value but an empty one".to_owned(),
        }
    }
}
