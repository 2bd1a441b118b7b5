//! `policy`: IAM policies compared, explained and linted, offline. Reads the named files only.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Stop, exit, output};
use crate::policy::contain::{self, Compiled, Scope, Witness};
use crate::policy::rules::{self, NamedPolicy, Options, PolicyKind};
use crate::policy::{Catalog, PolicyDocument, Principals, Statement, explain};

/// As many witnesses as are printed as text.
const SHOWN: usize = 20;

/// What stands for standard input.
const STDIN: &str = "-";

#[derive(Debug, Args)]
pub struct PolicyArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tell whether a candidate policy grants anything that a reference policy does not.
    ///
    /// Exits with 0 when it grants nothing new, 1 when it does or when that could not be ruled out, and 2 when a file
    /// is no policy.
    Compare(CompareArgs),
    /// Print what a policy grants, by service and access level.
    Explain(FileArgs),
    /// Print what is dangerous or useless in a policy, without any allowance.
    Lint(FileArgs),
}

#[derive(Debug, Args)]
struct CompareArgs {
    /// The policy that tells what may be granted; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    reference: PathBuf,

    /// The policy to judge; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    candidate: PathBuf,

    /// The policies are of a resource, or trust policies: their statements name principals.
    #[arg(long)]
    resource_policy: bool,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Args)]
struct FileArgs {
    /// The policy, as JSON; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub fn run(args: &PolicyArgs) -> Result<u8, Stop> {
    match &args.command {
        Command::Compare(args) => compare(args),
        Command::Explain(args) => {
            let policy = read(&args.file)?;
            output::print(&explain::text(&policy.document, Catalog::get()));
            Ok(exit::CONFORMS)
        }
        Command::Lint(args) => lint(&args.file),
    }
}

/// Reads a policy from a file, or from standard input for `-`.
fn read(path: &Path) -> Result<NamedPolicy, Stop> {
    let unreadable = |error: &dyn std::fmt::Display| Stop::usage(format!("{}: {error}", path.display()));
    let bytes = if path == Path::new(STDIN) {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.map_err(|error| match error.kind() {
        std::io::ErrorKind::IsADirectory => unreadable(&"a directory; expected a file with a policy"),
        _ => unreadable(&error),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable(&"not UTF-8"))?;
    // A byte order mark is no part of JSON, and editors write it.
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(unreadable(&"nothing in it; expected a policy document"));
    }
    let document = PolicyDocument::parse(text).map_err(|error| match wrapped(text) {
        Some(member) => unreadable(&format!(
            "not a policy document, but what holds one: give what is in `{member}`"
        )),
        None => unreadable(&error),
    })?;
    Ok(NamedPolicy {
        name: path.display().to_string(),
        kind: PolicyKind::Inline,
        arn: None,
        document,
    })
}

/// Where the policy is in an answer of AWS, which is easily saved as a whole.
fn wrapped(text: &str) -> Option<&'static str> {
    const MEMBERS: [(&str, &str); 6] = [
        ("/PolicyVersion/Document", "PolicyVersion.Document"),
        ("/Role/AssumeRolePolicyDocument", "Role.AssumeRolePolicyDocument"),
        ("/PolicyDocument", "PolicyDocument"),
        ("/Policy", "Policy"),
        ("/ResourcePolicy", "ResourcePolicy"),
        ("/Attributes/Policy", "Attributes.Policy"),
    ];
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let (_, member) = MEMBERS
        .iter()
        .find(|(pointer, _)| json.pointer(pointer).is_some())?;
    Some(member)
}

fn compare(args: &CompareArgs) -> Result<u8, Stop> {
    if [&args.reference, &args.candidate]
        .iter()
        .all(|path| *path == Path::new(STDIN))
    {
        return Err(Stop::usage(
            "only one of the two policies can come from standard input",
        ));
    }
    let (reference, candidate) = (read(&args.reference)?, read(&args.candidate)?);
    let policies = [&reference, &candidate];
    let statements = || policies.iter().flat_map(|policy| &policy.document.statements);
    // A statement without principals is about any, and so would allow what names somebody.
    let with_principals = args.resource_policy || statements().any(names_principals);
    for policy in policies.iter().filter(|_| with_principals) {
        let mut statements = policy.document.statements.iter();
        if let Some(statement) = statements.find(|statement| !names_principals(statement)) {
            return Err(Stop::usage(format!(
                "{}: {}: missing `Principal`, which a statement of a resource policy names",
                policy.name,
                statement.reference()
            )));
        }
    }
    let (reference, candidate) = ([reference], [candidate]);
    let (allowed, granted) = (Compiled::new(&reference), Compiled::new(&candidate));
    let answer = contain::new_access(&granted, &allowed, &Scope::default());
    let contained = answer.is_contained();
    if answer.gave_up {
        output::note(
            "the policies are too large to be compared completely; nothing is proven, which counts as new access",
        );
    }
    match args.format {
        Format::Json => {
            let witnesses: Vec<_> = answer.witnesses.iter().map(as_json).collect();
            let result = if contained { "PASS" } else { "FAIL" };
            output::print(&format!(
                "{}\n",
                json!({ "result": result, "witnesses": witnesses })
            ));
        }
        Format::Text if contained => {
            output::print("PASS: the candidate grants nothing that the reference does not\n");
        }
        Format::Text => output::print(&as_text(&answer.witnesses)),
    }
    Ok(if contained {
        exit::CONFORMS
    } else {
        exit::VIOLATIONS
    })
}

fn names_principals(statement: &Statement) -> bool {
    statement.principals != Principals::Absent
}

fn as_json(witness: &Witness) -> serde_json::Value {
    json!({
        "action": witness.action,
        "resource": witness.resource,
        "principal": witness.principal,
        "statement": witness.statement.to_string(),
    })
}

fn as_text(witnesses: &[Witness]) -> String {
    let mut text = String::from("FAIL: the candidate grants what the reference does not\n");
    for witness in witnesses.iter().take(SHOWN) {
        let by = witness
            .principal
            .as_ref()
            .map(|principal| format!(" to {principal}"))
            .unwrap_or_default();
        let when = if witness.conditional {
            ", under its conditions"
        } else {
            ""
        };
        let _ = writeln!(text, "- {} on {}{by}{when}", witness.action, witness.resource);
        let _ = writeln!(text, "    {}: {}", witness.statement, witness.quote);
    }
    let more = witnesses.len().saturating_sub(SHOWN);
    if more > 0 {
        let _ = writeln!(text, "and {more} more; `--format json` lists all");
    }
    text
}

fn lint(path: &Path) -> Result<u8, Stop> {
    let policies = [read(path)?];
    let found = rules::lint(&policies, &Options::default(), Catalog::get())
        .map_err(|gave_up| Stop::undetermined(gave_up.to_string()))?;
    let mut text = String::new();
    for violation in &found {
        let _ = writeln!(text, "{}: {}", violation.rule, violation.message);
        let _ = writeln!(text, "    {}: {}", violation.statement, violation.quote);
    }
    output::print(&text);
    let count = found.len();
    output::note(&format!(
        "{count} finding{} by the catalogue of {}",
        if count == 1 { "" } else { "s" },
        Catalog::get().date()
    ));
    Ok(if count == 0 {
        exit::CONFORMS
    } else {
        exit::VIOLATIONS
    })
}
