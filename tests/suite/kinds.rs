//! Every fixture of every kind gives exactly the verdicts that it expects.
//!
//! `STACKPROOF_BLESS=1` writes what was found below the `expect:` of a fixture that differs; read it before you
//! believe it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::fixture::{self, Expected};

#[test]
fn every_fixture_gives_the_expected_verdicts() {
    let mut wrong = String::new();
    let files = fixture::all();
    assert!(files.len() > 50, "{} fixtures", files.len());
    for path in files {
        let fixture = fixture::read(&path);
        let found = fixture::shown(fixture.verdicts());
        if found == fixture.expect {
            continue;
        }
        if std::env::var_os("STACKPROOF_BLESS").is_some() {
            bless(&path, &found);
            continue;
        }
        let _ = writeln!(wrong, "{}\n{}", path.display(), yaml(&found));
    }
    assert!(wrong.is_empty(), "other verdicts than expected; found:\n{wrong}");
}

/// `expect` is the last key of every fixture, so that everything above it, comments too, is kept.
fn bless(path: &Path, found: &[Expected]) {
    let text = fs::read_to_string(path).unwrap();
    let (above, _) = text.split_once("\nexpect:").unwrap();
    fs::write(path, format!("{above}\n{}", yaml(found))).unwrap();
}

fn yaml(found: &[Expected]) -> String {
    let mut text = String::from("expect:\n");
    for expected in found {
        let _ = writeln!(text, "  - subject: {}", quoted(&expected.subject));
        let _ = writeln!(text, "    outcome: {}", expected.outcome);
        let _ = writeln!(text, "    summary: {}", quoted(&expected.summary));
        if !expected.problems.is_empty() {
            text.push_str("    problems:\n");
            for problem in &expected.problems {
                let _ = writeln!(text, "      - {}", quoted(problem));
            }
        }
    }
    text
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}
