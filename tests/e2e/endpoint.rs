//! Where a `latency` check goes when no URL is given.

use crate::Failure;
use crate::binary::{against, ensure, run};
use crate::sandbox::{ACCOUNT, Sandbox};

/// Without a URL the API and its stage tell it. An emulator does not answer there, and nothing else may be asked.
pub fn deployed_endpoint_is_found_in_the_account(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let reports = sandbox.scratch.path().join("deployed").display().to_string();
    let ran = run(against(
        sandbox,
        &[
            "verify",
            "dev",
            "--account-id",
            ACCOUNT,
            "--kind",
            "latency",
            "--report-dir",
            &reports,
        ],
    ))?;
    ran.expect_code(3)?;
    let url = regex::Regex::new(
        r"answers for AWS, and https://[a-z0-9]+\.execute-api\.us-east-1\.amazonaws\.com/dev/v1/health is none",
    )?;
    ensure(
        url.is_match(&ran.stdout) && ran.stdout.contains("set `health_url` in"),
        || ran.stdout.clone(),
    )
}
