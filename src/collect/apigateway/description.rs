//! APIs and stages out of API Gateway's answers. Lists that AWS gives in no order are sorted.

use aws_sdk_apigateway::types;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

use crate::inventory::apigateway::{
    ApiResource, Authorizer, GatewayResponse, Integration, IntegrationResponse, Method, MethodResponse,
    MethodSetting, RequestValidator, RestApi, Stage,
};

/// An API without the facts that are read by calls of their own, and what could not be understood of it.
pub(super) fn rest_api(api: types::RestApi) -> (RestApi, Option<String>) {
    let (policy, problem) = match api.policy.filter(|policy| !policy.is_empty()).map(unescaped) {
        None => (None, None),
        Some(Ok(policy)) => (Some(policy), None),
        Some(Err(problem)) => (None, Some(problem)),
    };
    let (endpoint_types, endpoints) = api.endpoint_configuration.map_or((None, None), |endpoint| {
        (endpoint.types, endpoint.vpc_endpoint_ids)
    });
    let mut endpoint_types: Vec<String> = endpoint_types
        .unwrap_or_default()
        .into_iter()
        .map(|kind| kind.as_str().to_owned())
        .collect();
    endpoint_types.sort();
    let own = RestApi {
        policy,
        endpoint_types,
        vpc_endpoint_ids: sorted(endpoints),
        minimum_compression_size: api.minimum_compression_size,
        api_key_source: api.api_key_source.map(|source| source.as_str().to_owned()),
        disable_execute_api_endpoint: api.disable_execute_api_endpoint,
        binary_media_types: sorted(api.binary_media_types),
        ..RestApi::default()
    };
    (own, problem)
}

/// A policy as it was written. AWS gives it as the inside of a JSON string, with a backslash before each quote.
fn unescaped(policy: String) -> Result<String, String> {
    let is_document = |text: &str| serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object());
    if is_document(&policy) {
        return Ok(policy);
    }
    serde_json::from_str::<String>(&format!("\"{policy}\""))
        .ok()
        .filter(|text| is_document(text))
        .ok_or_else(|| "the answer holds a policy that is no JSON".to_owned())
}

/// The routes, by path, each with its methods by HTTP method.
pub(super) fn resources(resources: Vec<types::Resource>) -> Vec<ApiResource> {
    let mut resources: Vec<ApiResource> = resources
        .into_iter()
        .map(|resource| {
            let methods: BTreeMap<_, _> = map(resource.resource_methods);
            ApiResource {
                id: resource.id.unwrap_or_default(),
                path: resource.path.unwrap_or_default(),
                methods: methods
                    .into_iter()
                    .map(|(http_method, found)| method(http_method, found))
                    .collect(),
            }
        })
        .collect();
    resources.sort_by(|a, b| a.path.cmp(&b.path));
    resources
}

fn method(http_method: String, method: types::Method) -> Method {
    Method {
        http_method,
        authorization_type: method.authorization_type.unwrap_or_default(),
        authorizer_id: method.authorizer_id,
        api_key_required: method.api_key_required.unwrap_or(false),
        request_validator_id: method.request_validator_id,
        request_models: map(method.request_models),
        request_parameters: map(method.request_parameters),
        integration: method.method_integration.map(integration),
        method_responses: map(method.method_responses)
            .into_iter()
            .map(|(status_code, response)| MethodResponse {
                status_code,
                response_models: map(response.response_models),
            })
            .collect(),
    }
}

fn integration(integration: types::Integration) -> Integration {
    Integration {
        r#type: integration
            .r#type
            .map_or_else(String::new, |kind| kind.as_str().to_owned()),
        integration_http_method: integration.http_method,
        uri: integration.uri,
        credentials: integration.credentials,
        connection_type: integration
            .connection_type
            .map(|connection| connection.as_str().to_owned()),
        request_parameters: map(integration.request_parameters),
        request_templates: map(integration.request_templates),
        passthrough_behavior: integration.passthrough_behavior,
        // The SDK gives zero for an answer without it, which is no timeout that API Gateway allows.
        timeout_in_millis: Some(integration.timeout_in_millis).filter(|millis| *millis > 0),
        integration_responses: map(integration.integration_responses)
            .into_iter()
            .map(|(status_code, response)| IntegrationResponse {
                status_code,
                selection_pattern: response.selection_pattern.filter(|pattern| !pattern.is_empty()),
                response_parameters: map(response.response_parameters),
                response_templates: map(response.response_templates),
            })
            .collect(),
    }
}

