//! Who reads the account: with the printed permissions, with less, as nobody, in the wrong account, and interrupted.

use serde_json::Value;
use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Failure;
use crate::account::Account;
use crate::binary::{self, Ran, against, ensure, run, verify_with};
use crate::proxy::Fault;
use crate::reads::operations;
use crate::sandbox::{ACCOUNT, Sandbox};
use crate::scenarios::NO_LATENCY;

/// Makes a user with a policy, and gives its access key.
fn user_with(account: &Account, name: &str, policy: &Value) -> Result<(String, String), Failure> {
    account.wait(account.iam.create_user().user_name(name).send())?;
    let put = account.iam.put_user_policy().user_name(name).policy_name("audit");
    account.wait(put.policy_document(policy.to_string()).send())?;
    let created = account.wait(account.iam.create_access_key().user_name(name).send())?;
    let key = created.access_key.ok_or("no access key")?;
    Ok((key.access_key_id, key.secret_access_key))
}

/// Verifies as a user that IAM holds to its policy, and lets everybody do everything again.
fn verify_as(sandbox: &Sandbox, name: &str, policy: &Value) -> Result<Ran, Failure> {
    let (id, secret) = user_with(&sandbox.account, name, policy)?;
    enforce(sandbox, true)?;
    let ran = verify_with(sandbox, &NO_LATENCY, |command| {
        command
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret);
    });
    enforce(sandbox, false)?;
    ran
}

fn enforce(sandbox: &Sandbox, enforced: bool) -> Result<(), Failure> {
    let url = format!("{}/moto-api/reset-auth", sandbox.proxy.endpoint);
    let body = if enforced { "0" } else { "inf" };
    let request = reqwest::Client::new()
        .post(url)
        .header("content-type", "text/plain")
        .body(body);
    let answer = sandbox.runtime.block_on(request.send())?;
    ensure(answer.status().is_success(), || {
        format!("moto answered {}", answer.status())
    })
}

fn permissions(sandbox: &Sandbox) -> Result<Value, Failure> {
    let ran = run(against(sandbox, &["permissions", "dev"]))?;
    ran.expect_code(0)?;
    Ok(serde_json::from_str(&ran.stdout)?)
}

/// With the permissions that are printed, and no more, the stack is verified.
pub fn printed_permissions_suffice(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let policy = permissions(sandbox)?;
    verify_as(sandbox, "auditor", &policy)?.expect_code(0)
}

/// Without one of the permissions exactly the checks that need it are undetermined.
pub fn denied_action_is_an_error_of_its_checks(sandbox: &mut Sandbox) -> Result<(), Failure> {
    for (action, errors) in [
        (
            "dynamodb:DescribeTimeToLive",
            &[
                "dynamodb-ttl::zapier-triggers-api-audit-logs-dev",
                "dynamodb-ttl::zapier-triggers-api-events-dev",
                "dynamodb-ttl::zapier-triggers-api-rate-limits-dev",
            ][..],
        ),
        (
            "ec2:DescribeNatGateways",
            &[
                "lambda-in-private-subnets::zapier-triggers-api-authorizer-dev",
                "lambda-in-private-subnets::zapier-triggers-api-health-dev",
                "lambda-in-private-subnets::zapier-triggers-api-rotation-dev",
                "names-follow-convention::every aws_nat_gateway",
                "networking-gateways-exist::every aws_nat_gateway",
                "networking-subnets::zapier-triggers-api-vpc-dev",
                "tags-required::every aws_nat_gateway",
            ],
        ),
        (
            "iam:GetAccountAuthorizationDetails",
            &[
                "iam-audit-role::every aws_iam_role",
                "iam-authorizer-role::every aws_iam_role",
                "iam-flow-logs-role::every aws_iam_role",
                "iam-gateway-logs-role::every aws_iam_role",
                "iam-gateway-role::every aws_iam_role",
                "iam-health-role::every aws_iam_role",
                "iam-rotation-role::every aws_iam_role",
                "names-follow-convention::every aws_iam_role",
                "tags-required::every aws_iam_policy",
                "tags-required::every aws_iam_role",
            ],
        ),
    ] {
        let mut policy = permissions(sandbox)?;
        let actions = policy["Statement"][0]["Action"]
            .as_array_mut()
            .ok_or("no actions")?;
        let before = actions.len();
        actions.retain(|granted| granted != action);
        ensure(actions.len() + 1 == before, || {
            format!("{action} is not among the permissions")
        })?;
        let name = format!("auditor-without-{}", action.replace(':', "-"));
        let ran = verify_as(sandbox, &name, &policy)?;
        ran.expect_code(3)?;
        let expected: BTreeSet<String> = errors.iter().map(|name| (*name).to_owned()).collect();
        let (undetermined, failed) = (ran.with_outcome("error"), ran.with_outcome("fail"));
        ensure(undetermined == expected && failed.is_empty(), || {
            format!("without {action}: expected {expected:?}, found {undetermined:?}, failed {failed:?}")
        })?;
        for word in [action, crate::sandbox::REGION, "access denied"] {
            ensure(ran.stdout.contains(word), || {
                format!("`{word}` is not named\n{}", ran.stdout)
            })?;
        }
    }
    Ok(())
}

