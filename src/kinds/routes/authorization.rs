//! Who may call a method, and who decides it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::Mistake;
use super::{MethodOption, bad_path, is_preflight};
use crate::check::Assessment;
use crate::formats::NameGlob;
use crate::inventory::apigateway::{Authorizer, Method, RestApi};

/// What API Gateway keeps decisions for when nothing is set.
const DEFAULT_TTL: i32 = 300;

/// How a caller is authorized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Authorization {
    None,
    Iam,
    Custom,
    Cognito,
}

impl Authorization {
    /// As API Gateway writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Iam => "AWS_IAM",
            Self::Custom => "CUSTOM",
            Self::Cognito => "COGNITO_USER_POOLS",
        }
    }

    pub const fn has_authorizer(self) -> bool {
        matches!(self, Self::Custom | Self::Cognito)
    }
}

/// How every method is authorized.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Authorized {
    /// `iam`, `custom` or `cognito`.
    by: Authorization,
    /// The name of the authorizer, or a glob.
    authorizer: Option<NameGlob>,
    /// The only methods that anybody may call.
    #[serde(default)]
    open: Vec<MethodOption>,
}

/// An authorizer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorizerOption {
    /// The name, or a glob.
    name: NameGlob,
    /// `TOKEN`, `REQUEST` or `COGNITO_USER_POOLS`.
    #[serde(rename = "type")]
    kind: Option<AuthorizerType>,
    /// Where the caller's proof is taken from, as `method.request.header.X-API-Key`.
    identity_source: Option<String>,
    /// The name of the function that decides, or a glob.
    function: Option<NameGlob>,
    /// The alias by which the function is called.
    alias: Option<String>,
    /// The longest that a decision is kept, in seconds; 0 is never.
    max_result_ttl_seconds: Option<i32>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum AuthorizerType {
    CognitoUserPools,
    Request,
    Token,
}

impl AuthorizerType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::CognitoUserPools => "COGNITO_USER_POOLS",
            Self::Request => "REQUEST",
            Self::Token => "TOKEN",
        }
    }
}

pub fn no_authorizer(pointer: impl Into<String>) -> Mistake {
    Mistake::new(
        pointer,
        "no-authorizer",
        "only `custom` and `cognito` have an authorizer",
        "no authorizer can be named here",
    )
}

impl Authorized {
    pub fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        if self.by == Authorization::None {
            mistakes.push(
                Mistake::new(
                    "/authorized/by",
                    "no-authorization",
                    "nobody is kept out by `none`",
                    "no authorization",
                )
                .help("name the authorization of all other methods, and the open ones in `open`"),
            );
        } else if self.authorizer.is_some() && !self.by.has_authorizer() {
            mistakes.push(no_authorizer("/authorized/authorizer#"));
        }
        for (index, method) in self.open.iter().enumerate() {
            mistakes.extend(bad_path(&method.path, &format!("/authorized/open/{index}/path")));
        }
        mistakes
    }

    pub const fn names_authorizer(&self) -> bool {
        self.authorizer.is_some()
    }

    pub fn judge(&self, methods: &[(&str, &Method)], api: &RestApi, assessment: &mut Assessment) {
        for (path, method) in methods {
            let name = format!("{} {path}", method.http_method);
            let is_open = self
                .open
                .iter()
                .any(|open| open.path == *path && open.method.as_str() == method.http_method);
            if is_open || is_preflight(method) {
                continue;
            }
            let found = method.authorization_type.as_str();
            assessment.saw(format!("authorization of {name}"), found);
            if found != self.by.as_str() {
                let message = if found == "NONE" {
                    format!("{name} can be called by anybody")
                } else {
                    format!("{name} is authorized otherwise")
                };
                assessment.differs(message, self.by.as_str(), found);
            } else if let Some(promised) = &self.authorizer {
                judge_authorizer_of(&name, promised, method, api, assessment);
            } else if self.by.has_authorizer() && method.authorizer_id.is_none() {
                assessment.differs(format!("{name} has no authorizer"), "an authorizer", "none");
            }
        }
    }
}

/// Judges the authorizer of one method by its name.
pub fn judge_authorizer_of(
    name: &str,
    promised: &NameGlob,
    method: &Method,
    api: &RestApi,
    assessment: &mut Assessment,
) {
    let Some(authorizers) = assessment.need("authorizers", &api.authorizers) else {
        return;
    };
    let id = method.authorizer_id.as_deref();
    let found = authorizers
        .iter()
        .find(|authorizer| Some(authorizer.id.as_str()) == id);
    let found = found.map_or("none", |authorizer| authorizer.name.as_str());
    assessment.saw(format!("authorizer of {name}"), found);
    if found == "none" || !promised.matches(found) {
        assessment.differs(format!("{name} has another authorizer"), promised, found);
    }
}

impl AuthorizerOption {
    pub fn mistake(&self, pointer: &str) -> Option<Mistake> {
        (self.alias.is_some() && self.function.is_none()).then(|| {
            Mistake::new(
                format!("{pointer}/alias#"),
                "no-function",
                "an alias without its function",
                "`function` is missing",
            )
        })
    }
}

/// Judges all authorizers of an API: exactly these, and each as promised.
pub fn judge_authorizers(promised: &[AuthorizerOption], found: &[Authorizer], assessment: &mut Assessment) {
    let names: Vec<&str> = found.iter().map(|authorizer| authorizer.name.as_str()).collect();
    let names = if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    };
    assessment.saw("authorizers", &names);
    for authorizer in found {
        if !promised
            .iter()
            .any(|option| option.name.matches(&authorizer.name))
        {
            let message = format!("the authorizer {} was not promised", authorizer.name);
            assessment.differs(message, "no such authorizer", &authorizer.name);
        }
    }
    for option in promised {
        let mut own = found
            .iter()
            .filter(|authorizer| option.name.matches(&authorizer.name))
            .peekable();
        if own.peek().is_none() {
            assessment.differs(
                format!("there is no authorizer `{}`", option.name),
                &option.name,
                &names,
            );
        }
        for authorizer in own {
            option.judge(authorizer, assessment);
        }
    }
}

impl AuthorizerOption {
    fn judge(&self, authorizer: &Authorizer, assessment: &mut Assessment) {
        let name = &authorizer.name;
        if let Some(kind) = self.kind {
            let found = authorizer.r#type.as_str();
            assessment.saw(format!("type of {name}"), found);
            if found != kind.as_str() {
                assessment.differs(format!("{name} is of another type"), kind.as_str(), found);
            }
        }
        if let Some(promised) = &self.identity_source {
            let found = authorizer.identity_source.as_deref().unwrap_or("nothing");
            assessment.saw(format!("identity source of {name}"), found);
            if found != promised {
                assessment.differs(format!("{name} reads something else"), promised, found);
            }
        }
        if let Some(function) = &self.function {
            let uri = authorizer.authorizer_uri.as_deref();
            super::integration::judge_function(name, function, self.alias.as_deref(), uri, assessment);
        }
        if let Some(max) = self.max_result_ttl_seconds {
            let found = authorizer.authorizer_result_ttl_in_seconds.unwrap_or(DEFAULT_TTL);
            assessment.saw(format!("decisions of {name} are kept"), format!("{found} s"));
            if found > max {
                assessment.differs(
                    format!("decisions of {name} are kept too long"),
                    format!("at most {max} s"),
                    format!("{found} s"),
                );
            }
        }
    }
}
