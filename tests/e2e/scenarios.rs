//! The scenarios, in the order in which they run.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Failure;
use crate::account::Account;
use crate::binary::{self, Ran, against, ensure, run, verify, verify_with};
use crate::canonical::canonical;
use crate::endpoint;
use crate::mutations;
use crate::proxy::Fault;
use crate::sandbox::{ACCOUNT, Health, Moto, Sandbox, root};

type Scenario = fn(&mut Sandbox) -> Result<(), Failure>;

/// Every scenario.
pub fn all() -> Vec<(&'static str, Scenario)> {
    vec![
        ("second_plan_has_no_changes", second_plan_has_no_changes),
        ("fresh_stack_conforms", fresh_stack_conforms),
        ("each_request_is_sent_once", each_request_is_sent_once),
        ("only_needed_reads_are_made", only_needed_reads_are_made),
        ("recorded_snapshot_is_up_to_date", recorded_snapshot_is_up_to_date),
        (
            "snapshot_and_account_give_the_same_verdicts",
            snapshot_and_account_give_the_same_verdicts,
        ),
        (
            "each_mutation_fails_exactly_its_checks",
            mutations::each_mutation_fails_exactly_its_checks,
        ),
        ("unhealthy_endpoint_fails", unhealthy_endpoint_fails),
        (
            "deployed_endpoint_is_found_in_the_account",
            endpoint::deployed_endpoint_is_found_in_the_account,
        ),
        ("printed_permissions_suffice", printed_permissions_suffice),
        (
            "denied_action_is_an_error_of_its_checks",
            denied_action_is_an_error_of_its_checks,
        ),
        ("throttling_is_retried", throttling_is_retried),
        ("throttled_out_is_an_error", throttled_out_is_an_error),
        ("wrong_account_is_refused", wrong_account_is_refused),
        (
            "missing_credentials_never_read_a_snapshot",
            missing_credentials_never_read_a_snapshot,
        ),
        (
            "unreachable_endpoint_is_undetermined",
            unreachable_endpoint_is_undetermined,
        ),
        ("interrupted_run_says_so", interrupted_run_says_so),
        ("empty_account_passes_nothing", empty_account_passes_nothing),
    ]
}

/// What leaves out how fast this machine answers while it runs tests.
pub const NO_LATENCY: [&str; 3] = ["--", "--skip", "health-latency"];

fn second_plan_has_no_changes(sandbox: &mut Sandbox) -> Result<(), Failure> {
    sandbox.stack.terraform(&["plan", "-detailed-exitcode"]).map(drop)
}