/// Credentials for another account read nothing.
pub fn wrong_account_is_refused(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let ran = run(against(
        sandbox,
        &["verify", "dev", "--account-id", "999999999999"],
    ))?;
    ran.expect_code(2)?;
    for account in ["999999999999", ACCOUNT] {
        ensure(ran.stderr.contains(account), || ran.stderr.clone())?;
    }
    let operations = operations(sandbox);
    ensure(operations.keys().eq(["GetCallerIdentity"]), || {
        format!("read anyway: {operations:?}")
    })
}

/// Without credentials nothing is judged.
pub fn missing_credentials_never_read_a_snapshot(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let mut command = binary::command(&["verify", "dev", "--account-id", ACCOUNT]);
    command.env("AWS_ENDPOINT_URL", &sandbox.proxy.endpoint);
    let ran = run(command)?;
    ran.expect_code(2)?;
    ensure(ran.stderr.contains("credentials"), || ran.stderr.clone())?;
    ensure(ran.stdout.is_empty(), || ran.stdout.clone())?;
    ensure(sandbox.proxy.requests().is_empty(), || {
        "something was sent".to_owned()
    })
}

/// An endpoint that nobody listens at is no verdict.
pub fn unreachable_endpoint_is_undetermined(sandbox: &mut Sandbox) -> Result<(), Failure> {
    // A port that was free a moment ago: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let endpoint = format!("http://127.0.0.1:{port}");
    let mut command = against(sandbox, &["verify", "dev", "--account-id", ACCOUNT]);
    command.env("AWS_ENDPOINT_URL", &endpoint);
    let ran = run(command)?;
    ran.expect_code(3)?;
    ensure(ran.stderr.contains(&endpoint), || ran.stderr.clone())
}

/// Ctrl-C ends a run with 130 and without a report.
pub fn interrupted_run_says_so(sandbox: &mut Sandbox) -> Result<(), Failure> {
    sandbox.proxy.inject(Fault::Hang("DescribeVpcs"));
    let child = against(sandbox, &["verify", "dev", "--account-id", ACCOUNT])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let hung = || operations(sandbox).contains_key("DescribeVpcs");
    for _ in 0..200 {
        if hung() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut interrupt = Command::new("kill");
    interrupt.args(["-INT", &child.id().to_string()]);
    crate::sandbox::run(interrupt, "kill")?;
    let output = child.wait_with_output()?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure(output.status.code() == Some(130), || {
        format!("{:?}\n{stderr}", output.status)
    })?;
    ensure(stderr.contains("interrupted; no report was written"), || {
        stderr.clone()
    })
}
