//! What the latency probe costs: a server, a raw client and the probe itself, on loopback.
//!
//! `probe-bench serve` prints its URL and serves until it is killed; `raw`, `paced`, `open` and `probe` time it.
//! `docs/benchmarks.md` has the commands and what they gave.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints what it measured"
)]
#![expect(
    clippy::struct_field_names,
    reason = "each field of a library type may say its unit, and here the library is a module"
)]
#![expect(
    dead_code,
    unused_imports,
    reason = "the probe is used for its cost, not for its verdicts"
)]

mod clients;
#[path = "../../../src/probe/mod.rs"]
mod probe;
mod server;

use std::process::ExitCode;

const USAGE: &str = "usage: probe-bench serve | (raw | paced | open | probe) URL SAMPLES [RATE]";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["serve"] => server::serve(),
        [how, url, samples, rest @ ..] => {
            let rate = rest.first().and_then(|rate| rate.parse().ok()).unwrap_or(200);
            match samples.parse() {
                Ok(samples) => clients::time(how, url, samples, rate),
                Err(error) => Err(format!("{error}; {USAGE}")),
            }
        }
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}
