//! Witnesses in words that a reader can try: fresh letters become plausible ones.

use super::pattern::{FRESH, Pattern, Shape};
use super::principals::Class;
use super::question::{Answer, Question};
use super::search;
use super::sides::{Sides, Signature};
use crate::policy::catalog::{Action, Catalog};
use crate::policy::document::{StatementRef, Version};
use crate::policy::rules::PolicyKind;

/// As many known actions as are tried for one that stands for a class.
const TRIED: usize = 4_000;

/// One thing that is granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// One action, as AWS writes it when the catalogue has it.
    pub action: String,
    /// The other named actions that are granted alike.
    pub also: Vec<String>,
    /// One resource.
    pub resource: String,
    /// One principal; none where policies name none.
    pub principal: Option<String>,
    /// The granting policy.
    pub policy: String,
    /// How the role has that policy.
    pub policy_kind: PolicyKind,
    /// The policy's ARN, when it has one.
    pub policy_arn: Option<String>,
    /// The granting statement.
    pub statement: StatementRef,
    /// The statement's JSON on one line.
    pub quote: String,
    /// Whether the statement grants under conditions only.
    pub conditional: bool,
}

/// Makes a witness out of an answer.
pub(super) fn make(
    sides: &Sides<'_, '_>,
    question: &Question<'_, '_>,
    bits: &Signature,
    actions: &[String],
    class: &Class,
    resource: String,
) -> Witness {
    let grant = question.allow;
    let (action, also) = name_actions(sides, bits, actions);
    let resource = plausible(question, &action, resource);
    let policy = sides.candidate.policies.get(grant.policy);
    Witness {
        action,
        also,
        resource,
        principal: class.text().map(|text| principal(&text)),
        policy: policy.map(|policy| policy.name.clone()).unwrap_or_default(),
        policy_kind: policy.map_or(PolicyKind::Inline, |policy| policy.kind),
        policy_arn: policy.and_then(|policy| policy.arn.clone()),
        statement: grant.statement.reference(),
        quote: grant.statement.compact(),
        conditional: !grant.atoms.is_empty(),
    }
}

/// One action to speak of, and the others that policies name.
fn name_actions(sides: &Sides<'_, '_>, bits: &Signature, actions: &[String]) -> (String, Vec<String>) {
    let catalog = Catalog::get();
    let proper = |action: &String| {
        let known = action
            .split_once(':')
            .and_then(|(service, name)| catalog.lookup(service, name));
        known.map_or_else(|| action.clone(), Action::id)
    };
    let mut named: Vec<String> = actions
        .iter()
        .filter(|action| !action.contains(FRESH))
        .map(proper)
        .collect();
    if !named.is_empty() {
        let first = named.remove(0);
        return (first, named);
    }
    let same = |text: &str| sides.of_action(text) == *bits;
    for action in actions {
        let (service, name) = action.split_once(':').unwrap_or((action, ""));
        let own = if service.contains(FRESH) {
            catalog.actions()
        } else {
            catalog.service(service)
        };
        let prefix = name.split(FRESH).next().unwrap_or_default();
        let known = own
            .iter()
            .filter(|known| {
                known
                    .name
                    .get(..prefix.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            })
            .take(TRIED)
            .find(|known| same(&known.id().to_ascii_lowercase()));
        if let Some(known) = known {
            return (known.id(), Vec::new());
        }
    }
    // An action that AWS does not have, or not yet.
    let instance = actions.first().cloned().unwrap_or_default();
    let text = ["unknown", "other", "x", "q", "z", "0", "_"]
        .iter()
        .map(|word| instance.replace(FRESH, word))
        .find(|text| same(text));
    (text.unwrap_or(instance), Vec::new())
}

/// A resource of the action's own kind when one answers the question as well, and no fresh letters.
fn plausible(question: &Question<'_, '_>, action: &str, shortest: String) -> String {
    let mut budget = search::BUDGET / 64;
    let mut resource = shortest;
    let known = action
        .split_once(':')
        .and_then(|(service, name)| Catalog::get().lookup(service, name));
    if let Some(known) = known.filter(|_| question.format.is_none()) {
        let globs = known.resources.iter().flat_map(|used| used.resource_type.globs());
        for glob in globs {
            let format = format(&glob);
            let asked = Question {
                boundary: question.boundary.clone(),
                denies: question.denies.clone(),
                covers: question.covers.clone(),
                forbids: question.forbids.clone(),
                format: Some(&format),
                ..*question
            };
            if let Answer::Resource(text) = asked.answer(&mut budget) {
                resource = text;
                break;
            }
        }
    }
    let by_place = by_segment(&resource);
    let candidates = std::iter::once(by_place)
        .chain(["x", "other", "0", "z9", "*"].map(|word| resource.replace(FRESH, word)));
    let same = |text: &String| question.same_answer(&resource, text);
    candidates.into_iter().find(same).unwrap_or(resource)
}

/// An ARN glob as a format: what its wildcards stand for is never empty.
pub(super) fn format(glob: &str) -> Pattern {
    Pattern::new(&glob.replace('*', "?*"), Shape::Arn, false, Version::V2008)
}

/// Fills the fresh places of an ARN as their segment asks for.
fn by_segment(resource: &str) -> String {
    if resource.chars().all(|character| character == FRESH) {
        return "*".to_owned();
    }
    let segments = resource.splitn(6, ':').enumerate();
    let filled: Vec<String> = segments
        .map(|(index, text)| {
            let whole = text.chars().all(|character| character == FRESH);
            match index {
                1 if whole && !text.is_empty() => "aws".to_owned(),
                3 if whole && !text.is_empty() => "us-east-1".to_owned(),
                4 if whole && !text.is_empty() => "999999999999".to_owned(),
                4 => text.replace(FRESH, "9"),
                _ => text.replace(FRESH, "x"),
            }
        })
        .collect();
    filled.join(":")
}

fn principal(text: &str) -> String {
    let account = text.replacen(&format!("::{FRESH}:"), "::999999999999:", 1);
    account.replace(FRESH, "x")
}
