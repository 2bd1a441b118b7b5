//! The functions' container images, as far as that can be judged without building them: what the Dockerfiles name is
//! there, what is built is what runs, and it runs without privileges.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A member of the workspace.
struct Package {
    folder: PathBuf,
    binaries: BTreeSet<String>,
    rust_version: Vec<u32>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What Cargo says of the workspace.
fn packages() -> BTreeMap<String, Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let package = |package: &Value| {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        let folder = manifest
            .parent()
            .unwrap()
            .strip_prefix(root())
            .unwrap()
            .to_owned();
        let targets = package["targets"].as_array().unwrap().iter();
        let binaries = targets
            .filter(|target| target["kind"][0] == "bin")
            .map(|target| target["name"].as_str().unwrap().to_owned())
            .collect();
        let rust_version = numbers(package["rust_version"].as_str().unwrap());
        let about = Package {
            folder,
            binaries,
            rust_version,
        };
        (package["name"].as_str().unwrap().to_owned(), about)
    };
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(package)
        .collect()
}

/// The packages below `functions/` that have a binary, by name.
fn functions() -> BTreeMap<String, Package> {
    let mut functions = packages();
    functions.retain(|_, package| package.folder.starts_with("functions") && !package.binaries.is_empty());
    assert!(functions.len() >= 3, "{:?}", functions.keys());
    functions
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap()).collect()
}

/// The instructions of a Dockerfile, each with its arguments on one line.
fn instructions(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let whole = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    whole
        .lines()
        .filter_map(|line| line.trim().split_once(' '))
        .map(|(name, rest)| {
            (
                name.to_owned(),
                rest.split_whitespace().collect::<Vec<_>>().join(" "),
            )
        })
        .collect()
}

fn arguments<'a>(instructions: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    let named = instructions.iter().filter(|(instruction, _)| instruction == name);
    named.map(|(_, arguments)| arguments.as_str()).collect()
}

#[test]
fn every_function_has_an_image_that_builds_its_binary_and_runs_it_without_privileges() {
    for (name, package) in functions() {
        let path = root().join(&package.folder).join("Dockerfile");
        let text = fs::read_to_string(&path).unwrap();
        let all = instructions(&text);
        let last = all.iter().rposition(|(name, _)| name == "FROM").unwrap();
        let (build, run) = all.split_at(last);
        assert!(package.binaries.contains(&name), "{name}: {:?}", package.binaries);

        // The toolchain is one that the workspace can be built with; a tag without a patch is the newest of its minor.
        let tag = arguments(build, "FROM")[0].strip_prefix("rust:").unwrap();
        let toolchain = numbers(tag.split_once("-alpine ").unwrap().0);
        let needed = &package.rust_version[..toolchain.len().min(package.rust_version.len())];
        assert!(
            toolchain.as_slice() >= needed,
            "{name}: {toolchain:?} is older than {needed:?}"
        );
        assert!(tag.ends_with(" AS build"), "{name}: {tag}");

        let command = arguments(build, "RUN").join(" && ");
        for part in [
            format!("-p {name} --bin {name} "),
            format!("cp target/release/{name} /{name}"),
            r#"cargo build --release --locked --config 'profile.release.strip="symbols"'"#.to_owned(),
        ] {
            assert!(command.contains(&part), "{name}: `{part}` is not in `{command}`");
        }

        // There is no shell to run anything with, and nothing comes in but the binary.
        let expected = [
            (
                "FROM".to_owned(),
                "gcr.io/distroless/static-debian12:nonroot".to_owned(),
            ),
            ("COPY".to_owned(), format!("--from=build /{name} /{name}")),
            ("USER".to_owned(), "nonroot".to_owned()),
            ("ENTRYPOINT".to_owned(), format!(r#"["/{name}"]"#)),
        ];
        assert_eq!(run, expected, "{name}");
    }
}

#[test]
fn an_image_can_be_built_of_what_its_build_is_given() {
    let members = packages();
    for (name, function) in functions() {
        let ignored = root().join(&function.folder).join("Dockerfile.dockerignore");
        let ignored = fs::read_to_string(ignored).unwrap();
        let ignored: BTreeSet<&str> = ignored.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(
            ignored.contains("target") && ignored.contains("**/.env*"),
            "{name}: {ignored:?}"
        );

        // Cargo reads the manifest of each member, whichever it builds.
        let folders = members.values().map(|package| package.folder.as_path());
        for needed in folders.chain(["Cargo.toml", "Cargo.lock"].map(Path::new)) {
            for part in needed.ancestors() {
                let part = part.to_str().unwrap();
                assert!(
                    part.is_empty() || !ignored.contains(part),
                    "{name}: {part} is ignored"
                );
            }
        }
    }
}

#[test]
fn a_dockerfile_that_is_not_a_functions_own_is_found() {
    let owners: BTreeSet<PathBuf> = functions().into_values().map(|package| package.folder).collect();
    let output = Command::new("git")
        .args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "*Dockerfile",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let listed: BTreeSet<PathBuf> = listed
        .lines()
        .map(|path| Path::new(path).parent().unwrap().to_owned())
        .collect();
    assert_eq!(listed, owners);
}
