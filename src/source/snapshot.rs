//! A recorded inventory: versioned JSON in a stable order, without secrets.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};

use crate::inventory::{Inventory, resource_type};

/// The version of the format that this program writes and reads.
pub const FORMAT: u64 = 1;

/// A recorded inventory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this format.
    pub snapshot_format: u64,
    /// The environment that was recorded.
    pub environment: String,
    /// When.
    pub recorded_at: Timestamp,
    /// What was recorded.
    pub inventory: Inventory,
}

/// Why a snapshot cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file cannot be read.
    #[error("cannot read the snapshot {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no snapshot, or no longer.
    #[error("the snapshot {} is damaged: {reason}; record it again with `stackproof snapshot`", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit, with line and column where there is one.
        reason: String,
    },
    /// The file was written by a later version.
    #[error(
        "the snapshot {} has format {found}, and this version of stackproof reads up to {FORMAT}; update stackproof",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The file's format.
        found: u64,
    },
    /// The file is of another environment.
    #[error("the snapshot {} is of environment `{found}`, not of `{expected}`", path.display())]
    OtherEnvironment {
        /// The file.
        path: PathBuf,
        /// The environment that was recorded.
        found: String,
        /// The environment that was asked for.
        expected: String,
    },
    /// The file is of another account than the environment's.
    #[error("the snapshot {} is of account {found}, and the environment is account {expected}", path.display())]
    OtherAccount {
        /// The file.
        path: PathBuf,
        /// The account that was recorded.
        found: String,
        /// The environment's account.
        expected: String,
    },
    /// The file cannot be written.
    #[error("cannot write the snapshot {}: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The recorded snapshot of an environment, beside its checks.
#[must_use]
pub fn recorded_path(checks: &Path, environment: &str) -> PathBuf {
    checks.join("snapshots").join(format!("{environment}.json"))
}

/// Reads a snapshot of an environment.
pub fn read(path: &Path, environment: &str, account: Option<&str>) -> Result<Snapshot, SnapshotError> {
    let text = std::fs::read_to_string(path).map_err(|source| SnapshotError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let snapshot = parse(path, &text)?;
    if snapshot.environment != environment {
        return Err(SnapshotError::OtherEnvironment {
            path: path.to_owned(),
            found: snapshot.environment,
            expected: environment.to_owned(),
        });
    }
    match account {
        Some(account) if account != snapshot.inventory.account => Err(SnapshotError::OtherAccount {
            path: path.to_owned(),
            found: snapshot.inventory.account,
            expected: account.to_owned(),
        }),
        _ => Ok(snapshot),
    }
}

fn parse(path: &Path, text: &str) -> Result<Snapshot, SnapshotError> {
    let damaged = |reason: String| SnapshotError::Damaged {
        path: path.to_owned(),
        reason,
    };
    let value: Value = serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
    let Some(format) = value.get("snapshot_format").and_then(Value::as_u64) else {
        return Err(damaged("it has no `snapshot_format`".to_owned()));
    };
    // The version first: what a later version added must not be called damage.
    if format > FORMAT {
        return Err(SnapshotError::Newer {
            path: path.to_owned(),
            found: format,
        });
    }
    let snapshot: Snapshot = serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
    let types = &snapshot.inventory.coverage.types;
    for resource in &snapshot.inventory.resources {
        let name = resource.details.type_name();
        if !types.contains_key(name) {
            return Err(damaged(format!(
                "it holds the {name} {}, but no record that the type was read",
                resource.label()
            )));
        }
    }
    if let Some(unknown) = types.keys().find(|name| resource_type(name).is_none()) {
        return Err(damaged(format!("it covers the unknown type {unknown}")));
    }
    Ok(snapshot)
}

/// Writes a snapshot, whole or not at all.
pub fn write(path: &Path, snapshot: &Snapshot) -> Result<(), SnapshotError> {
    let unwritable = |source| SnapshotError::Unwritable {
        path: path.to_owned(),
        source,
    };
    let mut text =
        serde_json::to_string_pretty(snapshot).map_err(|error| unwritable(std::io::Error::other(error)))?;
    text.push('\n');
    crate::report::replace_file(path, |file| file.write_all(text.as_bytes())).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text_of(snapshot: &Snapshot) -> String {
        serde_json::to_string(snapshot).unwrap()
    }

    fn sample() -> Snapshot {
        Snapshot {
            snapshot_format: FORMAT,
            environment: "dev".into(),
            recorded_at: Timestamp::UNIX_EPOCH,
            inventory: Inventory {
                account: "123456789012".into(),
                region: "us-east-1".into(),
                ..Inventory::default()
            },
        }
    }

    fn error_of(text: &str) -> String {
        parse(Path::new("dev.json"), text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dev.json");
        write(&path, &sample()).unwrap();
        assert_eq!(read(&path, "dev", Some("123456789012")).unwrap(), sample());
        let other = read(&path, "staging", None).unwrap_err().to_string();
        assert!(
            other.contains("is of environment `dev`, not of `staging`"),
            "{other}"
        );
        let other = read(&path, "dev", Some("210987654321")).unwrap_err().to_string();
        assert!(other.contains("is of account 123456789012"), "{other}");
    }

    #[test]
    fn a_newer_snapshot_is_not_called_damaged() {
        let text = text_of(&sample()).replace("\"snapshot_format\":1", "\"snapshot_format\":2,\"new\":1");
        let error = error_of(&text);
        assert!(error.contains("has format 2"), "{error}");
    }

    #[test]
    fn damage_is_told_with_its_place() {
        let text = text_of(&sample());
        assert!(error_of(&text[..text.len() / 2]).contains("line 1 column"));
        assert!(error_of("{}").contains("it has no `snapshot_format`"));
        let unknown = text.replace("\"region\"", "\"regiom\"");
        assert!(
            error_of(&unknown).contains("unknown field `regiom`"),
            "{}",
            error_of(&unknown)
        );
    }

    #[test]
    fn a_resource_of_a_type_that_was_never_read_is_damage() {
        let resource = serde_json::json!({
            "arn": "arn:aws:sqs:us-east-1:123456789012:a", "id": "a", "name": "a", "region": "us-east-1",
            "account": "123456789012", "managed_by_aws": false, "tags": {},
            "details": {"aws_sqs_queue": {"queue_url": "https://a", "attributes": {"$not_read": true}}},
        });
        let mut value = serde_json::to_value(sample()).unwrap();
        value["inventory"]["resources"] = serde_json::json!([resource]);
        let error = error_of(&value.to_string());
        assert!(error.contains("no record that the type was read"), "{error}");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,80}") {
            prop_assert!(parse(Path::new("a.json"), &text).is_err());
        }
    }
}
