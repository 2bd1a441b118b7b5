//! The life of each environment in an account of its own, and of the bootstrap: validated, planned, applied, planned
//! again, verified, destroyed, and nothing left.
//!
//! The development environment is applied, planned again and verified by the scenarios; here it is destroyed.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ec2::types::{Filter, Tag};
use std::collections::BTreeSet;
use std::sync::PoisonError;
use tokio::runtime::{Builder, Runtime};

use crate::account::Account;
use crate::binary::{Ran, at, ensure, inventory, run_with_report};
use crate::sandbox::{ACCOUNT, Moto, REGION, set_up};
use crate::scenarios::NO_LATENCY;
use crate::terraform::{Changes, Terraform, changes};
use crate::{Failure, Shared, provider6};

/// An environment in an account of its own.
struct Life {
    environment: &'static str,
    scratch: tempfile::TempDir,
    moto: Moto,
    terraform: Terraform,
    account: Account,
    logs: aws_sdk_cloudwatchlogs::Client,
    // Last, so that it outlives the clients.
    _runtime: Runtime,
}

/// What one environment promises and another does not: the check, and how many subjects it has there.
const DIFFERENCES: [(&str, &[(&str, usize)]); 5] = [
    ("networking-nat-gateway-per-zone", &[("production", 2)]),
    (
        "networking-interface-endpoints",
        &[("staging", 2), ("production", 2)],
    ),
    (
        "networking-flow-log-retention",
        &[("staging", 1), ("production", 1)],
    ),
    ("logs-retention", &[("staging", 5), ("production", 5)]),
    (
        "dynamodb-deletion-protection",
        &[("staging", 4), ("production", 4)],
    ),
];

/// Takes an environment through its life; gives every outcome of its verification.
pub fn live(environment: &'static str) -> Result<String, Failure> {
    let life = Life::start(environment)?;
    let before = life.inventory()?;
    let resources = plan_and_apply(&life.terraform)?;
    ensure(life.inventory()?.len() > before.len() + 50, || {
        "the account does not hold the stack".to_owned()
    })?;

    life.protect_tables()?;
    let ran = life.terraform.timed("verify", || life.verify())?;
    ran.expect_code(0)?;
    let total = ran.report["cases"].as_array().map_or(0, Vec::len);
    let (passed, others) = (ran.with_outcome("pass"), ran.with_outcome("not-applicable"));
    ensure(passed.len() + others.len() == total && passed.len() > 60, || {
        format!("{} of {total} passed\n{}", passed.len(), ran.outcomes())
    })?;
    holds_its_differences(environment, &ran)?;
    if environment == "production" {
        life.change_what_differs()?;
    }

    life.tables_protected(false)?;
    destroy(&life.terraform, resources, "verified")?;
    nothing_left(&before, &life.inventory()?)?;
    Ok(format!(
        "{environment}, {resources} resources:\n{}",
        ran.outcomes()
    ))
}

/// Takes the bootstrap through its life. In the environments' accounts it is verified, here Terraform says what is left.
pub fn live_bootstrap() -> Result<String, Failure> {
    set_up()?;
    let scratch = tempfile::tempdir()?;
    let moto = Moto::start()?;
    let terraform = Terraform::bootstrap("dev", &scratch.path().join("stack"), &moto.endpoint)?;
    let resources = plan_and_apply(&terraform)?;
    let state = terraform.folder.join("terraform.tfstate");
    let applied = std::fs::read(&state)?;
    destroy(&terraform, resources, "applied")?;
    // Terraform believes that all is there still, looks, and finds nothing of it.
    std::fs::write(&state, applied)?;
    let said = terraform.run(&["plan", "-out=again.tfplan"])?;
    let drift: Vec<_> = said
        .iter()
        .filter(|line| line["type"] == "resource_drift")
        .collect();
    // The provider reads the policy of a bucket that is gone as an empty one.
    let left = drift.iter().filter(|line| {
        line["change"]["action"] != "delete"
            && line["change"]["resource"]["addr"] != "aws_s3_bucket_policy.state"
    });
    let looked_at = u64::try_from(drift.len())?;
    ensure(left.count() == 0 && looked_at == resources, || {
        format!("of {resources} resources not all are gone: {drift:#?}")
    })?;
    Ok(format!("bootstrap, {resources} resources"))
}

