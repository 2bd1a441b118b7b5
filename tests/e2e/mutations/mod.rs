//! What somebody does to the account behind Terraform's back, one change at a time, and exactly which tests must turn
//! red by it. After each the whole account is brought back as it was.
//!
//! What a service can be set to is written down by service; deletions, missing tags and rogue names are generated
//! from the checks. Every shipped check must be failed by one of them.

mod apigateway;
mod delete;
mod dynamodb;
mod ec2;
mod generated;
mod iam;
mod lambda;
mod monitoring;
mod rogue;
mod s3;
mod secrets;
mod sqs;
mod untag;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::account::Account;
use crate::binary::{ensure, verify};
use crate::sandbox::{Sandbox, root};
use crate::scenarios::NO_LATENCY;

/// Checks that no change of the account makes fail, each with what does.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "dynamodb-encryption",
        "`tests/suite/leaves.rs`: the emulated account cannot take a key off a table",
    ),
    ("health-latency", "the scenario `unhealthy_endpoint_fails`"),
    (
        "lambda-active",
        "`tests/suite/leaves.rs`: functions of the emulated account are always active",
    ),
];

type Step = Box<dyn Fn(&Account) -> Result<(), Failure>>;

/// One change.
pub struct Mutation {
    /// What is done.
    name: String,
    /// The tests that fail by it, and no others.
    fails: BTreeSet<String>,
    /// Does it.
    change: Step,
}

/// A change, and the tests that fail by it.
fn mutation(
    name: impl Into<String>,
    fails: &[&str],
    change: impl Fn(&Account) -> Result<(), Failure> + 'static,
) -> Mutation {
    Mutation {
        name: name.into(),
        fails: fails.iter().map(|name| (*name).to_owned()).collect(),
        change: Box::new(change),
    }
}

/// The changes that are written down.
fn by_hand() -> Vec<Mutation> {
    [
        apigateway::all(),
        dynamodb::all(),
        ec2::all(),
        iam::all(),
        lambda::all(),
        monitoring::all(),
        s3::all(),
        secrets::all(),
        sqs::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What became of the changes.
#[derive(Default)]
struct Table {
    caught: usize,
    verified: usize,
    time: Duration,
    /// The checks that failed as they should.
    checks: BTreeSet<String>,
    wrong: Vec<String>,
}

/// Each change is caught by the tests that own the fact, and by no others.
pub fn each_mutation_fails_exactly_its_checks(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let checks = root().join("checks");
    let suite = stackproof::config::load(&checks, "dev")
        .map_err(|mistakes| stackproof::diag::render_all(&mistakes, false))?;
    let inventory = generated::recorded(sandbox)?;
    let mut table = Table::default();
    println!(
        "\n{:60} {:>8}  {:7}  tests that must fail",
        "change", "time", "outcome"
    );
    for mutation in by_hand() {
        table.judge(sandbox, &[mutation]);
    }
    for together in generated::deletions(&suite, &inventory)? {
        table.judge(sandbox, &together);
    }
    table.judge(sandbox, &generated::widened_roles(&suite, &inventory));
    table.judge(sandbox, &generated::deafened_alarms(&suite, &inventory));
    // All at once: each fails tests of its own, so that one run shows what each of them did.
    table.judge(sandbox, &generated::untagged(&suite, &inventory)?);
    table.judge(sandbox, &generated::rogues(&suite));

    // Those of other environments only are made to fail there: `environments.rs`.
    let ids: BTreeSet<&str> = suite
        .checks
        .iter()
        .filter(|spec| spec.excluded.is_none())
        .map(|spec| spec.settings.id.as_str())
        .collect();
    println!(
        "{} changes caught, {} wrong, in {} runs and {:.1} s; {} of {} checks failed",
        table.caught,
        table.wrong.len(),
        table.verified,
        table.time.as_secs_f64(),
        table.checks.len(),
        ids.len()
    );
    ensure(table.wrong.is_empty(), || table.wrong.join("\n"))?;
    let elsewhere: BTreeSet<&str> = ELSEWHERE.iter().map(|(id, _)| *id).collect();
    let never: BTreeSet<&str> = ids.into_iter().filter(|id| !table.checks.contains(*id)).collect();
    ensure(never == elsewhere, || {
        format!("no change makes these checks fail: {never:?}; known to fail elsewhere are {elsewhere:?}")
    })?;
    verify(sandbox, &NO_LATENCY)?.expect_code(0)
}

impl Table {
    /// Makes the changes, verifies, brings the account back, and prints a line for each change.
    fn judge(&mut self, sandbox: &Sandbox, mutations: &[Mutation]) {
        let start = Instant::now();
        let ran = sandbox.and_back(|| {
            for mutation in mutations {
                (mutation.change)(&sandbox.account)
                    .map_err(|error| format!("{} cannot be made: {error}", mutation.name))?;
            }
            verify(sandbox, &NO_LATENCY)
        });
        let time = start.elapsed();
        self.verified += 1;
        self.time += time;
        let ran = match ran {
            Ok(ran) => ran,
            Err(error) => {
                println!("{error}");
                self.wrong.push(error.to_string());
                return;
            }
        };
        let (failed, undetermined) = (ran.with_outcome("fail"), ran.with_outcome("error"));
        let expected: BTreeSet<&String> = mutations.iter().flat_map(|mutation| &mutation.fails).collect();
        let also: Vec<&String> = failed.iter().filter(|name| !expected.contains(name)).collect();
        for mutation in mutations {
            let missed: Vec<&String> = mutation.fails.difference(&failed).collect();
            let outcome = match (
                missed.is_empty(),
                also.is_empty() && undetermined.is_empty() && ran.code == 1,
            ) {
                (true, true) => "caught",
                (true, false) => "too red",
                (false, _) => "MISSED",
            };
            let names = mutation
                .fails
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ");
            println!(
                "{:60} {:>5} ms  {outcome:7}  {names}",
                mutation.name,
                time.as_millis()
            );
            let ids = mutation.fails.intersection(&failed);
            let ids = ids.filter_map(|name| name.split_once("::"));
            self.checks.extend(ids.map(|(id, _)| id.to_owned()));
            if outcome == "caught" {
                self.caught += 1;
            } else {
                self.wrong.push(format!(
                    "{}: not red {missed:?}, also red {also:?}, undetermined {undetermined:?}, exit {}\n{}",
                    mutation.name, ran.code, ran.stderr
                ));
            }
        }
    }
}
