//! REST APIs, as the API Gateway API describes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::fact::Fact;

/// A REST API.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestApi {
    /// The resource policy, as JSON text.
    pub policy: Option<String>,
    /// `REGIONAL`, `EDGE` or `PRIVATE`.
    pub endpoint_types: Vec<String>,
    /// The endpoints through which a private API is reached.
    pub vpc_endpoint_ids: Vec<String>,
    /// The smallest payload in bytes that is compressed; absent when none is.
    pub minimum_compression_size: Option<i32>,
    /// Where the API key is taken from: `HEADER` or `AUTHORIZER`.
    pub api_key_source: Option<String>,
    /// Whether the API is reached by its own domain names only.
    pub disable_execute_api_endpoint: bool,
    /// The media types that are passed on as bytes.
    pub binary_media_types: Vec<String>,
    /// The routes, by path (`GetResources`).
    pub resources: Fact<Vec<ApiResource>>,
    /// The authorizers, by name (`GetAuthorizers`).
    pub authorizers: Fact<Vec<Authorizer>>,
    /// What validates requests, by name (`GetRequestValidators`).
    pub request_validators: Fact<Vec<RequestValidator>>,
    /// What the gateway answers by itself, by type (`GetGatewayResponses`).
    pub gateway_responses: Fact<Vec<GatewayResponse>>,
}

/// A route.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiResource {
    /// The id.
    pub id: String,
    /// The whole path, as `/status/{id}`.
    pub path: String,
    /// What can be asked of the route, by HTTP method.
    pub methods: Vec<Method>,
}

/// One HTTP method of a route.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// `GET`, `POST` … or `ANY`.
    pub http_method: String,
    /// `NONE`, `AWS_IAM`, `CUSTOM` or `COGNITO_USER_POOLS`.
    pub authorization_type: String,
    /// The authorizer of `CUSTOM` and `COGNITO_USER_POOLS`.
    pub authorizer_id: Option<String>,
    /// Whether an API key is asked for.
    pub api_key_required: bool,
    /// What validates requests.
    pub request_validator_id: Option<String>,
    /// The model of the body, by content type.
    pub request_models: BTreeMap<String, String>,
    /// The parameters taken from the request, each with whether it is required.
    pub request_parameters: BTreeMap<String, bool>,
    /// What answers the request.
    pub integration: Option<Integration>,
    /// The answers, by status code.
    pub method_responses: Vec<MethodResponse>,
}

/// What answers a request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// `AWS`, `AWS_PROXY`, `HTTP`, `HTTP_PROXY` or `MOCK`.
    pub r#type: String,
    /// The HTTP method that the backend is asked with.
    pub integration_http_method: Option<String>,
    /// The backend: an `arn:aws:apigateway:…` or a URL.
    pub uri: Option<String>,
    /// The ARN of the role that the backend is asked as.
    pub credentials: Option<String>,
    /// `INTERNET` or `VPC_LINK`.
    pub connection_type: Option<String>,
    /// What is passed to the backend, and where each is taken from.
    pub request_parameters: BTreeMap<String, String>,
    /// The mapping templates of the body, by content type.
    pub request_templates: BTreeMap<String, String>,
    /// What becomes of bodies without a template: `WHEN_NO_MATCH`, `WHEN_NO_TEMPLATES` or `NEVER`.
    pub passthrough_behavior: Option<String>,
    /// Milliseconds after which the backend is given up.
    pub timeout_in_millis: Option<i32>,
    /// How the backend's answers become the method's, by status code.
    pub integration_responses: Vec<IntegrationResponse>,
}

/// How one answer of the backend becomes the method's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IntegrationResponse {
    /// The status code that the caller sees.
    pub status_code: String,
    /// The pattern that the backend's answer matches; absent for all others.
    pub selection_pattern: Option<String>,
    /// Headers of the answer, and where each is taken from: `'text'` in quotes is the text itself.
    pub response_parameters: BTreeMap<String, String>,
    /// The mapping templates of the body, by content type.
    pub response_templates: BTreeMap<String, String>,
}

