//! `topic`: topics have the promised settings.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Mistake, facts, select, tls_only};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::NameGlob;
use crate::inventory::sns::SnsTopic;
use crate::inventory::{Inventory, Needs, ResourceType};

pub const EXAMPLE: &str = r#"id: alarm-topic-encrypted
kind: topic
title: Alarms are encrypted with a key that CloudWatch may use
severity: medium
owner: platform
why: An alarm names what is broken; with the key that AWS manages for SNS it would never arrive.
fix: Keep `kms_master_key_id` of the topic in terraform/modules/monitoring.
with:
  topics: ["${project}-alarms-${env}"]
  kms_keys: ["arn:aws:kms:${region}:*:key/*"]
  tls_only: true
"#;

/// Each topic has the promised settings. What is not promised is not looked at.
///
/// `tls_only` is decided as SNS decides: whoever publishes, in whatever context, a `Deny` of the topic policy must
/// take the request in when `aws:SecureTransport` is false. Topic policies know no `sns:*`; it is `sns:Publish` that
/// carries messages.
///
/// ## What is read
/// `sns:ListTopics`, and `sns:GetTopicAttributes` per topic.
///
/// ## When it fails
/// A setting differs from the promised one; somebody may publish without TLS; no topic has one of the names. A policy
/// that cannot be understood is an error.
///
/// ## What it cannot know
/// Whether anybody is subscribed; whether the policy of the KMS key lets publishers use it. CloudWatch may not use
/// `alias/aws/sns`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of topics, or globs.
    #[schemars(length(min = 1))]
    topics: Vec<NameGlob>,
    /// Whether a KMS key encrypts messages at rest.
    encrypted: Option<bool>,
    /// The ids, ARNs or aliases that the KMS key may have, as globs.
    #[serde(default)]
    kms_keys: Vec<NameGlob>,
    /// Whether the topic policy must deny publishing without TLS.
    #[serde(default)]
    tls_only: bool,
    /// Whether order is kept.
    fifo: Option<bool>,
}

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        if self.encrypted.is_none() && self.kms_keys.is_empty() && !self.tls_only && self.fifo.is_none() {
            mistakes.push(facts::nothing_promised(&[
                "encrypted",
                "kms_keys",
                "tls_only",
                "fifo",
            ]));
        }
        if self.encrypted == Some(false) && !self.kms_keys.is_empty() {
            mistakes.push(Mistake::new(
                "/kms_keys",
                "contradicting-keys",
                "`kms_keys` of a topic that no KMS key encrypts",
                "`encrypted` is false",
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
            subjects: Needs::none().fact_of(SnsTopic::NAME, "attributes", &self.topics),
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, SnsTopic::NAME, &self.topics)
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let Some((resource, topic)) = select::found::<SnsTopic>(evidence.inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        if let Some(found) = assessment.need("attributes", &topic.attributes) {
            let key = found.kms_master_key_id.as_deref().filter(|key| !key.is_empty());
            let wrong = if key.is_some() {
                "a key encrypts the topic"
            } else {
                "no key encrypts the topic"
            };
            facts::exactly(
                &mut assessment,
                "encrypted",
                self.encrypted,
                &key.is_some(),
                wrong,
            );
            let wrong = "another key encrypts the topic";
            facts::any_of(&mut assessment, "KmsMasterKeyId", &self.kms_keys, key, wrong);
            let wrong = if found.fifo_topic {
                "the topic is a FIFO topic"
            } else {
                "the topic is no FIFO topic"
            };
            facts::exactly(&mut assessment, "FifoTopic", self.fifo, &found.fifo_topic, wrong);
            if self.tls_only {
                tls_only::judge(
                    found.policy.as_deref(),
                    "sns:Publish",
                    &[&resource.arn],
                    &mut assessment,
                );
            }
        }
        assessment.conclude("the topic is as promised")
    }
}
