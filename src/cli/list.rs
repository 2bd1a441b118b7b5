//! `list`: the checks of an environment. Reads files only.

use clap::Args;
use std::fmt::Write;
use std::path::Path;

use super::{Selection, Stop, exit, load, output};

#[derive(Debug, Args)]
pub struct ListArgs {
    /// The environment: a file of `environments` in the folder of checks.
    #[arg(default_value = "dev")]
    environment: String,

    #[command(flatten)]
    selection: Selection,
}

pub fn run(checks: &Path, args: &ListArgs) -> Result<u8, Stop> {
    let suite = load(checks, &args.environment)?;
    let selected = args.selection.apply(&suite)?;
    let width = |column: fn(&crate::config::CheckSpec) -> usize| {
        selected.iter().map(|spec| column(spec)).max().unwrap_or(0)
    };
    let id_width = width(|spec| spec.settings.id.len());
    let kind_width = width(|spec| spec.kind.name.len());
    let mut text = String::new();
    for spec in &selected {
        let settings = &spec.settings;
        let excluded = spec
            .excluded
            .as_ref()
            .map(|reason| format!(" (not applicable: {reason})"))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "{:id_width$}  {:kind_width$}  {:8}  {}{excluded}",
            settings.id,
            spec.kind.name,
            settings.severity.to_string(),
            settings.title,
        );
    }
    output::print(&text);
    output::note(&format!(
        "{} checks for {}, {} kinds; `stackproof explain KIND` tells more",
        selected.len(),
        suite.environment.name,
        selected
            .iter()
            .map(|spec| spec.kind.name)
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
    ));
    Ok(exit::CONFORMS)
}
