//! `public-access`: resource policies grant nothing to the public, or to anyone unexpected.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict, resource_of};
use crate::formats::NameGlob;
use crate::inventory::apigateway::RestApi;
use crate::inventory::ec2::VpcEndpoint;
use crate::inventory::lambda::LambdaFunction;
use crate::inventory::secretsmanager::Secret;
use crate::inventory::sns::SnsTopic;
use crate::inventory::sqs::SqsQueue;
use crate::inventory::{Inventory, Needs, Resource, ResourceType};
use crate::policy::contain::{self, Compiled, Scope, Witness};
use crate::policy::rules::{NamedPolicy, PolicyKind};
use crate::policy::{PolicyDocument, public};

pub const EXAMPLE: &str = r#"id: sqs-not-public
kind: public-access
title: Nobody outside the account reaches the queues
severity: critical
owner: platform
why: Whoever can send to a queue can feed our users made-up events.
fix: Narrow the queue policy in terraform/modules/sqs.
with:
  type: aws_sqs_queue
  names: ["${project}-*-${env}"]
"#;

/// The policy of each resource grants nothing to anyone at all, and nothing beyond what is allowed.
///
/// Public is what an unknown account or a caller without credentials may do. `aws:PrincipalOrgID`, `aws:SourceArn`,
/// `aws:SourceAccount`, `aws:SourceVpce`, an address block and their like narrow a grant when they name somebody; a
/// condition such as `aws:SecureTransport` narrows nothing. A `Deny` is heeded.
///
/// ## What is read
/// The list of the type, and the resources' policies.
///
/// ## When it fails
/// A statement grants something to the public, or with `allow` to somebody or of something that it does not name. A
/// resource without a policy grants nothing. When a policy cannot be understood, the outcome is an error.
///
/// ## What it cannot know
/// Whether a caller's own policies let it use what it is granted; organisation policies that take it back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The resource type: `aws_api_gateway_rest_api`, `aws_lambda_function`, `aws_secretsmanager_secret`,
    /// `aws_sns_topic`, `aws_sqs_queue` or `aws_vpc_endpoint`.
    #[serde(rename = "type")]
    type_name: String,
    /// Names of resources, or globs.
    #[schemars(length(min = 1))]
    names: Vec<NameGlob>,
    /// The widest grants that are right. Without it everything that is not public.
    allow: Option<Vec<Allowed>>,
}

/// What may be granted to whom.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Allowed {
    /// Accounts, and ARNs of roles and users; `*` is everyone, with `conditions` at best.
    #[serde(default)]
    principals: Vec<String>,
    /// AWS services.
    #[serde(default)]
    services: Vec<String>,
    /// Actions, or patterns of actions.
    #[schemars(length(min = 1))]
    actions: Vec<String>,
    /// Conditions that a grant must carry, as in a policy: operator, key, values.
    #[serde(default)]
    conditions: std::collections::BTreeMap<String, std::collections::BTreeMap<String, Vec<String>>>,
}

/// What a resource says about its policy.
enum Found {
    Policies(Vec<String>),
    NoPolicy,
    /// Recorded in the assessment.
    Unread,
}

/// A type of resources that have policies: its name, what must be read, and where the policy is.
struct Source {
    type_name: &'static str,
    needs: fn(&[NameGlob]) -> Needs,
    policy: fn(&Resource, &mut Assessment) -> Found,
}

