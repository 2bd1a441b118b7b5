//! `docs/story-1.1.md` says what proves each line of the story: what it names exists, and nothing is left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use stackproof::config;

/// A row of one of the page's tables.
struct Row {
    requirement: String,
    /// What stands in backticks in the column of checks.
    checks: Vec<String>,
    /// The column of other proof.
    other: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(root().join("docs/story-1.1.md")).unwrap();
    let rows: Vec<Row> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.contains("| checks |"))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [requirement, checks, other] = cells[..] else {
                panic!("not three columns: {line}");
            };
            Row {
                requirement: requirement.to_owned(),
                checks: in_backticks(checks),
                other: other.to_owned(),
            }
        })
        .collect();
    assert!(rows.len() > 60, "{} rows", rows.len());
    rows
}

fn in_backticks(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The targets of links, relative to `docs/`.
fn links(text: &str) -> Vec<&str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect()
}

fn rust_sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_check_that_the_story_names_exists_and_is_named() {
    let suite = config::load(&root().join("checks"), "dev").unwrap();
    let ids: BTreeSet<&str> = suite
        .checks
        .iter()
        .map(|check| check.settings.id.as_str())
        .collect();
    let rows = rows();
    let named: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| row.checks.iter().map(String::as_str))
        .collect();
    let unknown: Vec<&&str> = named.difference(&ids).collect();
    assert!(unknown.is_empty(), "no such checks: {unknown:?}");
    let left_out: Vec<&str> = suite
        .checks
        .iter()
        .filter(|check| check.settings.tags.iter().any(|tag| tag == "story-1.1"))
        .map(|check| check.settings.id.as_str())
        .filter(|id| !named.contains(id))
        .collect();
    assert!(left_out.is_empty(), "in no row of the story: {left_out:?}");
}

#[test]
fn every_other_proof_that_the_story_names_exists() {
    let mut sources = String::new();
    for folder in ["src", "tests", "functions"] {
        rust_sources(&root().join(folder), &mut sources);
    }
    for row in rows() {
        for test in in_backticks(&row.other) {
            // A function, or a name that a test runner of our own is given.
            let known = sources.contains(&format!("fn {test}(")) || sources.contains(&format!("(\"{test}\""));
            let known = known || sources.contains(&format!("            \"{test}\",\n"));
            assert!(known, "no test {test}: {}", row.requirement);
        }
        for link in links(&row.other) {
            let path = root().join("docs").join(link);
            assert!(path.exists(), "no file {link}: {}", row.requirement);
        }
    }
}

#[test]
fn every_line_of_the_story_is_proven_or_said_to_be_open() {
    for row in rows() {
        let proven = !row.checks.is_empty() || !row.other.is_empty();
        assert!(proven, "nothing proves: {}", row.requirement);
    }
}
