//! `probe`: times one URL and judges it against a target, without any file.
//!
//! `options.rs` makes a `latency` check of its options, and `verdict.rs` prints what that says.

mod options;
mod verdict;

use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::str::FromStr;

use super::{Stop, exit, output, target};
use crate::check::{EvidenceBase, Outcome, Subject};
use crate::formats::Latency;
use crate::inventory::Inventory;
use crate::probe::headers::{self, Headers};
use crate::probe::{self, ProbeRequest, ProbeResults};

const AFTER_HELP: &str = "\
Exit codes:
  0    every target is met
  1    a target is missed
  2    the command is wrong; nothing was sent
  3    the requests cannot tell
  130  interrupted

`stackproof explain latency` says how a target is judged.";

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub struct ProbeArgs {
    /// The URL, with `https://` or `http://`.
    url: String,

    /// Half of all requests take at most this long, as `50ms`.
    #[arg(long, value_name = "DURATION", value_parser = Latency::from_str)]
    p50: Option<Latency>,

    /// 95 % of all requests take at most this long.
    #[arg(long, value_name = "DURATION", value_parser = Latency::from_str)]
    p95: Option<Latency>,

    /// 99 % of all requests take at most this long.
    #[arg(long, value_name = "DURATION", value_parser = Latency::from_str)]
    p99: Option<Latency>,

    /// Any other percentile, as `p99.9=200ms`; repeat for more.
    #[arg(long = "quantile", value_name = "NAME=DURATION", value_parser = quantile)]
    quantiles: Vec<(String, Latency)>,

    /// The share of requests that may have no good answer, as `0.01`.
    #[arg(long, value_name = "SHARE")]
    max_error_rate: Option<f64>,

    /// Requests per second.
    #[arg(long, value_name = "NUMBER")]
    rate: Option<u32>,

    /// How many requests are judged; as many as tell a clearly good service when absent.
    #[arg(long, value_name = "NUMBER")]
    samples: Option<u32>,

    /// How many requests go ahead of them, unjudged.
    #[arg(long, value_name = "NUMBER")]
    warm_up: Option<u32>,

    /// How many requests may be under way at once.
    #[arg(long, value_name = "NUMBER")]
    concurrency: Option<u32>,

    /// How long a request may take before it counts as failed.
    #[arg(long, value_name = "DURATION", value_parser = Latency::from_str)]
    timeout: Option<Latency>,

    /// How long the whole probe may take.
    #[arg(long, value_name = "DURATION", value_parser = Latency::from_str)]
    deadline: Option<Latency>,

    /// How sure the verdict must be, as `0.95`.
    #[arg(long, value_name = "SHARE")]
    confidence: Option<f64>,

    /// Stop as soon as a sequential test has the answer.
    #[arg(long)]
    early_stop: bool,

    /// The status of a good answer.
    #[arg(long, value_name = "NUMBER")]
    status: Option<u16>,

    /// A CEL expression that is true for a good answer, as `self.body.status == "healthy"`.
    #[arg(long, value_name = "EXPRESSION")]
    expect: Option<String>,

    /// The oldest TLS version that may be spoken: 1.2 or 1.3.
    #[arg(long, value_name = "VERSION")]
    min_tls: Option<String>,

    /// A header, as `authorization: Bearer {env:TOKEN}`; `{env:NAME}` is a variable of the environment, and shown
    /// nowhere. Repeat for more.
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,

    /// How to print the verdict.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs: the verdict as in `report.json`.
    Json,
}

fn quantile(text: &str) -> Result<(String, Latency), String> {
    let (name, target) = text
        .split_once('=')
        .ok_or("expected NAME=DURATION, as `p99.9=200ms`")?;
    Ok((name.to_owned(), Latency::from_str(target)?))
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("expected `NAME: VALUE`")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

pub fn run(args: &ProbeArgs) -> Result<u8, Stop> {
    let check = options::build(args)?;
    let Some(request) = check.needs().probe else {
        return Err(Stop::usage("there is nothing to probe"));
    };
    let headers = resolve(&request)?;
    let result = target::block_on(async {
        let spinner = target::spinner(&format!("timing {} requests to {}", request.samples, args.url));
        let result = probe::run(&request, &args.url, &headers).await;
        spinner.finish_and_clear();
        Ok(result)
    })?;
    if let Some(reason) = &result.failed {
        return Err(Stop::usage(reason.clone()));
    }
    let probes = ProbeResults(BTreeMap::from([(request, result)]));
    let evidence = EvidenceBase {
        inventory: &Inventory::default(),
        probes: &probes,
    };
    let judged = check.judge(&Subject::named(args.url.as_str()), &evidence);
    match args.format {
        Format::Text => output::print(&verdict::text(&args.url, &judged)),
        Format::Json => output::print(&verdict::document(&args.url, &judged)?),
    }
    Ok(match judged.outcome {
        Outcome::Pass => exit::CONFORMS,
        Outcome::Fail => exit::VIOLATIONS,
        Outcome::Error | Outcome::Unknown | Outcome::NotApplicable => exit::UNDETERMINED,
    })
}

/// Resolves the headers of a request from the process environment: the only place that looks there.
pub fn resolve(request: &ProbeRequest) -> Result<Headers, Stop> {
    headers::resolve(&request.headers, &|name| std::env::var(name).ok()).map_err(Stop::usage)
}
