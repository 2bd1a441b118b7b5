//! The command line: parses, calls the library, and hands the exit code to the operating system.

use std::process::ExitCode;

fn main() -> ExitCode {
    stackproof::cli::main()
}
