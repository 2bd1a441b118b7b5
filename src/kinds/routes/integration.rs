//! What answers a request: a service of AWS, a function, a URL or the gateway itself.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::Mistake;
use super::super::bounds::nothing_to_check;
use crate::check::Assessment;
use crate::formats::NameGlob;
use crate::inventory::apigateway::Integration;

/// What answers a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IntegrationOption {
    /// `AWS`, `AWS_PROXY`, `HTTP`, `HTTP_PROXY` or `MOCK`.
    #[serde(rename = "type")]
    kind: Option<IntegrationType>,
    /// The service of AWS, as `sqs` or `dynamodb`.
    service: Option<String>,
    /// The name of the function, or a glob.
    function: Option<NameGlob>,
    /// The alias by which the function is called.
    alias: Option<String>,
    /// The whole URI, or a glob, as `*:dynamodb:action/Query`.
    uri: Option<NameGlob>,
    /// The name of the role that the backend is asked as, or a glob.
    credentials: Option<NameGlob>,
    /// What becomes of bodies without a template: `WHEN_NO_MATCH`, `WHEN_NO_TEMPLATES` or `NEVER`.
    passthrough: Option<Passthrough>,
    /// Texts that every mapping template of the request holds.
    #[serde(default)]
    templates_hold: Vec<String>,
    /// Exactly the status codes that answers of the backend are mapped to.
    responses: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum IntegrationType {
    Aws,
    AwsProxy,
    Http,
    HttpProxy,
    Mock,
}

impl IntegrationType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::AwsProxy => "AWS_PROXY",
            Self::Http => "HTTP",
            Self::HttpProxy => "HTTP_PROXY",
            Self::Mock => "MOCK",
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Passthrough {
    Never,
    WhenNoMatch,
    WhenNoTemplates,
}

impl Passthrough {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "NEVER",
            Self::WhenNoMatch => "WHEN_NO_MATCH",
            Self::WhenNoTemplates => "WHEN_NO_TEMPLATES",
        }
    }
}

impl IntegrationOption {
    pub fn mistakes(&self, pointer: &str) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let something = self.kind.is_some()
            || self.service.is_some()
            || self.function.is_some()
            || self.uri.is_some()
            || self.credentials.is_some()
            || self.passthrough.is_some()
            || !self.templates_hold.is_empty()
            || self.responses.is_some();
        if !something {
            let mistake = nothing_to_check(
                "`type`, `service`, `function`, `uri`, `credentials`, `passthrough`, `templates_hold`, `responses`",
            );
            mistakes.push(Mistake {
                pointer: pointer.to_owned(),
                ..mistake
            });
        }
        if self.alias.is_some() && self.function.is_none() {
            mistakes.push(Mistake::new(
                format!("{pointer}/alias#"),
                "no-function",
                "an alias without its function",
                "`function` is missing",
            ));
        }
        for (index, text) in self.templates_hold.iter().enumerate() {
            if text.is_empty() {
                mistakes.push(Mistake::new(
                    format!("{pointer}/templates_hold/{index}"),
                    "empty-text",
                    "every template holds the empty text",
                    "this text is empty",
                ));
            }
        }
        mistakes
    }

    pub fn judge(&self, name: &str, integration: Option<&Integration>, assessment: &mut Assessment) {
        let Some(integration) = integration else {
            assessment.saw(format!("integration of {name}"), "none");
            assessment.differs(format!("nothing answers {name}"), "an integration", "none");
            return;
        };
        if let Some(kind) = self.kind {
            let found = integration.r#type.as_str();
            assessment.saw(format!("integration of {name}"), found);
            if found != kind.as_str() {
                assessment.differs(format!("{name} is integrated otherwise"), kind.as_str(), found);
            }
        }
        let uri = integration.uri.as_deref();
        if let Some(promised) = &self.service {
            let found = uri.and_then(service_of).unwrap_or("none");
            assessment.saw(format!("service behind {name}"), found);
            if found != promised {
                assessment.differs(format!("another service answers {name}"), promised, found);
            }
        }
        if let Some(function) = &self.function {
            judge_function(name, function, self.alias.as_deref(), uri, assessment);
        }
        if let Some(promised) = &self.uri {
            let found = uri.unwrap_or("none");
            assessment.saw(format!("URI behind {name}"), found);
            if !promised.matches(found) {
                assessment.differs(format!("something else answers {name}"), promised, found);
            }
        }
        if let Some(promised) = &self.credentials {
            let role = integration
                .credentials
                .as_deref()
                .and_then(|arn| arn.rsplit('/').next());
            let found = role.unwrap_or("none");
            assessment.saw(format!("role of {name}"), found);
            if role.is_none() || !promised.matches(found) {
                assessment.differs(
                    format!("the backend of {name} is asked as another role"),
                    promised,
                    found,
                );
            }
        }
        if let Some(promised) = self.passthrough {
            // What API Gateway does when nothing is set.
            let found = integration
                .passthrough_behavior
                .as_deref()
                .unwrap_or("WHEN_NO_MATCH");
            assessment.saw(format!("bodies of {name} without a template"), found);
            if found != promised.as_str() {
                let message = format!("bodies of {name} without a template are treated otherwise");
                assessment.differs(message, promised.as_str(), found);
            }
        }
        self.judge_templates(name, integration, assessment);
        if let Some(promised) = &self.responses {
            let mut promised: Vec<&str> = promised.iter().map(String::as_str).collect();
            promised.sort_unstable();
            let found: Vec<&str> = integration
                .integration_responses
                .iter()
                .map(|response| response.status_code.as_str())
                .collect();
            assessment.saw(format!("answers of {name}"), found.join(", "));
            if promised != found {
                let message = format!("{name} is answered by other status codes");
                assessment.differs(message, promised.join(", "), found.join(", "));
            }
        }
    }

    fn judge_templates(&self, name: &str, integration: &Integration, assessment: &mut Assessment) {
        if self.templates_hold.is_empty() {
            return;
        }
        let templates = &integration.request_templates;
        if templates.is_empty() {
            assessment.differs(format!("{name} has no mapping template"), "a template", "none");
        }
        for (content_type, template) in templates {
            assessment.saw(format!("template of {name} for {content_type}"), template);
            for text in self
                .templates_hold
                .iter()
                .filter(|text| !template.contains(*text))
            {
                let message = format!("the template of {name} for {content_type} lacks something");
                assessment.differs(message, text, template);
            }
        }
    }
}