/// What validates requests, by name.
pub(super) fn request_validators(validators: Vec<types::RequestValidator>) -> Vec<RequestValidator> {
    let mut validators: Vec<RequestValidator> = validators
        .into_iter()
        .map(|validator| RequestValidator {
            id: validator.id.unwrap_or_default(),
            name: validator.name.unwrap_or_default(),
            validate_request_body: validator.validate_request_body,
            validate_request_parameters: validator.validate_request_parameters,
        })
        .collect();
    validators.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    validators
}

/// The authorizers, by name.
pub(super) fn authorizers(authorizers: Vec<types::Authorizer>) -> Vec<Authorizer> {
    let mut authorizers: Vec<Authorizer> = authorizers
        .into_iter()
        .map(|authorizer| Authorizer {
            id: authorizer.id.unwrap_or_default(),
            name: authorizer.name.unwrap_or_default(),
            r#type: authorizer
                .r#type
                .map_or_else(String::new, |kind| kind.as_str().to_owned()),
            authorizer_uri: authorizer.authorizer_uri,
            authorizer_credentials: authorizer.authorizer_credentials,
            identity_source: authorizer.identity_source,
            identity_validation_expression: authorizer.identity_validation_expression,
            authorizer_result_ttl_in_seconds: authorizer.authorizer_result_ttl_in_seconds,
            provider_arns: sorted(authorizer.provider_arns),
        })
        .collect();
    authorizers.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    authorizers
}

/// What the gateway answers by itself, by type.
pub(super) fn gateway_responses(responses: Vec<types::GatewayResponse>) -> Vec<GatewayResponse> {
    let mut responses: Vec<GatewayResponse> = responses
        .into_iter()
        .map(|response| GatewayResponse {
            response_type: response
                .response_type
                .map_or_else(String::new, |kind| kind.as_str().to_owned()),
            status_code: response.status_code,
            default_response: response.default_response,
            response_parameters: map(response.response_parameters),
            response_templates: map(response.response_templates),
        })
        .collect();
    responses.sort_by(|a, b| a.response_type.cmp(&b.response_type));
    responses
}

/// A stage of the API with that id and name.
pub(super) fn stage(rest_api_id: &str, rest_api_name: Option<&str>, stage: types::Stage) -> Stage {
    let (destination, format) = stage
        .access_log_settings
        .map_or((None, None), |log| (log.destination_arn, log.format));
    Stage {
        rest_api_id: rest_api_id.to_owned(),
        rest_api_name: rest_api_name.map(str::to_owned),
        stage_name: stage.stage_name.unwrap_or_default(),
        deployment_id: stage.deployment_id,
        access_log_destination_arn: destination,
        access_log_format: format,
        tracing_enabled: stage.tracing_enabled,
        cache_cluster_enabled: stage.cache_cluster_enabled,
        client_certificate_id: stage.client_certificate_id,
        web_acl_arn: stage.web_acl_arn,
        variables: map(stage.variables),
        method_settings: map(stage.method_settings)
            .into_iter()
            .map(|(path, found)| (path, setting(found)))
            .collect(),
    }
}

fn setting(setting: types::MethodSetting) -> MethodSetting {
    MethodSetting {
        logging_level: setting.logging_level,
        metrics_enabled: setting.metrics_enabled,
        data_trace_enabled: setting.data_trace_enabled,
        throttling_rate_limit: setting.throttling_rate_limit,
        throttling_burst_limit: setting.throttling_burst_limit,
        caching_enabled: setting.caching_enabled,
        cache_ttl_in_seconds: setting.cache_ttl_in_seconds,
        cache_data_encrypted: setting.cache_data_encrypted,
    }
}

fn map<T>(map: Option<HashMap<String, T>>) -> BTreeMap<String, T> {
    map.unwrap_or_default().into_iter().collect()
}

fn sorted(texts: Option<Vec<String>>) -> Vec<String> {
    let mut texts = texts.unwrap_or_default();
    texts.sort();
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_read_escaped_or_not() {
        let written = r#"{"Statement":[{"Resource":"execute-api:/*"}]}"#;
        let escaped = r#"{\"Statement\":[{\"Resource\":\"execute-api:\/*\"}]}"#;
        assert_eq!(unescaped(written.to_owned()).unwrap(), written);
        assert_eq!(unescaped(escaped.to_owned()).unwrap(), written);
        assert!(unescaped("nothing".to_owned()).is_err());
    }
}
