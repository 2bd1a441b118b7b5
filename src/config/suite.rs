//! `checks/*.yaml` → the suite: every check typed, interpolated and complete, or every mistake at once.

mod validate;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::environment::{self, Environment};
use super::schema::SchemaCheck;
use super::yaml::{self, Data, Node};
use crate::check::Check;
use crate::diag::{Diagnostic, Place, SourceFile};
use crate::kinds::Kind;

/// How bad a violation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Data loss, exposure or an outage.
    Critical,
    /// A promise that others build on is broken.
    High,
    /// A convention that protects is broken.
    Medium,
    /// A convention that helps is broken.
    Low,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        })
    }
}

/// What every check says, whatever its kind.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckFile {
    /// The check's name, unique among all files, in kebab-case: the first part of every test name.
    #[schemars(
        regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"),
        extend("patternErrorMessage" = "lower-case words and digits joined by hyphens, as `dynamodb-events-ttl`")
    )]
    pub id: String,
    /// What sort of fact the check is about; `stackproof explain` lists the kinds.
    pub kind: String,
    /// The promise, as a sentence.
    #[schemars(length(min = 1))]
    pub title: String,
    /// How bad a violation is.
    pub severity: Severity,
    /// Words to select checks by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Who mends a violation.
    #[schemars(length(min = 1))]
    pub owner: String,
    /// What goes wrong when the promise is broken.
    #[schemars(length(min = 1))]
    pub why: String,
    /// How to mend a violation.
    #[schemars(length(min = 1))]
    pub fix: String,
    /// The environments that the check is for; all of them when absent.
    #[schemars(length(min = 1))]
    pub environments: Option<Vec<String>>,
    /// The fewest subjects that the check must find; fewer is a violation.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub min: usize,
    /// The options of the kind.
    #[serde(default)]
    pub with: serde_json::Map<String, Value>,
}

const fn one() -> usize {
    1
}

/// One check, ready to run.
pub struct CheckSpec {
    /// What every check says.
    pub settings: CheckFile,
    /// The kind.
    pub kind: &'static Kind,
    /// Where the check is written, as `checks/dynamodb.yaml:3:5`.
    pub place: Place,
    /// Why the check is not for this environment, when it is not.
    pub excluded: Option<String>,
    /// The check itself.
    pub check: Box<dyn Check>,
}

impl fmt::Debug for CheckSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CheckSpec")
            .field("id", &self.settings.id)
            .field("kind", &self.kind.name)
            .finish_non_exhaustive()
    }
}

/// The checks of one environment.
#[derive(Debug)]
pub struct Suite {
    /// The environment.
    pub environment: Environment,
    /// The checks, by file and place.
    pub checks: Vec<Arc<CheckSpec>>,
}

/// Reads the environment and every check, or says everything that is wrong with them.
pub fn load(checks: &Path, environment: &str) -> Result<Suite, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let environment = match environment::load(checks, environment) {
        Ok(environment) => Some(environment),
        Err(mistakes) => {
            diagnostics.extend(mistakes);
            None
        }
    };
    let mut loader = match Loader::new(checks, environment.as_ref()) {
        Ok(loader) => loader,
        Err(diagnostic) => return Err(vec![diagnostic]),
    };
    let specs = loader.load(checks);
    diagnostics.append(&mut loader.diagnostics);
    match environment {
        Some(environment) if diagnostics.is_empty() => Ok(Suite {
            environment,
            checks: specs.into_iter().map(Arc::new).collect(),
        }),
        _ => Err(diagnostics),
    }
}

