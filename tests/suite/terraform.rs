//! The Terraform code keeps its form: the same files everywhere, every variable typed and described.

use std::fs;
use std::path::{Path, PathBuf};

const MODULES: [&str; 8] = [
    "api-gateway",
    "conformance-role",
    "dynamodb",
    "lambda",
    "monitoring",
    "networking",
    "secrets",
    "sqs",
];

fn terraform() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("terraform")
}

fn folders(of: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(of)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The blocks of one sort in a file, by name: `variable "name" {` to the `}` at the start of a line.
fn blocks(text: &str, sort: &str) -> Vec<(String, String)> {
    text.split(&format!("\n{sort} \""))
        .skip(1)
        .map(|block| {
            let (name, rest) = block.split_once('"').unwrap();
            let body = rest.split("\n}").next().unwrap();
            (name.to_owned(), body.to_owned())
        })
        .collect()
}

fn has_argument(body: &str, name: &str) -> bool {
    body.lines()
        .filter_map(|line| line.split_once('='))
        .any(|(argument, _)| argument.trim() == name)
}

#[test]
fn modules_have_their_files_and_describe_their_variables() {
    assert_eq!(folders(&terraform().join("modules")), MODULES);
    let modules = MODULES.map(|name| terraform().join("modules").join(name));
    let bootstrap = terraform().join("bootstrap");
    for folder in modules.iter().chain([&bootstrap]) {
        for name in [
            "main.tf",
            "variables.tf",
            "outputs.tf",
            "versions.tf",
            "README.md",
        ] {
            let path = folder.join(name);
            assert!(path.is_file(), "{} is missing", path.display());
        }
        let text = |name: &str| format!("\n{}", fs::read_to_string(folder.join(name)).unwrap());
        let variables = blocks(&text("variables.tf"), "variable");
        assert!(variables.len() >= 2, "{}", folder.display());
        for (name, body) in &variables {
            for argument in ["description", "type"] {
                assert!(
                    has_argument(body, argument),
                    "{}: variable {name} has no {argument}",
                    folder.display()
                );
            }
        }
        assert!(
            variables.iter().any(|(_, body)| body.contains("validation {")),
            "{} validates nothing",
            folder.display()
        );
        let outputs = blocks(&text("outputs.tf"), "output");
        assert!(!outputs.is_empty(), "{} has no outputs", folder.display());
        for (name, body) in &outputs {
            assert!(
                has_argument(body, "description"),
                "{}: output {name} has no description",
                folder.display()
            );
        }
    }
}

#[test]
fn environments_have_their_files_and_differ_in_values_only() {
    let environments = terraform().join("environments");
    assert_eq!(folders(&environments), ["dev", "production", "staging"]);
    for environment in folders(&environments) {
        let folder = environments.join(&environment);
        for name in ["backend.tf", "terraform.tfvars"] {
            assert!(folder.join(name).is_file(), "{environment} has no {name}");
        }
        // One stack in three sizes: what is proven of one holds for the others.
        for name in ["main.tf", "variables.tf", "outputs.tf", "versions.tf"] {
            let dev = fs::read_to_string(environments.join("dev").join(name)).unwrap();
            let own = fs::read_to_string(folder.join(name)).unwrap();
            assert_eq!(own, dev, "{environment}/{name} is not that of dev");
        }
        let text = format!("\n{}", fs::read_to_string(folder.join("variables.tf")).unwrap());
        for (name, body) in blocks(&text, "variable") {
            assert!(
                has_argument(&body, "description") && has_argument(&body, "type"),
                "{environment}: variable {name} is not described and typed"
            );
        }
    }
}
