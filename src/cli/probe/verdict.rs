//! The verdict in print: for people and for programs.

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::fmt::Write;

use crate::check::{Outcome, Verdict};
use crate::cli::Stop;

pub fn text(url: &str, verdict: &Verdict) -> String {
    const QUIET: Style = Style::new().dimmed();
    let (color, word) = match verdict.outcome {
        Outcome::Pass => (AnsiColor::Green, "PASS"),
        Outcome::Fail => (AnsiColor::Red, "FAIL"),
        _ => (AnsiColor::Yellow, "INCONCLUSIVE"),
    };
    let style = color.on_default().bold();
    let summary = verdict.summary.trim_start_matches("inconclusive: ");
    let mut text = format!("{style}{word}{style:#} {url}: {summary}\n");
    for problem in &verdict.problems {
        let _ = writeln!(text, "  - {}", problem.message);
        for (label, value) in [("expected", &problem.expected), ("found   ", &problem.actual)] {
            if let Some(value) = value {
                let _ = writeln!(text, "      {label} {value}");
            }
        }
    }
    for evidence in verdict.evidence.iter().filter(|evidence| evidence.label != "url") {
        let _ = writeln!(
            text,
            "  {QUIET}{:<18}{QUIET:#} {}",
            evidence.label, evidence.value
        );
    }
    if let Some(measured) = &verdict.measured {
        text.push('\n');
        for line in measured.lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    url: &'a str,
    verdict: &'a Verdict,
}

pub fn document(url: &str, verdict: &Verdict) -> Result<String, Stop> {
    let document = Document {
        version: env!("CARGO_PKG_VERSION"),
        url,
        verdict,
    };
    let text =
        serde_json::to_string_pretty(&document).map_err(|error| Stop::undetermined(error.to_string()))?;
    Ok(format!("{text}\n"))
}
