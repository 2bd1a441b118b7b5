//! Exactly who may call a function: its policy and those of its aliases, decided as one.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::super::Mistake;
use crate::check::Assessment;
use crate::formats::NameGlob;
use crate::inventory::apigateway::RestApi;
use crate::inventory::lambda::LambdaFunction;
use crate::inventory::{Inventory, Needs, ResourceType};
use crate::policy::PolicyDocument;
use crate::policy::contain::{self, Comparison, Compiled, Scope};
use crate::policy::rules::{NamedPolicy, PolicyKind};

/// Who may call a function.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invoker {
    /// AWS services, as `apigateway.amazonaws.com`.
    #[serde(default)]
    services: Vec<String>,
    /// Accounts, and ARNs of roles and users.
    #[serde(default)]
    principals: Vec<String>,
    /// The ARNs on whose behalf a service may call, with the wildcards of policies. `{account}` stands for the account
    /// that is read, `{api}` for the id of the REST API `api`.
    #[serde(default)]
    source_arns: Vec<String>,
    /// The name of the REST API whose id `{api}` stands for, or a glob.
    api: Option<NameGlob>,
    /// The alias that they may call; without it the function by any of its ARNs.
    alias: Option<String>,
}

impl Invoker {
    pub fn mistakes(&self, pointer: &str) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        if self.services.is_empty() && self.principals.is_empty() {
            mistakes.push(
                Mistake::new(
                    pointer,
                    "nobody",
                    "this entry lets nobody call",
                    "nobody is named",
                )
                .help("name `services` or `principals`"),
            );
        }
        if !self.services.is_empty() && self.source_arns.is_empty() {
            mistakes.push(
                Mistake::new(
                    pointer,
                    "confused-deputy",
                    "a service would call for whoever asks it, of any account",
                    "`source_arns` is missing",
                )
                .help("name the ARNs on whose behalf the service may call in `source_arns`"),
            );
        }
        let uses_api = self.source_arns.iter().any(|arn| arn.contains("{api}"));
        if uses_api != self.api.is_some() {
            mistakes.push(Mistake::new(
                pointer,
                "unused-api",
                "`api` and `{api}` belong together",
                if uses_api {
                    "`api` is missing"
                } else {
                    "no ARN holds `{api}`"
                },
            ));
        }
        for (index, arn) in self.source_arns.iter().enumerate() {
            if !arn.starts_with("arn:") {
                mistakes.push(Mistake::new(
                    format!("{pointer}/source_arns/{index}"),
                    "bad-arn",
                    format!("`{arn}` is no ARN"),
                    "an ARN begins with `arn:`",
                ));
            }
        }
        mistakes
    }

    pub fn needs(&self) -> Needs {
        if self.api.is_some() {
            Needs::none().list(RestApi::NAME)
        } else {
            Needs::none()
        }
    }

    /// The ARNs without placeholders; none when no API has the name.
    fn arns(&self, inventory: &Inventory) -> Vec<String> {
        let apis: Vec<&str> = inventory
            .of::<RestApi>()
            .filter(|(resource, _)| self.api.as_ref().is_some_and(|api| api.matches(resource.label())))
            .map(|(resource, _)| resource.id.as_str())
            .collect();
        let mut arns = Vec::new();
        for arn in &self.source_arns {
            let arn = arn.replace("{account}", &inventory.account);
            if arn.contains("{api}") {
                arns.extend(apis.iter().map(|id| arn.replace("{api}", id)));
            } else {
                arns.push(arn);
            }
        }
        arns
    }

    fn shown(&self) -> String {
        let who: Vec<&str> = self
            .services
            .iter()
            .chain(&self.principals)
            .map(String::as_str)
            .collect();
        if self.source_arns.is_empty() {
            who.join(", ")
        } else {
            format!("{} for {}", who.join(", "), self.source_arns.join(", "))
        }
    }

    /// The entry as a statement; nothing when it lets nobody call.
    fn statement(&self, inventory: &Inventory) -> Option<serde_json::Value> {
        let mut principal = serde_json::Map::new();
        for (kind, list) in [("AWS", &self.principals), ("Service", &self.services)] {
            if !list.is_empty() {
                principal.insert(kind.to_owned(), json!(list));
            }
        }
        let alias = self.alias.as_ref();
        let resource = alias.map_or_else(|| "*".to_owned(), |alias| format!("*:function:*:{alias}"));
        let mut statement = json!({
            "Effect": "Allow", "Principal": principal, "Action": "lambda:InvokeFunction", "Resource": resource,
        });
        if !self.source_arns.is_empty() {
            let arns = self.arns(inventory);
            if arns.is_empty() {
                return None;
            }
            statement["Condition"] = json!({ "ArnLike": { "aws:SourceArn": arns } });
        }
        Some(statement)
    }
}

