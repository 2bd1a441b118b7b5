//! Configuration: YAML files → a typed suite, with every mistake of every file told at once.
//!
//! Reads files below the folder of checks and nothing else: no process environment, no network.

pub mod environment;
mod explain;
pub mod interpolate;
pub mod schema;
pub mod suite;
pub mod yaml;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use environment::Environment;
pub use suite::{CheckFile, CheckSpec, Severity, Suite, load};

use crate::diag::{Diagnostic, SourceFile};
use crate::kinds::KINDS;

/// The JSON schema of a type, without references, so that places in it can be found by pointer.
#[must_use]
pub fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
    });
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Demands an entry of a map, and of each list in it: without one, nothing would be checked.
pub fn non_empty(schema: &mut schemars::Schema) {
    schema.insert("minProperties".to_owned(), json!(1));
    if let Some(values) = schema.get_mut("additionalProperties")
        && values["type"] == "array"
    {
        values["minItems"] = json!(1);
    }
}

/// The JSON schema of an environment file.
#[must_use]
pub fn environment_schema() -> Value {
    schema_of::<environment::EnvironmentFile>()
}

/// The JSON schema of a check file: the common keys, and the options of each kind below `with`.
#[must_use]
pub fn check_file_schema() -> Value {
    let mut check = schema_of::<CheckFile>();
    let names: Vec<Value> = KINDS
        .iter()
        .map(|kind| json!({ "const": kind.name, "description": kind.summary }))
        .collect();
    let description = check["properties"]["kind"]["description"].take();
    check["properties"]["kind"] = json!({ "oneOf": names, "description": description });
    check["properties"]["with"] = json!({ "type": "object" });
    let mut definitions = serde_json::Map::new();
    let mut rules = Vec::new();
    for kind in KINDS {
        let mut options = (kind.schema)();
        let needs_options = options["required"]
            .as_array()
            .is_some_and(|keys| !keys.is_empty());
        if let Some(options) = options.as_object_mut() {
            options.remove("$schema");
        }
        definitions.insert(kind.name.to_owned(), options);
        let reference = json!({ "$ref": format!("#/$defs/{}", kind.name) });
        let mut then = json!({ "properties": { "with": reference } });
        if needs_options {
            then["required"] = json!(["with"]);
        }
        rules.push(json!({
            "if": { "properties": { "kind": { "const": kind.name } }, "required": ["kind"] },
            "then": then,
        }));
    }
    if let Some(check) = check.as_object_mut() {
        check.remove("$schema");
        check.insert("allOf".to_owned(), Value::Array(rules));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Checks of stackproof",
        "description": "One file of checks/*.yaml",
        "type": "object",
        "properties": { "checks": { "type": "array", "minItems": 1, "items": check } },
        "required": ["checks"],
        "additionalProperties": false,
        "$defs": definitions,
    })
}

/// The check files of a folder, in alphabetical order.
fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let entries = std::fs::read_dir(folder).map_err(|error| {
        Diagnostic::global(
            "unreadable-folder",
            format!("cannot read the folder of checks {}: {error}", folder.display()),
        )
        .help("run from the repository's root, or give --checks DIR")
    })?;
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| {
            Diagnostic::global(
                "unreadable-folder",
                format!("cannot list {}: {error}", folder.display()),
            )
        })?;
        let path = entry.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_file() && matches!(extension, Some("yaml" | "yml")) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// What lies beside the check files and is read by another part, or not at all.
const OTHER_FOLDERS: [&str; 3] = ["environments", "schema", "snapshots"];

/// Folders below the folder of checks with files that look like checks: they would quietly never run.
fn overlooked(folder: &Path) -> Vec<Diagnostic> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            !name.is_some_and(|name| OTHER_FOLDERS.contains(&name))
        })
        .filter(|path| yaml_files(path).map_or(true, |files| !files.is_empty()))
        .collect();
    folders.sort();
    folders
        .iter()
        .map(|path| {
            Diagnostic::global(
                "overlooked-folder",
                format!("the files in {} are not read", path.display()),
            )
            .help("move them beside the other check files; folders below it are not searched")
        })
        .collect()
}

fn read(path: &Path) -> Result<Arc<SourceFile>, Vec<Diagnostic>> {
    let shown = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Arc::new(SourceFile { path: shown, text })),
        Err(error) => Err(vec![Diagnostic::global(
            "unreadable-file",
            format!("cannot read {shown}: {error}"),
        )]),
    }
}

/// A mistake of ours, not of the user: still told, never a panic, never a green run.
fn internal(error: &dyn Display) -> Diagnostic {
    Diagnostic::global("internal", format!("a mistake in stackproof itself: {error}"))
        .help("please report it, together with the check that it happened with")
}
