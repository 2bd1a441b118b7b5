//! `queue`: queues have the promised settings.

use schemars::JsonSchema;
use serde::Deserialize;

use super::facts::{self, choice};
use super::{Mistake, select, tls_only};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::{NameGlob, Seconds};
use crate::inventory::sqs::{QueueAttributes, SqsQueue};
use crate::inventory::{Inventory, Needs, ResourceType};

pub const EXAMPLE: &str = r#"id: sqs-events-queue
kind: queue
title: A received event stays hidden for 15 minutes, and is put aside after five attempts
severity: high
owner: platform
why: A shorter time delivers events twice; without a dead-letter queue a poisoned event comes back for ever.
fix: Set the queue's settings in terraform/modules/sqs.
with:
  queues: ["zapier-triggers-events-${env}"]
  visibility_timeout: 15m
  dead_letter_queue: "zapier-triggers-events-dlq-${env}"
  max_receive_count: 5
  encryption: KMS
  tls_only: true
"#;

/// Each queue has the promised settings. What is not promised is not looked at.
///
/// `tls_only` is decided as SQS decides: whoever asks, for whichever action of SQS and in whatever context, a `Deny`
/// of the queue policy must take the request in when `aws:SecureTransport` is false. That an `Allow` asks for TLS is
/// not enough: IAM policies allow by themselves.
///
/// ## What is read
/// `sqs:ListQueues`, and `sqs:GetQueueAttributes` per queue.
///
/// ## When it fails
/// A setting differs from the promised one; the dead-letter queue has another name, or does not exist (SQS then
/// keeps the message in the queue); somebody may send or receive without TLS; no queue has one of the names. A policy
/// that cannot be understood is an error.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of queues, or globs.
    #[schemars(length(min = 1))]
    queues: Vec<NameGlob>,
    /// How long a received message is hidden from other consumers, up to 12 hours.
    visibility_timeout: Option<Seconds>,
    /// How long a message is kept, from a minute to 14 days. In a dead-letter queue its age counts from when it was
    /// first sent.
    message_retention: Option<Seconds>,
    /// The name, or a glob, of the queue that messages go to which were received too often. It must exist.
    dead_letter_queue: Option<NameGlob>,
    /// How often a message is received before it goes there.
    #[schemars(range(min = 1, max = 1000))]
    max_receive_count: Option<i64>,
    /// What encrypts messages at rest: `KMS` for a KMS key, `SQS` for a key that SQS owns, `ANY` for either.
    encryption: Option<Encryption>,
    /// The ids, ARNs or aliases that the KMS key may have, as globs.
    #[serde(default)]
    kms_keys: Vec<NameGlob>,
    /// Whether the queue policy must deny everything that does not use TLS.
    #[serde(default)]
    tls_only: bool,
    /// How long a new message is hidden, up to 15 minutes.
    delay: Option<Seconds>,
    /// How long a receive call waits for a message, up to 20 seconds.
    receive_wait: Option<Seconds>,
    /// Whether order and exactly-once processing are kept.
    fifo: Option<bool>,
    /// The most bytes that a message may have.
    #[schemars(range(min = 1024, max = 1_048_576))]
    max_message_bytes: Option<i64>,
}

