//! Rules of the house that no compiler knows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every tracked file and every new one that is not ignored, below the root.
fn files() -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let files: Vec<PathBuf> = String::from_utf8(output.stdout)
        .unwrap()
        .split_terminator('\0')
        .map(PathBuf::from)
        .filter(|path| root().join(path).is_file())
        .collect();
    assert!(files.len() > 100, "{} files", files.len());
    files
}

fn text(path: &Path) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

fn rust_files() -> Vec<(PathBuf, String)> {
    files()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let text = text(&path).unwrap();
            (path, text)
        })
        .collect()
}

#[test]
fn every_source_file_says_what_it_is_for() {
    for (path, text) in rust_files() {
        assert!(
            text.starts_with("//! "),
            "{} does not start with `//!`",
            path.display()
        );
    }
}

#[test]
fn no_source_file_is_too_long() {
    for (path, text) in rust_files() {
        let lines = text.lines().count();
        assert!(lines <= 600, "{} has {lines} lines; split it", path.display());
    }
}

#[test]
fn lints_are_expected_and_never_silenced_and_tests_never_skipped() {
    // In parts, so that this file does not match itself.
    let forbidden = [
        concat!("#[", "allow("),
        concat!("#![", "allow("),
        concat!("#[", "ignore"),
    ];
    for (path, text) in rust_files() {
        for word in forbidden {
            assert!(!text.contains(word), "{} contains `{word}`", path.display());
        }
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let mut without = Vec::new();
    for path in files().into_iter().filter(|path| path.ends_with("Cargo.toml")) {
        let text = text(&path).unwrap();
        let mut in_dependencies = false;
        let mut previous = "";
        for line in text.lines() {
            if line.starts_with('[') {
                // The workspace's list is of versions; the reason stands where a dependency is used.
                in_dependencies =
                    line.trim_end_matches(']').ends_with("dependencies") && !line.contains("workspace");
            }
            let inherited = line.contains("workspace = true");
            let dependency = in_dependencies && line.contains(" = ") && !line.starts_with('#');
            if dependency && !inherited && !previous.starts_with('#') {
                without.push(format!("{}: {line}", path.display()));
            }
            previous = line;
        }
    }
    assert!(without.is_empty(), "no reason above {without:#?}");
}

/// Where packages come from is a matter of each machine; a file that names a host works on one machine only.
#[test]
fn no_file_names_the_host_of_a_package_registry() {
    let hosts = [
        ["crates", "io"].join("."),
        ["pypi", "org"].join("."),
        ["pythonhosted", "org"].join("."),
        ["npmjs", "org"].join("."),
        ["registry", "terraform", "io"].join("."),
        ["releases", "hashicorp", "com"].join("."),
        ["docker", "io"].join("."),
        ["ghcr", "io"].join("."),
        ["proxy", "golang", "org"].join("."),
    ];
    for path in files() {
        // Cargo writes its lock file, and every source in it.
        if path.ends_with("Cargo.lock") {
            continue;
        }
        let Some(text) = text(&path) else { continue };
        for host in &hosts {
            assert!(!text.contains(host.as_str()), "{} names {host}", path.display());
        }
    }
}

#[test]
fn the_documents_that_readers_look_for_are_there() {
    for name in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"] {
        let text = fs::read_to_string(root().join(name)).unwrap();
        assert!(text.starts_with("# "), "{name} has no title");
    }
    // Every command, kind and exit code that the README speaks of exists, and the other way round.
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for command in [
        "verify",
        "list",
        "explain",
        "snapshot",
        "permissions",
        "schema",
        "completions",
    ] {
        assert!(
            readme.contains(&format!("| `{command}")),
            "{command} is not in the README"
        );
    }
}
