//! What Terraform's own tools say of the code: the suites of the modules, the form of the files.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::binary::ensure;
use crate::sandbox::{root, run, set_up};
use crate::terraform::Terraform;

/// Validates every module and runs its suite; gives how many runs passed in each.
pub fn pass_their_suites() -> Result<String, Failure> {
    set_up()?;
    let scratch = tempfile::tempdir()?;
    // A copy in which the provider at hand knows everything; no provider is called, so nobody listens there.
    Terraform::prepare("dev", scratch.path(), "http://127.0.0.1:1")?;
    let mut modules: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(root().join("terraform/modules"))? {
        modules.push(entry?.path());
    }
    modules.sort();
    ensure(!modules.is_empty(), || "there is no module".to_owned())?;
    let mut passed = Vec::new();
    for module in modules {
        let name = module
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let runs = suite(&name, scratch.path())?;
        passed.push(format!("  {name:20} {runs} runs passed"));
    }

    // The same without its suite, to show that it is missed.
    std::fs::remove_dir_all(scratch.path().join("modules/sqs/tests"))?;
    match suite("sqs", scratch.path()) {
        Err(error) if error.to_string().contains("no run passed") => Ok(passed.join("\n")),
        Err(error) => Err(format!("a module without a suite fails otherwise: {error}").into()),
        Ok(runs) => Err(format!("a module without a suite passes {runs} runs").into()),
    }
}

fn suite(name: &str, work: &Path) -> Result<u64, Failure> {
    let terraform = Terraform::at(&format!("modules/{name}"), work.join("modules").join(name));
    terraform.run(&["init"])?;
    terraform.step("validate", &["validate"])?;
    let said = terraform.step("test", &["test"])?;
    let summary = said.iter().find(|line| line["type"] == "test_summary");
    let summary = &summary.ok_or("terraform test has no summary")?["test_summary"];
    let count = |key: &str| summary[key].as_u64().ok_or("a count is missing");
    let passed = count("passed")?;
    ensure(passed > 0, || format!("{name}: no run passed: {summary}"))?;
    let others = count("failed")? + count("errored")? + count("skipped")?;
    ensure(others == 0, || format!("{name}: {summary}"))?;
    Ok(passed)
}

/// Every file of `terraform/` is as `terraform fmt` writes it, and one that is not is noticed.
pub fn are_formatted() -> Result<String, Failure> {
    let check = |folder: &Path| {
        let mut command = Command::new("terraform");
        command.args(["fmt", "-check", "-diff", "-recursive"]).arg(folder);
        run(command, "terraform fmt")
    };
    check(&root().join("terraform"))?;
    let scratch = tempfile::tempdir()?;
    std::fs::write(scratch.path().join("main.tf"), "locals {\n a=1\n}\n")?;
    ensure(check(scratch.path()).is_err(), || {
        "a file in another form is not noticed".to_owned()
    })?;
    Ok(String::new())
}

/// A configuration that Terraform accepts with a warning is not accepted here.
pub fn warning_fails() -> Result<String, Failure> {
    set_up()?;
    let scratch = tempfile::tempdir()?;
    let code = |holds: bool| {
        format!(
            "locals {{\n  one = 1\n}}\n\ncheck \"planted\" {{\n  assert {{\n    condition     = (local.one == 1) == \
             {holds}\n    error_message = \"planted warning\"\n  }}\n}}\n"
        )
    };
    let terraform = Terraform::at("a warning", scratch.path().to_owned());
    let plan = |holds: bool| -> Result<Vec<Value>, Failure> {
        std::fs::write(scratch.path().join("main.tf"), code(holds))?;
        terraform.run(&["plan"])
    };
    plan(true)?;
    match plan(false) {
        Err(error) if error.to_string().contains("planted warning") => Ok(String::new()),
        Err(error) => Err(format!("fails, but not by the warning: {error}").into()),
        Ok(_) => Err("a warning passes".into()),
    }
}
