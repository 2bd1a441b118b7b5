//! `routes`: a REST API has the promised routes, authorizers and answers.

mod authorization;
mod cors;
mod integration;
mod responses;

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

use self::authorization::{Authorization, Authorized, AuthorizerOption};
use self::cors::Cors;
use self::integration::IntegrationOption;
use self::responses::ResponseOption;
use super::bounds::nothing_to_check;
use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::NameGlob;
use crate::inventory::apigateway::{ApiResource, Method, RestApi};
use crate::inventory::{Inventory, Needs, ResourceType};

pub const EXAMPLE: &str = r#"id: api-routes
kind: routes
title: Events are posted with a key, and go to the queue; health is open
severity: critical
owner: platform
why: A route without its authorizer is open to the world.
fix: Keep the routes in terraform/modules/api-gateway.
with:
  api: "${project}-${env}"
  only: true
  routes:
    - method: POST
      path: /v1/events
      validates: [body]
      integration:
        type: AWS
        service: sqs
        uri: "*:path/*/zapier-triggers-events-${env}"
        credentials: "${project}-gateway-role-${env}"
    - method: GET
      path: /v1/health
      authorization: none
      integration: { type: AWS_PROXY, function: "${project}-health-${env}", alias: live }
  authorized:
    by: custom
    authorizer: "${project}-authorizer-${env}"
    open:
      - { method: GET, path: /v1/health }
  authorizers:
    - name: "${project}-authorizer-${env}"
      type: REQUEST
      identity_source: method.request.header.X-API-Key
      function: "${project}-authorizer-${env}"
      max_result_ttl_seconds: 0
  cors:
    origins: ["https://zapier.com"]
    headers: [X-API-Key]
    except: [/v1/health]
  gateway_responses:
    DEFAULT_4XX: { headers: { Cache-Control: no-store } }
"#;

/// A REST API has the promised routes, authorizers and answers.
///
/// Each option is one promise. A method `OPTIONS` that the gateway answers by itself (`MOCK`) is a preflight: `only` and
/// `authorized` leave it out, and `cors` judges it.
///
/// ## What is read
/// The REST APIs, and per API only what the options need: its resources with their methods, its authorizers, its
/// request validators, its gateway responses.
///
/// ## When it fails
/// A promised route is missing, or differs in something that is promised of it. With `only`: a method that was not
/// promised. With `authorized`: a method that can be called without that authorization, and is not in `open`. With
/// `authorizers`: one that differs, is missing, or was not promised. With `cors`: a path without a preflight, one that
/// lacks a method or header, or names other origins; an answer of the gateway's own making that names none.
///
/// ## What it cannot know
/// The API as it is, not as a stage serves it: stages serve a deployment, which is a copy. What a mapping template
/// makes of a request: the origins of `cors` are those that stand in the header or in the template that sets it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The name of the API, or a glob.
    api: NameGlob,
    /// Routes that must be there.
    #[serde(default)]
    routes: Vec<RouteOption>,
    /// Whether no other method may be there than those in `routes`.
    #[serde(default)]
    only: bool,
    /// How every method is authorized.
    authorized: Option<Authorized>,
    /// Exactly the authorizers that there are.
    authorizers: Option<Vec<AuthorizerOption>>,
    /// How pages of other origins may call the API.
    cors: Option<Cors>,
    /// What the gateway answers by itself, by occasion as `DEFAULT_4XX`.
    #[serde(default)]
    gateway_responses: BTreeMap<String, ResponseOption>,
}

/// A method of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodOption {
    /// The HTTP method, or `ANY`.
    method: Verb,
    /// The path, as `/v1/events/{id}`.
    #[schemars(length(min = 1))]
    path: String,
}

/// An HTTP method as API Gateway knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Verb {
    Any,
    Delete,
    Get,
    Head,
    Options,
    Patch,
    Post,
    Put,
}

impl Verb {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "ANY",
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// A route that must be there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RouteOption {
    /// The HTTP method, or `ANY`.
    method: Verb,
    /// The path, as `/v1/events/{id}`.
    #[schemars(length(min = 1))]
    path: String,
    /// How a caller is authorized.
    authorization: Option<Authorization>,
    /// The name of the authorizer, or a glob.
    authorizer: Option<NameGlob>,
    /// Whether an API key of a usage plan is asked for.
    api_key_required: Option<bool>,
    /// What is validated before the integration is asked: `body` needs a model, too.
    #[serde(default)]
    validates: Vec<Validated>,
    /// What answers the request.
    integration: Option<IntegrationOption>,
}