/// Judges the policies of a function and of its aliases.
pub fn judge(
    invokers: &[Invoker],
    function: &LambdaFunction,
    inventory: &Inventory,
    assessment: &mut Assessment,
) {
    let own = assessment.need("policy", &function.policy).cloned();
    let of_aliases = assessment
        .need("policies of aliases", &function.alias_policies)
        .cloned();
    let (Some(own), Some(of_aliases)) = (own, of_aliases) else {
        return;
    };
    let texts = own.into_iter().map(|text| ("policy".to_owned(), text)).chain(
        of_aliases
            .into_iter()
            .map(|(name, text)| (format!("policy of {name}"), text)),
    );
    let mut policies = Vec::new();
    for (name, text) in texts {
        match PolicyDocument::parse(&text) {
            Ok(document) => {
                assessment.saw(&name, format!("{} statements", document.statements.len()));
                policies.push(named(name, document));
            }
            Err(error) => {
                assessment.undetermined(format!("the {name} cannot be understood: {error}"));
                return;
            }
        }
    }
    if policies.is_empty() {
        assessment.saw("policies", "none");
    }
    for invoker in invokers {
        if let Some(api) = invoker.api.as_ref()
            && invoker.arns(inventory).is_empty()
        {
            assessment.differs(format!("no REST API is named `{api}`"), "at least one", "none");
        }
    }
    let all: Vec<usize> = (0..invokers.len()).collect();
    let beyond = beyond(&policies, invokers, &all, inventory);
    let promised: Vec<String> = invokers.iter().map(Invoker::shown).collect();
    let promised = if promised.is_empty() {
        "nobody".to_owned()
    } else {
        promised.join("; ")
    };
    for witness in beyond.iter().flat_map(|beyond| &beyond.witnesses) {
        let who = witness.principal.as_deref().unwrap_or("somebody");
        assessment.differs(
            format!("`{who}` may call `{}`, which was not promised", witness.action),
            &promised,
            format!("{}, {}: {}", witness.policy, witness.statement, witness.quote),
        );
    }
    let mut gave_up = beyond.as_ref().is_none_or(|beyond| beyond.gave_up);
    // Once everything is within the promises, whoever can be set aside without a difference may not call.
    let is_within = beyond.is_some_and(|beyond| beyond.is_contained());
    for (index, invoker) in invokers.iter().enumerate().filter(|_| is_within) {
        let others: Vec<usize> = all.iter().copied().filter(|other| *other != index).collect();
        match self::beyond(&policies, invokers, &others, inventory) {
            Some(without) if without.is_contained() => {
                let message = "somebody promised may not call the function";
                assessment.differs(message, invoker.shown(), "no such grant");
            }
            Some(without) => gave_up |= without.gave_up,
            None => gave_up = true,
        }
    }
    if gave_up {
        assessment.undetermined("the policies are too large to be decided, so that nothing is proven");
    }
}

/// What the policies grant beyond these entries; nothing when an entry is no policy.
fn beyond(
    policies: &[NamedPolicy],
    invokers: &[Invoker],
    chosen: &[usize],
    inventory: &Inventory,
) -> Option<Comparison> {
    let mut statements: Vec<serde_json::Value> = chosen
        .iter()
        .filter_map(|index| invokers.get(*index)?.statement(inventory))
        .collect();
    if statements.is_empty() {
        statements.push(json!({ "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*" }));
    }
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let allowed = named("invoked_by".to_owned(), PolicyDocument::parse(&text).ok()?);
    let scope = Scope {
        every_principal: true,
        ..Scope::default()
    };
    let allowed = std::slice::from_ref(&allowed);
    Some(contain::new_access(
        &Compiled::new(policies),
        &Compiled::new(allowed),
        &scope,
    ))
}

fn named(name: String, document: PolicyDocument) -> NamedPolicy {
    NamedPolicy {
        name,
        kind: PolicyKind::Inline,
        arn: None,
        document,
    }
}
