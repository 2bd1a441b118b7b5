//! What a run leaves behind, and what it prints where.

use quick_junit::{Report, TestCaseStatus};
use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use super::World;

#[test]
fn the_json_report_fits_its_schema_and_counts_every_outcome() {
    let world = World::violated();
    world
        .run(&["verify", "dev"])
        .exits(1)
        .says("reports: reports/dev/report.json, reports/dev/junit.xml");
    let report = world.report();
    let validator = jsonschema::validator_for(&stackproof::report::json_schema()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(report["exit_code"], 1);
    let counts = &report["counts"];
    assert_eq!(
        (&counts["pass"], &counts["fail"], &counts["not_applicable"]),
        (&1.into(), &1.into(), &1.into())
    );
    assert_eq!(report["provenance"]["target"], "snapshot");
    assert_eq!(report["cases"][0]["check"]["place"], "checks/checks.yaml:2:9");
}

#[test]
fn junit_names_are_unique_and_its_counts_agree_with_its_cases() {
    let world = World::violated();
    world.run(&["verify", "dev"]).exits(1);
    let xml = fs::read_to_string(world.path("reports/dev/junit.xml")).unwrap();
    let report = Report::deserialize_from_str(&xml).unwrap();
    let cases: Vec<_> = report
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases)
        .collect();
    let names: BTreeSet<String> = cases
        .iter()
        .map(|case| format!("{:?} {:?}", case.classname, case.name))
        .collect();
    assert_eq!(names.len(), 3);
    assert_eq!(
        (report.tests, report.failures, report.errors, report.skipped),
        (3, 1, 0, 1)
    );
    let failed = cases
        .iter()
        .filter(|case| matches!(case.status, TestCaseStatus::NonSuccess { .. }));
    assert_eq!(failed.count(), 1);
}

#[test]
fn two_runs_give_the_same_report_but_for_the_clock() {
    let world = World::violated();
    let run = || {
        world.run(&["verify", "dev"]).exits(1);
        let mut report = world.report();
        report["started_at"].take();
        report["duration_ms"].take();
        for case in report["cases"].as_array_mut().unwrap() {
            case["duration_us"].take();
        }
        serde_json::to_string(&report).unwrap()
    };
    assert_eq!(run(), run());
}

#[test]
fn results_go_to_stdout_and_words_about_the_run_to_stderr() {
    let ran = World::violated().run(&["verify", "dev"]);
    insta::assert_snapshot!("stdout", without_times(&ran.stdout));
    insta::assert_snapshot!("stderr", ran.stderr.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

fn without_times(text: &str) -> String {
    let line = |line: &str| {
        let cut = ["; finished in ", ", in "]
            .iter()
            .find_map(|mark| line.rfind(mark));
        cut.map_or(line, |at| &line[..at]).to_owned()
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn without_a_terminal_there_are_no_colours() {
    for world in [World::violated(), World::denied()] {
        for variables in [&[][..], &[("NO_COLOR", "1")], &[("TERM", "dumb")]] {
            let ran = world.run_with(&["verify", "dev"], variables);
            assert!(
                !ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'),
                "{}",
                ran.stdout
            );
        }
    }
}

#[test]
fn colours_on_demand_outweigh_everything() {
    let world = World::violated();
    let ran = world.run_with(&["verify", "dev", "--color", "always"], &[("NO_COLOR", "1")]);
    ran.exits(1);
    assert!(ran.stdout.contains("\u{1b}["), "{}", ran.stdout);
    let ran = world.run(&["verify", "dve", "--color", "always"]);
    assert!(ran.stderr.contains("\u{1b}["), "{}", ran.stderr);
    let ran = world.run_with(&["verify", "dev", "--color", "never"], &[("CLICOLOR_FORCE", "1")]);
    assert!(!ran.stdout.contains('\u{1b}'), "{}", ran.stdout);
}

#[test]
fn reports_never_hold_escape_codes() {
    let world = World::violated();
    world.run(&["verify", "dev", "--color", "always"]).exits(1);
    for file in ["junit.xml", "report.json"] {
        let text = fs::read_to_string(world.path("reports/dev").join(file)).unwrap();
        assert!(!text.contains('\u{1b}') && !text.contains("\\u001b"), "{file}");
    }
}

#[test]
fn a_reader_that_goes_away_takes_no_report_and_no_exit_code_with_it() {
    let world = World::violated();
    let mut child = Command::new(env!("CARGO_BIN_EXE_stackproof"))
        .args(["verify", "dev"])
        .current_dir(world.path("."))
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name == "LLVM_PROFILE_FILE"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // As `| head -0` does it: nobody reads what is printed.
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(!stderr.contains("mistake in stackproof"), "{stderr}");
    assert_eq!(world.report()["counts"]["fail"], 1);
}

#[test]
fn a_log_file_of_the_test_runner_that_cannot_be_made_is_said_before_anything_is_checked() {
    let world = World::new();
    world
        .run(&["verify", "dev", "--", "--logfile", "no/such/folder/log"])
        .exits(2)
        .says("cannot write the log file no/such/folder/log");
    assert!(!world.path("reports").exists());
    world.run(&["verify", "dev", "--", "--logfile", "log"]).exits(0);
    let log = fs::read_to_string(world.path("log")).unwrap();
    assert!(log.contains("test result: ok"), "{log}");
}
