//! Cases → trials of a test runner → results.
//!
//! libtest-mimic filters, lists and prints. It forgets the outcomes of trials that panic, are ignored or are
//! filtered out, so the recorder here is the only source of truth for reports.

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::sync::{Arc, Mutex, PoisonError};
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
    let _ = libtest_mimic::run(arguments, trials);
}

/// Runs the cases that the arguments leave, prints them as a test runner does, and loses none.
#[must_use]
pub fn run(cases: Vec<Case>, arguments: &Arguments, inventory: Inventory, probes: ProbeResults) -> Results {
    let chosen = selected(&cases, arguments);
    let (running, left_out): (Vec<_>, Vec<_>) =
        cases.into_iter().zip(chosen).partition(|(_, chosen)| *chosen);
    let filtered_out = left_out.iter().map(|(case, _)| case.name()).collect();
    let cases: Arc<Vec<Case>> = Arc::new(running.into_iter().map(|(case, _)| case).collect());
    let evidence = Arc::new((inventory, probes));
    let records: Arc<Mutex<Vec<Option<Record>>>> = Arc::new(Mutex::new(cases.iter().map(|_| None).collect()));

    let trials = cases
        .iter()
        .enumerate()
        .map(|(index, case)| {
            let (cases, evidence) = (Arc::clone(&cases), Arc::clone(&evidence));
            let records = Arc::clone(&records);
            Trial::ignorable_test(case.name(), move || {
                let start = Instant::now();
                let base = EvidenceBase {
                    inventory: &evidence.0,
                    probes: &evidence.1,
                };
                let verdict = cases[index].judge(&base);
                let answer = trial_answer(&verdict);
                let duration_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
                let record = Record { verdict, duration_us };
                let mut records = records.lock().unwrap_or_else(PoisonError::into_inner);
                records[index] = Some(record);
                answer
            })
        })
        .collect();
    // Its own count forgets outcomes; ours is in the records.
    let _ = libtest_mimic::run(&in_order(arguments), trials);

    let mut records = records.lock().unwrap_or_else(PoisonError::into_inner);
    let results = cases
        .iter()
        .zip(records.drain(..))
        .map(|(case, record)| result(case, record))
        .collect();
    Results {
        cases: results,
        filtered_out,
    }
}

#[derive(Debug)]
struct Record {
    verdict: Verdict,
    duration_us: u64,
}

/// Verdicts take microseconds, so one thread is fast enough, and its output has the order of the checks.
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

fn result(case: &Case, record: Option<Record>) -> CaseResult {
    let record = record.unwrap_or_else(|| Record {
        verdict: Verdict::undetermined("the test runner lost this test, a mistake in stackproof"),
        duration_us: 0,
    });
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
        verdict: record.verdict,
        duration_us: record.duration_us,
    }
}