/// Every such type; one more is one line, and a function that finds its policy.
const SOURCES: [Source; 6] = [
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

/// Resources of a type, and what their policies may grant.
pub struct PublicAccess {
    source: &'static Source,
    names: Vec<NameGlob>,
    allow: Option<NamedPolicy>,
}

impl super::Options for Options {
    type Check = PublicAccess;

    fn into_check(self) -> Result<PublicAccess, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let source = SOURCES.iter().find(|source| source.type_name == self.type_name);
        if source.is_none() {
            let known = || SOURCES.iter().map(|source| source.type_name);
            let title = format!("`{}` has no policy that can be read", self.type_name);
            let help = match crate::diag::closest(&self.type_name, known()) {
                Some(candidate) => format!("did you mean `{candidate}`?"),
                None => format!("the types are {}", known().collect::<Vec<_>>().join(", ")),
            };
            mistakes
                .push(Mistake::new("/type", "no-policy-type", title, "not a type with a policy").help(help));
        }
        let allow = match self.allow.as_deref().map(allowance).transpose() {
            Ok(allow) => allow,
            Err(error) => {
                mistakes.push(Mistake::new(
                    "/allow",
                    "bad-allowance",
                    "this is no allowance",
                    error.to_string(),
                ));
                None
            }
        };
        match source {
            Some(source) if mistakes.is_empty() => Ok(PublicAccess {
                source,
                names: self.names,
                allow,
            }),
            _ => Err(mistakes),
        }
    }
}

/// The allowance as a policy; of no entry it is one that denies everything.
fn allowance(entries: &[Allowed]) -> Result<NamedPolicy, crate::policy::PolicyError> {
    let statement = |entry: &Allowed| {
        let mut principal = serde_json::Map::new();
        for (kind, list) in [("AWS", &entry.principals), ("Service", &entry.services)] {
            if !list.is_empty() {
                principal.insert(kind.to_owned(), json!(list));
            }
        }
        json!({
            "Effect": "Allow", "Principal": principal, "Action": entry.actions, "Resource": "*",
            "Condition": entry.conditions,
        })
    };
    let mut statements: Vec<_> = entries.iter().map(statement).collect();
    if statements.is_empty() {
        statements.push(json!({ "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*" }));
    }
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    PolicyDocument::parse(&text).map(|document| named("allow", document))
}

fn named(name: &str, document: PolicyDocument) -> NamedPolicy {
    NamedPolicy {
        name: name.to_owned(),
        kind: PolicyKind::Inline,
        arn: None,
        document,
    }
}

impl Check for PublicAccess {
    fn needs(&self) -> CheckNeeds {
        CheckNeeds {
            subjects: (self.source.needs)(&self.names),
            context: Needs::none(),
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, self.source.type_name, &self.names)
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let Some(resource) = resource_of(evidence.inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        match (self.source.policy)(resource, &mut assessment) {
            Found::Unread => {}
            Found::NoPolicy => {
                assessment.saw("policy", "none");
            }
            Found::Policies(texts) => {
                for text in texts {
                    match PolicyDocument::parse(&text) {
                        Err(error) => {
                            assessment.undetermined(format!("the policy cannot be understood: {error}"));
                        }
                        Ok(document) => self.judge_policy(document, &mut assessment),
                    }
                }
            }
        }
        assessment.conclude("the policy grants nothing to anyone unexpected")
    }
}

impl PublicAccess {
    fn judge_policy(&self, document: PolicyDocument, assessment: &mut Assessment) {
        assessment.saw("policy", format!("{} statements", document.statements.len()));
        let policy = [named("policy", document)];
        let (answer, what) = match &self.allow {
            None => (public::access(&policy), "is granted to the public"),
            Some(allow) => {
                let allowed = std::slice::from_ref(allow);
                let scope = Scope {
                    every_principal: true,
                    ..Scope::default()
                };
                let answer = contain::new_access(&Compiled::new(&policy), &Compiled::new(allowed), &scope);
                (answer, "is granted and not allowed")
            }
        };
        for witness in &answer.witnesses {
            assessment.differs(
                format!("`{}`{} {what}", witness.action, to(witness)),
                "a principal or condition that names somebody",
                format!("{}: {}", witness.statement, witness.quote),
            );
        }
        if answer.gave_up {
            assessment.undetermined("the policy is too large to be decided, so that nothing is proven");
        }
    }
}

fn to(witness: &Witness) -> String {
    match witness.principal.as_deref() {
        None | Some("*") => String::new(),
        Some(principal) => format!(" for one `{principal}`"),
    }
}