/// Destroys the development environment, which the scenarios have changed and brought back many times.
pub fn destroy_shared(shared: &Shared) -> Result<String, Failure> {
    let mut guard = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let sandbox = guard.as_mut().map_err(|error| error.clone())?;
    destroy(
        &sandbox.stack.terraform,
        sandbox.stack.resources,
        "changed and restored",
    )?;
    let after = inventory("dev", &sandbox.moto.endpoint, sandbox.scratch.path())?;
    nothing_left(&sandbox.before, &after)?;
    Ok(format!("dev, {} resources", sandbox.stack.resources))
}

/// Validates, plans, checks the plan against provider 6, applies, and plans again; gives the number of resources.
fn plan_and_apply(terraform: &Terraform) -> Result<u64, Failure> {
    terraform.step("init", &["init"])?;
    terraform.step("validate", &["validate"])?;
    let planned = terraform.step("plan", &["plan", "-out=stack.tfplan"])?;
    terraform.timed("provider 6", || provider6::accepts(terraform, "stack.tfplan"))?;
    let planned = changes(&planned)?;
    let applied = changes(&terraform.step("apply", &["apply", "stack.tfplan"])?)?;
    let expected = Changes {
        add: planned.add,
        ..Changes::default()
    };
    ensure(
        planned == expected && applied == expected && planned.add > 0,
        || format!("planned {planned:?}, applied {applied:?}"),
    )?;
    terraform.step("second plan", &["plan", "-detailed-exitcode"])?;
    Ok(planned.add)
}

/// Destroys everything; `state` says in a message what was done to the stack before.
fn destroy(terraform: &Terraform, resources: u64, state: &str) -> Result<(), Failure> {
    let destroyed = changes(&terraform.step("destroy", &["destroy", "-auto-approve"])?)?;
    // What somebody deleted behind Terraform's back is gone already.
    let expected = destroyed.remove <= resources && destroyed.remove + 10 > resources;
    ensure(expected && destroyed.add == 0 && destroyed.change == 0, || {
        format!("{state}: of {resources} resources {destroyed:?}")
    })?;
    let left = terraform.text(&["state", "list"])?;
    ensure(left.trim().is_empty(), || format!("still in the state: {left}"))
}

