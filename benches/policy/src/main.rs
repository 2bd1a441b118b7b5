//! Measures the policy engine: 1,000 roles against one allowance, the worst of them, a search that
//! is made to be hard, the catalogue, and the memory of it all. Prints what it measured and exits
//! with 1 when a promise of `docs/benchmarks-policy.md` is broken.

#[path = "../../../src/policy/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "the benchmark asks a part of the engine only"
)]
mod policy;

mod workload;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use policy::Catalog;
use policy::contain::{self, Compiled, Scope};
use workload::{ROLES, allowance, hard, named, roles};

/// What this one thread has spent on a core, which other work on the machine does not lengthen; the time of day
/// where the system does not tell.
fn spent(start: Instant) -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = text.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

fn peak_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn run() -> Result<bool, String> {
    let start = Instant::now();
    let before = spent(start);
    let actions = Catalog::get().actions().len();
    let catalogue = spent(start) - before;

    let texts = roles();
    let bytes: usize = texts.iter().map(String::len).sum();
    let reference = named(&allowance())?;
    let allowed = Compiled::new(&reference);
    // Decided, as a gate does: the first witness is enough.
    let scope = Scope {
        witnesses: 1,
        ..Scope::default()
    };
    let (mut total, mut worst, mut contained, mut gave_up) = (Duration::ZERO, Duration::ZERO, 0, 0);
    for text in &texts {
        let before = spent(start);
        let role = named(text)?;
        let answer = contain::new_access(&Compiled::new(&role), &allowed, &scope);
        let took = spent(start) - before;
        total += took;
        worst = worst.max(took);
        contained += usize::from(answer.is_contained());
        gave_up += usize::from(answer.gave_up);
    }
    let before = spent(start);
    let mut witnesses = 0;
    for text in &texts {
        let role = named(text)?;
        witnesses += contain::new_access(&Compiled::new(&role), &allowed, &Scope::default())
            .witnesses
            .len();
    }
    let all = spent(start) - before;

    // Contained, but no statement says so by itself, so that every combination has to be looked at.
    let condition = r#","Condition":{"StringEquals":{"a":"x"}}"#;
    let (candidate, against) = (
        named(&hard("abcdefghijklmnopqrs", condition))?,
        named(&hard("abcdefghijklmnopqr", condition))?,
    );
    let before = spent(start);
    let answer = contain::new_access(
        &Compiled::new(&candidate),
        &Compiled::new(&against),
        &Scope::default(),
    );
    let hardest = spent(start) - before;
    let memory = peak_memory();

    println!("catalogue: {actions} actions in {catalogue:?}");
    println!(
        "{ROLES} roles, {} bytes on average: {total:?}, worst {worst:?}; {contained} contained, {gave_up} given up",
        bytes / ROLES
    );
    println!("the same with all {witnesses} witnesses: {all:?}");
    println!(
        "a search made to be hard: {hardest:?}, contained {}, gave up {}",
        answer.is_contained(),
        answer.gave_up
    );
    println!("peak memory: {memory:?} kB");
    Ok(total < Duration::from_secs(1)
        && worst < Duration::from_millis(200)
        && hardest < Duration::from_millis(200)
        && catalogue < Duration::from_millis(10)
        && memory.is_none_or(|kilobytes| kilobytes < 100_000))
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            println!("a promise is broken");
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}
