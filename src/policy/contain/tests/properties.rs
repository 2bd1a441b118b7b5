//! The decision against one that tries every request of a small universe, and laws that hold of
//! all policies.
//!
//! The universe holds every text that the patterns can tell apart, so that the brute force is the
//! truth: an answer "contained" that it refutes is a hole, one "not contained" that it cannot
//! confirm is a false alarm.

use proptest::prelude::*;

use super::*;

const ACTIONS: [&str; 8] = ["*", "a:*", "a:G*", "a:Get", "a:*t", "a:P?t", "b:Get", "b:*"];
const RESOURCES: [&str; 10] = ["*", "x*", "x", "?", "*y", "x?", "xy", "*x*", "x*y", "y"];
const CONDITIONS: [&str; 9] = [
    "",
    "",
    "",
    r#""StringEquals":{"k":"u"}"#,
    r#""StringNotEquals":{"k":"u"}"#,
    r#""StringLike":{"k":["u*","v"]}"#,
    r#""StringEqualsIfExists":{"k":["u","v"]}"#,
    r#""Null":{"k":"true"}"#,
    r#""StringEquals":{"k":"v"},"Bool":{"m":"true"}"#,
];

/// Every action, resource, `k` and `m` that the lists above tell apart.
const ASKED_ACTIONS: [&str; 10] = [
    "a:get", "a:gzt", "a:g", "a:gz", "a:pzt", "a:zt", "a:zzzt", "a:zz", "b:get", "b:zz",
];
const KEYS: [Option<&str>; 5] = [None, Some("u"), Some("v"), Some("uz"), Some("zz")];
const FLAGS: [Option<&str>; 3] = [None, Some("true"), Some("false")];

fn asked_resources() -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut last = texts.clone();
    for _ in 0..4 {
        last = last
            .iter()
            .flat_map(|text| ["x", "y", "z"].map(|letter| format!("{text}{letter}")))
            .collect();
        texts.extend(last.iter().cloned());
    }
    texts.remove(0);
    texts
}

#[derive(Debug, Clone)]
struct Spec {
    allow: bool,
    not_action: bool,
    actions: Vec<usize>,
    not_resource: bool,
    resources: Vec<usize>,
    condition: usize,
}

impl Spec {
    fn json(&self) -> String {
        let pick =
            |indexes: &[usize], from: &[&str]| list(&indexes.iter().map(|at| from[*at]).collect::<Vec<_>>());
        format!(
            r#"{{"Effect":"{}","{}Action":{},"{}Resource":{},"Condition":{{{}}}}}"#,
            if self.allow { "Allow" } else { "Deny" },
            if self.not_action { "Not" } else { "" },
            pick(&self.actions, &ACTIONS),
            if self.not_resource { "Not" } else { "" },
            pick(&self.resources, &RESOURCES),
            CONDITIONS[self.condition],
        )
    }
}

fn spec() -> impl Strategy<Value = Spec> {
    let some = |count: usize| prop::collection::vec(0..count, 1..3);
    let rarely = || prop::bool::weighted(0.2);
    (
        prop::bool::weighted(0.7),
        rarely(),
        some(ACTIONS.len()),
        rarely(),
        some(RESOURCES.len()),
        0..CONDITIONS.len(),
    )
        .prop_map(
            |(allow, not_action, actions, not_resource, resources, condition)| Spec {
                allow,
                not_action,
                actions,
                not_resource,
                resources,
                condition,
            },
        )
}

fn policy_of(specs: &[Spec]) -> NamedPolicy {
    policy(&specs.iter().map(Spec::json).collect::<Vec<_>>().join(","))
}

/// One glob by trying every split: slow and plain.
pub(super) fn plainly_matches(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|at| plainly_matches(rest, &text[at..])),
        Some((b'?', rest)) => text
            .split_first()
            .is_some_and(|(_, after)| plainly_matches(rest, after)),
        Some((own, rest)) => text
            .split_first()
            .is_some_and(|(first, after)| first.eq_ignore_ascii_case(own) && plainly_matches(rest, after)),
    }
}

fn condition_holds(index: usize, k: Option<&str>, m: Option<&str>) -> bool {
    match index {
        0..=2 => true,
        3 => k == Some("u"),
        4 => k != Some("u"),
        5 => k.is_some_and(|value| value.starts_with('u') || value == "v"),
        6 => k.is_none_or(|value| value == "u" || value == "v"),
        7 => k.is_none(),
        _ => k == Some("v") && m == Some("true"),
    }
}

/// Bits over the contexts in which a statement speaks about a request.
fn contexts(spec: &Spec) -> u32 {
    let mut bits = 0;
    for (at, k) in KEYS.iter().enumerate() {
        for (of, m) in FLAGS.iter().enumerate() {
            if condition_holds(spec.condition, *k, *m) {
                bits |= 1 << (at * FLAGS.len() + of);
            }
        }
    }
    bits
}

fn granted(specs: &[Spec], action: &str, resource: &str) -> u32 {
    let (mut allowed, mut denied) = (0, 0);
    for spec in specs {
        let in_action = spec
            .actions
            .iter()
            .any(|at| ACTIONS[*at] == "*" || plainly_matches(ACTIONS[*at].as_bytes(), action.as_bytes()));
        let in_resource = spec
            .resources
            .iter()
            .any(|at| plainly_matches(RESOURCES[*at].as_bytes(), resource.as_bytes()));
        if in_action != spec.not_action && in_resource != spec.not_resource {
            *(if spec.allow { &mut allowed } else { &mut denied }) |= contexts(spec);
        }
    }
    allowed & !denied
}

fn brute_force(reference: &[Spec], candidate: &[Spec], resources: &[String]) -> bool {
    ASKED_ACTIONS.iter().chain(&["c:zz"]).all(|action| {
        resources
            .iter()
            .all(|resource| granted(candidate, action, resource) & !granted(reference, action, resource) == 0)
    })
}

fn engine(reference: &[Spec], candidate: &[Spec]) -> bool {
    compare(&[policy_of(reference)], &[policy_of(candidate)]).is_contained()
}

/// 2,000 by default; the benchmark asks for a million.
pub(super) fn cases() -> ProptestConfig {
    let cases = option_env!("STACKPROOF_POLICY_CASES").and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(2_000),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn agrees_with_brute_force(
        reference in prop::collection::vec(spec(), 1..4),
        candidate in prop::collection::vec(spec(), 1..4),
    ) {
        let resources = asked_resources();
        prop_assert_eq!(engine(&reference, &candidate), brute_force(&reference, &candidate, &resources));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_policy_is_within_itself(specs in prop::collection::vec(spec(), 1..6)) {
        prop_assert!(engine(&specs, &specs));
    }

    #[test]
    fn more_allowed_is_never_less(
        reference in prop::collection::vec(spec(), 1..4),
        candidate in prop::collection::vec(spec(), 1..4),
        mut more in spec(),
    ) {
        let before = engine(&reference, &candidate);
        more.allow = true;
        let mut wider = candidate.clone();
        wider.push(more.clone());
        prop_assert!(before || !engine(&reference, &wider), "an Allow turned FAIL into PASS");
        more.allow = false;
        let mut narrower = candidate;
        narrower.push(more);
        prop_assert!(!before || engine(&reference, &narrower), "a Deny turned PASS into FAIL");
    }
}
