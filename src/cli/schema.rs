//! `schema`: the JSON schemas of what users write and of what stackproof writes.

use clap::{Args, ValueEnum};

use super::{Stop, exit, output};
use crate::{config, report};

#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Which schema.
    #[arg(value_enum, default_value = "checks")]
    schema: Schema,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Schema {
    /// A file of checks.
    Checks,
    /// An environment file.
    Environment,
    /// The JSON report.
    Report,
}

pub fn run(args: &SchemaArgs) -> Result<u8, Stop> {
    let schema = match args.schema {
        Schema::Checks => config::check_file_schema(),
        Schema::Environment => config::environment_schema(),
        Schema::Report => report::json_schema(),
    };
    let text =
        serde_json::to_string_pretty(&schema).map_err(|error| Stop::undetermined(error.to_string()))?;
    output::print(&text);
    output::print("\n");
    Ok(exit::CONFORMS)
}
