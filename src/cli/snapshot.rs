//! `snapshot`: records the inventory of an environment.

use clap::Args;
use jiff::Timestamp;
use std::path::{Path, PathBuf};

use super::target::{self, AccountArgs};
use super::{Stop, exit, load, output};
use crate::inventory::{Fact, Inventory, Needs};
use crate::source::snapshot::{self as file, FORMAT, Snapshot};

#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// The environment: a file of `environments` in the folder of checks.
    environment: String,

    /// Where to write; the environment's own snapshot in the folder of checks when absent.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    account: AccountArgs,
}

pub fn run(checks: &Path, args: &SnapshotArgs) -> Result<u8, Stop> {
    let suite = load(checks, &args.environment)?;
    let target = args.account.target(&suite.environment)?;
    let (inventory, provenance) = target::block_on(async {
        let (session, provenance) = target::connect(target).await?;
        output::note(&format!("recording {}", provenance.description));
        Ok((target::collect(&session, &Needs::everything()).await, provenance))
    })?;
    let missing = missing(&inventory);
    let path = args
        .output
        .clone()
        .unwrap_or_else(|| file::recorded_path(checks, &args.environment));
    let snapshot = Snapshot {
        snapshot_format: FORMAT,
        environment: suite.environment.name,
        recorded_at: Timestamp::now(),
        inventory,
    };
    file::write(&path, &snapshot).map_err(|error| Stop::undetermined(error.to_string()))?;
    output::note(&format!(
        "{}: {} resources of {}",
        path.display(),
        snapshot.inventory.resources.len(),
        provenance.description
    ));
    if missing.is_empty() {
        return Ok(exit::CONFORMS);
    }
    Err(Stop::undetermined(format!(
        "the snapshot is incomplete, and checks that need the missing parts will be errors:\n  {}",
        missing.join("\n  ")
    )))
}

/// Everything that the inventory should have and has not, a line each.
fn missing(inventory: &Inventory) -> Vec<String> {
    let mut missing: Vec<String> = Vec::new();
    for (name, coverage) in &inventory.coverage.types {
        missing.extend(coverage.gaps.iter().map(|gap| format!("{name}: {gap}")));
    }
    for resource in &inventory.resources {
        if let Fact::Unreadable(gap) = &resource.tags {
            missing.push(format!("tags of {}: {gap}", resource.arn));
        }
        let Ok(value) = resource.to_value() else { continue };
        for (field, value) in value.as_object().into_iter().flatten() {
            if field != "tags" && value.get(crate::inventory::fact::UNREADABLE_KEY).is_some() {
                missing.push(format!("{field} of {}", resource.arn));
            }
        }
    }
    missing
}
