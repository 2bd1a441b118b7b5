//! Where an inventory comes from: a live account or a recorded snapshot.

pub mod aws;
pub mod health;
pub mod snapshot;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was looked at: said in the first line of a run and in every report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The sort of source.
    pub target: Target,
    /// The source in words, as `recorded snapshot checks/snapshots/dev.json of 2026-01-31T12:00:00Z`.
    pub description: String,
    /// The account, twelve digits.
    pub account: String,
    /// The region.
    pub region: String,
}

/// A sort of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The live account.
    Aws,
    /// A recorded inventory.
    Snapshot,
}
