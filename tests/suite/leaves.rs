//! Every leaf of the recorded inventory is changed, one at a time, and the shipped checks judge what is left.
//!
//! It proves that each check can fail, that no change makes one break or pass without evidence, and it tells which
//! leaves no check looks at: `docs/coverage.md`.

mod change;
mod coverage;

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use change::changes;
use coverage::Coverage;
use stackproof::check::{EvidenceBase, Outcome};
use stackproof::config::{self, CheckSpec, Suite};
use stackproof::engine;
use stackproof::inventory::needs::facts_of;
use stackproof::inventory::{Inventory, Resource, resource_type};
use stackproof::probe::ProbeResults;
use stackproof::source::snapshot;

/// Checks that no inventory can make fail, each with the test that does.
const ELSEWHERE: &[(&str, &str)] = &[(
    "health-latency",
    "judges answers and no inventory: `unhealthy_endpoint_fails` of the end-to-end tests",
)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn shipped() -> Suite {
    config::load(&root().join("checks"), "dev")
        .unwrap_or_else(|mistakes| panic!("{}", stackproof::diag::render_all(&mistakes, false)))
}

fn recorded() -> Inventory {
    let path = snapshot::recorded_path(&root().join("checks"), "dev");
    snapshot::read(&path, "dev", None).unwrap().inventory
}

/// What was learnt from the changes of some resources.
#[derive(Default)]
struct Learnt {
    coverage: Coverage,
    /// The checks that failed by a change.
    failed: BTreeSet<String>,
    /// How many changes were judged.
    changes: usize,
    /// What must never happen.
    wrong: BTreeSet<String>,
}

impl Learnt {
    /// A change of the leaf was judged, and these checks failed by it.
    fn saw(&mut self, type_name: &str, leaf: &str, failed: BTreeSet<String>) {
        self.changes += 1;
        self.coverage.saw(type_name, leaf, &failed);
        self.failed.extend(failed);
    }
}

#[expect(clippy::print_stderr, reason = "how long it took is looked for in the log")]
#[test]
fn every_check_fails_by_some_change_and_every_leaf_is_accounted_for() {
    let (suite, inventory) = (shipped(), recorded());
    let start = std::time::Instant::now();
    // Half of the processors, as tests beside this one time answers. Every so manieth resource to each thread: the
    // large ones stand together.
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = (processors / 2).clamp(1, 8);
    let mut learnt = Learnt::default();
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..threads)
            .map(|first| {
                let (suite, inventory) = (&suite, &inventory);
                scope.spawn(move || {
                    let mut learnt = Learnt::default();
                    for original in inventory.resources.iter().skip(first).step_by(threads) {
                        change_resource(suite, inventory, original, &mut learnt);
                    }
                    learnt
                })
            })
            .collect();
        for run in runs {
            let more = run.join().unwrap();
            learnt.coverage.merge(more.coverage);
            learnt.failed.extend(more.failed);
            learnt.changes += more.changes;
            learnt.wrong.extend(more.wrong);
        }
    });
    eprintln!(
        "{} changes judged in {:.1} s",
        learnt.changes,
        start.elapsed().as_secs_f64()
    );
    assert!(learnt.wrong.is_empty(), "{:#?}", learnt.wrong);
    let elsewhere: BTreeSet<&str> = ELSEWHERE.iter().map(|(id, _)| *id).collect();
    // Those of other environments only are made to fail there, by the end-to-end tests.
    let own = suite.checks.iter().filter(|spec| spec.excluded.is_none());
    let ids = own.map(|spec| spec.settings.id.as_str());
    let never: BTreeSet<&str> = ids.filter(|id| !learnt.failed.contains(*id)).collect();
    assert_eq!(
        never, elsewhere,
        "left: fails by no change; right: is proven to fail elsewhere"
    );
    assert!(learnt.changes > 1000, "{} changes", learnt.changes);
    learnt.coverage.expect(&root().join("docs/coverage.md"));
}

/// What the checks say of one resource, and of what leans on it.
struct Judge {
    /// The checks whose verdict on a resource leans on that resource alone, and what they see: the resources of its
    /// type and the others with its ARN. What they say of the rest cannot change.
    alone: (Vec<Arc<CheckSpec>>, Inventory),
    /// The checks that look at other resources too, and everything that they see.
    together: (Vec<Arc<CheckSpec>>, Inventory),
    original: Resource,
}

/// The outcome of one test.
#[derive(PartialEq)]
struct Judged {
    check: String,
    outcome: Outcome,
    /// Whether it is about the resource that is changed, under its own type.
    own: bool,
}

type Outcomes = BTreeMap<String, Judged>;

impl Judge {
    fn new(suite: &Suite, inventory: &Inventory, original: &Resource) -> Self {
        let type_name = original.details.type_name();
        let concerned = suite
            .checks
            .iter()
            .filter(|spec| spec.check.needs().all().wants(type_name));
        let (alone, together) = concerned
            .cloned()
            .partition(|spec| spec.check.needs().context.types().next().is_none());
        let near =
            |resource: &&Resource| resource.details.type_name() == type_name || resource.arn == original.arn;
        let near = Inventory {
            resources: inventory.resources.iter().filter(near).cloned().collect(),
            ..inventory.clone()
        };
        Self {
            alone: (alone, near),
            together: (together, inventory.clone()),
            original: original.clone(),
        }
    }

