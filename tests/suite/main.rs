//! What users rely on: verdicts of every kind, messages, exit codes, generated files, tidiness.
//!
//! No network and no AWS: evidence comes from fixtures and from snapshots that the tests write.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod cli;
mod fixture;
mod generated;
mod images;
mod invariants;
mod kinds;
mod leaves;
mod messages;
mod policy;
mod probe;
mod registry;
mod story;
mod terraform;
mod tidy;
mod workflows;
