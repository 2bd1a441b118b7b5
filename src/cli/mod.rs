//! The command line: one file per subcommand. The only part that prints, and the only one that picks exit codes.

mod completions;
mod endpoint;
mod explain;
mod list;
mod output;
mod permissions;
mod policy;
mod probe;
mod schema;
mod snapshot;
mod target;
mod verify;

use clap::{Args, ColorChoice, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::config::{self, CheckSpec, Suite};
use crate::diag;
use std::sync::Arc;

/// Exit codes, as documented.
pub mod exit {
    /// The stack conforms.
    pub const CONFORMS: u8 = 0;
    /// There are violations.
    pub const VIOLATIONS: u8 = 1;
    /// The command or the configuration is wrong; nothing was checked.
    pub const USAGE: u8 = 2;
    /// Something could not be determined, and nothing was violated.
    pub const UNDETERMINED: u8 = 3;
    /// The run was interrupted.
    pub const INTERRUPTED: u8 = 130;
}

const AFTER_HELP: &str = "\
Exit codes:
  0    the stack conforms
  1    there are violations
  2    the command or the configuration is wrong; nothing was checked
  3    something could not be determined, and nothing was violated
  130  interrupted";

/// Proves that an AWS stack is what it was promised to be.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    /// The folder of checks, environments and snapshots.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = "checks",
        env = "STACKPROOF_CHECKS"
    )]
    checks: PathBuf,

    /// When to use colours.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the checks of an environment and write reports.
    Verify(verify::VerifyArgs),
    /// List the checks, without reading anything from AWS.
    List(list::ListArgs),
    /// Explain a kind of check, or list the kinds.
    Explain(explain::ExplainArgs),
    /// Record the inventory of an environment as a snapshot.
    Snapshot(snapshot::SnapshotArgs),
    /// Print the least IAM policy that the checks of an environment need.
    Permissions(permissions::PermissionsArgs),
    /// Time one URL and judge it against a target, without any file.
    Probe(probe::ProbeArgs),
    /// Compare, explain or lint IAM policies, offline.
    Policy(policy::PolicyArgs),
    /// Print a JSON schema.
    Schema(schema::SchemaArgs),
    /// Print completions for a shell.
    Completions(completions::CompletionsArgs),
}

/// Which checks of a suite to look at.
#[derive(Debug, Default, Args)]
struct Selection {
    /// Only checks with this id; repeat for more.
    #[arg(long = "check", value_name = "ID")]
    ids: Vec<String>,

    /// Only checks of this kind; repeat for more.
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,

    /// Only checks with this tag; repeat for more.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
}

/// A command that cannot go on: what to say, and the exit code.
#[derive(Debug)]
struct Stop {
    text: String,
    code: u8,
}

impl Stop {
    fn usage(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: exit::USAGE,
        }
    }

    fn undetermined(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: exit::UNDETERMINED,
        }
    }
}

/// Runs the command that the process was called with.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    output::set_color(cli.color);
    // A check or writer that breaks is caught and told where it belongs; nobody needs a backtrace of it.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, |place| format!(" at {place}"));
        output::note(&format!("a mistake in stackproof{place}; please report it"));
    }));
    let code = match run(&cli) {
        Ok(code) => code,
        Err(stop) => {
            if !stop.text.is_empty() {
                output::error(&stop.text);
            }
            stop.code
        }
    };
    ExitCode::from(code)
}

fn run(cli: &Cli) -> Result<u8, Stop> {
    match &cli.command {
        Command::Verify(args) => verify::run(&cli.checks, args),
        Command::List(args) => list::run(&cli.checks, args),
        Command::Explain(args) => explain::run(args),
        Command::Snapshot(args) => snapshot::run(&cli.checks, args),
        Command::Permissions(args) => permissions::run(&cli.checks, args),
        Command::Probe(args) => probe::run(args),
        Command::Policy(args) => policy::run(args),
        Command::Schema(args) => schema::run(args),
        Command::Completions(args) => completions::run(args),
    }
}

/// Loads the suite of an environment, or says everything that is wrong with it.
fn load(checks: &std::path::Path, environment: &str) -> Result<Suite, Stop> {
    config::load(checks, environment).map_err(|diagnostics| Stop {
        text: diag::render_all(&diagnostics, output::use_color()),
        code: exit::USAGE,
    })
}

impl Selection {
    /// The checks that are selected; none is a usage error, as it would prove nothing.
    fn apply(&self, suite: &Suite) -> Result<Vec<Arc<CheckSpec>>, Stop> {
        self.refuse_unknown(suite)?;
        let any = |wanted: &[String], has: &dyn Fn(&str) -> bool| {
            wanted.is_empty() || wanted.iter().any(|one| has(one))
        };
        let selected: Vec<Arc<CheckSpec>> = suite
            .checks
            .iter()
            .filter(|spec| any(&self.ids, &|id| spec.settings.id == id))
            .filter(|spec| any(&self.kinds, &|kind| spec.kind.name == kind))
            .filter(|spec| any(&self.tags, &|tag| spec.settings.tags.iter().any(|own| own == tag)))
            .cloned()
            .collect();
        if selected.is_empty() {
            return Err(Stop::usage(
                "no check is selected by these options together; a run without checks proves nothing",
            ));
        }
        Ok(selected)
    }

    /// A misspelt word must not quietly select less.
    fn refuse_unknown(&self, suite: &Suite) -> Result<(), Stop> {
        let checks = || suite.checks.iter();
        let ids: Vec<&str> = checks().map(|spec| spec.settings.id.as_str()).collect();
        let kinds: Vec<&str> = crate::kinds::KINDS.iter().map(|kind| kind.name).collect();
        let tags: Vec<&str> = checks()
            .flat_map(|spec| spec.settings.tags.iter().map(String::as_str))
            .collect();
        for (option, wanted, known) in [
            ("--check", &self.ids, &ids),
            ("--kind", &self.kinds, &kinds),
            ("--tag", &self.tags, &tags),
        ] {
            for one in wanted {
                if !known.contains(&one.as_str()) {
                    let hint = match diag::closest(one, known.iter().copied()) {
                        Some(candidate) => format!("; did you mean `{candidate}`?"),
                        None => "; `stackproof list` shows what there is".to_owned(),
                    };
                    return Err(Stop::usage(format!("{option} `{one}` matches nothing{hint}")));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_texts() {
        let mut command = Cli::command().term_width(100);
        insta::assert_snapshot!("help", command.render_long_help().to_string());
        let mut verify = Cli::command()
            .term_width(100)
            .find_subcommand_mut("verify")
            .unwrap()
            .clone();
        insta::assert_snapshot!("help_verify", verify.render_long_help().to_string());
    }
}
