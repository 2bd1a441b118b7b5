//! The kind on resources that pass, fail, cannot be judged or are left out.

use serde_json::json;

use super::*;
use crate::check::Outcome;
use crate::inventory::sqs::{QueueAttributes, SqsQueue};
use crate::inventory::{Coverage, Gap, RESOURCE_TYPES, Reason, Tags};
use crate::kinds::Options as _;
use crate::probe::ProbeResults;

fn options(with: Value) -> Result<Assertion, Vec<Mistake>> {
    serde_json::from_value::<Options>(with).unwrap().into_check()
}

fn visibility(condition: Option<&str>, names: Option<&[&str]>) -> Assertion {
    options(json!({
        "type": "aws_sqs_queue",
        "names": names,
        "where": condition,
        "expression": "self.attributes.visibility_timeout >= 900",
        "message": "the visibility timeout is too short",
    }))
    .unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

fn queue(name: &str, attributes: Fact<QueueAttributes>) -> Resource {
    Resource {
        arn: format!("arn:aws:sqs:us-east-1:000000000000:{name}"),
        id: name.to_owned(),
        name: Some(name.to_owned()),
        region: "us-east-1".to_owned(),
        account: "000000000000".to_owned(),
        managed_by_aws: false,
        tags: Fact::Known(Tags::from([("Team".to_owned(), "core".to_owned())])),
        details: SqsQueue {
            queue_url: format!("https://sqs.us-east-1.amazonaws.com/000000000000/{name}"),
            attributes,
        }
        .into(),
    }
}

fn timeout(visibility_timeout: i64, fifo_queue: bool) -> Fact<QueueAttributes> {
    Fact::Known(QueueAttributes {
        visibility_timeout,
        fifo_queue,
        ..QueueAttributes::default()
    })
}

fn denied() -> Fact<QueueAttributes> {
    Fact::Unreadable(Gap::new(
        "sqs:GetQueueAttributes",
        "us-east-1",
        Reason::AccessDenied,
        "denied",
    ))
}

fn verdicts(check: &Assertion, resources: Vec<Resource>) -> Vec<(String, Verdict)> {
    let inventory = Inventory::new(
        "000000000000".to_owned(),
        "us-east-1".to_owned(),
        resources,
        Coverage::default(),
    );
    let evidence = EvidenceBase {
        inventory: &inventory,
        probes: &ProbeResults::default(),
    };
    let subjects = check.subjects(&inventory);
    let judged = subjects.into_iter().map(|subject| {
        let verdict = check.judge(&subject, &evidence);
        (subject.name, verdict)
    });
    judged.collect()
}

fn outcomes(check: &Assertion, resources: Vec<Resource>) -> Vec<(String, Outcome)> {
    let verdicts = verdicts(check, resources).into_iter();
    verdicts.map(|(name, verdict)| (name, verdict.outcome)).collect()
}

#[test]
fn a_resource_passes_or_fails_with_what_was_found() {
    let check = visibility(None, None);
    let judged = verdicts(
        &check,
        vec![queue("a", timeout(900, false)), queue("b", timeout(30, false))],
    );
    let (_, pass) = &judged[0];
    assert_eq!(pass.outcome, Outcome::Pass);
    assert_eq!(pass.summary, "self.attributes.visibility_timeout >= 900 holds");
    assert_eq!(pass.evidence[0].label, "self.attributes.visibility_timeout");
    assert_eq!(pass.evidence[0].value, "900");
    let (_, fail) = &judged[1];
    assert_eq!(fail.outcome, Outcome::Fail);
    assert_eq!(fail.summary, "the visibility timeout is too short");
    let problem = &fail.problems[0];
    assert_eq!(
        problem.expected.as_deref(),
        Some("self.attributes.visibility_timeout >= 900")
    );
    assert_eq!(
        problem.actual.as_deref(),
        Some("self.attributes.visibility_timeout = 30")
    );
}

#[test]
fn where_leaves_out_only_what_it_certainly_excludes() {
    let check = visibility(Some("!self.attributes.fifo_queue"), None);
    let resources = vec![
        queue("denied", denied()),
        queue("fifo", timeout(30, true)),
        queue("known-after-apply", Fact::Unknown),
        queue("never-read", Fact::NotRead),
        queue("standard", timeout(900, false)),
    ];
    let expected = [
        ("denied", Outcome::Error),
        ("known-after-apply", Outcome::Unknown),
        ("never-read", Outcome::Error),
        ("standard", Outcome::Pass),
    ];
    assert_eq!(
        outcomes(&check, resources),
        expected.map(|(name, outcome)| (name.to_owned(), outcome))
    );

    let check = visibility(Some("self.tags['Owner'] == 'core'"), None);
    let judged = verdicts(&check, vec![queue("a", timeout(900, false))]);
    assert_eq!(judged[0].1.outcome, Outcome::Error);
    assert_eq!(
        judged[0].1.summary,
        "no answer to `self.tags['Owner'] == 'core'`: there is no key `Owner`; ask for it with `in` first"
    );
}

#[test]
fn a_fact_that_is_missing_is_told_with_its_gap() {
    let judged = verdicts(&visibility(None, None), vec![queue("a", denied())]);
    assert_eq!(judged[0].1.gaps[0].action, "sqs:GetQueueAttributes");
    assert_eq!(judged[0].1.junit_type(), "AccessDenied");
    let judged = verdicts(&visibility(None, None), vec![queue("a", Fact::NotRead)]);
    assert_eq!(judged[0].1.summary, "attributes: never read");
}

#[test]
fn a_name_without_a_resource_fails_and_what_aws_made_is_left_out() {
    let check = visibility(None, Some(&["a*", "x"]));
    let resources = vec![queue("a1", timeout(900, false)), queue("b", timeout(900, false))];
    assert_eq!(
        outcomes(&check, resources),
        [("a1".to_owned(), Outcome::Pass), ("x".to_owned(), Outcome::Fail)]
    );
    let mut own = queue("a", timeout(900, false));
    own.managed_by_aws = true;
    assert_eq!(outcomes(&visibility(None, None), vec![own]), []);
}

#[test]
fn needs_are_the_list_and_the_facts_that_are_named() {
    let needs = visibility(Some("'Team' in self.tags"), None).needs().all();
    assert!(needs.wants_fact("aws_sqs_queue", "attributes"));
    assert!(needs.wants_fact("aws_sqs_queue", "tags"));
    let check = options(json!({
        "type": "aws_sqs_queue", "expression": "self.region == 'us-east-1'", "message": "another region",
    }));
    let needs = check.ok().unwrap().needs().all();
    assert!(needs.wants("aws_sqs_queue") && !needs.wants_fact("aws_sqs_queue", "attributes"));
}

#[test]
fn long_values_are_cut() {
    let mut long = queue("a", timeout(30, false));
    long.tags = Fact::Known(Tags::from([("Team".to_owned(), "ä".repeat(300))]));
    let check = options(json!({
        "type": "aws_sqs_queue", "expression": "self.tags['Team'] == 'core'", "message": "another team",
    }));
    let judged = verdicts(&check.ok().unwrap(), vec![long]);
    assert_eq!(judged[0].1.evidence[0].value.chars().count(), 201);
}

#[test]
fn every_mistake_of_every_option_is_told() {
    let mistakes = options(json!({
        "type": "aws_sqs_quue",
        "where": "self.attributes.fifo_queue ==",
        "expression": "slf.name == 'a'",
        "message": "no",
    }))
    .err()
    .unwrap();
    let told: Vec<_> = mistakes
        .iter()
        .map(|mistake| (&*mistake.pointer, mistake.code))
        .collect();
    assert_eq!(
        told,
        [
            ("/type", "unknown-resource-type"),
            ("/where", "bad-expression"),
            ("/expression", "unknown-name"),
        ]
    );
    let mistakes = options(json!({
        "type": "aws_sqs_queue",
        "expression": "self.atributes.visibility_timeout >= 900",
        "message": "no",
    }));
    let expected = Mistake::new(
        "/expression",
        "unknown-field",
        "`self` has no field `atributes`",
        "at column 6 of the expression",
    );
    assert_eq!(
        mistakes.err(),
        Some(vec![expected.help("did you mean `attributes`?")])
    );
}

#[test]
fn the_expressions_of_the_documentation_are_accepted() {
    for (type_name, expression) in [
        ("aws_sqs_queue", "!self.attributes.fifo_queue"),
        (
            "aws_sqs_queue",
            "self.attributes.max_receive_count != null && self.attributes.max_receive_count <= 5",
        ),
        (
            "aws_sqs_queue",
            r#""CostCenter" in self.tags && self.tags["CostCenter"].startsWith("cc-")"#,
        ),
        (
            "aws_route_table",
            r#"self.routes.all(route, route.state == "active")"#,
        ),
        ("aws_iam_role", r#"self.name.matches("^[a-z-]+$")"#),
        (
            "aws_vpc",
            r#"size(self.cidr_blocks) == 1 && self.state in ["available", "pending"]"#,
        ),
    ] {
        let with = json!({ "type": type_name, "expression": expression, "message": "no" });
        assert_eq!(options(with).err(), None, "{expression}");
    }
}

#[test]
fn no_resource_type_hides_fields_from_the_check_of_expressions() {
    for info in RESOURCE_TYPES {
        let schema = info.schema().to_string();
        assert!(!schema.contains("$ref"), "{}: {schema}", info.name);
    }
}
