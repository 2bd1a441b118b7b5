//! Reads `tests/fixtures/kinds/KIND/CASE.yaml` and runs the check in it against the evidence in it.
//!
//! A fixture says what matters and no more. The prose of a check plays no part in a verdict and is filled in;
//! fields that no kind leans on come from `tests/fixtures/defaults.yaml`; a fact that is not given was not read.

mod resource;
mod tree;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use stackproof::check::{EvidenceBase, Verdict};
use stackproof::config::{self, Suite};
use stackproof::engine;
use stackproof::inventory::{Coverage, Gap, Inventory, TypeCoverage, resource_type};
use stackproof::probe::{ProbeResult, ProbeResults, Sample, Trouble};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

pub const ACCOUNT: &str = "111122223333";
pub const REGION: &str = "us-east-1";

/// One fixture, as it stands in its file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// What the case is about, in a sentence.
    pub about: String,
    /// The environment that is verified; an environment file of that name is written.
    #[serde(default = "dev")]
    pub environment: String,
    /// Variables beside `env`, `project` (`acme`) and `region`.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// The check, as in `checks/*.yaml`; title, severity, owner, why and fix may be left out.
    pub check: Map<String, Value>,
    /// What was read; nothing when absent.
    #[serde(default)]
    pub inventory: Recorded,
    /// What came back from the endpoint; it was never asked when absent.
    pub probe: Option<Probe>,
    /// Every verdict, in order.
    pub expect: Vec<Expected>,
}

fn dev() -> String {
    "dev".to_owned()
}

/// An inventory: types with the gaps of their lists (none: complete), and resources by type.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// The lists that were read.
    #[serde(default)]
    pub read: BTreeMap<String, Vec<Gap>>,
    /// Resources by type; the fields of `details` stand beside the common ones.
    #[serde(default)]
    pub resources: BTreeMap<String, Vec<Map<String, Value>>>,
}

/// Timed requests, in groups of equal ones.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    #[serde(default)]
    samples: Vec<Group>,
    #[serde(default)]
    lateness_p99_us: u64,
    #[serde(default)]
    tls: BTreeSet<String>,
    #[serde(default)]
    stopped_early: bool,
    #[serde(default)]
    cut_off: bool,
    failed: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    count: usize,
    latency_us: u64,
    trouble: Option<Trouble>,
}

/// One verdict.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub subject: String,
    pub outcome: String,
    pub summary: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// The fixtures of a kind, by file name.
pub fn files(kind: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder().join(kind))
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    files.sort();
    files
}

/// The fixtures of every kind.
pub fn all() -> Vec<PathBuf> {
    let mut kinds: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    kinds.sort();
    kinds
        .iter()
        .flat_map(|kind| files(kind.file_name().unwrap().to_str().unwrap()))
        .collect()
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kinds")
}

pub fn read(path: &Path) -> Fixture {
    serde_json::from_value(tree::read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn from_yaml<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    let value: Value = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    serde_json::from_value(value).map_err(|error| error.to_string())
}

impl Fixture {
    /// The check alone, loaded from files as a user's is.
    pub fn suite(&self) -> Suite {
        let mut check = self.check.clone();
        for (key, text) in [
            ("id", "check"),
            ("title", "The promise"),
            ("severity", "high"),
            ("owner", "platform"),
            ("why", "It matters."),
            ("fix", "Mend it."),
        ] {
            check.entry(key).or_insert_with(|| text.into());
        }
        let folder = tempfile::tempdir().unwrap();
        let environments = folder.path().join("environments");
        fs::create_dir(&environments).unwrap();
        let settings = json!({ "project": "acme", "region": REGION, "variables": self.variables });
        for name in ["dev", "production", self.environment.as_str()] {
            fs::write(environments.join(format!("{name}.yaml")), settings.to_string()).unwrap();
        }
        fs::write(
            folder.path().join("check.yaml"),
            json!({ "checks": [check] }).to_string(),
        )
        .unwrap();
        config::load(folder.path(), &self.environment).unwrap_or_else(|mistakes| {
            panic!(
                "{}\n{}",
                self.about,
                stackproof::diag::render_all(&mistakes, false)
            )
        })
    }

    pub fn inventory(&self) -> Inventory {
        let defaults: BTreeMap<String, resource::Default> =
            from_yaml(include_str!("../fixtures/defaults.yaml")).unwrap();
        let mut resources = Vec::new();
        for (type_name, fields) in &self.inventory.resources {
            for fields in fields {
                let value = resource::from_fields(type_name, fields.clone(), &defaults[type_name]);
                resources.push(
                    serde_json::from_value(value).unwrap_or_else(|error| panic!("{}: {error}", self.about)),
                );
            }
        }
        let types = self.inventory.read.iter().map(|(name, gaps)| {
            assert!(resource_type(name).is_some(), "{}: no type {name}", self.about);
            (
                name.clone(),
                TypeCoverage {
                    gaps: gaps.clone(),
                    ..TypeCoverage::default()
                },
            )
        });
        let coverage = Coverage {
            types: types.collect(),
            reads: Vec::new(),
        };
        Inventory::new(ACCOUNT.to_owned(), REGION.to_owned(), resources, coverage)
    }

    pub fn probes(&self, suite: &Suite) -> ProbeResults {
        let mut results = ProbeResults::default();
        let request = suite.checks[0].check.needs().probe;
        if let (Some(request), Some(probe)) = (request, &self.probe) {
            let samples = probe.samples.iter().flat_map(|group| {
                let sample = Sample {
                    latency_us: group.latency_us,
                    trouble: group.trouble,
                    ..Sample::default()
                };
                std::iter::repeat_n(sample, group.count)
            });
            let result = ProbeResult {
                url: "http://127.0.0.1/v1/health".to_owned(),
                samples: samples.collect(),
                lateness_p99_us: probe.lateness_p99_us,
                tls: probe.tls.clone(),
                stopped_early: probe.stopped_early,
                cut_off: probe.cut_off,
                failed: probe.failed.clone(),
                ..ProbeResult::default()
            };
            results.0.insert(request, result);
        }
        results
    }

    /// Every verdict, by subject, in order.
    pub fn verdicts(&self) -> Vec<(String, Verdict)> {
        let suite = self.suite();
        judge(&suite, &self.inventory(), &self.probes(&suite))
    }
}

/// Every verdict of a suite on an inventory, by the name of its subject, in order.
pub fn judge(suite: &Suite, inventory: &Inventory, probes: &ProbeResults) -> Vec<(String, Verdict)> {
    let evidence = EvidenceBase { inventory, probes };
    engine::expand(&suite.checks, inventory)
        .iter()
        .map(|case| (case.subject.name.clone(), case.judge(&evidence)))
        .collect()
}

/// A verdict as a fixture shows it.
pub fn shown(verdicts: Vec<(String, Verdict)>) -> Vec<Expected> {
    let problem = |problem: stackproof::check::Problem| match (problem.expected, problem.actual) {
        (Some(expected), Some(actual)) => {
            format!("{}; expected {expected}; found {actual}", problem.message)
        }
        _ => problem.message,
    };
    verdicts
        .into_iter()
        .map(|(subject, verdict)| Expected {
            subject,
            outcome: verdict.outcome.to_string(),
            summary: verdict.summary,
            problems: verdict.problems.into_iter().map(problem).collect(),
        })
        .collect()
}
