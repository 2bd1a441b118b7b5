//! Queues, as the SQS API describes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::Fact;

/// A queue.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SqsQueue {
    /// The URL that the API addresses the queue by.
    pub queue_url: String,
    /// The settings (`GetQueueAttributes`).
    pub attributes: Fact<QueueAttributes>,
}

/// The settings of a queue.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueAttributes {
    /// Seconds for which a received message is hidden from other consumers.
    pub visibility_timeout: i64,
    /// Seconds for which a message is kept.
    pub message_retention_period: i64,
    /// Bytes that a message may have.
    pub maximum_message_size: i64,
    /// Seconds for which a new message is hidden.
    pub delay_seconds: i64,
    /// Seconds for which a receive call waits for a message.
    pub receive_message_wait_time_seconds: i64,
    /// Whether order and exactly-once processing are kept.
    pub fifo_queue: bool,
    /// The KMS key that encrypts messages.
    pub kms_master_key_id: Option<String>,
    /// Whether a key that SQS owns encrypts messages.
    pub sqs_managed_sse_enabled: bool,
    /// The ARN of the dead-letter queue.
    pub dead_letter_target_arn: Option<String>,
    /// How often a message is received before it goes to the dead-letter queue.
    pub max_receive_count: Option<i64>,
    /// The queue policy, as JSON text.
    pub policy: Option<String>,
}
