//! What the authorizer reads of an API Gateway REQUEST event.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html>

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::decision::Reason;
use crate::key::ApiKey;

/// The header that carries the key, in any case.
const HEADER: &str = "x-api-key";

/// A REQUEST event; what else is in it is ignored.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The method and path that are called, as an ARN.
    pub method_arn: String,
    #[serde(default)]
    headers: Option<BTreeMap<String, Option<String>>>,
    #[serde(default)]
    multi_value_headers: Option<BTreeMap<String, Option<Vec<String>>>>,
    #[serde(default, rename = "requestContext")]
    context: Option<Context>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    #[serde(default)]
    request_id: Option<String>,
}

/// The event does not come from API Gateway, or not from a REQUEST authorizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedEvent;

impl fmt::Display for MalformedEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the event is not that of a REQUEST authorizer of a REST API")
    }
}

impl Error for MalformedEvent {}

impl Request {
    /// Reads an event.
    pub fn read(event: Value) -> Result<Self, MalformedEvent> {
        // The parser's own message could repeat a header.
        let request: Self = serde_json::from_value(event).map_err(|_| MalformedEvent)?;
        let arn = request.method_arn.as_str();
        let is_method = arn.starts_with("arn:") && arn.contains(":execute-api:");
        // The path is the caller's, and these would make a policy of it that is for more than this one request.
        let is_pattern = arn.contains(['*', '?']) || arn.contains("${");
        if is_method && !is_pattern {
            Ok(request)
        } else {
            Err(MalformedEvent)
        }
    }

    /// Returns the key; one that is not there, not well formed or given twice is a reason to refuse.
    pub fn key(&self) -> Result<ApiKey, Reason> {
        let single = self.headers.iter().flatten();
        let single = single.filter(|(name, _)| name.eq_ignore_ascii_case(HEADER));
        let single = single.filter_map(|(_, value)| value.as_deref());
        let multiple = self.multi_value_headers.iter().flatten();
        let multiple = multiple.filter(|(name, _)| name.eq_ignore_ascii_case(HEADER));
        let multiple = multiple.flat_map(|(_, values)| values.iter().flatten().map(String::as_str));

        // Both maps hold the same header, so they count apart.
        let (single, multiple): (Vec<_>, Vec<_>) = (single.collect(), multiple.collect());
        let text = match (single.as_slice(), multiple.as_slice()) {
            ([], []) => return Err(Reason::Missing),
            ([one], []) | ([], [one]) => one,
            ([one], [same]) if one == same => one,
            _ => return Err(Reason::Malformed),
        };
        if text.is_empty() {
            return Err(Reason::Missing);
        }
        ApiKey::parse(text).ok_or(Reason::Malformed)
    }

    /// Returns API Gateway's id of the request, for logs.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.context.as_ref()?.request_id.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/dev/GET/v1/inbox";

    fn key(headers: &Value, multiple: &Value) -> Result<String, Reason> {
        let event = json!({ "methodArn": ARN, "headers": headers, "multiValueHeaders": multiple });
        let request = Request::read(event).map_err(|_| Reason::Unusable)?;
        request.key().map(|key| key.reveal().to_owned())
    }

    #[test]
    fn the_header_is_found_in_any_case_and_only_once() {
        let one = format!("zt_{}", "A".repeat(43));
        let other = format!("zt_{}", "B".repeat(43));
        for (headers, multiple, expected) in [
            (json!({ "X-API-Key": one }), json!(null), Ok(one.clone())),
            (
                json!({ "x-api-key": one }),
                json!({ "x-api-key": [one] }),
                Ok(one.clone()),
            ),
            (json!(null), json!({ "X-Api-Key": [one] }), Ok(one.clone())),
            (json!(null), json!(null), Err(Reason::Missing)),
            (json!({}), json!({}), Err(Reason::Missing)),
            (json!({ "Authorization": one }), json!({}), Err(Reason::Missing)),
            (json!({ "X-API-Key": null }), json!(null), Err(Reason::Missing)),
            (
                json!({ "X-API-Key": "" }),
                json!({ "X-API-Key": [""] }),
                Err(Reason::Missing),
            ),
            (
                json!({ "X-API-Key": "open sesame" }),
                json!(null),
                Err(Reason::Malformed),
            ),
            (
                json!({ "X-API-Key": one }),
                json!({ "X-API-Key": [other, one] }),
                Err(Reason::Malformed),
            ),
            (
                json!({ "X-API-Key": one, "x-api-key": other }),
                json!(null),
                Err(Reason::Malformed),
            ),
            (
                json!({ "X-API-Key": one }),
                json!({ "X-API-Key": [other] }),
                Err(Reason::Malformed),
            ),
        ] {
            assert_eq!(key(&headers, &multiple), expected, "{headers}");
        }
    }

    #[test]
    fn an_event_of_another_kind_is_refused_without_its_text() {
        for event in [
            json!({}),
            json!({ "type": "TOKEN", "authorizationToken": "secret" }),
            json!({ "methodArn": "secret", "headers": {} }),
            json!({ "methodArn": ARN, "headers": { "X-API-Key": ["secret"] } }),
            // In a policy each of these would stand for other methods too.
            json!({ "methodArn": format!("{ARN}/*"), "headers": {} }),
            json!({ "methodArn": ARN.replace("inbox", "inbo?"), "headers": {} }),
            json!({ "methodArn": format!("{ARN}/${{aws:userid}}"), "headers": {} }),
        ] {
            let error = Request::read(event).err();

            assert_eq!(error, Some(MalformedEvent));
        }
        assert!(!MalformedEvent.to_string().contains("secret"));
    }
}
