//! Terraform, run as its users run it and held to more: what it warns of is a failure too. It speaks JSON here, so that
//! a warning is a warning and not a line that looks like one.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::Failure;
use crate::sandbox::{root, run};

/// Warnings that no code of ours can avoid, by their full text: summary and detail.
const ACCEPTED: [(&str, &str); 4] = [
    // Of `init`, where the provider comes from a folder and not from a registry.
    (
        "Incomplete lock file information for providers",
        "Due to your customized provider installation methods, Terraform was forced to calculate lock file checksums \
         locally for the following providers:\n  - hashicorp/aws\n\nThe current .terraform.lock.hcl file only includes \
         checksums for linux_amd64, so Terraform running on another platform will fail to install these \
         providers.\n\nTo calculate additional checksums for another platform, run:\n  terraform providers lock \
         -platform=linux_amd64\n(where linux_amd64 is the platform to generate)",
    ),
    // Of the state bucket under provider 6: 3.39 knows these arguments only. It says nothing of them.
    (
        "Argument is deprecated",
        "versioning is deprecated. Use the aws_s3_bucket_versioning resource instead.",
    ),
    (
        "Argument is deprecated",
        "lifecycle_rule is deprecated. Use the aws_s3_bucket_lifecycle_configuration resource instead.",
    ),
    (
        "Argument is deprecated",
        "server_side_encryption_configuration is deprecated. Use the \
         aws_s3_bucket_server_side_encryption_configuration resource instead.",
    ),
];

/// Settings of the caller's that must not reach into the tests.
const FOREIGN: [&str; 6] = [
    "TF_CLI_ARGS",
    "TF_CLI_ARGS_init",
    "TF_DATA_DIR",
    "TF_PLUGIN_CACHE_DIR",
    "TF_WORKSPACE",
    "TF_VAR_environment",
];

/// How long each step of each configuration took: configuration, step, seconds.
static TIMES: Mutex<Vec<(String, &'static str, f64)>> = Mutex::new(Vec::new());

/// Steps of the table of times, in their order.
const STEPS: [&str; 9] = [
    "init",
    "validate",
    "plan",
    "provider 6",
    "apply",
    "second plan",
    "verify",
    "destroy",
    "test",
];

/// A folder with a configuration.
pub struct Terraform {
    /// What it is called in messages and in the table of times.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    variables: Vec<(&'static str, String)>,
}

/// How many resources a plan or a run adds, changes and removes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Changes {
    /// Added.
    pub add: u64,
    /// Changed in place.
    pub change: u64,
    /// Removed.
    pub remove: u64,
}

impl Terraform {
    /// A folder that holds a configuration already.
    pub fn at(name: &str, folder: PathBuf) -> Self {
        let name = name.to_owned();
        let variables = Vec::new();
        Self {
            name,
            folder,
            variables,
        }
    }

    /// A working copy of `terraform/` for one environment of the emulated account.
    pub fn prepare(environment: &str, work: &Path, endpoint: &str) -> Result<Self, Failure> {
        prepared(environment, work, endpoint)?;
        Ok(Self::at(environment, work.join("environments").join(environment)))
    }

    /// A working copy of `terraform/` for the bootstrap of an environment's account.
    pub fn bootstrap(environment: &str, work: &Path, endpoint: &str) -> Result<Self, Failure> {
        prepared("bootstrap", work, endpoint)?;
        let mut bootstrap = Self::at("bootstrap", work.join("bootstrap"));
        bootstrap
            .variables
            .push(("TF_VAR_environment", environment.to_owned()));
        Ok(bootstrap)
    }

    /// Applies the bootstrap of an environment's account, without which that account has nowhere to keep its state.
    pub fn apply_bootstrap(environment: &str, work: &Path, endpoint: &str) -> Result<(), Failure> {
        let bootstrap = Self::bootstrap(environment, work, endpoint)?;
        bootstrap.run(&["init"])?;
        bootstrap.run(&["apply", "-auto-approve"]).map(drop)
    }

    /// Runs a step that the table of times has.
    pub fn step(&self, step: &'static str, arguments: &[&str]) -> Result<Vec<Value>, Failure> {
        self.timed(step, || self.run(arguments))
    }

    /// Does something, and notes how long it took.
    pub fn timed<T>(&self, step: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        let seconds = start.elapsed().as_secs_f64();
        eprintln!("{}: {step}: {seconds:.1} s", self.name);
        TIMES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((self.name.clone(), step, seconds));
        result
    }

