//! Choosing checks and tests. What chooses nothing proves nothing.

use super::World;

#[test]
fn a_misspelt_choice_is_2_with_a_guess() {
    let world = World::new();
    for (option, written, meant) in [
        ("--check", "tables-expires", "tables-expire"),
        ("--tag", "dynamo-db", "dynamodb"),
        ("--kind", "tlt", "ttl"),
    ] {
        let ran = world.run(&["verify", "dev", option, written]);
        ran.exits(2)
            .prints_nothing()
            .says(&format!("{option} `{written}` matches nothing"));
        ran.says(&format!("did you mean `{meant}`?"));
    }
    assert!(!world.path("reports").exists());
}

#[test]
fn choices_that_leave_nothing_together_are_2() {
    let ran = World::new().run(&["verify", "dev", "--kind", "ttl", "--tag", "sqs"]);
    ran.exits(2).prints_nothing().says("no check is selected");
}

#[test]
fn choices_narrow_a_run() {
    let world = World::denied();
    world
        .run(&["verify", "dev", "--kind", "ttl"])
        .exits(0)
        .prints("dev CONFORMS: 1 passed of recorded snapshot");
    world.run(&["verify", "dev", "--check", "queues-exist"]).exits(3);
    world
        .run(&["verify", "dev", "--tag", "sqs", "--tag", "dynamodb"])
        .exits(3);
}

#[test]
fn a_filter_that_leaves_no_test_is_2() {
    World::new()
        .run(&["verify", "dev", "--", "nosuch"])
        .exits(2)
        .says("the filter leaves no test");
    World::new()
        .run(&["verify", "dev", "--", "--ignored"])
        .exits(2)
        .prints_nothing();
    World::new()
        .run(&["verify", "dev", "--", "--nonsense"])
        .exits(2)
        .prints_nothing();
}

#[test]
fn tests_are_listed_and_nothing_is_judged() {
    let world = World::violated();
    let ran = world.run(&["verify", "dev", "--", "--list"]);
    ran.exits(0);
    insta::assert_snapshot!(ran.stdout);
    assert!(!world.path("reports").exists());
}

#[test]
fn one_test_by_its_whole_name() {
    let world = World::violated();
    let ran = world.run(&["verify", "dev", "--", "--exact", "queues-exist::acme-events"]);
    ran.exits(0).prints("dev CONFORMS: 1 passed, 2 filtered out");
    let filtered_out = &world.report()["filtered_out"];
    let expected = ["tables-expire::acme-events", "only-production::every subject"];
    assert_eq!(filtered_out, &serde_json::json!(expected));
    // Half a name is no name.
    world
        .run(&["verify", "dev", "--", "--exact", "queues-exist"])
        .exits(2);
}

#[test]
fn a_test_can_be_skipped_and_that_is_told() {
    let world = World::violated();
    let ran = world.run(&["verify", "dev", "--", "--skip", "tables-expire"]);
    ran.exits(0).prints("1 filtered out");
    assert_eq!(
        world.report()["filtered_out"],
        serde_json::json!(["tables-expire::acme-events"])
    );
    assert_eq!(world.report()["cases"].as_array().unwrap().len(), 2);
}
