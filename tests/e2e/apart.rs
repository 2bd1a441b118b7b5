//! Tests that share no account, and so run side by side: the life of each environment and of the bootstrap, and the
//! suites of the modules. Terraform waits for most of the time that it needs, so together they take little longer than
//! the longest of them.

use libtest_mimic::{Arguments, Trial};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::{Failure, Shared, environments, modules};

/// Gives what is printed when it holds.
type Job = fn(&Shared) -> Result<String, Failure>;

const JOBS: [(&str, Job); 7] = [
    ("staging_comes_and_goes", |_| environments::live("staging")),
    ("production_comes_and_goes", |_| environments::live("production")),
    ("bootstrap_comes_and_goes", |_| environments::live_bootstrap()),
    ("every_module_passes_its_suite", |_| modules::pass_their_suites()),
    ("every_file_is_formatted", |_| modules::are_formatted()),
    ("a_warning_of_terraform_is_a_failure", |_| {
        modules::warning_fails()
    }),
    // Ends the account that the scenarios share: they all come before it.
    ("dev_is_destroyed", environments::destroy_shared),
];

type Running = BTreeMap<&'static str, JoinHandle<Result<String, String>>>;

/// The tests. Those that are selected begin together, with the first of them that is due.
pub fn trials(arguments: &Arguments, shared: &Shared) -> Vec<Trial> {
    let selected: Vec<(&'static str, Job)> = JOBS
        .into_iter()
        .filter(|(name, _)| !arguments.is_filtered_out(&Trial::test(*name, || Ok(()))))
        .collect();
    let for_jobs = Arc::clone(shared);
    let running = Arc::new(LazyLock::new(move || Mutex::new(start(&selected, &for_jobs))));
    let trial = |(name, _): (&'static str, Job)| {
        let running = Arc::clone(&running);
        Trial::test(name, move || {
            let job = running
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(name);
            let job = job.ok_or("was not started")?;
            let printed = job.join().map_err(|_| "panicked; its message is above")??;
            println!("\n{printed}");
            Ok(())
        })
    };
    JOBS.into_iter().map(trial).collect()
}

fn start(jobs: &[(&'static str, Job)], shared: &Shared) -> Running {
    let spawn = |(name, job): &(&'static str, Job)| {
        let (job, shared) = (*job, Arc::clone(shared));
        let handle = std::thread::spawn(move || job(&shared).map_err(|error| error.to_string()));
        (*name, handle)
    };
    jobs.iter().map(spawn).collect()
}
