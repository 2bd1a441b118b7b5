//! The options of the command as those of a `latency` check: the same defaults, the same refusals.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

use super::ProbeArgs;
use crate::check::Check;
use crate::cli::Stop;
use crate::kinds::{self, Mistake};

/// The check that a file with the same options would make.
pub fn build(args: &ProbeArgs) -> Result<Box<dyn Check>, Stop> {
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
    let kind = kinds::kind("latency").ok_or_else(|| Stop::usage("there is no kind `latency`"))?;
    let schema = (kind.schema)();
    let validator = jsonschema::validator_for(&schema).map_err(|error| Stop::usage(error.to_string()))?;
    let wrong: Vec<String> = validator
        .iter_errors(&options)
        .map(|error| format!("{}{error}", option(&error.instance_path().to_string())))
        .collect();
    if !wrong.is_empty() {
        return Err(Stop::usage(wrong.join("\n  ")));
    }
    (kind.build)(options).map_err(|mistakes| refused(&mistakes))
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
