//! Who may assume a role: the trust policy, decided as any resource policy is.

use serde_json::{Value, json};
use std::collections::BTreeMap;

use crate::check::Assessment;
use crate::policy::contain::{self, Comparison, Compiled, Scope, Witness};
use crate::policy::rules::{NamedPolicy, PolicyKind};
use crate::policy::{PolicyDocument, Principal, Principals, public};

/// Conditions as in a policy: operator, key, values.
pub type Conditions = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// What is asked of trust policies.
pub struct Demands {
    assumed_by: Option<Vec<String>>,
    /// What every grant must carry, as in a policy.
    conditions: Conditions,
    confused_deputy: bool,
}

impl Demands {
    /// Nothing when the conditions are no conditions of a policy.
    pub fn new(
        assumed_by: Option<Vec<String>>,
        conditions: Conditions,
        confused_deputy: bool,
    ) -> Option<Self> {
        widest(
            assumed_by.as_deref().unwrap_or_default(),
            &conditions,
            "111122223333",
        )?;
        Some(Self {
            assumed_by,
            conditions,
            confused_deputy,
        })
    }

    /// Judges one trust policy of an account.
    pub fn judge(&self, text: &str, account: &str, assessment: &mut Assessment) {
        let document = match PolicyDocument::parse(text) {
            Ok(document) => document,
            Err(error) => {
                assessment.undetermined(format!("the trust policy cannot be understood: {error}"));
                return;
            }
        };
        if let Some(statement) = document
            .statements
            .iter()
            .find(|statement| statement.principals == Principals::Absent)
        {
            let place = statement.reference();
            assessment.undetermined(format!(
                "the trust policy cannot be understood: {place}: missing `Principal`"
            ));
            return;
        }
        let trust = [named(document)];
        assessment.saw(
            "trust policy",
            format!("{} statements", trust[0].document.statements.len()),
        );
        tell(
            &public::access(&trust),
            "public-trust",
            "anyone may assume the role",
            "a principal that is named",
            assessment,
        );
        let allowed = self
            .assumed_by
            .as_deref()
            .and_then(|list| widest(list, &self.conditions, account));
        if let Some(allowed) = &allowed {
            let allowed = std::slice::from_ref(allowed);
            let scope = Scope {
                every_principal: true,
                ..Scope::default()
            };
            let answer = contain::new_access(&Compiled::new(&trust), &Compiled::new(allowed), &scope);
            tell(
                &answer,
                "trust-not-allowed",
                "somebody else may assume the role",
                "only `assumed_by`",
                assessment,
            );
        }
        if self.confused_deputy {
            confused_deputies(&trust[0], assessment);
        }
    }
}

/// Every service that acts for whoever asks it.
fn confused_deputies(trust: &NamedPolicy, assessment: &mut Assessment) {
    const KEYS: [&str; 4] = [
        "aws:SourceArn",
        "aws:SourceAccount",
        "aws:SourceOrgID",
        "aws:SourceOrgPaths",
    ];
    for statement in &trust.document.statements {
        let Principals::Only(principals) = &statement.principals else {
            continue;
        };
        let service = principals.iter().find_map(|principal| match principal {
            Principal::Service(name) => Some(name),
            _ => None,
        });
        let bound = statement
            .conditions
            .iter()
            .any(|condition| KEYS.iter().any(|key| condition.key.eq_ignore_ascii_case(key)));
        if let Some(service) = service
            && statement.effect == crate::policy::Effect::Allow
            && !bound
        {
            assessment.differs(
                format!("confused-deputy: {service} may assume the role on behalf of any account"),
                "a condition on `aws:SourceArn` or `aws:SourceAccount`",
                format!("trust policy, {}: {}", statement.reference(), statement.compact()),
            );
        }
    }
}

fn tell(answer: &Comparison, rule: &str, what: &str, expected: &str, assessment: &mut Assessment) {
    let found = |witness: &Witness| format!("trust policy, {}: {}", witness.statement, witness.quote);
    let mut told = Vec::new();
    for witness in &answer.witnesses {
        // One finding for each statement and principal, whatever the actions.
        let who = witness.principal.as_deref().unwrap_or("somebody");
        let message = format!("{rule}: {what}, for one `{who}` by `{}`", witness.action);
        if !told.contains(&message) {
            assessment.differs(message.clone(), expected, found(witness));
            told.push(message);
        }
    }
    if answer.gave_up {
        assessment.undetermined("the trust policy is too large to be decided, so that nothing is proven");
    }
}

fn named(document: PolicyDocument) -> NamedPolicy {
    NamedPolicy {
        name: "trust policy".to_owned(),
        kind: PolicyKind::Inline,
        arn: None,
        document,
    }
}

/// A trust policy that lets all of these assume the role in every way, when the conditions hold.
fn widest(list: &[String], conditions: &Conditions, account: &str) -> Option<NamedPolicy> {
    let list: Vec<String> = list
        .iter()
        .map(|text| text.replace("{account}", account))
        .collect();
    let list = &list;
    let conditions: Conditions = conditions
        .iter()
        .map(|(operator, keys)| {
            let keys = keys.iter().map(|(key, values)| {
                let values = values.iter().map(|value| value.replace("{account}", account));
                (key.clone(), values.collect())
            });
            (operator.clone(), keys.collect())
        })
        .collect();
    let with = |kind: fn(&str) -> &'static str, name: &'static str| -> Vec<&String> {
        list.iter().filter(|text| kind(text) == name).collect()
    };
    let mut principal = serde_json::Map::new();
    for name in ["AWS", "Service", "Federated"] {
        let own = with(kind_of, name);
        if !own.is_empty() {
            principal.insert(name.to_owned(), json!(own));
        }
    }
    let (effect, principal) = if principal.is_empty() {
        ("Deny", Value::from("*"))
    } else {
        ("Allow", Value::Object(principal))
    };
    let mut statement = json!({ "Effect": effect, "Principal": principal, "Action": "*", "Resource": "*" });
    if effect == "Allow" && !conditions.is_empty() {
        statement["Condition"] = json!(conditions);
    }
    let text = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
    PolicyDocument::parse(&text).ok().map(named)
}

/// The element of `Principal` that a name belongs to.
fn kind_of(text: &str) -> &'static str {
    if text.contains(":saml-provider/") || text.contains(":oidc-provider/") {
        "Federated"
    } else if text.starts_with("arn:") || text == "*" || text.bytes().all(|byte| byte.is_ascii_digit()) {
        "AWS"
    } else if text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") {
        "Service"
    } else {
        "Federated"
    }
}
