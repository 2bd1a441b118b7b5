//! What the Resource Groups Tagging API knows of resources that no other collector reads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A resource that carries, or once carried, a tag. Everything known of it is its ARN and its tags.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaggedResource {
    /// The service part of the ARN, as `lambda`.
    pub service: String,
}
