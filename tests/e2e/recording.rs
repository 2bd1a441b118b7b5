//! The account recorded: the committed snapshot is what Terraform makes, and is judged as the account is.

use serde_json::Value;
use std::path::Path;

use crate::Failure;
use crate::binary::{self, against, ensure, run, verify};
use crate::canonical::canonical;
use crate::sandbox::{ACCOUNT, Sandbox, root};
use crate::scenarios::NO_LATENCY;

/// The committed snapshot is what Terraform makes now.
pub fn recorded_snapshot_is_up_to_date(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let path = sandbox.scratch.path().join("recorded.json");
    let text = path.display().to_string();
    run(against(
        sandbox,
        &["snapshot", "dev", "--account-id", ACCOUNT, "-o", &text],
    ))?
    .expect_code(0)?;
    let committed = root().join("checks/snapshots/dev.json");
    if std::env::var_os("STACKPROOF_BLESS").is_some() {
        std::fs::copy(&path, &committed)?;
    }
    let recorded = canonical(&read(&path)?);
    let committed = canonical(&read(&committed)?);
    ensure(recorded == committed, || {
        let difference = first_difference("", &committed, &recorded);
        format!(
            "checks/snapshots/dev.json is not what Terraform makes now: {difference}\n\
             record it again: STACKPROOF_BLESS=1 tests/run recorded_snapshot"
        )
    })
}

fn first_difference(path: &str, one: &Value, other: &Value) -> String {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            for key in one.keys().chain(other.keys()) {
                let (a, b) = (one.get(key), other.get(key));
                if a != b {
                    let (a, b) = (a.unwrap_or(&Value::Null), b.unwrap_or(&Value::Null));
                    return first_difference(&format!("{path}/{key}"), a, b);
                }
            }
            String::new()
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => one
            .iter()
            .zip(other)
            .enumerate()
            .find(|(_, (a, b))| a != b)
            .map(|(index, (a, b))| first_difference(&format!("{path}/{index}"), a, b))
            .unwrap_or_default(),
        _ => format!("at {path}: committed {one}, recorded {other}"),
    }
}

fn read(path: &Path) -> Result<Value, Failure> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// A recording is judged exactly as the account that it was made of.
pub fn snapshot_and_account_give_the_same_verdicts(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let path = sandbox.scratch.path().join("parity.json").display().to_string();
    run(against(
        sandbox,
        &["snapshot", "dev", "--account-id", ACCOUNT, "-o", &path],
    ))?
    .expect_code(0)?;
    let live = verify(sandbox, &NO_LATENCY)?;
    let reports = sandbox.scratch.path().join("snapshot-reports");
    let folder = reports.display().to_string();
    let mut arguments = vec!["verify", "dev", "--snapshot", &path, "--report-dir", &folder];
    arguments.extend(NO_LATENCY);
    run(binary::command(&arguments))?.expect_code(0)?;
    let recorded = read(&reports.join("report.json"))?;
    let verdicts = |report: &Value| -> Vec<String> {
        let cases = report["cases"].as_array().into_iter().flatten();
        cases
            .map(|case| format!("{} {}", case["name"], case["verdict"]))
            .collect()
    };
    let (live, recorded) = (verdicts(&live.report), verdicts(&recorded));
    ensure(!live.is_empty() && live == recorded, || {
        format!("live {live:#?}\nrecorded {recorded:#?}")
    })
}