struct Loader<'a> {
    environment: Option<&'a Environment>,
    environments: Vec<String>,
    common: SchemaCheck,
    kinds: BTreeMap<&'static str, SchemaCheck>,
    ids: BTreeMap<String, Place>,
    found: usize,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Loader<'a> {
    fn new(checks: &Path, environment: Option<&'a Environment>) -> Result<Self, Diagnostic> {
        let common =
            SchemaCheck::new(super::schema_of::<CheckFile>()).map_err(|error| super::internal(&error))?;
        Ok(Self {
            environment,
            environments: environment::names(checks),
            common,
            kinds: BTreeMap::new(),
            ids: BTreeMap::new(),
            found: 0,
            diagnostics: Vec::new(),
        })
    }

    fn load(&mut self, checks: &Path) -> Vec<CheckSpec> {
        let mut specs = Vec::new();
        let paths = match super::yaml_files(checks) {
            Ok(paths) => paths,
            Err(diagnostic) => {
                self.diagnostics.push(diagnostic);
                return specs;
            }
        };
        self.diagnostics.extend(super::overlooked(checks));
        for path in &paths {
            match super::read(path) {
                Ok(file) => self.load_file(&file, &mut specs),
                Err(mistakes) => self.diagnostics.extend(mistakes),
            }
        }
        if self.found == 0 && self.diagnostics.is_empty() {
            self.diagnostics.push(
                Diagnostic::global("empty-suite", format!("{} holds no check", checks.display()))
                    .help("a run without checks proves nothing; add a file with `checks:`"),
            );
        }
        specs
    }

    fn load_file(&mut self, file: &Arc<SourceFile>, specs: &mut Vec<CheckSpec>) {
        let node = match yaml::parse(file) {
            Ok(node) => node,
            Err(diagnostic) => return self.diagnostics.push(diagnostic),
        };
        let at = |span: &std::ops::Range<usize>| Place {
            file: Arc::clone(file),
            span: span.clone(),
        };
        let before = self.diagnostics.len();
        for (key, _) in node.entries() {
            if key.name != "checks" {
                self.diagnostics.push(
                    Diagnostic::new(
                        "unknown-key",
                        format!("unknown key `{}`", key.name),
                        at(&key.span),
                        "not a key of a check file",
                    )
                    .help("a check file has one key, `checks`")
                    .did_you_mean(&key.name, ["checks"]),
                );
            }
        }
        match node.get("checks").map(|checks| &checks.data) {
            Some(Data::List(items)) if !items.is_empty() => {
                for item in items {
                    if let Some(spec) = self.load_check(item, file) {
                        specs.push(spec);
                    }
                }
            }
            _ if self.diagnostics.len() > before => {}
            other => {
                let help = match (&node.data, other) {
                    (Data::List(_), _) => "begin the file with `checks:` and indent the list below it",
                    (_, Some(Data::Map(_))) => {
                        "begin each check with a hyphen, as `- id: dynamodb-events-ttl`"
                    }
                    _ => "delete the file, or add a check to it",
                };
                self.diagnostics.push(
                    Diagnostic::new(
                        "empty-suite",
                        "a check file without checks",
                        at(&node.span),
                        "`checks` must be a list with at least one check",
                    )
                    .help(help),
                );
            }
        }
    }

    fn load_check(&mut self, node: &Node, file: &Arc<SourceFile>) -> Option<CheckSpec> {
        self.found += 1;
        let place = Place {
            file: Arc::clone(file),
            span: node.get("id").unwrap_or(node).span.clone(),
        };
        let (node, kind, with) = self.validate(node, &place, file)?;
        // Without an environment there are no values to build with; the mistake that is to blame is recorded.
        let environment = self.environment?;
        let settings: CheckFile = match serde_json::from_value(node.to_value()) {
            Ok(settings) => settings,
            Err(error) => {
                self.diagnostics.push(super::internal(&error));
                return None;
            }
        };
        let check = match (kind.build)(with.to_value()) {
            Ok(check) => check,
            Err(mistakes) => {
                let places = with.places();
                for mistake in mistakes {
                    let (pointer, at_key) = match mistake.pointer.strip_suffix('#') {
                        Some(pointer) => (pointer, true),
                        None => (mistake.pointer.as_str(), false),
                    };
                    let span = match places.get(pointer) {
                        Some((Some(key), _)) if at_key => key.clone(),
                        Some((_, value)) => value.clone(),
                        None => with.span.clone(),
                    };
                    let place = Place {
                        file: Arc::clone(file),
                        span,
                    };
                    self.diagnostics.push(mistake.into_diagnostic(place));
                }
                return None;
            }
        };
        let excluded = settings
            .environments
            .as_ref()
            .filter(|names| !names.contains(&environment.name))
            .map(|names| format!("only for {}", names.join(", ")));
        Some(CheckSpec {
            settings,
            kind,
            place,
            excluded,
            check,
        })
    }
}
