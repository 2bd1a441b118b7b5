//! Which exit code a script gets, and why.

use serde_json::json;
use std::fs;

use super::{World, deny_queues, inventory, read_json, set_ttl};

#[test]
fn a_stack_that_conforms_is_0() {
    let ran = World::new().run(&["verify", "dev"]);
    ran.exits(0).prints("dev CONFORMS: 2 passed, 1 not applicable");
    ran.says("recorded snapshot checks/snapshots/dev.json of 1970-01-01, not the live account");
}

#[test]
fn a_violation_is_1() {
    let ran = World::violated().run(&["verify", "dev"]);
    ran.exits(1)
        .prints("dev DOES NOT CONFORM: 1 passed, 1 failed, 1 not applicable");
    ran.prints("items do not expire").prints("fix:   Switch it on.");
}

#[test]
fn what_could_not_be_determined_is_3() {
    let ran = World::denied().run(&["verify", "dev"]);
    ran.exits(3)
        .prints("dev COULD NOT BE DETERMINED: 1 passed, 1 could not be determined");
    ran.prints("allow `sqs:ListQueues`");
}

#[test]
fn a_violation_outweighs_what_could_not_be_determined() {
    let world = World::new();
    let mut inventory = inventory();
    set_ttl(&mut inventory, &json!({ "time_to_live_status": "DISABLED" }));
    deny_queues(&mut inventory);
    world.record(&inventory);
    world
        .run(&["verify", "dev"])
        .exits(1)
        .prints("1 failed, 1 could not be determined");
}

#[test]
fn wrong_configuration_is_2_and_nothing_runs() {
    let world = World::new();
    world.write("checks/broken.yaml", "checks:\n  - id: a\n    kind: tll\n");
    let ran = world.run(&["verify", "dev"]);
    ran.exits(2)
        .prints_nothing()
        .says("did you mean `ttl`?")
        .says("checks/broken.yaml:3:11");
    assert!(!world.path("reports").exists());
}

#[test]
fn an_unknown_environment_is_2() {
    World::new()
        .run(&["verify", "dve"])
        .exits(2)
        .prints_nothing()
        .says("did you mean `dev`?");
}

#[test]
fn an_unknown_option_is_2() {
    World::new()
        .run(&["verify", "dev", "--chek", "a"])
        .exits(2)
        .prints_nothing()
        .says("--check");
}

#[test]
fn an_environment_that_was_never_recorded_is_2() {
    let ran = World::new().run(&["verify", "production"]);
    ran.exits(2)
        .prints_nothing()
        .says("there is nothing to verify")
        .says("stackproof snapshot production");
}

#[test]
fn a_folder_that_does_not_exist_is_2() {
    World::new()
        .run(&["verify", "dev", "--checks", "nowhere"])
        .exits(2)
        .prints_nothing()
        .says("nowhere");
}

#[test]
fn a_snapshot_that_cannot_be_used_is_2() {
    let world = World::new();
    let good = fs::read_to_string(world.path("checks/snapshots/dev.json")).unwrap();
    for (name, text, words) in [
        ("damaged", good[..good.len() / 2].to_owned(), "is damaged"),
        (
            "newer",
            good.replace("\"snapshot_format\": 1", "\"snapshot_format\": 99"),
            "has format 99",
        ),
        (
            "other",
            good.replace("\"environment\": \"dev\"", "\"environment\": \"staging\""),
            "of environment `staging`",
        ),
        ("empty", String::new(), "is damaged"),
    ] {
        assert_ne!(text, good, "{name}");
        world.write(&format!("{name}.json"), &text);
        let ran = world.run(&["verify", "dev", "--snapshot", &format!("{name}.json")]);
        ran.exits(2).prints_nothing().says(words);
    }
    world
        .run(&["verify", "dev", "--snapshot", "missing.json"])
        .exits(2)
        .prints_nothing()
        .says("cannot read");
}

#[test]
fn a_snapshot_of_another_account_is_2() {
    let world = World::new();
    let file = "project: acme\nregion: us-east-1\naccount_id: \"999988887777\"\n";
    world.write("checks/environments/dev.yaml", file);
    let ran = world.run(&["verify", "dev", "--target", "snapshot"]);
    ran.exits(2).prints_nothing().says("is of account 111122223333");
}

#[test]
fn a_report_that_is_lost_makes_a_green_run_3() {
    let world = World::new();
    world.write("in-the-way", "a file");
    let ran = world.run(&["verify", "dev", "--report-dir", "in-the-way"]);
    ran.exits(3)
        .prints("dev CONFORMS")
        .says("cannot write the report in-the-way/junit.xml");
    ran.says("cannot write the report in-the-way/report.json");
}

#[test]
fn a_report_that_is_lost_hides_no_violation() {
    let world = World::violated();
    world.write("in-the-way", "a file");
    world
        .run(&["verify", "dev", "--report-dir", "in-the-way"])
        .exits(1)
        .says("cannot write the report");
}

#[test]
fn one_lost_report_costs_no_other() {
    let world = World::new();
    fs::create_dir_all(world.path("reports/dev/junit.xml")).unwrap();
    world
        .run(&["verify", "dev"])
        .exits(3)
        .says("cannot write the report reports/dev/junit.xml");
    assert_eq!(read_json(&world.path("reports/dev/report.json"))["exit_code"], 0);
}

#[test]
fn an_unknown_kind_to_explain_is_2() {
    World::new()
        .run(&["explain", "ptir"])
        .exits(2)
        .prints_nothing()
        .says("did you mean `pitr`?");
    World::new()
        .run(&["explain", "quantum"])
        .exits(2)
        .prints_nothing()
        .says("the kinds are");
}

#[test]
fn the_recorded_health_endpoint_is_really_asked() {
    let world = World::new();
    let check = "checks:\n  - {id: health, kind: latency, title: t, severity: high, owner: o, why: w, fix: f,\n     \
                 with: {p50: 1900ms, samples: 5, warm_up: 0, rate: 1000}}\n";
    world.write("checks/health.yaml", check);
    // The table's status was not recorded, so the health handler has no good answer.
    let ran = world.run(&["verify", "dev", "--check", "health"]);
    ran.exits(1)
        .prints("5 of 5 requests over, 5 of them without a good answer (status 503: 5)");
}
