//! What holds for every check and every inventory, whatever the kind.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use std::path::Path;

use crate::fixture::{self, judge};
use stackproof::check::Outcome;
use stackproof::config::{self, Suite};
use stackproof::inventory::{Coverage, Gap, Inventory, RESOURCE_TYPES, Reason, Resource, TypeCoverage};
use stackproof::probe::ProbeResults;

fn shipped(environment: &str) -> Suite {
    let checks = Path::new(env!("CARGO_MANIFEST_DIR")).join("checks");
    config::load(&checks, environment)
        .unwrap_or_else(|mistakes| panic!("{}", stackproof::diag::render_all(&mistakes, false)))
}

/// The outcomes of a suite without any answer of an endpoint, by test name.
fn outcomes(suite: &Suite, inventory: &Inventory) -> BTreeMap<String, Outcome> {
    let probes = ProbeResults::default();
    let evidence = stackproof::check::EvidenceBase {
        inventory,
        probes: &probes,
    };
    stackproof::engine::expand(&suite.checks, inventory)
        .iter()
        .map(|case| (case.name(), case.judge(&evidence).outcome))
        .collect()
}

fn inventory_with(coverage: &TypeCoverage) -> Inventory {
    let types = RESOURCE_TYPES
        .iter()
        .map(|info| (info.name.to_owned(), coverage.clone()));
    let coverage = Coverage {
        types: types.collect(),
        reads: Vec::new(),
    };
    Inventory::new(
        fixture::ACCOUNT.to_owned(),
        fixture::REGION.to_owned(),
        Vec::new(),
        coverage,
    )
}

#[test]
fn an_empty_account_that_was_read_completely_passes_no_check() {
    for environment in ["dev", "staging", "production"] {
        let suite = shipped(environment);
        let outcomes = outcomes(&suite, &inventory_with(&TypeCoverage::default()));
        for spec in &suite.checks {
            let id = &spec.settings.id;
            let own: Vec<Outcome> = outcomes
                .iter()
                .filter(|(name, _)| name.starts_with(&format!("{id}::")))
                .map(|(_, outcome)| *outcome)
                .collect();
            let expected = match &spec.excluded {
                Some(_) => Outcome::NotApplicable,
                None => Outcome::Fail,
            };
            assert!(
                !own.is_empty() && own.iter().all(|outcome| *outcome == expected),
                "{id}: {own:?}"
            );
        }
    }
}

#[test]
fn an_inventory_where_nothing_was_read_gives_only_errors() {
    // Every check is for production.
    let suite = shipped("production");
    let nothing = Inventory::default();
    let outcomes = outcomes(&suite, &nothing);
    assert!(outcomes.len() >= suite.checks.len());
    for (name, outcome) in outcomes {
        assert_eq!(outcome, Outcome::Error, "{name}");
    }
}

#[test]
fn an_inventory_where_every_list_was_denied_gives_only_errors() {
    let gap = Gap::new("ec2:DescribeVpcs", fixture::REGION, Reason::AccessDenied, "no");
    let coverage = TypeCoverage {
        gaps: vec![gap],
        ..TypeCoverage::default()
    };
    let outcomes = outcomes(&shipped("production"), &inventory_with(&coverage));
    for (name, outcome) in outcomes {
        assert_eq!(outcome, Outcome::Error, "{name}");
    }
}

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    for path in fixture::all() {
        let fixture = fixture::read(&path);
        let bytes = || serde_json::to_vec(&fixture.verdicts()).unwrap();
        assert_eq!(bytes(), bytes(), "{}", path.display());
    }
}

#[test]
fn the_order_in_which_resources_arrive_plays_no_part() {
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 12,
        ..ProptestConfig::default()
    });
    for path in fixture::all() {
        let fixture = fixture::read(&path);
        let suite = fixture.suite();
        let probes = fixture.probes(&suite);
        let inventory = fixture.inventory();
        let expected = judge(&suite, &inventory, &probes);
        let shuffled = Just(inventory.resources.clone()).prop_shuffle();
        runner
            .run(&shuffled, |resources| {
                // As a source hands them over: put in order, the bytes are the same.
                let sorted = remade(&inventory, resources.clone());
                prop_assert_eq!(&judge(&suite, &sorted, &probes), &expected);
                // As a hand-edited snapshot may have them: the outcomes are the same.
                let raw = Inventory {
                    resources,
                    ..inventory.clone()
                };
                prop_assert_eq!(counted(judge(&suite, &raw, &probes)), counted(expected.clone()));
                Ok(())
            })
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

fn remade(inventory: &Inventory, resources: Vec<Resource>) -> Inventory {
    Inventory::new(
        inventory.account.clone(),
        inventory.region.clone(),
        resources,
        inventory.coverage.clone(),
    )
}

/// How many problems, gaps and outcomes each subject has, whatever their order.
fn counted(verdicts: Vec<(String, stackproof::check::Verdict)>) -> Vec<(String, Outcome, usize, usize)> {
    let mut counted: Vec<_> = verdicts
        .into_iter()
        .map(|(subject, verdict)| {
            (
                subject,
                verdict.outcome,
                verdict.problems.len(),
                verdict.gaps.len(),
            )
        })
        .collect();
    counted.sort();
    counted
}

#[test]
fn every_test_of_the_shipped_checks_has_a_name_of_its_own() {
    let suite = shipped("dev");
    let inventory = inventory_with(&TypeCoverage::default());
    let cases = stackproof::engine::expand(&suite.checks, &inventory);
    let names: std::collections::BTreeSet<String> =
        cases.iter().map(stackproof::engine::Case::name).collect();
    assert_eq!(names.len(), cases.len());
}
