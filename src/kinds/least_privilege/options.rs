//! What a check of `least-privilege` says, and its mistakes.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::str::FromStr;

use super::{LeastPrivilege, trust};
use crate::formats::NameGlob;
use crate::kinds::{self, Mistake};
use crate::policy::rules::{self, DeclaredActions, NamedPolicy, PolicyKind};
use crate::policy::{ActionPattern, Catalog, PolicyDocument, PolicyError};

pub const EXAMPLE: &str = r#"id: iam-health-role
kind: least-privilege
title: The health function may look at its table, and no more
severity: critical
owner: platform
why: Whatever a function may do, whoever breaks into it may do.
fix: Narrow the statement in terraform/modules/lambda.
with:
  roles: ["${project}-health-${env}"]
  allow:
    - actions: ["dynamodb:DescribeTable"]
      resources: ["arn:aws:dynamodb:${region}:*:table/${project}-events-${env}"]
    - actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
      resources: ["*"]
  assumed_by: ["lambda.amazonaws.com"]
"#;

/// The policies of each role grant no more than is allowed, and leave no way to more.
///
/// All attached and inline policies of a role and its permissions boundary are one effective set. `allow` is decided
/// exactly: actions, resources, conditions, `NotAction`, `NotResource`, policy variables, a `Deny` and the boundary
/// are all heeded, and what is granted beyond it is named by an action and a resource. `actions` is the short form
/// that looks at action names alone; there a `Deny`, a condition or a boundary excuses nothing.
///
/// ## What is read
/// `iam:GetAccountAuthorizationDetails`, once for the whole account.
///
/// ## When it fails
/// Something is granted and not allowed. Or, whatever is allowed: a statement allows `*` or a whole service, or all but
/// some by `NotAction`; an administrator's permissions; a known way to more permissions, over all policies together;
/// `iam:PassRole` for every service; an ARN for an action that takes no resource, which grants nothing; a trust policy
/// that lets anyone assume the role, or somebody beside `assumed_by`. Unless `allow` is given and holds: `*` as resource
/// for an action that takes one, `NotResource`, a wildcard in an action. When a policy cannot be understood, an attached
/// one was not read, or a search had to be given up, the outcome is an error.
///
/// What is allowed and never granted is no failure, and told in the evidence.
///
/// ## What it cannot know
/// Resource policies that grant a role more, organisation and session policies that grant it less.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of roles, or globs.
    #[schemars(length(min = 1))]
    roles: Vec<NameGlob>,
    /// The most that the roles may do, exactly. An empty list is nothing at all.
    allow: Option<Vec<Allowed>>,
    /// The most that the roles may do, by actions alone, as `dynamodb:GetItem` or `dynamodb:Get*`. Without this and
    /// `allow` any named action may be granted.
    actions: Option<Vec<String>>,
    /// Actions that may be granted on `*` although they take a resource.
    #[serde(default)]
    any_resource: Vec<String>,
    /// Whether an action with a wildcard in it, as `s3:Get*`, is a violation too.
    #[serde(default = "yes")]
    forbid_action_patterns: bool,
    /// Rules that these roles may break, as `privilege-escalation` of a role that deploys.
    #[serde(default)]
    accept: Vec<String>,
    /// Who may assume the roles: services, accounts, ARNs of roles and users, identity providers. Without it anyone
    /// whom the trust policy names. `{account}` stands for the account that is read.
    assumed_by: Option<Vec<String>>,
    /// Conditions that every grant of the trust policy must carry, as in a policy: operator, key, values. `{account}`
    /// stands for the account that is read.
    #[serde(default)]
    assumed_when: trust::Conditions,
    /// Whether a service may assume the roles only on behalf of a named `aws:SourceArn` or `aws:SourceAccount`.
    #[serde(default)]
    confused_deputy: bool,
}

