//! Topics, as the SNS API describes them.
//!
//! The counts of subscriptions are left out: they change by themselves and no promise is made of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::Fact;

/// A topic.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnsTopic {
    /// The settings (`GetTopicAttributes`).
    pub attributes: Fact<TopicAttributes>,
}

/// The settings of a topic.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicAttributes {
    /// The name in mails and short messages.
    pub display_name: Option<String>,
    /// The KMS key that encrypts messages.
    pub kms_master_key_id: Option<String>,
    /// The topic policy, as JSON text.
    pub policy: Option<String>,
    /// Whether order is kept.
    pub fifo_topic: bool,
    /// Whether messages of the same content are sent once.
    pub content_based_deduplication: bool,
    /// `Active` or `PassThrough`.
    pub tracing_config: Option<String>,
}
