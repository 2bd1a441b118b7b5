//! How pages of other origins may call an API: the preflight of each path, and the origin in each answer.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;

use crate::check::Assessment;
use crate::inventory::apigateway::{ApiResource, Integration, IntegrationResponse, Method};

const ORIGIN: &str = "Access-Control-Allow-Origin";

/// How pages of other origins may call the API.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cors {
    /// Exactly the origins, as `https://zapier.com`.
    #[schemars(length(min = 1))]
    origins: Vec<String>,
    /// Headers that a page may send, among others.
    #[serde(default)]
    headers: Vec<String>,
    /// Paths that pages do not call.
    #[serde(default)]
    except: Vec<String>,
}

impl Cors {
    pub fn judge(&self, resources: &[ApiResource], assessment: &mut Assessment) {
        for resource in resources {
            let path = resource.path.as_str();
            let called: Vec<&Method> = resource
                .methods
                .iter()
                .filter(|method| method.http_method != "OPTIONS")
                .collect();
            if called.is_empty() || self.except.iter().any(|except| except == path) {
                continue;
            }
            let preflight = resource
                .methods
                .iter()
                .find(|method| method.http_method == "OPTIONS");
            if let Some(preflight) = preflight {
                self.judge_preflight(path, preflight, &called, assessment);
            } else {
                assessment.saw(format!("OPTIONS {path}"), "none");
                assessment.differs(format!("{path} has no OPTIONS method"), "a preflight", "none");
            }
            for method in called {
                self.judge_answers(path, method, assessment);
            }
        }
    }

    fn judge_preflight(
        &self,
        path: &str,
        preflight: &Method,
        called: &[&Method],
        assessment: &mut Assessment,
    ) {
        let name = format!("OPTIONS {path}");
        if preflight.authorization_type != "NONE" || preflight.api_key_required {
            // Browsers send no credentials with what they ask first.
            let found = &preflight.authorization_type;
            assessment.differs(
                format!("{name} asks for credentials"),
                "NONE, and no API key",
                found,
            );
        }
        let Some(integration) = preflight.integration.as_ref().filter(|own| own.r#type == "MOCK") else {
            assessment.undetermined(format!("the gateway does not answer {name} by itself"));
            return;
        };
        let promised: BTreeSet<&str> = self.origins.iter().map(String::as_str).collect();
        let found = origins_of(&integration.integration_responses);
        assessment.saw(format!("origins of {name}"), joined(&found));
        if found != promised {
            let message = format!("{name} names other origins");
            assessment.differs(message, joined(&promised), joined(&found));
        }
        let methods = listed(integration, "Access-Control-Allow-Methods");
        assessment.saw(format!("methods of {name}"), methods.join(", "));
        for method in called {
            let is_named = methods.iter().any(|own| *own == method.http_method || own == "*");
            if !is_named && method.http_method != "ANY" {
                let message = format!("{name} does not name {}", method.http_method);
                assessment.differs(message, &method.http_method, methods.join(", "));
            }
        }
        let headers = listed(integration, "Access-Control-Allow-Headers");
        if !self.headers.is_empty() {
            assessment.saw(format!("headers of {name}"), headers.join(", "));
        }
        for header in &self.headers {
            if !headers
                .iter()
                .any(|own| own.eq_ignore_ascii_case(header) || own == "*")
            {
                let message = format!("{name} does not name the header {header}");
                assessment.differs(message, header, headers.join(", "));
            }
        }
    }

    /// A page sees an answer only when its origin is named in it. What a backend answers itself is not known here.
    fn judge_answers(&self, path: &str, method: &Method, assessment: &mut Assessment) {
        let promised: BTreeSet<&str> = self.origins.iter().map(String::as_str).collect();
        let mapped = method
            .integration
            .as_ref()
            .filter(|own| !own.r#type.ends_with("_PROXY"));
        for response in mapped.into_iter().flat_map(|own| &own.integration_responses) {
            let name = format!("{} {path}, {}", method.http_method, response.status_code);
            let found = origins_of(std::slice::from_ref(response));
            assessment.saw(format!("origins of {name}"), joined(&found));
            if found != promised {
                let message = format!("the answer {name} names other origins");
                assessment.differs(message, joined(&promised), joined(&found));
            }
        }
    }
}

fn joined(origins: &BTreeSet<&str>) -> String {
    if origins.is_empty() {
        return "none".to_owned();
    }
    origins.iter().copied().collect::<Vec<_>>().join(", ")
}

/// The text of a header of an answer, without its quotes.
fn header<'a>(response: &'a IntegrationResponse, name: &str) -> Option<&'a str> {
    response
        .response_parameters
        .iter()
        .find_map(|(parameter, value)| {
            let own = parameter.strip_prefix("method.response.header.")?;
            own.eq_ignore_ascii_case(name).then(|| value.trim_matches('\''))
        })
}

/// The items of a header, over all answers.
fn listed(integration: &Integration, name: &str) -> Vec<String> {
    integration
        .integration_responses
        .iter()
        .filter_map(|response| header(response, name))
        .flat_map(|value| value.split(','))
        .map(|item| item.trim().to_owned())
        .collect()
}

/// The origins in the header, or in templates that set it.
fn origins_of(responses: &[IntegrationResponse]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for response in responses {
        found.extend(header(response, ORIGIN));
        let templates = response.response_templates.values();
        let setting = templates.filter(|template| {
            template
                .to_ascii_lowercase()
                .contains(&ORIGIN.to_ascii_lowercase())
        });
        for template in setting {
            found.extend(urls(template));
        }
    }
    found
}

/// Everything in a text that begins with a scheme, up to a quote or the like.
fn urls(text: &str) -> impl Iterator<Item = &str> {
    ["https://", "http://"].into_iter().flat_map(move |scheme| {
        text.match_indices(scheme).map(move |(start, _)| {
            let rest = text.get(start..).unwrap_or_default();
            let end = rest
                .find(|letter: char| {
                    letter.is_whitespace() || matches!(letter, '"' | '\'' | ',' | ')' | ']' | '\\')
                })
                .unwrap_or(rest.len());
            rest.get(..end).unwrap_or_default()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(origin: Option<&str>, template: &str) -> IntegrationResponse {
        let header = origin.map(|value| (format!("method.response.header.{ORIGIN}"), value.to_owned()));
        IntegrationResponse {
            response_parameters: header.into_iter().collect(),
            response_templates: [("application/json".to_owned(), template.to_owned())].into(),
            ..IntegrationResponse::default()
        }
    }

    #[test]
    fn origins_stand_in_the_header_or_in_the_template_that_sets_it() {
        let found = |origin, template| {
            let responses = [response(origin, template)];
            joined(&origins_of(&responses))
        };
        assert_eq!(found(Some("'*'"), ""), "*");
        let template = r#"#set($allowed = ["https://a.example","http://b.example:8080"])
            #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)"#;
        assert_eq!(found(None, template), "http://b.example:8080, https://a.example");
        assert_eq!(found(None, r#"{"see": "https://a.example"}"#), "none");
    }
}
