//! `permissions`: the least read-only policy that the checks of an environment need, as JSON.

use clap::Args;
use serde_json::json;
use std::path::Path;

use super::{Selection, Stop, exit, load, output};
use crate::inventory::Needs;
use crate::source::aws;

#[derive(Debug, Args)]
pub struct PermissionsArgs {
    /// The environment: a file of `environments` in the folder of checks.
    environment: String,

    /// What `snapshot` needs: every resource type with every fact.
    #[arg(long)]
    everything: bool,

    #[command(flatten)]
    selection: Selection,
}

pub fn run(checks: &Path, args: &PermissionsArgs) -> Result<u8, Stop> {
    let suite = load(checks, &args.environment)?;
    let needs = if args.everything {
        Needs::everything()
    } else {
        let mut needs = Needs::none();
        for spec in args.selection.apply(&suite)? {
            if spec.excluded.is_none() {
                needs.merge(&spec.check.needs().all());
            }
        }
        needs
    };
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "StackproofRead",
            "Effect": "Allow",
            "Action": aws::permissions(&needs),
            "Resource": "*",
        }],
    });
    let text =
        serde_json::to_string_pretty(&policy).map_err(|error| Stop::undetermined(error.to_string()))?;
    output::print(&text);
    output::print("\n");
    Ok(exit::CONFORMS)
}