/// The service in `arn:aws:apigateway:us-east-1:sqs:path/…`.
fn service_of(uri: &str) -> Option<&str> {
    let mut parts = uri.split(':');
    let is_arn = parts.next() == Some("arn") && parts.nth(1) == Some("apigateway");
    is_arn.then(|| parts.nth(1)).flatten()
}

/// Judges the function that a URI calls, by its name and alias.
pub fn judge_function(
    name: &str,
    function: &NameGlob,
    alias: Option<&str>,
    uri: Option<&str>,
    assessment: &mut Assessment,
) {
    let (found, qualifier) = uri.and_then(function_of).unwrap_or(("none", None));
    let shown = qualifier.map_or_else(|| found.to_owned(), |alias| format!("{found}:{alias}"));
    assessment.saw(format!("function behind {name}"), &shown);
    if found == "none" || !function.matches(found) {
        assessment.differs(format!("another function answers {name}"), function, &shown);
    } else if alias.is_some() && alias != qualifier {
        let promised = format!("{found}:{}", alias.unwrap_or_default());
        assessment.differs(
            format!("the function behind {name} is called by another alias"),
            promised,
            shown,
        );
    }
}

/// Function and qualifier in `…:lambda:path/2015-03-31/functions/arn:…:function:NAME:live/invocations`.
fn function_of(uri: &str) -> Option<(&str, Option<&str>)> {
    let (_, rest) = uri.split_once("/functions/")?;
    let arn = rest.strip_suffix("/invocations")?;
    let (_, name) = arn.split_once(":function:")?;
    match name.split_once(':') {
        Some((name, qualifier)) => Some((name, Some(qualifier))),
        None => Some((name, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_tells_its_service_and_function() {
        let uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\
                   arn:aws:lambda:us-east-1:111122223333:function:health:live/invocations";
        assert_eq!(service_of(uri), Some("lambda"));
        assert_eq!(function_of(uri), Some(("health", Some("live"))));
        assert_eq!(function_of(&uri.replace(":live", "")), Some(("health", None)));
        let queue = "arn:aws:apigateway:us-east-1:sqs:path/111122223333/q";
        assert_eq!((service_of(queue), function_of(queue)), (Some("sqs"), None));
        assert_eq!(service_of("https://example.com/sqs"), None);
    }
}
