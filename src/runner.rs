//! Cases → trials of a test runner → results.
//!
//! libtest-mimic filters, lists and prints. It forgets the outcomes of trials that panic, are ignored or are
//! filtered out, so what is judged here is the only source of truth for reports.

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use crate::check::{EvidenceBase, Outcome, Verdict};
use crate::engine::Case;
use crate::inventory::Inventory;
use crate::probe::ProbeResults;
use crate::report::{CaseResult, CheckInfo};

/// What became of all cases.
#[derive(Debug)]
pub struct Results {
    /// The cases that ran.
    pub cases: Vec<CaseResult>,
    /// The names of those that a filter left out.
    pub filtered_out: Vec<String>,
}

/// Which cases the arguments leave, in the order of the cases.
#[must_use]
pub fn selected(cases: &[Case], arguments: &Arguments) -> Vec<bool> {
    cases
        .iter()
        .map(|case| {
            let trial = Trial::test(case.name(), || Ok(()));
            !arguments.is_filtered_out(&trial) && !arguments.is_ignored(&trial)
        })
        .collect()
}

/// Prints the names of the cases that the arguments leave.
pub fn list(cases: &[Case], arguments: &Arguments) {
    let trials = cases
        .iter()
        .map(|case| Trial::test(case.name(), || Ok(())))
        .collect();
    show(arguments, trials);
}

/// Judges the cases that the arguments leave, prints them as a test runner does, and loses none.
///
/// They are judged before anything is printed: a terminal or a pipe that goes away takes no outcome with it.
#[must_use]
pub fn run(cases: Vec<Case>, arguments: &Arguments, inventory: &Inventory, probes: &ProbeResults) -> Results {
    let chosen = selected(&cases, arguments);
    let (running, left_out): (Vec<_>, Vec<_>) =
        cases.into_iter().zip(chosen).partition(|(_, chosen)| *chosen);
    let filtered_out = left_out.iter().map(|(case, _)| case.name()).collect();
    let evidence = EvidenceBase { inventory, probes };
    let cases: Vec<CaseResult> = running.iter().map(|(case, _)| result(case, &evidence)).collect();
    let trials = cases
        .iter()
        .map(|case| {
            let answer = trial_answer(&case.verdict);
            Trial::ignorable_test(case.name.clone(), move || answer)
        })
        .collect();
    show(&in_order(arguments), trials);
    Results { cases, filtered_out }
}

/// Lets the test runner print. It panics when nobody reads what it prints, which is no mistake of anybody's, and its
/// own count forgets outcomes; ours are known already.
fn show(arguments: &Arguments, trials: Vec<Trial>) {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let _ = catch_unwind(AssertUnwindSafe(|| libtest_mimic::run(arguments, trials)));
    panic::set_hook(hook);
}

/// There is nothing left to wait for, and on one thread the output has the order of the checks.
fn in_order(arguments: &Arguments) -> Arguments {
    let mut arguments = arguments.clone();
    arguments.test_threads = arguments.test_threads.or(Some(1));
    arguments
}

fn trial_answer(verdict: &Verdict) -> Result<Completion, Failed> {
    match verdict.outcome {
        Outcome::Pass => Ok(Completion::Completed),
        Outcome::Unknown | Outcome::NotApplicable => Ok(Completion::ignored_with(&verdict.summary)),
        Outcome::Fail | Outcome::Error => Err(verdict.summary.as_str().into()),
    }
}

fn result(case: &Case, evidence: &EvidenceBase<'_>) -> CaseResult {
    let start = Instant::now();
    let verdict = case.judge(evidence);
    let duration_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    let settings = &case.spec.settings;
    CaseResult {
        name: case.name(),
        check: CheckInfo {
            id: settings.id.clone(),
            kind: settings.kind.clone(),
            title: settings.title.clone(),
            severity: settings.severity,
            tags: settings.tags.clone(),
            owner: settings.owner.clone(),
            why: settings.why.clone(),
            fix: settings.fix.clone(),
            place: case.spec.place.short(),
        },
        subject: case.subject.clone(),
        verdict,
        duration_us,
    }
}
