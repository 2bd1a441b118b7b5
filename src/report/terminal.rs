//! The summary on a terminal: what is wrong first, with why, where and how to mend it.

use anstyle::{AnsiColor, Style};
use std::fmt::Write;

use super::{CaseResult, Counts, Run};
use crate::check::Outcome;

const BAD: Style = AnsiColor::Red.on_default().bold();
const UNSURE: Style = AnsiColor::Yellow.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const QUIET: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();

/// The summary of a run, with escape codes; the stream that it is written to strips them where they are not wanted.
#[must_use]
pub fn summary(run: &Run) -> String {
    let mut text = String::new();
    for outcome in [Outcome::Fail, Outcome::Error] {
        for case in run.cases.iter().filter(|case| case.verdict.outcome == outcome) {
            write_case(&mut text, case);
        }
    }
    for case in &run.cases {
        let word = match case.verdict.outcome {
            Outcome::Unknown => "decided after apply",
            Outcome::NotApplicable => "not applicable",
            Outcome::Pass | Outcome::Fail | Outcome::Error => continue,
        };
        let _ = writeln!(
            text,
            "{QUIET}{word}: {}: {}{QUIET:#}",
            case.name, case.verdict.summary
        );
    }
    let _ = writeln!(text, "{}", conclusion(run));
    text
}

fn write_case(text: &mut String, case: &CaseResult) {
    let style = if case.verdict.outcome == Outcome::Fail {
        BAD
    } else {
        UNSURE
    };
    let word = case.verdict.outcome.to_string().to_uppercase();
    let _ = writeln!(
        text,
        "{style}{word}{style:#} {STRONG}{}{STRONG:#} {QUIET}[{}]{QUIET:#}",
        case.name, case.check.severity
    );
    for line in details(case) {
        let _ = writeln!(text, "  {}", line.replace('\n', "\n  "));
    }
    text.push('\n');
}

/// What a reader needs of a case that is not green, a line each.
pub(super) fn details(case: &CaseResult) -> Vec<String> {
    let verdict = &case.verdict;
    let check = &case.check;
    let mut lines = vec![check.title.clone()];
    for problem in &verdict.problems {
        lines.push(format!("- {}", problem.message));
        if let Some(expected) = &problem.expected {
            lines.push(format!("    expected {expected}"));
        }
        if let Some(actual) = &problem.actual {
            lines.push(format!("    found    {actual}"));
        }
    }
    if verdict.outcome == Outcome::Error && verdict.gaps.is_empty() {
        lines.push(format!("- {}", verdict.summary));
    }
    for gap in &verdict.gaps {
        lines.push(format!("- could not read {gap}"));
        lines.push(format!("    {}", gap.remedy()));
    }
    if let Some(measured) = &verdict.measured {
        lines.extend(measured.lines().into_iter().map(|line| format!("    {line}")));
    }
    if verdict.outcome == Outcome::Fail {
        lines.push(format!("why:   {}", check.why));
        lines.push(format!("fix:   {}", check.fix));
    }
    if let Some(arn) = &case.subject.arn {
        lines.push(format!("where: {arn}"));
    }
    lines.push(format!(
        "check: {} ({}, owner {})",
        check.place, check.kind, check.owner
    ));
    lines
}

fn conclusion(run: &Run) -> String {
    let Counts {
        pass,
        fail,
        error,
        unknown,
        not_applicable,
    } = run.counts;
    let mut parts = vec![format!("{pass} passed")];
    for (count, word) in [
        (fail, "failed"),
        (error, "could not be determined"),
        (unknown, "decided after apply"),
        (not_applicable, "not applicable"),
        (run.filtered_out.len(), "filtered out"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    let (style, verdict) = match run.exit_code {
        0 => (GOOD, "CONFORMS"),
        1 => (BAD, "DOES NOT CONFORM"),
        2 => (UNSURE, "NOTHING WAS CHECKED"),
        _ => (UNSURE, "COULD NOT BE DETERMINED"),
    };
    let calls: u64 = run.coverage.reads.iter().map(|read| read.calls).sum();
    let reads = if run.provenance.target == crate::source::Target::Aws {
        format!(", {calls} AWS requests")
    } else {
        String::new()
    };
    format!(
        "{style}{} {verdict}{style:#}: {} of {}{reads}, in {}.{:03} s",
        run.environment,
        parts.join(", "),
        run.provenance.description,
        run.duration_ms / 1000,
        run.duration_ms % 1000,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample_run;

    #[test]
    fn golden() {
        let plain = anstream::adapter::strip_str(&summary(&sample_run())).to_string();
        insta::assert_snapshot!(plain);
    }
}
