//! The latency probe against a server on loopback that misbehaves, and its verdicts in simulation.
//!
//! What a test asserts never hangs on how fast this machine is: what is slow is slower than its target by far, and
//! what is fast has a target that a busy machine meets too.

mod command;
mod server;
mod simulation;
mod verdicts;

use serde_json::Value;
use std::collections::BTreeMap;

use stackproof::check::{Check, EvidenceBase, Subject, Verdict};
use stackproof::inventory::Inventory;
use stackproof::kinds;
use stackproof::probe::headers::Headers;
use stackproof::probe::{self, ProbeResults};

/// A `latency` check of these options.
fn check(options: Value) -> Box<dyn Check> {
    (kinds::kind("latency").unwrap().build)(options).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// The verdict about a URL, by a check of these options.
fn verdict(url: &str, options: Value) -> Verdict {
    let check = check(options);
    let request = check.needs().probe.unwrap();
    let result = runtime().block_on(probe::run(&request, url, &Headers::default()));
    let probes = ProbeResults(BTreeMap::from([(request, result)]));
    let evidence = EvidenceBase {
        inventory: &Inventory::default(),
        probes: &probes,
    };
    check.judge(&Subject::named(url), &evidence)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}