/// Actions that may be granted on resources.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Allowed {
    /// Actions, or patterns of actions.
    #[schemars(length(min = 1))]
    actions: Vec<String>,
    /// ARNs, with the wildcards of IAM policies.
    #[schemars(length(min = 1))]
    resources: Vec<String>,
    /// Conditions that a grant must carry, as in a policy: operator, key, values.
    #[serde(default)]
    conditions: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

const fn yes() -> bool {
    true
}

impl kinds::Options for Options {
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
        for (index, entry) in self.allow.iter().flatten().enumerate() {
            parse(&entry.actions, &format!("allow/{index}/actions"));
        }
        let allow = match self.allow.as_deref().map(allowance).transpose() {
            Ok(allow) => allow,
            Err(problem) => {
                // A wrong action is told by itself, at its own place.
                if mistakes.is_empty() {
                    mistakes.push(Mistake::new(
                        "/allow",
                        "bad-allowance",
                        "this is no allowance",
                        problem.to_string(),
                    ));
                }
                None
            }
        };
        if self.allow.is_some() && self.actions.is_some() {
            mistakes.push(Mistake::new(
                "/actions#",
                "two-allowances",
                "both `allow` and `actions`",
                "`allow` says it all",
            ));
        }
        for (index, id) in self.accept.iter().enumerate() {
            let known = || rules::RULES.iter().map(|rule| rule.id);
            if !known().any(|rule| rule == id) {
                let mistake = Mistake::new(
                    format!("/accept/{index}"),
                    "unknown-rule",
                    format!("there is no rule `{id}`"),
                    "not a rule of this kind",
                );
                mistakes.push(match crate::diag::closest(id, known()) {
                    Some(candidate) => mistake.help(format!("did you mean `{candidate}`?")),
                    None => mistake.help(format!(
                        "the rules are {}",
                        known().collect::<Vec<_>>().join(", ")
                    )),
                });
            }
        }
        let trust = demands(
            self.assumed_by,
            self.assumed_when,
            self.confused_deputy,
            &mut mistakes,
        );
        let Some(trust) = trust.filter(|_| mistakes.is_empty()) else {
            return Err(mistakes);
        };
        Ok(LeastPrivilege {
            roles: self.roles,
            rules: rules::Options {
                declared: declared.map(DeclaredActions::from_iter),
                exempt_actions,
                action_patterns: self.forbid_action_patterns,
            },
            allow,
            accept: self.accept,
            trust,
        })
    }
}

/// What is asked of trust policies; nothing, and the mistake, when that is no policy.
fn demands(
    assumed_by: Option<Vec<String>>,
    assumed_when: trust::Conditions,
    confused_deputy: bool,
    mistakes: &mut Vec<Mistake>,
) -> Option<trust::Demands> {
    if assumed_by.is_none() && !assumed_when.is_empty() {
        mistakes.push(
            Mistake::new(
                "/assumed_when#",
                "nobody-assumes",
                "conditions of nobody",
                "`assumed_by` is missing",
            )
            .help("name in `assumed_by` who may assume the roles under these conditions"),
        );
    }
    let trust = trust::Demands::new(assumed_by, assumed_when, confused_deputy);
    if trust.is_none() {
        mistakes.push(Mistake::new(
            "/assumed_when",
            "bad-conditions",
            "these are no conditions of a policy",
            "not an operator, a key and its values",
        ));
    }
    trust
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

/// The allowance as a policy of its own.
fn allowance(entries: &[Allowed]) -> Result<Vec<NamedPolicy>, PolicyError> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let statement = |entry: &Allowed| {
        json!({
            "Effect": "Allow",
            "Action": entry.actions,
            "Resource": entry.resources,
            "Condition": entry.conditions,
        })
    };
    let statements: Vec<_> = entries.iter().map(statement).collect();
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    Ok(vec![NamedPolicy {
        name: "allow".to_owned(),
        kind: PolicyKind::Inline,
        arn: None,
        document: PolicyDocument::parse(&text)?,
    }])
}
