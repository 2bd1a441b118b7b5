//! `completions`: completions for a shell, out of the same definition as the help texts.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Stop, exit, output};

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    shell: Shell,
}

// One signature for all commands.
#[expect(clippy::unnecessary_wraps)]
pub fn run(args: &CompletionsArgs) -> Result<u8, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "stackproof", &mut script);
    output::print(&String::from_utf8_lossy(&script));
    Ok(exit::CONFORMS)
}