    /// Runs terraform and gives what it said. An error or a warning is a failure, and so is an exit code that is not 0.
    pub fn run(&self, arguments: &[&str]) -> Result<Vec<Value>, Failure> {
        let mut command = self.command();
        command.arg(arguments[0]).arg("-json").args(&arguments[1..]);
        let output = command.stdin(Stdio::null()).output()?;
        let said = parsed(&String::from_utf8_lossy(&output.stdout));
        let complaints: Vec<String> = said.iter().filter_map(complaint).collect();
        if output.status.success() && complaints.is_empty() {
            return Ok(said);
        }
        let changes = said.iter().filter(|line| {
            ["planned_change", "resource_drift"].contains(&line["type"].as_str().unwrap_or_default())
        });
        let changes: Vec<&str> = changes.filter_map(|line| line["@message"].as_str()).collect();
        Err(format!(
            "{}: terraform {} ended with {}\n{}\n{}\n{}",
            self.name,
            arguments.join(" "),
            output.status,
            complaints.join("\n"),
            changes.join("\n"),
            String::from_utf8_lossy(&output.stderr),
        )
        .into())
    }

    /// Runs terraform and gives its plain output.
    pub fn text(&self, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = self.command();
        command.args(arguments);
        run(
            command,
            &format!("{}: terraform {}", self.name, arguments.join(" ")),
        )
    }

    fn command(&self) -> Command {
        let mut command = Command::new("terraform");
        for name in FOREIGN {
            command.env_remove(name);
        }
        command
            .env("TF_INPUT", "0")
            .env("TF_CLI_CONFIG_FILE", root().join("target/sandbox/terraformrc"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder);
        command
    }
}

fn prepared(what: &str, work: &Path, endpoint: &str) -> Result<(), Failure> {
    let mut prepare = Command::new(root().join("tests/sandbox/prepare.py"));
    prepare.arg(what).arg(work).arg(endpoint);
    run(prepare, "prepare.py").map(drop)
}

/// The lines of terraform's output that are JSON, or its one document.
fn parsed(stdout: &str) -> Vec<Value> {
    if let Ok(document) = serde_json::from_str(stdout) {
        return vec![document];
    }
    stdout
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// The errors and the warnings that a line holds, unless they are accepted ones. `validate` has a list of them.
fn complaint(line: &Value) -> Option<String> {
    let listed = line["diagnostics"].as_array().into_iter().flatten();
    let complaints: Vec<String> = listed
        .chain(line.get("diagnostic"))
        .filter_map(|diagnostic| {
            let text = |key: &str| diagnostic[key].as_str().unwrap_or_default();
            let (summary, detail) = (text("summary"), text("detail"));
            let accepted = text("severity") == "warning" && ACCEPTED.contains(&(summary, detail));
            let place = &diagnostic["range"];
            (!accepted).then(|| {
                format!(
                    "{}: {summary}: {detail} ({}:{})",
                    text("severity"),
                    place["filename"].as_str().unwrap_or("?"),
                    place["start"]["line"]
                )
            })
        })
        .collect();
    (!complaints.is_empty()).then(|| complaints.join("\n"))
}

/// What a plan, an apply or a destroy says at its end.
pub fn changes(said: &[Value]) -> Result<Changes, Failure> {
    let summary = said.iter().find(|line| line["type"] == "change_summary");
    let changes = &summary.ok_or("terraform did not say what it changed")?["changes"];
    let count = |key: &str| changes[key].as_u64().ok_or("a count is missing");
    Ok(Changes {
        add: count("add")?,
        change: count("change")?,
        remove: count("remove")?,
    })
}

/// The table of times, a line per configuration; empty when nothing was timed.
pub fn times() -> String {
    let times = TIMES.lock().unwrap_or_else(PoisonError::into_inner);
    let mut names: Vec<&str> = Vec::new();
    for (name, ..) in times.iter() {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return String::new();
    }
    let cell = |name: &str, step: &str| {
        let found = times.iter().find(|time| time.0 == name && time.1 == step);
        found.map_or_else(|| format!("{:>12}", "-"), |time| format!("{:>12.1}", time.2))
    };
    let heads = STEPS
        .iter()
        .map(|step| format!("{step:>12}"))
        .collect::<Vec<_>>()
        .concat();
    let lines = names.iter().map(|name| {
        let cells: Vec<String> = STEPS.iter().map(|step| cell(name, step)).collect();
        format!("{name:24}{}\n", cells.concat())
    });
    format!(
        "\n{:24}{heads}\n{}",
        "seconds",
        lines.collect::<Vec<_>>().concat()
    )
}
