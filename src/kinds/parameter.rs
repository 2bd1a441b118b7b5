//! `parameter`: parameters are there, of the promised type.

use schemars::JsonSchema;
use serde::Deserialize;

use super::facts::{self, choice};
use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::NameGlob;
use crate::inventory::ssm::SsmParameter;
use crate::inventory::{Inventory, Needs, ResourceType};

pub const EXAMPLE: &str = r#"id: parameters-of-the-api
kind: parameter
title: Functions find the table and the queue of events
severity: high
owner: platform
why: A function that looks up a name that is not there fails at its first call.
fix: Keep `parameters` of terraform/environments/${env}/main.tf.
with:
  parameters: ["/${project}/${env}/events/table-name", "/${project}/${env}/events/queue-url"]
  type: String
"#;

/// Each parameter has the promised type and settings. Values are never read: they may be secret.
///
/// ## What is read
/// `ssm:DescribeParameters`.
///
/// ## When it fails
/// A fact differs from the promised one, or no parameter has one of the names.
///
/// ## What it cannot know
/// Whether a value is right, or is a secret in a `String`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of parameters, or globs; with the slash that a path begins with.
    #[schemars(length(min = 1))]
    parameters: Vec<NameGlob>,
    /// `String`, `StringList` or `SecureString`.
    #[serde(rename = "type")]
    parameter_type: Option<ParameterType>,
    /// `Standard`, `Advanced` or `Intelligent-Tiering`.
    tier: Option<Tier>,
    /// What the value is checked to be when it is set, as `text` or `aws:ec2:image`.
    #[schemars(length(min = 1))]
    data_type: Option<String>,
    /// The ids, ARNs or aliases that the KMS key of a `SecureString` may have, as globs.
    #[serde(default)]
    kms_keys: Vec<NameGlob>,
}

choice!(ParameterType { Text = "String", List = "StringList", Secure = "SecureString" });
choice!(Tier { Standard = "Standard", Advanced = "Advanced", Intelligent = "Intelligent-Tiering" });

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let promised = self.parameter_type.is_some() || self.tier.is_some() || self.data_type.is_some();
        if !promised && self.kms_keys.is_empty() {
            let mistake = facts::nothing_promised(&["type", "tier", "data_type", "kms_keys"]);
            mistakes.push(mistake);
        }
        let plain = self.parameter_type.filter(|own| *own != ParameterType::Secure);
        if let (Some(plain), false) = (plain, self.kms_keys.is_empty()) {
            mistakes.push(Mistake::new(
                "/kms_keys",
                "contradicting-keys",
                "`kms_keys` of a parameter that no key encrypts",
                format!("`type` is `{plain}`"),
            ));
        }
        if mistakes.is_empty() {
            Ok(self)
        } else {
            Err(mistakes)
        }
    }
}

impl Check for Options {
    fn needs(&self) -> CheckNeeds {
        CheckNeeds {
            subjects: Needs::none().list(SsmParameter::NAME),
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, SsmParameter::NAME, &self.parameters)
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let Some((_, found)) = select::found::<SsmParameter>(evidence.inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        let promised = self.parameter_type.map(|own| own.to_string());
        let wrong = "the parameter is of another type";
        facts::exactly(&mut assessment, "Type", promised, &found.parameter_type, wrong);
        let optional = |found: Option<&str>| facts::or_none(found).to_owned();
        let tier = self.tier.map(|tier| tier.to_string());
        let wrong = "the parameter is in another tier";
        facts::exactly(
            &mut assessment,
            "Tier",
            tier,
            &optional(found.tier.as_deref()),
            wrong,
        );
        let own = optional(found.data_type.as_deref());
        let wrong = "the value is checked to be something else";
        facts::exactly(&mut assessment, "DataType", self.data_type.clone(), &own, wrong);
        let key = found.key_id.as_deref();
        facts::any_of(
            &mut assessment,
            "KeyId",
            &self.kms_keys,
            key,
            "another key encrypts the value",
        );
        assessment.conclude("the parameter is as promised")
    }
}
