//! Changes that follow from the checks: whatever must exist is deleted, whatever must be tagged loses a tag, and
//! each type whose names follow a pattern gets a resource of another name.

use serde_json::Value;
use stackproof::check::{EvidenceBase, Outcome};
use stackproof::config::Suite;
use stackproof::engine;
use stackproof::formats::NameGlob;
use stackproof::inventory::{Inventory, RESOURCE_TYPES, Resource};
use stackproof::probe::ProbeResults;
use stackproof::source::snapshot;
use std::collections::BTreeSet;

use super::{Mutation, delete, iam, monitoring, mutation, rogue, untag};
use crate::Failure;
use crate::account::TAGS;
use crate::binary::{against, run};
use crate::sandbox::{ACCOUNT, Sandbox};

/// The account as it is now.
pub fn recorded(sandbox: &Sandbox) -> Result<Inventory, Failure> {
    let path = sandbox.scratch.path().join("before-mutations.json");
    let text = path.display().to_string();
    run(against(
        sandbox,
        &["snapshot", "dev", "--account-id", ACCOUNT, "-o", &text],
    ))?
    .expect_code(0)?;
    Ok(snapshot::read(&path, "dev", Some(ACCOUNT))?.inventory)
}

/// For every name that an `exists` check demands: everything of that name is deleted.
///
/// That check must fail on the name. What else must fail is what the checks say of the inventory without the
/// resources, nothing more and nothing less. The deletions of a check are made together when together they fail the
/// very tests that they fail one by one.
pub fn deletions(suite: &Suite, inventory: &Inventory) -> Result<Vec<Vec<Mutation>>, Failure> {
    let before = failures(suite, inventory);
    let newly_failed = |gone: &[Resource]| -> BTreeSet<String> {
        let without = without(inventory, gone);
        failures(suite, &without).difference(&before).cloned().collect()
    };
    let mut batches = Vec::new();
    let of_dev = suite.checks.iter().filter(|spec| spec.excluded.is_none());
    for spec in of_dev.filter(|spec| spec.kind.name == "exists") {
        let mut mutations = Vec::new();
        let (mut all_gone, mut all_fails) = (Vec::new(), BTreeSet::new());
        // Without any resource the subjects are the names themselves.
        for subject in spec.check.subjects(&Inventory::default()) {
            let type_name = subject.resource_type.clone().ok_or("a name without a type")?;
            let glob: NameGlob = subject.name.parse()?;
            let named = inventory
                .of_type(&type_name)
                .filter(|resource| glob.matches(resource.label()));
            let gone: Vec<Resource> = named.cloned().collect();
            if gone.is_empty() {
                return Err(format!("no {type_name} is named {glob}").into());
            }
            let mut fails = newly_failed(&gone);
            fails.insert(format!("{}::{}", spec.settings.id, subject.name));
            all_gone.extend(gone.iter().cloned());
            all_fails.extend(fails.iter().cloned());
            let fails: Vec<&str> = fails.iter().map(String::as_str).collect();
            mutations.push(mutation(
                format!("deleted: {type_name} {glob}"),
                &fails,
                move |account| {
                    gone.iter()
                        .try_for_each(|resource| delete::resource(account, resource))
                },
            ));
        }
        if newly_failed(&all_gone) == all_fails {
            batches.push(mutations);
        } else {
            batches.extend(mutations.into_iter().map(|mutation| vec![mutation]));
        }
    }
    Ok(batches)
}

fn without(inventory: &Inventory, gone: &[Resource]) -> Inventory {
    let stays = |resource: &&Resource| !gone.contains(resource) && !goes_with(resource, gone);
    Inventory {
        resources: inventory.resources.iter().filter(stays).cloned().collect(),
        ..inventory.clone()
    }
}

/// Whether AWS deletes the resource with one of the others: the stages of an API.
fn goes_with(resource: &Resource, gone: &[Resource]) -> bool {
    let value = serde_json::to_value(&resource.details).unwrap_or(Value::Null);
    let api = value["aws_api_gateway_stage"]["rest_api_id"].as_str();
    api.is_some_and(|api| {
        let mut apis = gone
            .iter()
            .filter(|gone| gone.details.type_name() == "aws_api_gateway_rest_api");
        apis.any(|gone| gone.id == api)
    })
}

fn failures(suite: &Suite, inventory: &Inventory) -> BTreeSet<String> {
    let probes = ProbeResults::default();
    let evidence = EvidenceBase {
        inventory,
        probes: &probes,
    };
    engine::expand(&suite.checks, inventory)
        .iter()
        // What has no endpoint is not asked here.
        .filter(|case| case.spec.kind.name != "latency")
        .filter(|case| case.judge(&evidence).outcome == Outcome::Fail)
        .map(engine::Case::name)
        .collect()
}

