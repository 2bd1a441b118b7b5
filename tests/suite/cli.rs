//! The command line as scripts see it: exit codes, streams, colours, reports. Runs the real binary.

mod commands;
mod exit_codes;
mod filters;
mod reports;

use jiff::Timestamp;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use stackproof::inventory::{Coverage, Gap, Inventory, Reason, TypeCoverage};
use stackproof::source::snapshot::{self, FORMAT, Snapshot};
use tempfile::TempDir;

const CHECKS: &str = "\
checks:
  - id: tables-expire
    kind: ttl
    title: Events expire
    severity: high
    tags: [dynamodb, story]
    owner: platform
    why: An old event is a liability.
    fix: Switch it on.
    with: {tables: [\"${project}-*\"], attribute: expires_at}
  - id: queues-exist
    kind: exists
    title: The queue is there
    severity: critical
    tags: [sqs]
    owner: platform
    why: Events would be lost.
    fix: Apply the stack.
    with: {resources: {aws_sqs_queue: [\"${project}-events\"]}}
  - id: only-production
    kind: exists
    title: The other queue is there
    severity: low
    tags: [sqs]
    owner: platform
    why: It matters in production.
    fix: Apply the stack.
    environments: [production]
    with: {resources: {aws_sqs_queue: [\"${project}-other\"]}}
";

/// A working folder: checks, the environments `dev` and `production`, and what was recorded of `dev`.
pub struct World {
    folder: TempDir,
}

/// What one run of the binary gave.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl World {
    /// A stack that conforms.
    pub fn new() -> Self {
        let world = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        world.write("checks/checks.yaml", CHECKS);
        for name in ["dev", "production"] {
            world.write(
                &format!("checks/environments/{name}.yaml"),
                "project: acme\nregion: us-east-1\n",
            );
        }
        world.record(&inventory());
        world
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Makes an inventory the recorded snapshot of `dev`.
    pub fn record(&self, inventory: &Inventory) {
        let snapshot = Snapshot {
            snapshot_format: FORMAT,
            environment: "dev".to_owned(),
            recorded_at: Timestamp::UNIX_EPOCH,
            inventory: inventory.clone(),
        };
        snapshot::write(&self.path("checks/snapshots/dev.json"), &snapshot).unwrap();
    }

    /// A stack in which one table does not expire its items.
    pub fn violated() -> Self {
        let world = Self::new();
        let mut inventory = inventory();
        set_ttl(&mut inventory, &json!({ "time_to_live_status": "DISABLED" }));
        world.record(&inventory);
        world
    }

    /// A stack whose list of queues was denied.
    pub fn denied() -> Self {
        let world = Self::new();
        let mut inventory = inventory();
        deny_queues(&mut inventory);
        world.record(&inventory);
        world
    }

    /// Runs the binary in the folder, without terminal, network or anything of AWS in the environment.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let Output {
            status,
            stdout,
            stderr,
        } = Command::new(env!("CARGO_BIN_EXE_stackproof"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            // Where coverage is measured, what the binary reaches counts too.
            .envs(std::env::vars_os().filter(|(name, _)| name == "LLVM_PROFILE_FILE"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Ran {
            code: status.code(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    pub fn report(&self) -> Value {
        read_json(&self.path("reports/dev/report.json"))
    }
}

impl Ran {
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(
            self.stderr.contains(text),
            "no `{text}` in stderr:\n{}",
            self.stderr
        );
        self
    }

    #[track_caller]
    pub fn prints(&self, text: &str) -> &Self {
        assert!(
            self.stdout.contains(text),
            "no `{text}` in stdout:\n{}",
            self.stdout
        );
        self
    }

    #[track_caller]
    pub fn prints_nothing(&self) -> &Self {
        assert_eq!(self.stdout, "");
        self
    }
}

pub fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// One table that expires its items, and one queue.
pub fn inventory() -> Inventory {
    let common = |arn: &str, name: &str| {
        json!({
            "arn": arn, "id": name, "name": name, "region": "us-east-1", "account": "111122223333",
            "managed_by_aws": false, "tags": {},
        })
    };
    let mut table = common(
        "arn:aws:dynamodb:us-east-1:111122223333:table/acme-events",
        "acme-events",
    );
    table["details"] = json!({ "aws_dynamodb_table": {
        "table": { "$not_read": true },
        "time_to_live": { "time_to_live_status": "ENABLED", "attribute_name": "expires_at" },
        "continuous_backups": { "$not_read": true },
    } });
    let mut queue = common("arn:aws:sqs:us-east-1:111122223333:acme-events", "acme-events");
    queue["details"] = json!({ "aws_sqs_queue": {
        "queue_url": "https://sqs.us-east-1.amazonaws.com/111122223333/acme-events",
        "attributes": { "$not_read": true },
    } });
    let types = ["aws_dynamodb_table", "aws_sqs_queue"]
        .map(|name| (name.to_owned(), TypeCoverage::default()))
        .into();
    Inventory::new(
        "111122223333".to_owned(),
        "us-east-1".to_owned(),
        vec![
            serde_json::from_value(table).unwrap(),
            serde_json::from_value(queue).unwrap(),
        ],
        Coverage {
            types,
            reads: Vec::new(),
        },
    )
}

pub fn set_ttl(inventory: &mut Inventory, ttl: &Value) {
    let mut table = serde_json::to_value(&inventory.resources[0]).unwrap();
    table["details"]["aws_dynamodb_table"]["time_to_live"] = ttl.clone();
    inventory.resources[0] = serde_json::from_value(table).unwrap();
}

pub fn deny_queues(inventory: &mut Inventory) {
    inventory.resources.truncate(1);
    let gap = Gap::new(
        "sqs:ListQueues",
        "us-east-1",
        Reason::AccessDenied,
        "AccessDenied: no",
    );
    inventory
        .coverage
        .types
        .get_mut("aws_sqs_queue")
        .unwrap()
        .gaps
        .push(gap);
}