/// Fails unless the account holds what it held before the stack.
fn nothing_left(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Result<(), Failure> {
    let left: Vec<&String> = after.difference(before).collect();
    let gone: Vec<&String> = before.difference(after).collect();
    ensure(left.is_empty() && gone.is_empty(), || {
        format!("left behind: {left:#?}\ndestroyed, and not the stack's: {gone:#?}")
    })
}

/// Fails unless the checks of what differs between environments are for this one, or are not, as promised.
fn holds_its_differences(environment: &str, ran: &Ran) -> Result<(), Failure> {
    for (check, environments) in DIFFERENCES {
        let here = environments.iter().find(|(name, _)| *name == environment);
        let (outcome, count) = here.map_or(("not-applicable", 1), |(_, count)| ("pass", *count));
        let prefix = format!("{check}::");
        let names = ran.with_outcome(outcome);
        let found = names.iter().filter(|name| name.starts_with(&prefix)).count();
        ensure(found == count, || {
            format!("{check}: {found} tests with {outcome} instead of {count} in {environment}")
        })?;
    }
    Ok(())
}

impl Life {
    fn start(environment: &'static str) -> Result<Self, Failure> {
        set_up()?;
        let scratch = tempfile::tempdir()?;
        let moto = Moto::start()?;
        Terraform::apply_bootstrap(environment, &scratch.path().join("bootstrap"), &moto.endpoint)?;
        let terraform = Terraform::prepare(environment, &scratch.path().join("stack"), &moto.endpoint)?;
        // One worker, as calls are waited for from outside of it.
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let account = Account::new(&runtime, &moto.endpoint);
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .endpoint_url(&moto.endpoint)
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "test", "test", None, None, "e2e",
            )))
            .build();
        let logs = aws_sdk_cloudwatchlogs::Client::new(&sdk);
        Ok(Self {
            environment,
            scratch,
            moto,
            terraform,
            account,
            logs,
            _runtime: runtime,
        })
    }

    fn inventory(&self) -> Result<BTreeSet<String>, Failure> {
        inventory(self.environment, &self.moto.endpoint, self.scratch.path())
    }

    fn verify(&self) -> Result<Ran, Failure> {
        let reports = self.scratch.path().join("reports");
        let folder = reports.display().to_string();
        let mut arguments = vec!["verify", self.environment, "--target", "aws"];
        arguments.extend(["--account-id", ACCOUNT, "--report-dir", &folder]);
        arguments.extend(NO_LATENCY);
        run_with_report(at(&self.moto.endpoint, &arguments), &reports)
    }

    fn name(&self, middle: &str) -> String {
        format!("zapier-triggers-api-{middle}-{}", self.environment)
    }

    fn tables(&self) -> [String; 4] {
        ["audit-logs", "events", "keys", "rate-limits"].map(|table| self.name(table))
    }

    /// Provider 3.39 does not know deletion protection, and the checks must say so. Then it is switched on as provider 6
    /// does it.
    fn protect_tables(&self) -> Result<(), Failure> {
        if provider6::at_hand()? {
            return Ok(());
        }
        let expected = self
            .tables()
            .map(|table| format!("dynamodb-deletion-protection::{table}"));
        self.fails(&BTreeSet::from(expected))?;
        self.tables_protected(true)
    }

    fn tables_protected(&self, protected: bool) -> Result<(), Failure> {
        for table in self.tables() {
            let update = self.account.dynamodb.update_table().table_name(table);
            let update = update.deletion_protection_enabled(protected);
            self.account.wait(update.send())?;
        }
        Ok(())
    }

    /// Verifies, and fails unless exactly these tests do.
    fn fails(&self, expected: &BTreeSet<String>) -> Result<(), Failure> {
        let ran = self.verify()?;
        let (failed, undetermined) = (ran.with_outcome("fail"), ran.with_outcome("error"));
        ensure(
            failed == *expected && undetermined.is_empty() && ran.code == 1,
            || format!("expected {expected:#?} to fail, {failed:#?} did, {undetermined:?} were undetermined"),
        )
    }

    /// Takes away what only this environment has, as somebody with the console would, and expects every check of it to
    /// fail.
    fn change_what_differs(&self) -> Result<(), Failure> {
        let ec2 = &self.account.ec2;
        let named = |name: &str| Filter::builder().name("tag:Name").values(name).build();
        let mut expected = BTreeSet::new();

        let nat = self.name(&format!("nat-{REGION}b"));
        // Not by a filter: the emulated account gives every gateway whatever its name.
        let found = self.account.wait(ec2.describe_nat_gateways().send())?;
        let mut gateways = found.nat_gateways().iter();
        let named_so = |tag: &Tag| tag.key() == Some("Name") && tag.value() == Some(nat.as_str());
        let gateway = gateways.find(|gateway| gateway.tags().iter().any(named_so));
        let id = gateway.and_then(|gateway| gateway.nat_gateway_id.clone());
        self.account.wait(
            ec2.delete_nat_gateway()
                .nat_gateway_id(id.ok_or("no NAT gateway")?)
                .send(),
        )?;
        expected.insert(format!("networking-nat-gateway-per-zone::{nat}"));
        expected.insert(format!("networking-subnets::{}", self.name("vpc")));
        for function in ["authorizer", "health", "rotation"] {
            expected.insert(format!("lambda-in-private-subnets::{}", self.name(function)));
        }

        let endpoint = self.name("sqs-endpoint");
        let found = self
            .account
            .wait(ec2.describe_vpc_endpoints().filters(named(&endpoint)).send())?;
        let id = found
            .vpc_endpoints()
            .iter()
            .find_map(|one| one.vpc_endpoint_id.clone());
        self.account.wait(
            ec2.delete_vpc_endpoints()
                .vpc_endpoint_ids(id.ok_or("no endpoint")?)
                .send(),
        )?;
        expected.insert(format!("networking-interface-endpoints::{endpoint}"));

        let groups = [
            (
                ["networking-flow-log-retention", "vpc-flow-log-retention"],
                format!("/aws/vpc/{}", self.name("flow-logs")),
            ),
            (
                ["logs-retention", "lambda-log-retention"],
                format!("/aws/lambda/{}", self.name("health")),
            ),
        ];
        for (checks, group) in groups {
            let put = self.logs.put_retention_policy().log_group_name(&group);
            self.account.wait(put.retention_in_days(7).send())?;
            expected.extend(checks.map(|check| format!("{check}::{group}")));
        }

        let table = self.name("events");
        let update = self.account.dynamodb.update_table().table_name(&table);
        self.account
            .wait(update.deletion_protection_enabled(false).send())?;
        expected.insert(format!("dynamodb-deletion-protection::{table}"));

        let checks = expected.iter().filter_map(|name| name.split("::").next());
        let checks: BTreeSet<&str> = checks.collect();
        for (check, _) in DIFFERENCES {
            ensure(checks.contains(check), || {
                format!("nothing is changed for {check}")
            })?;
        }
        self.fails(&expected)
    }
}
