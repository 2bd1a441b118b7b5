//! `least-privilege`: roles hold no more than the declared actions, on no more than named resources.

use schemars::JsonSchema;
use serde::Deserialize;
use std::str::FromStr;

use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict, resource_of};
use crate::formats::NameGlob;
use crate::inventory::iam::{IamPolicy, IamRole};
use crate::inventory::{Inventory, Needs, Resource, ResourceType};
use crate::policy::rules::{self, DeclaredActions, NamedPolicy, PolicyKind};
use crate::policy::{ActionPattern, Catalog, PolicyDocument};

pub const EXAMPLE: &str = r#"id: iam-health-role
kind: least-privilege
title: The health function may look at its table, and no more
severity: critical
owner: platform
why: Whatever a function may do, whoever breaks into it may do.
fix: Narrow the statement in terraform/modules/lambda.
with:
  roles: ["${project}-health-${env}"]
  actions:
    - dynamodb:DescribeTable
    - logs:CreateLogStream
    - logs:PutLogEvents
"#;

/// The policies of each role grant only declared actions, none of them by a wildcard, and name the resources.
///
/// All attached and inline policies of a role are one effective set. A `Deny`, a condition or a permissions
/// boundary excuses nothing here: this kind errs towards a finding.
///
/// ## What is read
/// `iam:GetAccountAuthorizationDetails`, once for the whole account.
///
/// ## When it fails
/// A statement allows `*` or a whole service; allows `*` as resource for an action that takes one; allows by
/// `NotAction` or `NotResource`; or allows an action that is not declared. When a policy cannot be understood, or
/// an attached one was not read, the outcome is an error.
///
/// ## What it cannot know
/// Resource policies that grant a role more, organisation policies that grant it less.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of roles, or globs.
    #[schemars(length(min = 1))]
    roles: Vec<NameGlob>,
    /// The most that the roles may do: actions, or patterns of actions as `dynamodb:Get*`. Without it any named
    /// action may be granted.
    actions: Option<Vec<String>>,
    /// Actions that may be granted on `*` although they take a resource.
    #[serde(default)]
    any_resource: Vec<String>,
    /// Whether an action with a wildcard in it, as `s3:Get*`, is a violation too.
    #[serde(default = "yes")]
    forbid_action_patterns: bool,
}

const fn yes() -> bool {
    true
}

/// Roles, and the most that they may do.
pub struct LeastPrivilege {
    roles: Vec<NameGlob>,
    rules: rules::Options,
}

impl super::Options for Options {
    type Check = LeastPrivilege;

    fn into_check(self) -> Result<LeastPrivilege, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut parse = |list: &[String], name: &str| -> Vec<ActionPattern> {
            let mut patterns = Vec::new();
            for (index, text) in list.iter().enumerate() {
                match ActionPattern::from_str(text) {
                    Ok(pattern) => {
                        let known = Catalog::get().actions_matching(&pattern).next().is_some();
                        if !known {
                            mistakes.push(unknown_action(text, format!("/{name}/{index}"), &pattern));
                        }
                        patterns.push(pattern);
                    }
                    Err(problem) => mistakes.push(Mistake::new(
                        format!("/{name}/{index}"),
                        "bad-action",
                        format!("`{text}` is not an IAM action"),
                        problem.to_string(),
                    )),
                }
            }
            patterns
        };
        let declared = self.actions.as_deref().map(|list| parse(list, "actions"));
        let exempt_actions = parse(&self.any_resource, "any_resource");
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(LeastPrivilege {
            roles: self.roles,
            rules: rules::Options {
                declared: declared.map(DeclaredActions::from_iter),
                exempt_actions,
                action_patterns: self.forbid_action_patterns,
            },
        })
    }
}

fn unknown_action(text: &str, pointer: String, pattern: &ActionPattern) -> Mistake {
    let service: Vec<String> = Catalog::get()
        .actions()
        .iter()
        .filter(|action| action.service.eq_ignore_ascii_case(pattern.service()))
        .map(crate::policy::Action::id)
        .collect();
    let mistake = Mistake::new(
        pointer,
        "unknown-action",
        format!("`{text}` is no IAM action that AWS documents"),
        format!("not in the catalogue of {}", Catalog::get().date()),
    );
    if service.is_empty() {
        let unknown = format!("there is no service `{}`", pattern.service());
        return match crate::diag::closest(pattern.service(), Catalog::get().services()) {
            Some(candidate) => mistake.help(format!("{unknown}; did you mean `{candidate}`?")),
            None => mistake.help(unknown),
        };
    }
    match crate::diag::closest(text, service.iter().map(String::as_str)) {
        Some(candidate) => mistake.help(format!("did you mean `{candidate}`?")),
        None => mistake,
    }
}

impl Check for LeastPrivilege {
    fn needs(&self) -> CheckNeeds {
        CheckNeeds {
            subjects: Needs::none().list(IamRole::NAME),
            context: Needs::none().list(IamPolicy::NAME),
            probe: None,
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
        for violation in rules::check(&policies, &self.rules, Catalog::get()) {
            assessment.differs(
                format!("{}: {}", violation.rule, violation.message),
                "a narrower statement",
                format!(
                    "policy {}, {}: {}",
                    violation.policy, violation.statement, violation.quote
                ),
            );
        }
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
