//! End to end, for real: Terraform applies the stack to an emulated AWS account on loopback, the built binary reads
//! it through the AWS SDK, and the stack is changed behind Terraform's back.
//!
//! Nothing here can be skipped silently: a tool that is missing is a failure of every scenario.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the tables of requests, changes and times are what a reader of the log looks for"
)]

mod access;
mod account;
mod apart;
mod binary;
mod canonical;
mod conformance;
mod endpoint;
mod environments;
mod modules;
mod mutations;
mod provider6;
mod proxy;
mod reads;
mod recording;
mod sandbox;
mod scenarios;
mod terraform;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use sandbox::Sandbox;

/// What a scenario gives when it does not hold.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The one emulated account, started by the first scenario that runs.
type Shared = Arc<LazyLock<Mutex<Result<Sandbox, String>>>>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They change one account, one after the other, in their order.
    arguments.test_threads = Some(1);
    let shared: Shared = Arc::new(LazyLock::new(|| {
        Mutex::new(Sandbox::start().map_err(|error| error.to_string()))
    }));
    let mut trials: Vec<Trial> = scenarios::all()
        .into_iter()
        .map(|(name, scenario)| {
            let shared = Arc::clone(&shared);
            Trial::test(name, move || {
                let mut guard = shared.lock().unwrap_or_else(PoisonError::into_inner);
                let sandbox = guard.as_mut().map_err(|error| error.clone())?;
                sandbox.proxy.reset();
                scenario(sandbox).map_err(|error| error.to_string().into())
            })
        })
        .collect();
    trials.extend(apart::trials(&arguments, &shared));
    let conclusion = libtest_mimic::run(&arguments, trials);
    // Dropped by hand: the emulated account ends with the tests, however they ended.
    drop(shared);
    println!("{}", terraform::times());
    conclusion.exit_code()
}