fn fresh_stack_conforms(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let checks = patient_checks(sandbox)?;
    let ran = verify(sandbox, &["--checks", &checks])?;
    ran.expect_code(0)?;
    let passed = ran.with_outcome("pass");
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
    ensure(passed.len() == total && total > 60, || {
        format!("{} of {total} passed", passed.len())
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

/// Counted by the proxy: the requests are exactly the pages and per-resource reads, none of them twice.
fn each_request_is_sent_once(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let ran = verify(sandbox, &NO_LATENCY)?;
    ran.expect_code(0)?;
    let requests = sandbox.proxy.requests();
    let distinct: BTreeSet<_> = requests.iter().collect();
    ensure(distinct.len() == requests.len(), || {
        let mut counts = BTreeMap::new();
        for request in &requests {
            *counts.entry(request).or_insert(0) += 1;
        }
        counts.retain(|_, count| *count > 1);
        format!("sent more than once: {counts:?}")
    })?;
    let operations = operations(sandbox);
    println!("\n{} requests: {operations:?}", requests.len());
    // One list each, and what the checks need of each table, queue and function.
    for (operation, count) in [
        ("GetCallerIdentity", 1),
        ("ListTables", 1),
        ("DescribeTable", TABLES),
        ("DescribeTimeToLive", EXPIRING_TABLES),
        ("DescribeContinuousBackups", TABLES),
        ("ListTagsOfResource", TABLES),
        ("ListQueues", 1),
        ("GetQueueAttributes", QUEUES),
        ("ListQueueTags", QUEUES),
        ("GetAccountAuthorizationDetails", 1),
        ("DescribeVpcs", 1),
        ("DescribeSubnets", 1),
        ("DescribeRouteTables", 1),
        ("DescribeInternetGateways", 1),
        ("DescribeNatGateways", 1),
        ("DescribeSecurityGroups", 1),
        ("DescribeVpcEndpoints", 1),
    ] {
        let sent = operations.get(operation).copied().unwrap_or_default();
        ensure(sent == count, || {
            format!("{operation}: {sent} sent, {count} needed\n{operations:?}")
        })?;
    }
    // For every operation: as many requests as answers that were used, and none that the report does not know.
    let reads = ran.report["coverage"]["reads"].as_array().ok_or("no reads")?;
    for read in reads {
        ensure(read["calls"] == read["pages"] && read["failed"] == 0, || {
            read.to_string()
        })?;
    }
    let reported: u64 = reads.iter().filter_map(|read| read["calls"].as_u64()).sum();
    // The account guard is asked before anything is read, so it is no read.
    let sent = u64::try_from(requests.len())? - 1;
    ensure(reported == sent, || {
        format!("{reported} requests reported, {sent} sent")
    })
}

/// The stack's tables.
const TABLES: usize = 4;
/// Those whose items expire.
const EXPIRING_TABLES: usize = 3;
/// The stack's queues.
const QUEUES: usize = 3;

fn only_needed_reads_are_made(sandbox: &mut Sandbox) -> Result<(), Failure> {
    verify(sandbox, &["--kind", "ttl"])?.expect_code(0)?;
    let expected = [
        ("GetCallerIdentity", 1),
        ("ListTables", 1),
        ("DescribeTimeToLive", EXPIRING_TABLES),
    ];
    let expected = expected.map(|(name, count)| (name.to_owned(), count)).into();
    let operations = operations(sandbox);
    ensure(operations == expected, || {
        format!("expected {expected:?}\nsent {operations:?}")
    })
}

fn operations(sandbox: &Sandbox) -> BTreeMap<String, usize> {
    let mut operations = BTreeMap::new();
    for request in sandbox.proxy.requests() {
        *operations.entry(request.operation).or_insert(0) += 1;
    }
    operations
}

fn recorded_snapshot_is_up_to_date(sandbox: &mut Sandbox) -> Result<(), Failure> {
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

fn snapshot_and_account_give_the_same_verdicts(sandbox: &mut Sandbox) -> Result<(), Failure> {
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

fn unhealthy_endpoint_fails(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let unhealthy = Health::start(&sandbox.proxy.endpoint, "no-such-table")?;
    let url = unhealthy.url.clone();
    let checks = patient_checks(sandbox)?;
    let arguments = [
        "--checks",
        &checks,
        "verify",
        "dev",
        "--account-id",
        ACCOUNT,
        "--health-url",
        &url,
        "--kind",
        "latency",
    ];
    let reports = sandbox.scratch.path().join("unhealthy").display().to_string();
    let run_once = || {
        run(against(
            sandbox,
            &[&arguments[..], &["--report-dir", &reports]].concat(),
        ))
    };
    let ran = run_once()?;
    ran.expect_code(1)?;
    ensure(ran.stdout.contains("status 503"), || ran.stdout.clone())?;
    drop(unhealthy);
    let ran = run_once()?;
    ran.expect_code(1)?;
    ensure(ran.stdout.contains("no connection"), || ran.stdout.clone())
}

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

fn printed_permissions_suffice(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let policy = permissions(sandbox)?;
    verify_as(sandbox, "auditor", &policy)?.expect_code(0)
}

fn denied_action_is_an_error_of_its_checks(sandbox: &mut Sandbox) -> Result<(), Failure> {
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

fn throttling_is_retried(sandbox: &mut Sandbox) -> Result<(), Failure> {
    sandbox.proxy.inject(Fault::ThrottleEvery(10));
    let ran = verify(sandbox, &NO_LATENCY)?;
    ran.expect_code(0)?;
    let retries: u64 = ran.report["coverage"]["reads"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|read| read["retries"].as_u64())
        .sum();
    ensure(retries > 0, || "nothing was retried".to_owned())
}

fn throttled_out_is_an_error(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let fault = Fault::Throttle("DescribeContinuousBackups", "zapier-triggers-api-keys-dev");
    sandbox.proxy.inject(fault);
    let ran = verify(sandbox, &["--kind", "pitr", "--kind", "ttl"])?;
    ran.expect_code(3)?;
    // One resource that cannot be read is one error; the others are judged.
    let expected = BTreeSet::from(["dynamodb-pitr::zapier-triggers-api-keys-dev".to_owned()]);
    let undetermined = ran.with_outcome("error");
    ensure(undetermined == expected, || format!("{undetermined:?}"))?;
    ensure(
        ran.with_outcome("pass").len() == TABLES - 1 + EXPIRING_TABLES,
        || ran.stdout.clone(),
    )?;
    ensure(ran.stdout.contains("throttled"), || ran.stdout.clone())
}

fn wrong_account_is_refused(sandbox: &mut Sandbox) -> Result<(), Failure> {
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

fn missing_credentials_never_read_a_snapshot(sandbox: &mut Sandbox) -> Result<(), Failure> {
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

fn unreachable_endpoint_is_undetermined(sandbox: &mut Sandbox) -> Result<(), Failure> {
    // A port that was free a moment ago: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let endpoint = format!("http://127.0.0.1:{port}");
    let mut command = against(sandbox, &["verify", "dev", "--account-id", ACCOUNT]);
    command.env("AWS_ENDPOINT_URL", &endpoint);
    let ran = run(command)?;
    ran.expect_code(3)?;
    ensure(ran.stderr.contains(&endpoint), || ran.stderr.clone())
}

fn interrupted_run_says_so(sandbox: &mut Sandbox) -> Result<(), Failure> {
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

fn empty_account_passes_nothing(sandbox: &mut Sandbox) -> Result<(), Failure> {
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
