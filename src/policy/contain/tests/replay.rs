//! Every witness replayed through `iam-rs`, an evaluator of single requests that shares no code
//! with this one: the candidate must allow it, and the reference must not.
//!
//! Conditions are left out, as a witness tells no request context.

use iam_rs::{Arn, Decision, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId};
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
    let request = IAMRequest::new(holder, action, Arn::parse(resource).unwrap());
    PolicyEvaluator::with_policies(vec![policy])
        .evaluate(&request)
        .unwrap()
        .decision
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
}
