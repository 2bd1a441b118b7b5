//! The stack as Terraform leaves it conforms; an endpoint that is down and an account that is empty do not.

use std::collections::BTreeSet;
use std::path::Path;

use crate::Failure;
use crate::account::{EVENTS_QUEUE, EVENTS_TABLE};
use crate::binary::{against, ensure, run, verify, verify_with};
use crate::sandbox::{ACCOUNT, Health, Moto, Sandbox, root};
use crate::scenarios::NO_LATENCY;

/// Terraform has nothing to change right after it was applied.
pub fn second_plan_has_no_changes(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let terraform = &sandbox.stack.terraform;
    terraform
        .step("second plan", &["plan", "-detailed-exitcode"])
        .map(drop)
}

/// A new stack passes every check that is for it, of every kind.
pub fn fresh_stack_conforms(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let checks = patient_checks(sandbox)?;
    let terraform = &sandbox.stack.terraform;
    let ran = terraform.timed("verify", || verify(sandbox, &["--checks", &checks]))?;
    println!("\n{}", ran.outcomes());
    ran.expect_code(0)?;
    let passed = ran.with_outcome("pass");
    let others = ran.with_outcome("not-applicable");
    let kinds: BTreeSet<&str> = ran.report["cases"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|case| case["check"]["kind"].as_str())
        .collect();
    for kind in stackproof::kinds::KINDS {
        ensure(kinds.contains(kind.name), || {
            format!("no {} check ran", kind.name)
        })?;
    }
    let total = ran.report["cases"].as_array().map_or(0, Vec::len);
    ensure(passed.len() + others.len() == total && passed.len() > 60, || {
        format!(
            "{} of {total} passed, and not for dev are {others:?}",
            passed.len()
        )
    })?;
    ensure(ran.stderr.contains(&format!("live account {ACCOUNT}")), || {
        ran.stderr.clone()
    })
}

/// The shipped checks with a patient latency target: how fast this machine answers while it runs tests is no test.
fn patient_checks(sandbox: &Sandbox) -> Result<String, Failure> {
    let checks = sandbox.scratch.path().join("patient-checks");
    copy_folder(&root().join("checks"), &checks)?;
    let health = checks.join("health.yaml");
    let text = std::fs::read_to_string(&health)?;
    ensure(text.contains("50ms"), || {
        "the shipped target is no longer 50ms".to_owned()
    })?;
    std::fs::write(&health, text.replace("50ms", "1500ms"))?;
    Ok(checks.display().to_string())
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// A health endpoint whose table or queue is gone, or that is gone itself, is a violation.
pub fn unhealthy_endpoint_fails(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let checks = patient_checks(sandbox)?;
    let reports = sandbox.scratch.path().join("unhealthy").display().to_string();
    let run_once = |url: &str| {
        let arguments = ["--checks", &checks, "verify", "dev", "--account-id", ACCOUNT];
        let probe = ["--health-url", url, "--kind", "latency", "--report-dir", &reports];
        run(against(sandbox, &[&arguments[..], &probe].concat()))
    };
    for (table, queue) in [("no-such-table", EVENTS_QUEUE), (EVENTS_TABLE, "no-such-queue")] {
        let unhealthy = Health::start(&sandbox.proxy.endpoint, table, queue)?;
        let url = unhealthy.url.clone();
        let ran = run_once(&url)?;
        ran.expect_code(1)?;
        ensure(ran.stdout.contains("status 503"), || ran.stdout.clone())?;
        drop(unhealthy);
        let ran = run_once(&url)?;
        ran.expect_code(1)?;
        ensure(ran.stdout.contains("no connection"), || ran.stdout.clone())?;
    }
    Ok(())
}

/// On an account without the stack no check passes.
pub fn empty_account_passes_nothing(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let moto = Moto::start()?;
    let ran = verify_with(sandbox, &NO_LATENCY, |command| {
        command.env("AWS_ENDPOINT_URL", &moto.endpoint);
    })?;
    ran.expect_code(1)?;
    let passed = ran.with_outcome("pass");
    ensure(passed.is_empty(), || {
        format!("passed on an empty account: {passed:?}")
    })?;
    let checked: BTreeSet<String> = ran
        .with_outcome("fail")
        .into_iter()
        .filter_map(|name| name.split("::").next().map(str::to_owned))
        .collect();
    println!(
        "\n{} checks failed on an empty account: {checked:?}",
        checked.len()
    );
    Ok(())
}
