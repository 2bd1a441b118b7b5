//! `checks/environments/ENV.yaml`: which account, region and project an environment is.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::interpolate::{Variables, interpolate};
use super::schema::SchemaCheck;
use super::yaml;
use crate::diag::{Diagnostic, Place, closest};

/// One environment of the stack.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentFile {
    /// The project's name, the prefix of its resources; `${project}` in checks.
    #[schemars(length(min = 1))]
    pub project: String,
    /// The account that the environment lives in, twelve digits. Credentials for any other are refused.
    /// Without it `verify` reads the recorded snapshot; `${account_id}` in checks.
    #[schemars(
        regex(pattern = r"^[0-9]{12}$"),
        extend("patternErrorMessage" = "twelve digits in quotes, as `\"111122223333\"`")
    )]
    pub account_id: Option<String>,
    /// The region, as `us-east-1`; `${region}` in checks.
    #[schemars(
        regex(pattern = r"^[a-z]{2}(-[a-z]+)+-[0-9]+$"),
        extend("patternErrorMessage" = "a region, as `us-east-1`; a zone has one letter more")
    )]
    pub region: String,
    /// A role to assume before anything is read.
    #[schemars(
        regex(pattern = r"^arn:[a-z-]+:iam::[0-9]{12}:role/.+$"),
        extend("patternErrorMessage" = "the ARN of a role, as `arn:aws:iam::111122223333:role/audit`")
    )]
    pub role_arn: Option<String>,
    /// An endpoint to send every AWS request to, as an emulator's. `AWS_ENDPOINT_URL` outweighs it.
    #[schemars(regex(pattern = r"^https?://.+$"), extend("patternErrorMessage" = "a URL, with `https://` or `http://`"))]
    pub endpoint_url: Option<String>,
    /// The URL of the health endpoint, for `latency` checks.
    #[schemars(regex(pattern = r"^https?://.+$"), extend("patternErrorMessage" = "a URL, with `https://` or `http://`"))]
    pub health_url: Option<String>,
    /// Further variables for checks.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
}

/// An environment, read and complete.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The name: the file's name without its extension; `${env}` in checks.
    pub name: String,
    /// The file, as a user would type it.
    pub path: String,
    /// What the file says.
    pub settings: EnvironmentFile,
    /// Every variable that checks can use.
    pub variables: Variables,
}

/// The names of the environments that have a file, in alphabetical order.
#[must_use]
pub fn names(checks: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder(checks))
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let yaml = path.extension()?.to_str()? == "yaml";
            let name = path.file_stem()?.to_str()?.to_owned();
            yaml.then_some(name)
        })
        .collect();
    names.sort();
    names
}

fn folder(checks: &Path) -> PathBuf {
    checks.join("environments")
}

/// Reads the file of one environment.
pub fn load(checks: &Path, name: &str) -> Result<Environment, Vec<Diagnostic>> {
    let path = folder(checks).join(format!("{name}.yaml"));
    let known = names(checks);
    if !known.iter().any(|known| known == name) {
        return Err(vec![unknown_environment(name, &known, &folder(checks))]);
    }
    let file = super::read(&path)?;
    let mut node = yaml::parse(&file).map_err(|diagnostic| vec![diagnostic])?;
    let schema = super::environment_schema();
    let check = SchemaCheck::new(schema).map_err(|error| vec![super::internal(&error)])?;
    let diagnostics = check.check(&node, "an environment file", &file);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }

    // Values may use the fixed variables, so that a URL can name its region.
    let mut diagnostics = Vec::new();
    let mut variables = Variables::new();
    variables.insert("env".to_owned(), name.to_owned());
    for fixed in ["project", "region", "account_id"] {
        if let Some(text) = node.get(fixed).and_then(yaml::Node::text) {
            variables.insert(fixed.to_owned(), text.to_owned());
        }
    }
    interpolate(&mut node, &variables, &file, &mut diagnostics);
    for (key, _) in node.get("variables").map_or(&[][..], yaml::Node::entries) {
        if variables.contains_key(&key.name) || key.name == "account_id" {
            let place = Place {
                file: Arc::clone(&file),
                span: key.span.clone(),
            };
            diagnostics.push(Diagnostic::new(
                "reserved-variable",
                format!("`{}` is a variable of every environment", key.name),
                place,
                "choose another name",
            ));
        }
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let settings: EnvironmentFile =
        serde_json::from_value(node.to_value()).map_err(|error| vec![super::internal(&error)])?;
    variables.extend(settings.variables.clone());
    Ok(Environment {
        name: name.to_owned(),
        path: file.path.clone(),
        settings,
        variables,
    })
}

fn unknown_environment(name: &str, known: &[String], folder: &Path) -> Diagnostic {
    let diagnostic = Diagnostic::global("unknown-environment", format!("there is no environment `{name}`"));
    if let Some(candidate) = closest(name, known.iter().map(String::as_str)) {
        return diagnostic.help(format!("did you mean `{candidate}`?"));
    }
    if known.is_empty() {
        return diagnostic.help(format!(
            "{} holds no environment file; run from the repository's root or give --checks DIR",
            folder.display()
        ));
    }
    diagnostic.help(format!(
        "{} has {}",
        folder.display(),
        known
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ")
    ))
}