choice!(Encryption { Any = "ANY", Kms = "KMS", Sqs = "SQS" });

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let limits = [
            ("visibility_timeout", self.visibility_timeout, 0, 43_200),
            ("message_retention", self.message_retention, 60, 1_209_600),
            ("delay", self.delay, 0, 900),
            ("receive_wait", self.receive_wait, 0, 20),
        ];
        let mut mistakes: Vec<Mistake> = limits
            .into_iter()
            .filter_map(|(option, promised, least, most)| {
                facts::out_of_reach(option, promised, Seconds(least), Seconds(most))
            })
            .collect();
        let promises = [
            limits.iter().any(|(_, promised, ..)| promised.is_some()),
            self.dead_letter_queue.is_some() || self.max_receive_count.is_some(),
            self.encryption.is_some() || !self.kms_keys.is_empty() || self.tls_only,
            self.fifo.is_some() || self.max_message_bytes.is_some(),
        ];
        if !promises.contains(&true) {
            let options = [
                "visibility_timeout",
                "message_retention",
                "dead_letter_queue",
                "encryption",
                "tls_only",
            ];
            mistakes.push(facts::nothing_promised(&options));
        }
        if self.encryption == Some(Encryption::Sqs) && !self.kms_keys.is_empty() {
            mistakes.push(Mistake::new(
                "/kms_keys",
                "contradicting-keys",
                "`kms_keys` of a queue that no KMS key encrypts",
                "`encryption` is `SQS`",
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
        let mut context = Needs::none();
        if self.dead_letter_queue.is_some() {
            // Whether the dead-letter queue is there can be told from a complete list only.
            context = context.list(SqsQueue::NAME);
        }
        CheckNeeds {
            subjects: Needs::none().fact_of(SqsQueue::NAME, "attributes", &self.queues),
            context,
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, SqsQueue::NAME, &self.queues)
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let inventory = evidence.inventory;
        let Some((resource, queue)) = select::found::<SqsQueue>(inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        if let Some(attributes) = assessment.need("attributes", &queue.attributes) {
            self.compare(attributes, &mut assessment);
            self.redrive(attributes, inventory, &mut assessment);
            if self.tls_only {
                tls_only::judge(
                    attributes.policy.as_deref(),
                    "sqs:*",
                    &[&resource.arn],
                    &mut assessment,
                );
            }
        }
        assessment.conclude("the queue is as promised")
    }
}

impl Options {
    fn compare(&self, found: &QueueAttributes, assessment: &mut Assessment) {
        for (label, promised, seconds, wrong) in [
            (
                "VisibilityTimeout",
                self.visibility_timeout,
                found.visibility_timeout,
                "a received message is hidden for another time",
            ),
            (
                "MessageRetentionPeriod",
                self.message_retention,
                found.message_retention_period,
                "messages are kept for another time",
            ),
            (
                "DelaySeconds",
                self.delay,
                found.delay_seconds,
                "new messages are hidden for another time",
            ),
            (
                "ReceiveMessageWaitTimeSeconds",
                self.receive_wait,
                found.receive_message_wait_time_seconds,
                "receive calls wait for another time",
            ),
        ] {
            facts::exactly(assessment, label, promised, &Seconds(seconds), wrong);
        }
        let wrong = if found.fifo_queue {
            "the queue is a FIFO queue"
        } else {
            "the queue is no FIFO queue"
        };
        facts::exactly(assessment, "FifoQueue", self.fifo, &found.fifo_queue, wrong);
        let bytes = found.maximum_message_size;
        let wrong = "messages may be of another size";
        facts::exactly(
            assessment,
            "MaximumMessageSize",
            self.max_message_bytes,
            &bytes,
            wrong,
        );
        let key = found.kms_master_key_id.as_deref().filter(|key| !key.is_empty());
        if let Some(promised) = self.encryption {
            // A KMS key goes before the key that SQS owns.
            let own = match (key, found.sqs_managed_sse_enabled) {
                (Some(_), _) => "KMS",
                (None, true) => "SQS",
                (None, false) => "none",
            };
            assessment.saw("encryption", own);
            let holds = match promised {
                Encryption::Any => own != "none",
                Encryption::Kms | Encryption::Sqs => own == promised.to_string(),
            };
            if !holds {
                assessment.differs("messages are not encrypted as promised", promised, own);
            }
        }
        facts::any_of(
            assessment,
            "KmsMasterKeyId",
            &self.kms_keys,
            key,
            "another key encrypts the messages",
        );
    }

    fn redrive(&self, found: &QueueAttributes, inventory: &Inventory, assessment: &mut Assessment) {
        let target = found.dead_letter_target_arn.as_deref();
        if let Some(promised) = &self.dead_letter_queue {
            assessment.saw("deadLetterTargetArn", facts::or_none(target));
            let name = target.and_then(|arn| arn.rsplit(':').next());
            if !name.is_some_and(|name| promised.matches(name)) {
                assessment.differs(
                    "failed messages do not go to the dead-letter queue",
                    promised,
                    facts::or_none(target),
                );
            } else if !inventory
                .of_type(SqsQueue::NAME)
                .any(|queue| Some(queue.arn.as_str()) == target)
            {
                assessment.differs(
                    "the dead-letter queue does not exist",
                    "a queue of the account",
                    facts::or_none(target),
                );
            }
        }
        if let Some(promised) = self.max_receive_count {
            let count = found
                .max_receive_count
                .map_or_else(|| "none".to_owned(), |count| count.to_string());
            let wrong = "messages fail after another number of attempts";
            facts::exactly(
                assessment,
                "maxReceiveCount",
                Some(promised.to_string()),
                &count,
                wrong,
            );
        }
    }
}
