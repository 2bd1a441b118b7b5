//! `probe`: times one URL and judges it against a target, without any file.
//!
//! Its options are those of a `latency` check, read by the kind itself: the same defaults, the same refusals.

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::str::FromStr;

use super::{Stop, exit, output, target};
use crate::check::{EvidenceBase, Outcome, Subject, Verdict};
use crate::formats::Latency;
use crate::inventory::Inventory;
use crate::kinds::{self, Mistake};
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
    let check = (kind()?.build)(options(args)?).map_err(|mistakes| refused(&mistakes))?;
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
    let verdict = check.judge(&Subject::named(args.url.as_str()), &evidence);
    match args.format {
        Format::Text => output::print(&text(&args.url, &verdict)),
        Format::Json => output::print(&document(&args.url, &verdict)?),
    }
    Ok(match verdict.outcome {
        Outcome::Pass => exit::CONFORMS,
        Outcome::Fail => exit::VIOLATIONS,
        Outcome::Error | Outcome::Unknown | Outcome::NotApplicable => exit::UNDETERMINED,
    })
}

fn kind() -> Result<&'static kinds::Kind, Stop> {
    kinds::kind("latency").ok_or_else(|| Stop::usage("there is no kind `latency`"))
}

/// Resolves the headers of a request from the process environment: the only place that looks there.
pub fn resolve(request: &ProbeRequest) -> Result<Headers, Stop> {
    headers::resolve(&request.headers, &|name| std::env::var(name).ok()).map_err(Stop::usage)
}

/// The options of a `latency` check, as its file would have them.
fn options(args: &ProbeArgs) -> Result<Value, Stop> {
    let mut options = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            options.insert(name.to_owned(), value);
        }
    };
    set("url", Some(args.url.as_str().into()));
    for (name, value) in [
        ("p50", args.p50),
        ("p95", args.p95),
        ("p99", args.p99),
        ("timeout", args.timeout),
        ("deadline", args.deadline),
    ] {
        set(name, value.map(|value| value.to_string().into()));
    }
    for (name, value) in [
        ("rate", args.rate),
        ("samples", args.samples),
        ("warm_up", args.warm_up),
        ("concurrency", args.concurrency),
        ("status", args.status.map(u32::from)),
    ] {
        set(name, value.map(Value::from));
    }
    set("max_error_rate", args.max_error_rate.map(Value::from));
    set("confidence", args.confidence.map(Value::from));
    set("expect", args.expect.as_deref().map(Value::from));
    set("min_tls", args.min_tls.as_deref().map(Value::from));
    set("early_stop", args.early_stop.then(|| true.into()));
    let quantiles: BTreeMap<_, _> = args.quantiles.iter().cloned().collect();
    set("quantiles", Some(json!(quantiles)));
    let headers: BTreeMap<_, _> = args.headers.iter().cloned().collect();
    set("headers", Some(json!(headers)));

    let options = Value::Object(options);
    let schema = (kind()?.schema)();
    let validator = jsonschema::validator_for(&schema).map_err(|error| Stop::usage(error.to_string()))?;
    let wrong: Vec<String> = validator
        .iter_errors(&options)
        .map(|error| format!("{}{error}", option(&error.instance_path().to_string())))
        .collect();
    if wrong.is_empty() {
        Ok(options)
    } else {
        Err(Stop::usage(wrong.join("\n  ")))
    }
}

fn refused(mistakes: &[Mistake]) -> Stop {
    let text = |mistake: &Mistake| {
        let Mistake {
            title, label, help, ..
        } = mistake;
        let mut text = format!("{}{title}: {label}", option(&mistake.pointer));
        if let Some(help) = help {
            let _ = write!(text, "\n  {}", help.replace('`', ""));
        }
        text
    };
    Stop::usage(mistakes.iter().map(text).collect::<Vec<_>>().join("\n  "))
}

/// The option of the command line that a place in the options came from.
fn option(pointer: &str) -> String {
    let name = pointer
        .trim_start_matches('/')
        .split(['/', '#'])
        .next()
        .unwrap_or_default();
    match name {
        "" => String::new(),
        "url" => "URL: ".to_owned(),
        "quantiles" => "--quantile: ".to_owned(),
        "headers" => "--header: ".to_owned(),
        name => format!("--{}: ", name.replace('_', "-")),
    }
}

fn text(url: &str, verdict: &Verdict) -> String {
    const QUIET: Style = Style::new().dimmed();
    let (color, word) = match verdict.outcome {
        Outcome::Pass => (AnsiColor::Green, "PASS"),
        Outcome::Fail => (AnsiColor::Red, "FAIL"),
        _ => (AnsiColor::Yellow, "INCONCLUSIVE"),
    };
    let style = color.on_default().bold();
    let summary = verdict.summary.trim_start_matches("inconclusive: ");
    let mut text = format!("{style}{word}{style:#} {url}: {summary}\n");
    for problem in &verdict.problems {
        let _ = writeln!(text, "  - {}", problem.message);
        for (label, value) in [("expected", &problem.expected), ("found   ", &problem.actual)] {
            if let Some(value) = value {
                let _ = writeln!(text, "      {label} {value}");
            }
        }
    }
    for evidence in verdict.evidence.iter().filter(|evidence| evidence.label != "url") {
        let _ = writeln!(
            text,
            "  {QUIET}{:<18}{QUIET:#} {}",
            evidence.label, evidence.value
        );
    }
    if let Some(measured) = &verdict.measured {
        text.push('\n');
        for line in measured.lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    url: &'a str,
    verdict: &'a Verdict,
}

fn document(url: &str, verdict: &Verdict) -> Result<String, Stop> {
    let document = Document {
        version: env!("CARGO_PKG_VERSION"),
        url,
        verdict,
    };
    let text =
        serde_json::to_string_pretty(&document).map_err(|error| Stop::undetermined(error.to_string()))?;
    Ok(format!("{text}\n"))
}