    /// The outcomes with another resource in the place of the original, or with none.
    fn with(&mut self, changed: Option<&Resource>, learnt: &mut Learnt) -> Outcomes {
        let mut outcomes = Outcomes::new();
        let original = &self.original;
        let is_original = |resource: &Resource| {
            resource.arn == original.arn && resource.details.type_name() == original.details.type_name()
        };
        for (checks, inventory) in [&mut self.alone, &mut self.together] {
            if checks.is_empty() {
                continue;
            }
            let index = inventory.resources.iter().position(is_original).unwrap();
            let kept = inventory.resources.remove(index);
            if let Some(changed) = changed {
                inventory.resources.insert(index, changed.clone());
            }
            judge(
                checks,
                inventory,
                changed.unwrap_or(original),
                learnt,
                &mut outcomes,
            );
            if changed.is_some() {
                inventory.resources.remove(index);
            }
            inventory.resources.insert(index, kept);
        }
        outcomes
    }
}

fn judge(
    checks: &[Arc<CheckSpec>],
    inventory: &Inventory,
    resource: &Resource,
    learnt: &mut Learnt,
    outcomes: &mut Outcomes,
) {
    let probes = ProbeResults::default();
    let evidence = EvidenceBase {
        inventory,
        probes: &probes,
    };
    let type_name = resource.details.type_name();
    for case in engine::expand(checks, inventory) {
        let verdict = case.judge(&evidence);
        if verdict.outcome == Outcome::Pass && verdict.evidence.is_empty() {
            learnt
                .wrong
                .insert(format!("{} passes without evidence", case.name()));
        }
        if verdict.summary.contains("the check itself broke") {
            learnt
                .wrong
                .insert(format!("{}: {}", case.name(), verdict.summary));
        }
        let judged = Judged {
            check: case.spec.settings.id.clone(),
            outcome: verdict.outcome,
            own: case.subject.arn.as_ref() == Some(&resource.arn)
                && case.subject.resource_type.as_deref() == Some(type_name),
        };
        outcomes.insert(case.name(), judged);
    }
}

/// Changes one resource in every way.
fn change_resource(suite: &Suite, inventory: &Inventory, original: &Resource, learnt: &mut Learnt) {
    let type_name = original.details.type_name();
    let mut judge = Judge::new(suite, inventory, original);
    let before = judge.with(Some(original), learnt);
    let after = judge.with(None, learnt);
    learnt.saw(type_name, "(the resource)", newly_failed(&before, &after));

    let donors: Vec<Value> = inventory
        .of_type(type_name)
        .filter(|resource| resource.arn != original.arn)
        .map(|resource| serde_json::to_value(resource).unwrap())
        .collect();
    let donate = |pointer: &str| {
        donors
            .iter()
            .find_map(|donor| donor.pointer(pointer)?.get(0).cloned())
    };
    for change in changes(&serde_json::to_value(original).unwrap(), &donate) {
        // What holds the leaves of the type is none itself.
        let Some(leaf) = leaf_of(type_name, &change.leaf) else {
            continue;
        };
        // Not every change is one that an inventory can hold: it has types.
        match serde_json::from_value::<Resource>(change.value) {
            Ok(changed) if changed != *original && changed.details.type_name() == type_name => {
                let failed = newly_failed(&before, &judge.with(Some(&changed), learnt));
                learnt.saw(type_name, leaf, failed);
            }
            _ => learnt.coverage.saw(type_name, leaf, &BTreeSet::new()),
        }
    }
    unread_facts(suite, &mut judge, learnt);
}

/// A fact that nobody read is no evidence: a check that needs it of this resource must not pass on it.
fn unread_facts(suite: &Suite, judge: &mut Judge, learnt: &mut Learnt) {
    let original = judge.original.clone();
    let type_name = original.details.type_name();
    for fact in facts_of(resource_type(type_name).unwrap()) {
        let mut changed = serde_json::to_value(&original).unwrap();
        let pointer = match fact.as_str() {
            "tags" => "/tags".to_owned(),
            own => format!("/details/{type_name}/{own}"),
        };
        *changed.pointer_mut(&pointer).unwrap() = json!({"$not_read": true});
        let changed: Resource = serde_json::from_value(changed).unwrap();
        for (name, judged) in judge.with(Some(&changed), learnt) {
            let spec = suite
                .checks
                .iter()
                .find(|spec| spec.settings.id == judged.check)
                .unwrap();
            let needs = spec.check.needs().all();
            let needed = needs.wants_fact_of(type_name, &fact, original.label());
            if judged.own && needed && judged.outcome == Outcome::Pass {
                learnt
                    .wrong
                    .insert(format!("{name} passes although `{fact}` was never read"));
            }
        }
    }
}

/// The checks with a failure that was not there before.
fn newly_failed(before: &Outcomes, after: &Outcomes) -> BTreeSet<String> {
    let fails = |outcomes: &Outcomes, name: &String| {
        outcomes
            .get(name)
            .is_some_and(|judged| judged.outcome == Outcome::Fail)
    };
    let failed = after
        .iter()
        .filter(|(name, _)| fails(after, name) && !fails(before, name));
    failed.map(|(_, judged)| judged.check.clone()).collect()
}

/// `details/aws_vpc/cidr_block` → `cidr_block`.
fn leaf_of<'a>(type_name: &str, leaf: &'a str) -> Option<&'a str> {
    match leaf.strip_prefix("details") {
        None => Some(leaf),
        Some(own) => own.strip_prefix('/')?.strip_prefix(type_name)?.strip_prefix('/'),
    }
}
