//! The built binary, run as a user runs it.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::Failure;
use crate::sandbox::{ACCOUNT, Sandbox, root};

/// One run of the binary.
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// What it said to stdout.
    pub stdout: String,
    /// What it said to stderr.
    pub stderr: String,
    /// `report.json`, when it was written.
    pub report: Value,
}

/// A command with nothing of the caller's own AWS settings in its environment.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stackproof"));
    command.args(arguments).current_dir(root());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    // No home folder with profiles, no metadata service.
    command
        .env("HOME", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// A command with credentials, against the proxy.
pub fn against(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    at(&sandbox.proxy.endpoint, arguments)
}

/// A command with credentials, against an account without a proxy.
pub fn at(endpoint: &str, arguments: &[&str]) -> Command {
    let mut command = command(arguments);
    command
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test");
    command
}

/// Runs a command to its end.
pub fn run(mut command: Command) -> Result<Ran, Failure> {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output()?;
    Ok(Ran {
        code: status.code().unwrap_or(-1),
        stdout: String::from_utf8(stdout)?,
        stderr: String::from_utf8(stderr)?,
        report: Value::Null,
    })
}

/// Verifies the live account; further arguments follow, those of the test runner after `--`.
pub fn verify(sandbox: &Sandbox, arguments: &[&str]) -> Result<Ran, Failure> {
    verify_with(sandbox, arguments, |_| {})
}

/// Verifies the live account with a changed environment.
pub fn verify_with(
    sandbox: &Sandbox,
    arguments: &[&str],
    change: impl FnOnce(&mut Command),
) -> Result<Ran, Failure> {
    let reports: PathBuf = sandbox.scratch.path().join("reports");
    let folder = reports.display().to_string();
    let mut all = vec![
        "verify",
        "dev",
        "--target",
        "aws",
        "--account-id",
        ACCOUNT,
        "--health-url",
        &sandbox.health.url,
        "--report-dir",
        &folder,
    ];
    all.extend(arguments);
    let mut command = against(sandbox, &all);
    change(&mut command);
    run_with_report(command, &reports)
}

/// Runs a verification to its end and reads its report, when there is one.
pub fn run_with_report(command: Command, reports: &Path) -> Result<Ran, Failure> {
    let _ = std::fs::remove_dir_all(reports);
    let mut ran = run(command)?;
    if let Ok(text) = std::fs::read_to_string(reports.join("report.json")) {
        ran.report = serde_json::from_str(&text)?;
        std::fs::metadata(reports.join("junit.xml"))?;
    }
    Ok(ran)
}

/// Every resource of the account by type and ARN, as `snapshot` finds them.
pub fn inventory(environment: &str, endpoint: &str, scratch: &Path) -> Result<BTreeSet<String>, Failure> {
    let path = scratch.join(format!("{environment}-inventory.json"));
    let file = path.display().to_string();
    let arguments = ["snapshot", environment, "--account-id", ACCOUNT, "-o", &file];
    run(at(endpoint, &arguments))?.expect_code(0)?;
    let snapshot: Value = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
    let resources = snapshot["inventory"]["resources"].as_array();
    let named = resources
        .ok_or("a snapshot without resources")?
        .iter()
        .map(|one| {
            let kind = one["details"]
                .as_object()
                .and_then(|details| details.keys().next());
            format!(
                "{} {}",
                kind.map_or("?", String::as_str),
                one["arn"].as_str().unwrap_or("?")
            )
        });
    // The tagging API goes on listing what is gone.
    Ok(named
        .filter(|name| !name.starts_with("aws_resourcegroupstaggingapi_"))
        .collect())
}

impl Ran {
    /// Every test with its outcome, a line each.
    pub fn outcomes(&self) -> String {
        let cases = self.report["cases"].as_array().into_iter().flatten();
        let lines = cases.map(|case| {
            let outcome = case["verdict"]["outcome"].as_str().unwrap_or("?");
            format!("  {outcome:15} {}", case["name"].as_str().unwrap_or("?"))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The names of the tests with that outcome.
    pub fn with_outcome(&self, outcome: &str) -> BTreeSet<String> {
        let cases = self.report["cases"].as_array().into_iter().flatten();
        cases
            .filter(|case| case["verdict"]["outcome"] == outcome)
            .filter_map(|case| case["name"].as_str().map(str::to_owned))
            .collect()
    }

    /// Fails, with everything that was said, unless the exit code is this one.
    pub fn expect_code(&self, code: i32) -> Result<(), Failure> {
        if self.code == code {
            return Ok(());
        }
        let Self { stdout, stderr, .. } = self;
        Err(format!("exit {} instead of {code}\n{stdout}\n{stderr}", self.code).into())
    }
}

/// Fails with a message unless the condition holds.
pub fn ensure(holds: bool, message: impl FnOnce() -> String) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(message().into()) }
}
