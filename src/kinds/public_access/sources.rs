//! The resource types that have policies, and where each keeps its own.

use crate::check::Assessment;
use crate::formats::NameGlob;
use crate::inventory::apigateway::RestApi;
use crate::inventory::ec2::VpcEndpoint;
use crate::inventory::lambda::LambdaFunction;
use crate::inventory::s3::S3Bucket;
use crate::inventory::secretsmanager::Secret;
use crate::inventory::sns::SnsTopic;
use crate::inventory::sqs::SqsQueue;
use crate::inventory::{Needs, Resource, ResourceType};

/// What a resource says about its policy.
pub(super) enum Found {
    /// One, or several that are judged together: a function's own and those of its aliases.
    Policies(Vec<String>),
    NoPolicy,
    /// Recorded in the assessment.
    Unread,
}

/// A type of resources that have policies: its name, what must be read, and where the policy is.
pub(super) struct Source {
    pub type_name: &'static str,
    pub needs: fn(&[NameGlob]) -> Needs,
    pub policy: fn(&Resource, &mut Assessment) -> Found,
}

/// Every such type; one more is one line, and a function that finds its policy.
pub(super) const SOURCES: [Source; 7] = [
    Source {
        type_name: RestApi::NAME,
        needs: |_| Needs::none().list(RestApi::NAME),
        policy: of_api,
    },
    Source {
        type_name: LambdaFunction::NAME,
        needs: |names| {
            fact(LambdaFunction::NAME, "policy", names).fact_of(LambdaFunction::NAME, "alias_policies", names)
        },
        policy: of_function,
    },
    Source {
        type_name: S3Bucket::NAME,
        // What an access control list grants counts as what the policy grants does.
        needs: |names| {
            ["policy", "grants", "object_ownership", "public_access_block"]
                .into_iter()
                .fold(Needs::none(), |needs, fact| {
                    needs.fact_of(S3Bucket::NAME, fact, names)
                })
        },
        policy: of_bucket,
    },
    Source {
        type_name: Secret::NAME,
        needs: |names| fact(Secret::NAME, "policy", names),
        policy: of_secret,
    },
    Source {
        type_name: SnsTopic::NAME,
        needs: |names| fact(SnsTopic::NAME, "attributes", names),
        policy: of_topic,
    },
    Source {
        type_name: SqsQueue::NAME,
        needs: |names| fact(SqsQueue::NAME, "attributes", names),
        policy: of_queue,
    },
    Source {
        type_name: VpcEndpoint::NAME,
        needs: |_| Needs::none().list(VpcEndpoint::NAME),
        policy: of_endpoint,
    },
];

fn fact(type_name: &'static str, name: &str, names: &[NameGlob]) -> Needs {
    Needs::none().fact_of(type_name, name, names)
}

fn of_api(resource: &Resource, _: &mut Assessment) -> Found {
    RestApi::of(&resource.details).map_or(Found::Unread, |api| optional(api.policy.as_ref()))
}

fn of_function(resource: &Resource, assessment: &mut Assessment) -> Found {
    let Some(function) = LambdaFunction::of(&resource.details) else {
        return Found::Unread;
    };
    let own = assessment.need("policy", &function.policy);
    let of_aliases = assessment.need("policies of aliases", &function.alias_policies);
    let (Some(own), Some(of_aliases)) = (own, of_aliases) else {
        return Found::Unread;
    };
    let policies: Vec<String> = own.iter().chain(of_aliases.values()).cloned().collect();
    if policies.is_empty() {
        Found::NoPolicy
    } else {
        Found::Policies(policies)
    }
}

fn of_bucket(resource: &Resource, assessment: &mut Assessment) -> Found {
    let policy = S3Bucket::of(&resource.details).and_then(|bucket| assessment.need("policy", &bucket.policy));
    policy.map_or(Found::Unread, |policy| optional(policy.as_ref()))
}

fn of_secret(resource: &Resource, assessment: &mut Assessment) -> Found {
    let policy = Secret::of(&resource.details).and_then(|secret| assessment.need("policy", &secret.policy));
    policy.map_or(Found::Unread, |policy| optional(policy.as_ref()))
}

fn of_topic(resource: &Resource, assessment: &mut Assessment) -> Found {
    let attributes =
        SnsTopic::of(&resource.details).and_then(|topic| assessment.need("attributes", &topic.attributes));
    attributes.map_or(Found::Unread, |attributes| optional(attributes.policy.as_ref()))
}

fn of_queue(resource: &Resource, assessment: &mut Assessment) -> Found {
    let attributes =
        SqsQueue::of(&resource.details).and_then(|queue| assessment.need("attributes", &queue.attributes));
    attributes.map_or(Found::Unread, |attributes| optional(attributes.policy.as_ref()))
}

fn of_endpoint(resource: &Resource, _: &mut Assessment) -> Found {
    VpcEndpoint::of(&resource.details).map_or(Found::Unread, |endpoint| {
        optional(endpoint.policy_document.as_ref())
    })
}

fn optional(policy: Option<&String>) -> Found {
    match policy.filter(|text| !text.is_empty()) {
        Some(text) => Found::Policies(vec![text.clone()]),
        None => Found::NoPolicy,
    }
}