/// A part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Validated {
    Body,
    Parameters,
}

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let something = !self.routes.is_empty()
            || self.only
            || self.authorized.is_some()
            || self.authorizers.is_some()
            || self.cors.is_some()
            || !self.gateway_responses.is_empty();
        if !something {
            mistakes.push(nothing_to_check(
                "`routes`, `only`, `authorized`, `authorizers`, `cors`, `gateway_responses`",
            ));
        }
        let mut seen = BTreeSet::new();
        for (index, route) in self.routes.iter().enumerate() {
            let pointer = format!("/routes/{index}");
            if !seen.insert((route.method, route.path.as_str())) {
                let title = format!("{} {} is promised twice", route.method.as_str(), route.path);
                mistakes.push(Mistake::new(
                    &pointer,
                    "duplicate-route",
                    title,
                    "the same route again",
                ));
            }
            mistakes.extend(bad_path(&route.path, &format!("{pointer}/path")));
            if route.authorizer.is_some() && !route.authorization.is_none_or(Authorization::has_authorizer) {
                mistakes.push(authorization::no_authorizer(format!("{pointer}/authorizer#")));
            }
            let integration = route.integration.as_ref();
            mistakes.extend(
                integration
                    .map(|option| option.mistakes(&format!("{pointer}/integration")))
                    .unwrap_or_default(),
            );
        }
        if let Some(authorized) = &self.authorized {
            mistakes.extend(authorized.mistakes());
        }
        for (index, authorizer) in self.authorizers.iter().flatten().enumerate() {
            mistakes.extend(authorizer.mistake(&format!("/authorizers/{index}")));
        }
        for (name, response) in &self.gateway_responses {
            mistakes.extend(response.mistake(&format!("/gateway_responses/{name}")));
        }
        if mistakes.is_empty() {
            Ok(self)
        } else {
            Err(mistakes)
        }
    }
}

/// The mistake of a path that no route can have.
fn bad_path(path: &str, pointer: &str) -> Option<Mistake> {
    (!path.starts_with('/')).then(|| {
        Mistake::new(
            pointer,
            "bad-path",
            format!("`{path}` is no path"),
            "a path begins with `/`",
        )
    })
}

