//! The commands beside `verify`.

use serde_json::Value;
use std::path::Path;

use super::{Ran, World};

fn json(ran: &Ran) -> Value {
    ran.exits(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn schemas_are_those_of_the_library() {
    let world = World::new();
    assert_eq!(
        json(&world.run(&["schema"])),
        stackproof::config::check_file_schema()
    );
    assert_eq!(
        json(&world.run(&["schema", "environment"])),
        stackproof::config::environment_schema()
    );
    assert_eq!(
        json(&world.run(&["schema", "report"])),
        stackproof::report::json_schema()
    );
    world.run(&["schema", "chekcs"]).exits(2).prints_nothing();
}

#[test]
fn completions_name_every_command() {
    let world = World::new();
    let ran = world.run(&["completions", "bash"]);
    ran.exits(0);
    for command in [
        "verify",
        "list",
        "explain",
        "snapshot",
        "permissions",
        "schema",
        "completions",
    ] {
        ran.prints(command);
    }
    world.run(&["completions", "cmd"]).exits(2).prints_nothing();
}

/// A policy that AWS would take, that reads and never writes.
fn check_policy(policy: &Value) -> Vec<String> {
    assert_eq!(policy["Version"], "2012-10-17");
    let statements = policy["Statement"].as_array().unwrap();
    let mut actions = Vec::new();
    for statement in statements {
        assert_eq!(statement["Effect"], "Allow");
        let own: Vec<String> = serde_json::from_value(statement["Action"].clone()).unwrap();
        assert!(!own.is_empty());
        for action in &own {
            let (_, name) = action.split_once(':').unwrap();
            let reads = ["Get", "List", "Describe"]
                .iter()
                .any(|verb| name.starts_with(verb));
            // API Gateway's actions are the methods of HTTP.
            assert!(reads || name == "GET", "{action} may change something");
        }
        assert!(own.is_sorted(), "{own:?}");
        actions.extend(own);
    }
    actions
}

#[test]
fn permissions_are_those_of_the_selected_checks_and_no_more() {
    let world = World::new();
    let own = check_policy(&json(&world.run(&["permissions", "dev"])));
    assert!(
        own.iter().any(|action| action == "dynamodb:DescribeTimeToLive"),
        "{own:?}"
    );
    assert!(
        !own.iter()
            .any(|action| action == "dynamodb:DescribeContinuousBackups"),
        "{own:?}"
    );
    let fewer = check_policy(&json(&world.run(&["permissions", "dev", "--tag", "sqs"])));
    assert!(
        !fewer.iter().any(|action| action.starts_with("dynamodb:")),
        "{fewer:?}"
    );
    let all = check_policy(&json(&world.run(&["permissions", "dev", "--everything"])));
    assert!(own.iter().all(|action| all.contains(action)));
    world.run(&["permissions", "dve"]).exits(2).prints_nothing();
}

#[test]
fn the_shipped_checks_have_permissions_too() {
    let checks = Path::new(env!("CARGO_MANIFEST_DIR")).join("checks");
    let ran = World::new().run(&["permissions", "dev", "--checks", checks.to_str().unwrap()]);
    assert!(check_policy(&json(&ran)).len() > 5);
}

#[test]
fn checks_are_listed() {
    let ran = World::new().run(&["list", "dev"]);
    ran.exits(0);
    insta::assert_snapshot!("list", ran.stdout);
    insta::assert_snapshot!("list_stderr", ran.stderr);
    let production = World::new().run(&["list", "production", "--tag", "sqs"]);
    insta::assert_snapshot!("list_production", production.stdout);
}

#[test]
fn explain_prints_the_docs_page() {
    for kind in stackproof::kinds::KINDS {
        let ran = World::new().run(&["explain", kind.name]);
        ran.exits(0);
        assert_eq!(ran.stdout, stackproof::docs::kind_page(kind));
    }
    let all = World::new().run(&["explain"]);
    all.exits(0);
    assert_eq!(all.stdout.lines().count(), stackproof::kinds::KINDS.len());
}

#[test]
fn help_goes_to_stdout_and_is_0() {
    World::new().run(&["--help"]).exits(0).prints("Exit codes:");
    World::new()
        .run(&["--version"])
        .exits(0)
        .prints(env!("CARGO_PKG_VERSION"));
    World::new().run(&[]).exits(2).prints_nothing();
}
