//! Every witness replayed through `iam-rs`, an evaluator of single requests that shares no code
//! with this one: the candidate must allow it, and the reference must not.
//!
//! A witness tells no request context, so that under conditions there must be one among those that
//! the conditions tell apart. Not replayed: callers without credentials, identity providers and
//! what is known of a principal's own keys, which that crate cannot express.

use iam_rs::{Arn, Context, Decision, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId};
use proptest::prelude::*;

use super::*;

const ACTIONS: [&str; 7] = [
    "s3:GetObject",
    "s3:Get*",
    "s3:*",
    "s3:Put?bject",
    "sqs:*",
    "sqs:SendMessage",
    "*",
];
const RESOURCES: [&str; 8] = [
    "*",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/a*",
    "arn:aws:s3:::buck?t/a",
    "arn:aws:sqs:us-east-1:123456789012:queue",
    "arn:aws:sqs:*:123456789012:q*",
    "arn:aws:sqs:us-east-1:*:queue",
    "arn:aws:s3:::*",
];

fn decision(text: &str, action: &str, resource: &str) -> Decision {
    let policy = IAMPolicy::from_json(text).unwrap();
    let holder = Principal::Aws(PrincipalId::String("arn:aws:iam::123456789012:user/u".to_owned()));
    decide(
        policy,
        &IAMRequest::new(holder, action, Arn::parse(resource).unwrap()),
    )
}

fn decide(policy: IAMPolicy, request: &IAMRequest) -> Decision {
    PolicyEvaluator::with_policies(vec![policy])
        .evaluate(request)
        .unwrap()
        .decision
}

// `{"AWS":"*"}` and accounts are not among them: the crate does not take the one for everyone, nor the
// other for all roles of the account, as AWS does.
const PRINCIPALS: [&str; 7] = [
    r#""Principal":"*""#,
    r#""Principal":{"AWS":"arn:aws:iam::111122223333:role/r*"}"#,
    r#""Principal":{"AWS":"arn:aws:iam::111122223333:role/r"}"#,
    r#""Principal":{"AWS":["arn:aws:iam::111122223333:role/s","arn:aws:iam::444455556666:user/u"]}"#,
    r#""Principal":{"Service":"sns.amazonaws.com"}"#,
    r#""Principal":{"Service":["sns.amazonaws.com","s3.amazonaws.com"]}"#,
    r#""NotPrincipal":{"AWS":"arn:aws:iam::111122223333:role/r"}"#,
];
const CONDITIONS: [&str; 10] = [
    "",
    "",
    "",
    r#""StringEquals":{"k":"u"}"#,
    r#""StringEquals":{"k":["u","v"]}"#,
    r#""StringNotEquals":{"k":"u"}"#,
    r#""StringLike":{"k":["u*","v"]}"#,
    r#""StringNotLike":{"k":"u*"}"#,
    r#""StringEqualsIfExists":{"k":"u"}"#,
    r#""StringEquals":{"k":"u","m":"v"}"#,
];
/// Every value of a key that the conditions tell apart.
const VALUES: [Option<&str>; 5] = [None, Some("u"), Some("v"), Some("uz"), Some("zz")];

fn guarded() -> impl Strategy<Value = String> {
    let one = (
        prop::bool::weighted(0.75),
        prop::sample::select(&RESOURCES[..]),
        prop::sample::select(&PRINCIPALS[..]),
        prop::sample::select(&CONDITIONS[..]),
    )
        .prop_map(|(allows, resource, principal, condition)| {
            let rest = format!(r#",{principal},"Condition":{{{condition}}}"#);
            statement(
                if allows { "Allow" } else { "Deny" },
                &["s3:*", "sqs:SendMessage"],
                &[resource],
                &rest,
            )
        });
    prop::collection::vec(one, 1..4).prop_map(|list| list.join(","))
}

/// Whether in one context the candidate allows and the reference does not.
fn confirmed(reference: &str, candidate: &str, action: &str, resource: &str, principal: &Principal) -> bool {
    let contexts = VALUES.iter().flat_map(|k| VALUES.iter().map(move |m| (k, m)));
    contexts.into_iter().any(|(k, m)| {
        let mut context = Context::new();
        for (key, value) in [("k", k), ("m", m)] {
            if let Some(value) = value {
                context = context.with_string(key, *value);
            }
        }
        let allowed = |text: &str| {
            let policy = IAMPolicy::from_json(text).unwrap();
            let arn = Arn::parse(resource).unwrap();
            let request = IAMRequest::new_with_context(principal.clone(), action, arn, context.clone());
            decide(policy, &request) == Decision::Allow
        };
        allowed(candidate) && !allowed(reference)
    })
}

fn statements() -> impl Strategy<Value = String> {
    let pick = |from: &'static [&'static str]| prop::collection::vec(prop::sample::select(from), 1..4);
    let one = (prop::bool::weighted(0.75), pick(&ACTIONS), pick(&RESOURCES)).prop_map(
        |(allows, actions, resources)| {
            statement(if allows { "Allow" } else { "Deny" }, &actions, &resources, "")
        },
    );
    prop::collection::vec(one, 1..5).prop_map(|list| list.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_independent_evaluator_confirms_every_witness(reference in statements(), candidate in statements()) {
        for (action, resource) in witnesses(&reference, &candidate) {
            // `*` stands for a resource that no pattern but `*` matches; the crate asks for an ARN.
            let resource = if resource == "*" { "arn:aws:zz:zz:000000000000:zz".to_owned() } else { resource };
            if !Arn::parse(&resource).is_ok_and(|arn| arn.is_valid()) {
                continue;
            }
            let text = |list: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{list}]}}"#);
            prop_assert_eq!(decision(&text(&candidate), &action, &resource), Decision::Allow, "{} on {}", action, resource);
            prop_assert_ne!(decision(&text(&reference), &action, &resource), Decision::Allow, "{} on {}", action, resource);
        }
    }

    #[test]
    fn with_principals_and_conditions_too(reference in guarded(), candidate in guarded()) {
        let sides = [policy(&candidate), policy(&reference)];
        let (granted, allowed) = (Compiled::new(&sides[..1]), Compiled::new(&sides[1..]));
        let scope = Scope { every_principal: true, ..Scope::default() };
        for witness in new_access(&granted, &allowed, &scope).witnesses {
            let Some(principal) = witness.principal.map(PrincipalId::String) else { continue };
            let principal = match &principal {
                PrincipalId::String(text) if text.starts_with("arn:") => Principal::Aws(principal),
                PrincipalId::String(text) if text.ends_with(".amazonaws.com") => Principal::Service(principal),
                _ => continue,
            };
            let resource = if witness.resource == "*" { "arn:aws:zz:zz:000000000000:zz".to_owned() } else { witness.resource };
            if !Arn::parse(&resource).is_ok_and(|arn| arn.is_valid()) {
                continue;
            }
            let text = |list: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{list}]}}"#);
            prop_assert!(
                confirmed(&text(&reference), &text(&candidate), &witness.action, &resource, &principal),
                "{} on {} by {:?}", witness.action, resource, principal
            );
        }
    }
}
