//! Whether a log line is a document of CloudWatch's embedded metric format. CloudWatch says nothing about one that is
//! not: its metrics are simply missing.
//!
//! Included by path, so that no function depends on it.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::collections::BTreeSet;

use serde_json::Value;

/// Bytes of a log event, at the most.
const MAXIMUM_BYTES: usize = 1024 * 1024;

/// Units that these functions could mean; CloudWatch knows more.
const UNITS: [&str; 6] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Percent",
    "Count",
];

/// Returns the names of a line's metrics, or what is wrong with it.
pub fn metrics(line: &str) -> Result<BTreeSet<String>, String> {
    if line.len() > MAXIMUM_BYTES {
        return Err("longer than a log event".to_owned());
    }
    let root: Value = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
    let metadata = &root["_aws"];
    let timestamp = metadata["Timestamp"].as_i64();
    // Seconds instead of milliseconds would be a day in January 1970, which CloudWatch does not take.
    if timestamp.is_none_or(|milliseconds| milliseconds < 1_000_000_000_000) {
        return Err("Timestamp is not a time of this century in milliseconds".to_owned());
    }
    let directives = metadata["CloudWatchMetrics"]
        .as_array()
        .filter(|all| !all.is_empty());
    let mut names = BTreeSet::new();
    for directive in directives.ok_or("no CloudWatchMetrics")? {
        sized(&directive["Namespace"], 1024, "Namespace")?;
        let sets = directive["Dimensions"].as_array().filter(|sets| !sets.is_empty());
        for set in sets.ok_or("no Dimensions")? {
            let set = set.as_array().filter(|set| set.len() <= 30);
            for name in set.ok_or("a dimension set is not an array of up to 30")? {
                let name = sized(name, 250, "dimension")?;
                sized(&root[name], 1024, name)?;
            }
        }
        let all = directive["Metrics"]
            .as_array()
            .filter(|all| (1..=100).contains(&all.len()));
        for metric in all.ok_or("not 1 to 100 Metrics")? {
            let name = sized(&metric["Name"], 1024, "Name")?;
            if !metric["Unit"].as_str().is_some_and(|unit| UNITS.contains(&unit)) {
                return Err(format!("the unit of {name} is {}", metric["Unit"]));
            }
            if !root[name].as_f64().is_some_and(f64::is_finite) {
                return Err(format!("{name} is {}", root[name]));
            }
            if !names.insert(name.to_owned()) {
                return Err(format!("{name} is declared twice"));
            }
        }
    }
    Ok(names)
}

/// Returns a text that is neither empty nor too long.
fn sized<'a>(value: &'a Value, maximum: usize, what: &str) -> Result<&'a str, String> {
    let text = value.as_str();
    let text = text.filter(|text| !text.trim().is_empty() && text.chars().count() <= maximum);
    text.ok_or_else(|| format!("{what} is {value}"))
}

#[test]
fn what_cloudwatch_would_drop_is_told() -> Result<(), Box<dyn std::error::Error>> {
    let sound = serde_json::json!({
        "_aws": {
            "Timestamp": 1_800_000_000_000_i64,
            "CloudWatchMetrics": [{
                "Namespace": "N",
                "Dimensions": [["Environment"]],
                "Metrics": [{ "Name": "Checks", "Unit": "Count" }],
            }],
        },
        "Environment": "dev",
        "Checks": 1,
    });
    assert_eq!(
        metrics(&sound.to_string())?,
        BTreeSet::from(["Checks".to_owned()])
    );

    for (pointer, value) in [
        ("/_aws/Timestamp", serde_json::json!(1_800_000_000)),
        ("/_aws/Timestamp", serde_json::json!("2027-01-15")),
        ("/_aws/CloudWatchMetrics", serde_json::json!([])),
        ("/_aws/CloudWatchMetrics/0/Namespace", serde_json::json!("")),
        (
            "/_aws/CloudWatchMetrics/0/Dimensions",
            serde_json::json!(["Environment"]),
        ),
        (
            "/_aws/CloudWatchMetrics/0/Dimensions/0/0",
            serde_json::json!("Stage"),
        ),
        (
            "/_aws/CloudWatchMetrics/0/Metrics/0/Unit",
            serde_json::json!("ms"),
        ),
        (
            "/_aws/CloudWatchMetrics/0/Metrics/0/Name",
            serde_json::json!("Others"),
        ),
        ("/Environment", serde_json::json!(7)),
        ("/Checks", serde_json::json!("1")),
    ] {
        let mut broken = sound.clone();
        *broken.pointer_mut(pointer).ok_or("no such member")? = value;
        assert!(metrics(&broken.to_string()).is_err(), "{broken}");
    }
    assert!(metrics(&format!("{sound} trailing")).is_err());
    Ok(())
}