/// One answer of a method.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodResponse {
    /// The status code.
    pub status_code: String,
    /// The model of the body, by content type.
    pub response_models: BTreeMap<String, String>,
}

/// Who decides whether a request is let in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Authorizer {
    /// The id, which methods name it by.
    pub id: String,
    /// The name.
    pub name: String,
    /// `TOKEN`, `REQUEST` or `COGNITO_USER_POOLS`.
    pub r#type: String,
    /// The function that decides.
    pub authorizer_uri: Option<String>,
    /// The ARN of the role that the function is called as.
    pub authorizer_credentials: Option<String>,
    /// Where the token is taken from, as `method.request.header.Authorization`.
    pub identity_source: Option<String>,
    /// The pattern that a token must match before the function is asked.
    pub identity_validation_expression: Option<String>,
    /// Seconds for which a decision is kept.
    pub authorizer_result_ttl_in_seconds: Option<i32>,
    /// The user pools of `COGNITO_USER_POOLS`.
    pub provider_arns: Vec<String>,
}

/// What validates requests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestValidator {
    /// The id, which methods name it by.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether bodies are validated against their model.
    pub validate_request_body: bool,
    /// Whether required parameters must be there.
    pub validate_request_parameters: bool,
}

/// What the gateway answers by itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayResponse {
    /// The occasion, as `UNAUTHORIZED` or `DEFAULT_4XX`.
    pub response_type: String,
    /// The status code, when it is not the occasion's own.
    pub status_code: Option<String>,
    /// Whether this is the gateway's own answer, which nobody changed.
    pub default_response: bool,
    /// Headers of the answer, and where each is taken from.
    pub response_parameters: BTreeMap<String, String>,
    /// The body's templates, by content type.
    pub response_templates: BTreeMap<String, String>,
}

/// A deployment of a REST API under a name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// The API.
    pub rest_api_id: String,
    /// The API's name.
    pub rest_api_name: Option<String>,
    /// The stage's name, which is the first part of its URLs.
    pub stage_name: String,
    /// The deployment that the stage serves.
    pub deployment_id: Option<String>,
    /// The ARN of what access is logged to.
    pub access_log_destination_arn: Option<String>,
    /// The line that is logged per request.
    pub access_log_format: Option<String>,
    /// Whether requests are traced by X-Ray.
    pub tracing_enabled: bool,
    /// Whether answers are cached.
    pub cache_cluster_enabled: bool,
    /// The certificate by which backends know the gateway.
    pub client_certificate_id: Option<String>,
    /// The ARN of the web ACL in front of the stage.
    pub web_acl_arn: Option<String>,
    /// The stage variables; AWS asks not to put secrets there.
    pub variables: BTreeMap<String, String>,
    /// The settings of methods, by path and method as `*/*` or `~1status/GET`.
    pub method_settings: BTreeMap<String, MethodSetting>,
}

/// The settings of the methods that a path stands for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the switches are AWS's own")]
pub struct MethodSetting {
    /// `OFF`, `ERROR` or `INFO`.
    pub logging_level: Option<String>,
    /// Whether metrics are kept per method.
    pub metrics_enabled: bool,
    /// Whether whole requests and answers are logged, with everything secret in them.
    pub data_trace_enabled: bool,
    /// Requests per second on average; -1 when there is no limit of its own.
    pub throttling_rate_limit: f64,
    /// Requests at once; -1 when there is no limit of its own.
    pub throttling_burst_limit: i32,
    /// Whether answers are cached.
    pub caching_enabled: bool,
    /// Seconds for which an answer is cached.
    pub cache_ttl_in_seconds: i32,
    /// Whether cached answers are encrypted.
    pub cache_data_encrypted: bool,
}

/// What API Gateway is set to in the whole account and region. There is always exactly one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiGatewayAccount {
    /// The ARN of the role that logs are written as; absent: nothing is logged, whatever stages say.
    pub cloudwatch_role_arn: Option<String>,
    /// Requests per second on average, of all APIs together.
    pub throttle_rate_limit: Option<f64>,
    /// Requests at once, of all APIs together.
    pub throttle_burst_limit: Option<i32>,
}
