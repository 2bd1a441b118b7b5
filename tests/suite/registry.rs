//! What every kind must have: documentation, an example that works, and fixtures.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

use crate::fixture;
use stackproof::check::Outcome;
use stackproof::config;
use stackproof::kinds::{KINDS, Kind};

#[test]
fn kinds_are_sorted_and_unique() {
    assert!(KINDS.windows(2).all(|pair| pair[0].name < pair[1].name));
}

#[test]
fn names_are_kebab_case() {
    for kind in KINDS {
        let kebab = kind.name.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        });
        assert!(kebab, "{}", kind.name);
    }
}

#[test]
fn every_kind_is_documented() {
    for kind in KINDS {
        let schema = (kind.schema)();
        let text = schema["description"].as_str().unwrap_or_default();
        for heading in ["## What is read", "## When it fails"] {
            assert!(text.contains(heading), "{} has no `{heading}`", kind.name);
        }
        assert!(
            !kind.summary.is_empty() && !kind.summary.ends_with('.'),
            "{}",
            kind.name
        );
        every_option_is_documented(kind, &schema);
    }
}

fn every_option_is_documented(kind: &Kind, schema: &Value) {
    for (name, option) in schema["properties"].as_object().into_iter().flatten() {
        let described = option["description"]
            .as_str()
            .is_some_and(|text| !text.trim().is_empty());
        assert!(
            described,
            "the option `{name}` of {} has no description",
            kind.name
        );
        for below in [option, &option["additionalProperties"], &option["items"]] {
            every_option_is_documented(kind, below);
        }
    }
}

#[test]
fn every_example_loads_and_builds() {
    for kind in KINDS {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("environments")).unwrap();
        let environment = json!({ "project": "acme", "region": "us-east-1" }).to_string();
        fs::write(folder.path().join("environments/dev.yaml"), environment).unwrap();
        let mut file = String::from("checks:\n");
        for (index, line) in kind.example.lines().enumerate() {
            file.push_str(if index == 0 { "  - " } else { "    " });
            file.push_str(line);
            file.push('\n');
        }
        fs::write(folder.path().join("example.yaml"), &file).unwrap();
        let suite = config::load(folder.path(), "dev")
            .unwrap_or_else(|mistakes| panic!("{}", stackproof::diag::render_all(&mistakes, false)));
        assert_eq!(suite.checks[0].kind.name, kind.name);
        assert!(stackproof::docs::kind_page(kind).contains(kind.example.lines().next().unwrap()));
    }
}

#[test]
fn every_kind_has_its_four_cases() {
    for kind in KINDS {
        for (case, outcome) in [
            ("pass", Outcome::Pass),
            ("fail", Outcome::Fail),
            ("error", Outcome::Error),
            ("not-applicable", Outcome::NotApplicable),
        ] {
            let path = fixture::folder().join(kind.name).join(format!("{case}.yaml"));
            assert!(path.exists(), "{} is missing", path.display());
            let fixture = fixture::read(&path);
            assert_eq!(fixture.check["kind"], kind.name, "{}", path.display());
            let verdicts = fixture.verdicts();
            assert!(
                verdicts.iter().any(|(_, verdict)| verdict.outcome == outcome),
                "{}",
                path.display()
            );
            // The case shows its own outcome; an error or a violation may stand beside good verdicts.
            let others = |verdict: Outcome| verdict != outcome && verdict != Outcome::Pass;
            assert!(
                !verdicts.iter().any(|(_, verdict)| others(verdict.outcome)),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn every_fixture_belongs_to_a_kind() {
    let known: BTreeSet<&str> = KINDS.iter().map(|kind| kind.name).collect();
    for path in fixture::all() {
        let folder = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        assert!(known.contains(folder), "{}: no kind `{folder}`", path.display());
        assert_eq!(fixture::read(&path).check["kind"], folder, "{}", path.display());
    }
}