/// Every role that a check holds to its grants gets one more grant, all at once: each fails its own check alone.
pub fn widened_roles(suite: &Suite, inventory: &Inventory) -> Vec<Mutation> {
    let specs = suite
        .checks
        .iter()
        .filter(|spec| spec.kind.name == "least-privilege");
    specs
        .flat_map(|spec| {
            let roles = spec.check.subjects(inventory).into_iter();
            roles.map(|role| {
                let fails = format!("{}::{}", spec.settings.id, role.name);
                let name = format!("widened: {}", role.name);
                mutation(name, &[fails.as_str()], move |account| {
                    iam::widen(account, &role.name)
                })
            })
        })
        .collect()
}

/// Every alarm goes off a thousand times later, all at once: each fails the checks of its own threshold alone.
pub fn deafened_alarms(suite: &Suite, inventory: &Inventory) -> Vec<Mutation> {
    let specs = suite.checks.iter().filter(|spec| spec.kind.name == "alarm");
    // This one holds where alarms go, whenever they do.
    let specs = specs.filter(|spec| spec.settings.id != "alarms-reach-somebody");
    specs
        .flat_map(|spec| {
            let alarms = spec.check.subjects(inventory).into_iter();
            alarms.map(|alarm| {
                let fails = format!("{}::{}", spec.settings.id, alarm.name);
                let name = format!("deafened: {}", alarm.name);
                mutation(name, &[fails.as_str()], move |account| {
                    monitoring::deafen(account, &alarm.name)
                })
            })
        })
        .collect()
}

/// Types whose tags the emulated account cannot take away, each with why; `tests/suite/leaves.rs` proves them.
const NEVER_UNTAGGED: &[(&str, &str)] = &[
    (
        "aws_api_gateway_rest_api",
        "the emulated account untags stages only",
    ),
    ("aws_iam_policy", "the stack has none of its own"),
];

/// One resource of every taggable type loses one of the required tags.
pub fn untagged(suite: &Suite, inventory: &Inventory) -> Result<Vec<Mutation>, Failure> {
    let spec = suite.checks.iter().find(|spec| spec.kind.name == "tags");
    let id = spec
        .map(|spec| &spec.settings.id)
        .ok_or("no check of the kind `tags`")?;
    let cases = engine::expand(&suite.checks, inventory);
    let cases: Vec<_> = cases.iter().filter(|case| case.spec.settings.id == *id).collect();
    // The emulated account knows some EC2 resources by two ARNs, with the same id at their end.
    let twins = |resource: &Resource| -> BTreeSet<String> {
        let end = format!("/{}", resource.id);
        let in_ec2 = resource.arn.starts_with("arn:aws:ec2:");
        let same = |arn: &String| *arn == resource.arn || (in_ec2 && arn.ends_with(&end));
        let twins = cases
            .iter()
            .filter(|case| case.subject.arn.as_ref().is_some_and(same));
        twins.map(|case| case.name()).collect()
    };
    let mut mutations = Vec::new();
    for (index, info) in RESOURCE_TYPES.iter().filter(|info| info.taggable).enumerate() {
        if NEVER_UNTAGGED.iter().any(|(name, _)| *name == info.name) {
            continue;
        }
        let of_type = |arn: &str| {
            let mut cases = cases
                .iter()
                .filter(|case| case.subject.arn.as_deref() == Some(arn));
            cases.any(|case| case.subject.resource_type.as_deref() == Some(info.name))
        };
        let mut found = inventory
            .of_type(info.name)
            .filter(|resource| of_type(&resource.arn));
        let is_tagging = info.name == "aws_resourcegroupstaggingapi_resources";
        // What another service lists too stands there under its own type.
        let listed = |resource: &&Resource| {
            let other = |other: &Resource| resource.arn.ends_with(&format!("/{}", other.id));
            is_tagging
                && inventory
                    .resources
                    .iter()
                    .filter(|one| one.arn != resource.arn)
                    .any(other)
        };
        let resource = found.find(|resource| !listed(resource)).cloned();
        let resource = resource.ok_or_else(|| format!("{id} judges no {}", info.name))?;
        let fails = twins(&resource);
        let fails: Vec<&str> = fails.iter().map(String::as_str).collect();
        // Each type another one, so that each of them is missed somewhere.
        let (key, _) = TAGS[index % TAGS.len()];
        let title = format!("without {key}: {} {}", info.name, resource.label());
        mutations.push(mutation(title, &fails, move |account| {
            untag::resource(account, &resource, key)
        }));
    }
    Ok(mutations)
}

/// A resource under a name that follows no convention, of every type that has one.
pub fn rogues(suite: &Suite) -> Vec<Mutation> {
    let mut mutations = Vec::new();
    for spec in suite.checks.iter().filter(|spec| spec.kind.name == "naming") {
        for (type_name, _) in spec.check.needs().subjects.types() {
            let name = format!("rogue-{}", type_name.trim_start_matches("aws_").replace('_', "-"));
            let fails = format!("{}::{name}", spec.settings.id);
            mutations.push(mutation(
                format!("made: {type_name} {name}"),
                &[&fails],
                move |account| rogue::resource(account, type_name, &name),
            ));
        }
    }
    mutations
}