impl Check for Options {
    fn needs(&self) -> CheckNeeds {
        let named = |option: &Option<NameGlob>| option.is_some();
        let routes = !self.routes.is_empty() || self.only || self.authorized.is_some() || self.cors.is_some();
        let authorizers = self.authorizers.is_some()
            || self.routes.iter().any(|route| named(&route.authorizer))
            || self.authorized.as_ref().is_some_and(Authorized::names_authorizer);
        let validators = self.routes.iter().any(|route| !route.validates.is_empty());
        let mut subjects = Needs::none().list(RestApi::NAME);
        for (is_needed, fact) in [
            (routes, "resources"),
            (authorizers, "authorizers"),
            (validators, "request_validators"),
            (!self.gateway_responses.is_empty(), "gateway_responses"),
        ] {
            if is_needed {
                subjects = subjects.fact_of(RestApi::NAME, fact, std::slice::from_ref(&self.api));
            }
        }
        CheckNeeds {
            subjects,
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, RestApi::NAME, std::slice::from_ref(&self.api))
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let Some((_, api)) = select::found::<RestApi>(evidence.inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        let asks = !self.routes.is_empty() || self.only || self.authorized.is_some() || self.cors.is_some();
        if asks && let Some(resources) = assessment.need("resources", &api.resources) {
            self.judge_methods(&methods_of(resources), api, &mut assessment);
            if let Some(cors) = &self.cors {
                cors.judge(resources, &mut assessment);
            }
        }
        if let Some(promised) = &self.authorizers
            && let Some(found) = assessment.need("authorizers", &api.authorizers)
        {
            authorization::judge_authorizers(promised, found, &mut assessment);
        }
        if !self.gateway_responses.is_empty()
            && let Some(found) = assessment.need("gateway responses", &api.gateway_responses)
        {
            responses::judge(&self.gateway_responses, found, &mut assessment);
        }
        assessment.conclude("the API is as promised")
    }
}

/// Every method with its path.
fn methods_of(resources: &[ApiResource]) -> Vec<(&str, &Method)> {
    resources
        .iter()
        .flat_map(|resource| {
            resource
                .methods
                .iter()
                .map(|method| (resource.path.as_str(), method))
        })
        .collect()
}

/// Whether the gateway answers a method by itself, as it does what browsers ask first.
fn is_preflight(method: &Method) -> bool {
    let is_mock = method
        .integration
        .as_ref()
        .is_some_and(|integration| integration.r#type == "MOCK");
    method.http_method == "OPTIONS" && is_mock
}

impl Options {
    fn judge_methods(&self, methods: &[(&str, &Method)], api: &RestApi, assessment: &mut Assessment) {
        let shown: Vec<String> = methods
            .iter()
            .map(|(path, method)| format!("{} {path}", method.http_method))
            .collect();
        let shown = if shown.is_empty() {
            "none".to_owned()
        } else {
            shown.join(", ")
        };
        assessment.saw("routes", &shown);
        for route in &self.routes {
            let name = format!("{} {}", route.method.as_str(), route.path);
            let found = methods
                .iter()
                .find(|(path, method)| *path == route.path && method.http_method == route.method.as_str());
            match found {
                Some((_, method)) => route.judge(&name, method, api, assessment),
                None => {
                    assessment.differs(format!("the route {name} is missing"), &name, &shown);
                }
            }
        }
        for (path, method) in methods.iter().filter(|_| self.only) {
            let is_promised = self
                .routes
                .iter()
                .any(|route| *path == route.path && method.http_method == route.method.as_str());
            if !is_promised && !is_preflight(method) {
                let name = format!("{} {path}", method.http_method);
                assessment.differs(
                    format!("the route {name} was not promised"),
                    "no such route",
                    name,
                );
            }
        }
        if let Some(authorized) = &self.authorized {
            authorized.judge(methods, api, assessment);
        }
    }
}

impl RouteOption {
    fn judge(&self, name: &str, method: &Method, api: &RestApi, assessment: &mut Assessment) {
        if let Some(promised) = self.authorization {
            let found = method.authorization_type.as_str();
            assessment.saw(format!("authorization of {name}"), found);
            if found != promised.as_str() {
                assessment.differs(
                    format!("{name} is authorized otherwise"),
                    promised.as_str(),
                    found,
                );
            }
        }
        if let Some(promised) = &self.authorizer {
            authorization::judge_authorizer_of(name, promised, method, api, assessment);
        }
        if let Some(promised) = self.api_key_required {
            let word = |is_required| if is_required { "required" } else { "not required" };
            let (promised, found) = (word(promised), word(method.api_key_required));
            assessment.saw(format!("API key of {name}"), found);
            if promised != found {
                assessment.differs(format!("an API key is {found} for {name}"), promised, found);
            }
        }
        if !self.validates.is_empty() {
            self.judge_validation(name, method, api, assessment);
        }
        if let Some(promised) = &self.integration {
            promised.judge(name, method.integration.as_ref(), assessment);
        }
    }

    fn judge_validation(&self, name: &str, method: &Method, api: &RestApi, assessment: &mut Assessment) {
        let Some(validators) = assessment.need("request validators", &api.request_validators) else {
            return;
        };
        let id = method.request_validator_id.as_deref();
        let validator = validators
            .iter()
            .find(|validator| Some(validator.id.as_str()) == id);
        let validates = |part| {
            validator.is_some_and(|validator| match part {
                Validated::Body => validator.validate_request_body,
                Validated::Parameters => validator.validate_request_parameters,
            })
        };
        let mut found: Vec<&str> = Vec::new();
        for (part, word) in [(Validated::Body, "body"), (Validated::Parameters, "parameters")] {
            if validates(part) {
                found.push(word);
            }
        }
        let found = if found.is_empty() {
            "nothing".to_owned()
        } else {
            found.join(" and ")
        };
        assessment.saw(format!("validated of {name}"), &found);
        for part in &self.validates {
            let word = match part {
                Validated::Body => "body",
                Validated::Parameters => "parameters",
            };
            if !validates(*part) {
                assessment.differs(format!("nothing validates the {word} of {name}"), word, &found);
            } else if *part == Validated::Body && method.request_models.is_empty() {
                let message = format!("the body of {name} is validated against no model");
                assessment.differs(message, "a model", "none");
            }
        }
    }
}
