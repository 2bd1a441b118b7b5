//! What is printed, and how: results to stdout, everything about the run to stderr.

use clap::ColorChoice;
use std::io::{IsTerminal, Write};

/// Sets when colours are used, for both streams.
pub fn set_color(choice: ColorChoice) {
    let choice = match choice {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
}

/// Whether messages to stderr have colours: as asked for, or by the terminal, `NO_COLOR` and `CLICOLOR_FORCE`.
pub fn use_color() -> bool {
    match anstream::AutoStream::choice(&std::io::stderr()) {
        anstream::ColorChoice::Never => false,
        anstream::ColorChoice::Auto => std::io::stderr().is_terminal(),
        anstream::ColorChoice::Always | anstream::ColorChoice::AlwaysAnsi => true,
    }
}

/// Whether output to stdout has colours.
pub fn stdout_color() -> bool {
    !matches!(
        anstream::AutoStream::choice(&std::io::stdout()),
        anstream::ColorChoice::Never
    )
}

/// Prints to stdout. A reader that went away, as `head`, is no error.
pub fn print(text: &str) {
    let mut out = anstream::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints a line about the run to stderr.
pub fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Prints why the command cannot go on.
pub fn error(text: &str) {
    let text = text.trim_end();
    // Diagnostics say by themselves that they are errors.
    if text.contains("error[") {
        note(text);
    } else {
        let style = anstyle::AnsiColor::Red.on_default().bold();
        note(&format!("{style}error{style:#}: {text}"));
    }
}
