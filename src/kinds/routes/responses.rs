//! What the gateway answers by itself.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

use super::super::Mistake;
use super::super::bounds::nothing_to_check;
use crate::check::Assessment;
use crate::inventory::apigateway::GatewayResponse;

/// What the gateway answers on one occasion.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseOption {
    /// The status code.
    status: Option<String>,
    /// Headers with their exact values.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Texts that every template of the body holds.
    #[serde(default)]
    templates_hold: Vec<String>,
}

impl ResponseOption {
    pub fn mistake(&self, pointer: &str) -> Option<Mistake> {
        let texts = self.templates_hold.iter().any(|text| !text.is_empty());
        let something = self.status.is_some() || !self.headers.is_empty() || texts;
        let mistake = nothing_to_check("`status`, `headers`, `templates_hold`");
        (!something).then(|| Mistake {
            pointer: pointer.to_owned(),
            ..mistake
        })
    }

    fn judge(&self, occasion: &str, response: &GatewayResponse, assessment: &mut Assessment) {
        if let Some(promised) = &self.status {
            let found = response.status_code.as_deref().unwrap_or("the occasion's own");
            assessment.saw(format!("status of {occasion}"), found);
            if promised != found {
                assessment.differs(
                    format!("{occasion} is answered by another status"),
                    promised,
                    found,
                );
            }
        }
        for (name, promised) in &self.headers {
            let found = response
                .response_parameters
                .iter()
                .find_map(|(parameter, value)| {
                    let header = parameter.strip_prefix("gatewayresponse.header.")?;
                    header.eq_ignore_ascii_case(name).then_some(value.as_str())
                });
            // A text stands in quotes; anything else is taken from the request.
            let text = found.map(|value| {
                let inner = value
                    .strip_prefix('\'')
                    .and_then(|value| value.strip_suffix('\''));
                inner.unwrap_or(value)
            });
            let shown = text.unwrap_or("none");
            assessment.saw(format!("{name} of {occasion}"), shown);
            if text != Some(promised.as_str()) {
                assessment.differs(
                    format!("{occasion} is answered with another {name}"),
                    promised,
                    shown,
                );
            }
        }
        if self.templates_hold.is_empty() {
            return;
        }
        if response.response_templates.is_empty() {
            assessment.differs(format!("{occasion} has no template"), "a template", "none");
        }
        for (content_type, template) in &response.response_templates {
            assessment.saw(format!("template of {occasion} for {content_type}"), template);
            for text in self
                .templates_hold
                .iter()
                .filter(|text| !template.contains(*text))
            {
                assessment.differs(
                    format!("the template of {occasion} lacks something"),
                    text,
                    template,
                );
            }
        }
    }
}

/// Judges what the gateway answers by itself, by occasion.
pub fn judge(
    promised: &BTreeMap<String, ResponseOption>,
    found: &[GatewayResponse],
    assessment: &mut Assessment,
) {
    for (occasion, option) in promised {
        let response = found
            .iter()
            .find(|response| response.response_type == *occasion && !response.default_response);
        if let Some(response) = response {
            option.judge(occasion, response, assessment);
        } else {
            assessment.saw(occasion, "the gateway's own answer");
            let message = format!("{occasion} is answered by the gateway's own answer");
            assessment.differs(message, "an answer of our own", "the gateway's own answer");
        }
    }
}
