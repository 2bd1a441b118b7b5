//! `explain`: what a kind of check proves, what it reads, when it fails, and its options.

use clap::Args;
use std::fmt::Write;

use super::{Stop, exit, output};
use crate::{diag, docs, kinds};

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The kind; all kinds are listed when absent.
    kind: Option<String>,
}

pub fn run(args: &ExplainArgs) -> Result<u8, Stop> {
    let Some(name) = &args.kind else {
        let mut text = String::new();
        let width = kinds::KINDS.iter().map(|kind| kind.name.len()).max().unwrap_or(0);
        for kind in kinds::KINDS {
            let _ = writeln!(text, "{:width$}  {}", kind.name, kind.summary);
        }
        output::print(&text);
        return Ok(exit::CONFORMS);
    };
    let Some(kind) = kinds::kind(name) else {
        let known = kinds::KINDS.iter().map(|kind| kind.name);
        let hint = match diag::closest(name, known.clone()) {
            Some(candidate) => format!("did you mean `{candidate}`?"),
            None => format!("the kinds are {}", known.collect::<Vec<_>>().join(", ")),
        };
        return Err(Stop::usage(format!("unknown kind `{name}`; {hint}")));
    };
    output::print(&docs::kind_page(kind));
    Ok(exit::CONFORMS)
}
