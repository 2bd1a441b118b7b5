//! Files that are generated from the code are what the code generates.
//!
//! `STACKPROOF_BLESS=1 cargo test --test suite generated` writes them.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use stackproof::kinds::KINDS;
use stackproof::{config, docs, report};

const MODELINE: &str = "# yaml-language-server: $schema=schema/checks.schema.json";
const ENVIRONMENT_MODELINE: &str = "# yaml-language-server: $schema=../schema/environment.schema.json";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn pretty(schema: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(schema).unwrap())
}

fn expected() -> Vec<(String, String)> {
    let mut files = vec![
        (
            "checks/schema/checks.schema.json".to_owned(),
            pretty(&config::check_file_schema()),
        ),
        (
            "checks/schema/environment.schema.json".to_owned(),
            pretty(&config::environment_schema()),
        ),
        (
            "docs/report.schema.json".to_owned(),
            pretty(&report::json_schema()),
        ),
        ("docs/kinds/README.md".to_owned(), docs::kinds_index()),
    ];
    for kind in KINDS {
        files.push((format!("docs/kinds/{}.md", kind.name), docs::kind_page(kind)));
    }
    files
}

#[test]
fn generated_files_are_fresh() {
    let mut stale = Vec::new();
    for (path, text) in expected() {
        let file = root().join(&path);
        if fs::read_to_string(&file).is_ok_and(|found| found == text) {
            continue;
        }
        if std::env::var_os("STACKPROOF_BLESS").is_some() {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, text).unwrap();
        } else {
            stale.push(path);
        }
    }
    assert!(stale.is_empty(), "stale, run with STACKPROOF_BLESS=1: {stale:?}");
}

/// The committed reports are of a run that really happened, and that would happen again.
#[test]
fn sample_reports_are_of_the_recorded_environment() {
    let samples = root().join("reports/sample");
    let scratch = tempfile::tempdir().unwrap();
    let blessed = std::env::var_os("STACKPROOF_BLESS").is_some();
    let folder = if blessed {
        samples.clone()
    } else {
        scratch.path().to_owned()
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_stackproof"));
    command
        .args(["verify", "dev", "--target", "snapshot", "--report-dir"])
        .arg(&folder);
    if !blessed {
        // How fast this machine answers while it runs tests is no test.
        command.args(["--", "--skip", "health-latency"]);
    }
    let run = command.current_dir(root()).output().unwrap();
    assert_eq!(
        run.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&run.stdout)
    );
    let outcomes = |folder: &Path| -> Vec<String> {
        let report: Value = serde_json::from_slice(&fs::read(folder.join("report.json")).unwrap()).unwrap();
        let cases = report["cases"].as_array().unwrap().iter();
        let mut outcomes: Vec<String> = cases
            .map(|case| format!("{} {}", case["name"], case["verdict"]["outcome"]))
            .collect();
        let junit = fs::read_to_string(folder.join("junit.xml")).unwrap();
        let junit = quick_junit::Report::deserialize_from_str(&junit).unwrap();
        for suite in &junit.test_suites {
            let names = suite.test_cases.iter().map(|case| case.name.as_str());
            outcomes.extend(names.map(|name| format!("{} {name}", suite.name.as_str())));
        }
        outcomes.retain(|outcome| !outcome.contains("health-latency"));
        outcomes
    };
    assert_eq!(
        outcomes(&samples),
        outcomes(&folder),
        "stale, run with STACKPROOF_BLESS=1"
    );
}

/// What Terraform grants to the audit role is what the checks need: no less, and no more.
#[test]
fn the_audit_role_may_do_what_permissions_prints() {
    for environment in ["dev", "staging", "production"] {
        let printed = Command::new(env!("CARGO_BIN_EXE_stackproof"))
            .args(["permissions", environment])
            .current_dir(root())
            .output()
            .unwrap();
        let policy: Value = serde_json::from_slice(&printed.stdout).unwrap();
        let expected = pretty(&policy["Statement"][0]["Action"]);
        let file = root().join(format!("terraform/environments/{environment}/audit-actions.json"));
        if std::env::var_os("STACKPROOF_BLESS").is_some() {
            fs::write(&file, &expected).unwrap();
        }
        let granted = fs::read_to_string(&file).unwrap();
        assert_eq!(
            granted,
            expected,
            "stale, run with STACKPROOF_BLESS=1: {}",
            file.display()
        );
    }
}

/// The check of the audit role allows what the role is given, which is what the checks need.
#[test]
fn the_audit_role_is_held_to_its_actions() {
    let checks = fs::read_to_string(root().join("checks/iam.yaml")).unwrap();
    let checks: Value = serde_saphyr::from_str(&checks).unwrap();
    let mut all = checks["checks"].as_array().unwrap().iter();
    let audit = all.find(|check| check["id"] == "iam-audit-role").unwrap();
    let file = root().join("terraform/environments/dev/audit-actions.json");
    let granted: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(audit["with"]["allow"][0]["actions"], granted);
}

#[test]
fn no_page_is_left_of_a_kind_that_is_gone() {
    let expected: BTreeSet<PathBuf> = expected()
        .into_iter()
        .map(|(path, _)| root().join(path))
        .collect();
    for folder in ["docs/kinds", "checks/schema"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            assert!(expected.contains(&path), "{} is not generated", path.display());
        }
    }
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// What an editor would say of the shipped files: nothing.
#[test]
fn shipped_files_fit_the_generated_schemas_and_name_them() {
    for (folder, schema, modeline) in [
        ("checks", config::check_file_schema(), MODELINE),
        (
            "checks/environments",
            config::environment_schema(),
            ENVIRONMENT_MODELINE,
        ),
    ] {
        let validator = jsonschema::validator_for(&schema).unwrap();
        for path in yaml_files(&root().join(folder)) {
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(text.lines().next(), Some(modeline), "{}", path.display());
            let value: Value = serde_saphyr::from_str(&text).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&value)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        }
    }
}
