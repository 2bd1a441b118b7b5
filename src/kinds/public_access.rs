//! `public-access`: resource policies grant nothing to the public, or to anyone unexpected.

mod acl;
mod sources;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use self::sources::{Found, SOURCES, Source};

use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict, resource_of};
use crate::formats::NameGlob;
use crate::inventory::{Inventory, Needs};
use crate::policy::contain::{self, Comparison, Compiled, Scope, Witness};
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
/// condition such as `aws:SecureTransport` narrows nothing. A `Deny` is heeded. An AWS service acts for whoever uses it,
/// so that a grant to one needs a condition that names the source.
///
/// A bucket grants by its access control list too. The list counts unless the object ownership is
/// `BucketOwnerEnforced`; its grants to the public count unless the bucket's public access block ignores them. A policy
/// that grants to the public fails whatever block stands before it, for one call takes the block away.
///
/// ## What is read
/// The list of the type, and the resources' policies; of buckets the access control list, the object ownership and the
/// public access block too.
///
/// ## When it fails
/// A statement grants something to the public or to a service on behalf of any account, or with `allow` to somebody or
/// of something that it does not name. A
/// resource without a policy grants nothing. When a policy cannot be understood, the outcome is an error.
///
/// ## What it cannot know
/// Whether a caller's own policies let it use what it is granted; organisation policies that take it back. Access
/// control lists of single objects, and access points.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The resource type: `aws_api_gateway_rest_api`, `aws_lambda_function`, `aws_s3_bucket`,
    /// `aws_secretsmanager_secret`, `aws_sns_topic`, `aws_sqs_queue` or `aws_vpc_endpoint`.
    #[serde(rename = "type")]
    type_name: String,
    /// Names of resources, or globs.
    #[schemars(length(min = 1))]
    names: Vec<NameGlob>,
    /// The widest grants that are right. Without it everything that is neither public nor on behalf of any account.
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
        acl::judge(resource, self.allow.is_some(), &mut assessment);
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
        if self.allow.is_none() {
            on_behalf(&policy, &answer, assessment);
        }
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

/// Services that do for any account what the policy grants.
fn on_behalf(policy: &[NamedPolicy], public: &Comparison, assessment: &mut Assessment) {
    // What everybody may do is told already.
    let told = |witness: &Witness| {
        public
            .witnesses
            .iter()
            .any(|other| other.statement == witness.statement)
    };
    let named = |witness: &&Witness| !told(witness);
    let answer = public::on_behalf_of_anyone(policy);
    for witness in answer.witnesses.iter().filter(named) {
        let service = witness.principal.as_deref().unwrap_or_default();
        assessment.differs(
            format!(
                "`{}` is granted to `{service}` on behalf of any account",
                witness.action
            ),
            "a condition on `aws:SourceArn` or `aws:SourceAccount`",
            format!("{}: {}", witness.statement, witness.quote),
        );
    }
    if answer.gave_up {
        assessment.undetermined("the policy is too large to be decided, so that nothing is proven");
    }
}

fn to(witness: &Witness) -> String {
    match witness.principal.as_deref() {
        None | Some("*") => String::new(),
        Some(principal) => format!(" for one `{principal}`"),
    }
}
