//! `least-privilege`: roles hold no more than is allowed, and no way to more.

mod excess;
mod options;
mod trust;

pub use options::{EXAMPLE, Options};

use super::select;
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict, resource_of};
use crate::formats::NameGlob;
use crate::inventory::iam::{IamPolicy, IamRole};
use crate::inventory::{Inventory, Needs, Resource, ResourceType};
use crate::policy::rules::{self, NamedPolicy, PolicyKind};
use crate::policy::{Catalog, PolicyDocument};

/// Roles, and the most that they may do.
pub struct LeastPrivilege {
    roles: Vec<NameGlob>,
    rules: rules::Options,
    allow: Option<Vec<NamedPolicy>>,
    accept: Vec<String>,
    trust: trust::Demands,
}

impl Check for LeastPrivilege {
    fn needs(&self) -> CheckNeeds {
        CheckNeeds {
            subjects: Needs::none().list(IamRole::NAME),
            context: Needs::none().list(IamPolicy::NAME),
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        // AWS writes the policies of service-linked roles, and nobody else can.
        let mut subjects = select::subjects(inventory, IamRole::NAME, &self.roles);
        subjects.retain(|subject| !resource_of(inventory, subject).is_some_and(|role| role.managed_by_aws));
        subjects
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let Some(resource) = resource_of(evidence.inventory, subject) else {
            return select::absent(subject);
        };
        let Some(role) = IamRole::of(&resource.details) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        let policies = effective_policies(role, evidence.inventory, &mut assessment);
        assessment.saw("catalogue of actions", Catalog::get().date());
        for policy in &policies {
            assessment.saw(
                format!("policy {}", policy.name),
                format!("{} statements", policy.document.statements.len()),
            );
        }
        let within = self
            .allow
            .as_deref()
            .map(|allow| excess::judge(&policies, allow, &mut assessment));
        match rules::lint(&policies, &self.rules, Catalog::get()) {
            Err(gave_up) => {
                assessment.undetermined(gave_up.to_string());
            }
            Ok(violations) => {
                for violation in violations {
                    let settled = within == Some(true) && SETTLED.contains(&violation.rule);
                    if !settled && !self.accept.iter().any(|rule| rule == violation.rule) {
                        tell(&violation, &mut assessment);
                    }
                }
            }
        }
        self.trust.judge(
            &role.assume_role_policy_document,
            &evidence.inventory.account,
            &mut assessment,
        );
        let holds = match policies
            .iter()
            .filter(|policy| policy.kind != PolicyKind::Boundary)
            .count()
        {
            0 => "no policy grants anything".to_owned(),
            1 => "1 policy grants no more than declared".to_owned(),
            count => format!("{count} policies grant no more than declared"),
        };
        assessment.conclude(holds)
    }
}

/// Rules that ask for no more than an exact allowance that holds.
const SETTLED: [&str; 3] = ["not-resource", "wildcard-action-pattern", "wildcard-resource"];

fn tell(violation: &rules::Violation, assessment: &mut Assessment) {
    assessment.differs(
        format!("{}: {}", violation.rule, violation.message),
        "a narrower statement",
        format!(
            "policy {}, {}: {}",
            violation.policy, violation.statement, violation.quote
        ),
    );
}

/// Everything that grants the role something, or bounds it.
fn effective_policies(
    role: &IamRole,
    inventory: &Inventory,
    assessment: &mut Assessment,
) -> Vec<NamedPolicy> {
    let mut policies = Vec::new();
    let mut add = |name: &str, kind, arn: Option<&str>, text: &str| match PolicyDocument::parse(text) {
        Ok(document) => policies.push(NamedPolicy {
            name: name.to_owned(),
            kind,
            arn: arn.map(str::to_owned),
            document,
        }),
        Err(error) => {
            assessment.undetermined(format!("the policy {name} cannot be understood: {error}"));
        }
    };
    for inline in &role.inline_policies {
        add(
            &inline.policy_name,
            PolicyKind::Inline,
            None,
            &inline.policy_document,
        );
    }
    let mut unread = Vec::new();
    let boundary = role.permissions_boundary_arn.as_deref();
    let attached = role
        .attached_policies
        .iter()
        .map(|policy| policy.policy_arn.as_str());
    for (arn, is_boundary) in attached
        .map(|arn| (arn, false))
        .chain(boundary.map(|arn| (arn, true)))
    {
        let found: Option<(&Resource, &IamPolicy)> = inventory
            .of::<IamPolicy>()
            .find(|(resource, _)| resource.arn == arn);
        match found {
            None => unread.push((arn, is_boundary)),
            Some((resource, policy)) => {
                let kind = match (is_boundary, resource.managed_by_aws) {
                    (true, _) => PolicyKind::Boundary,
                    (false, true) => PolicyKind::AwsManaged,
                    (false, false) => PolicyKind::Managed,
                };
                add(resource.label(), kind, Some(arn), &policy.policy_document);
            }
        }
    }
    for (arn, is_boundary) in unread {
        let what = if is_boundary {
            "the permissions boundary"
        } else {
            "the attached policy"
        };
        assessment.undetermined(format!("{what} {arn} was not read"));
    }
    policies
}
