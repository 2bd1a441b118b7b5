//! REST APIs.

use crate::fake::{Answer, Fake, Request, json_error, named, ok, read_of};
use stackproof::collect::{ApiGateway, Collector};
use stackproof::inventory::apigateway::{ApiGatewayAccount, RestApi, Stage};
use stackproof::inventory::{Fact, Needs, Reason, ResourceType};

fn everything() -> Needs {
    [
        "resources",
        "authorizers",
        "gateway_responses",
        "request_validators",
    ]
    .into_iter()
    .fold(Needs::none(), |needs, fact| needs.fact(RestApi::NAME, fact))
    .list(Stage::NAME)
    .list(ApiGatewayAccount::NAME)
}

/// Two pages of APIs, `webhooks` on the first and `internal` on the second.
fn account(request: &Request) -> Answer {
    match request.operation.as_str() {
        "GET /restapis" if !request.has("limit=500") => json_error(400, "NoPages", "no page size"),
        "GET /restapis" if request.has("position=two") => ok(r#"{"item":[{"id":"b2","name":"internal"}]}"#),
        "GET /restapis" => ok(r#"{"position":"two","item":[{"id":"a1","name":"webhooks",
            "policy":"{\\\"Statement\\\":[]}","endpointConfiguration":{"types":["REGIONAL"]},
            "minimumCompressionSize":1024,"apiKeySource":"HEADER","disableExecuteApiEndpoint":true,
            "createdDate":1767225600,"tags":{"Project":"p"}}]}"#),
        "GET /restapis/a1/resources" if !request.has("embed=methods") => {
            json_error(400, "NoMethods", "not embedded")
        }
        "GET /restapis/a1/resources" if request.has("position=more") => {
            ok(r#"{"item":[{"id":"r0","path":"/"}]}"#)
        }
        "GET /restapis/a1/resources" => ok(
            r#"{"position":"more","item":[{"id":"r1","path":"/status","resourceMethods":{
            "POST":{"httpMethod":"POST","authorizationType":"CUSTOM","authorizerId":"auth1","apiKeyRequired":true,
            "requestValidatorId":"v1","requestModels":{"application/json":"Event"},
            "requestParameters":{"method.request.header.X-Id":true},
            "methodResponses":{"202":{"statusCode":"202","responseModels":{"application/json":"Empty"}},"400":{"statusCode":"400"}},
            "methodIntegration":{"type":"AWS","httpMethod":"POST","uri":"arn:aws:apigateway:us-east-1:sqs:path/1/q",
            "credentials":"arn:aws:iam::123456789012:role/gw","requestTemplates":{"application/json":"Action=SendMessage"},
            "passthroughBehavior":"NEVER","timeoutInMillis":29000,
            "integrationResponses":{"202":{"statusCode":"202","selectionPattern":"",
            "responseParameters":{"method.response.header.Vary":"'Origin'"}}}}},
            "GET":{"httpMethod":"GET","authorizationType":"NONE","methodIntegration":{"type":"MOCK"}}}}]}"#,
        ),
        "GET /restapis/b2/resources" | "GET /restapis/b2/gatewayresponses" | "GET /restapis/b2/stages" => {
            ok(r#"{"item":[]}"#)
        }
        "GET /restapis/a1/authorizers" if request.has("position=more") => {
            ok(r#"{"item":[{"id":"auth0","name":"a","type":"REQUEST"}]}"#)
        }
        "GET /restapis/a1/authorizers" => ok(
            r#"{"position":"more","item":[{"id":"auth1","name":"keys","type":"TOKEN",
            "authorizerUri":"arn:aws:apigateway:us-east-1:lambda:path/f","identitySource":"method.request.header.X-Key",
            "authorizerResultTtlInSeconds":0}]}"#,
        ),
        "GET /restapis/b2/authorizers" | "GET /restapis/b2/requestvalidators" => ok("{}"),
        "GET /restapis/a1/gatewayresponses" => {
            ok(r#"{"item":[{"responseType":"UNAUTHORIZED","statusCode":"401",
            "defaultResponse":false,"responseTemplates":{"application/json":"{}"}},
            {"responseType":"DEFAULT_4XX","defaultResponse":true}]}"#)
        }
        "GET /restapis/a1/requestvalidators" if request.has("position=more") => {
            ok(r#"{"item":[{"id":"v0","name":"a"}]}"#)
        }
        "GET /restapis/a1/requestvalidators" => ok(r#"{"position":"more","item":[{"id":"v1","name":"body",
            "validateRequestBody":true,"validateRequestParameters":false}]}"#),
        "GET /restapis/a1/stages" => ok(
            r#"{"item":[{"stageName":"v1","deploymentId":"d1","tracingEnabled":true,
            "accessLogSettings":{"destinationArn":"arn:aws:logs:us-east-1:123456789012:log-group:gw","format":"$context.requestId"},
            "variables":{"alias":"live"},"webAclArn":"arn:aws:wafv2:x","tags":{"Project":"p"},
            "methodSettings":{"*/*":{"loggingLevel":"INFO","metricsEnabled":true,"dataTraceEnabled":false,
            "throttlingRateLimit":100.0,"throttlingBurstLimit":200}}}]}"#,
        ),
        "GET /account" => ok(r#"{"cloudwatchRoleArn":"arn:aws:iam::123456789012:role/logs",
            "throttleSettings":{"rateLimit":10000.0,"burstLimit":5000}}"#),
        other => json_error(404, "NotFoundException", other),
    }
}

#[tokio::test]
async fn both_pages_and_every_fact_are_read_once() {
    let fake = Fake::start(account).await;
    let (collected, reads) = fake.collect(&ApiGateway, &everything()).await;
    assert!(collected.gaps.is_empty(), "{:?}", collected.gaps);
    let api = named(&collected, "webhooks");
    assert_eq!(api.arn, "arn:aws:apigateway:us-east-1::/restapis/a1");
    assert_eq!(api.tags.known().unwrap()["Project"], "p");
    let own = RestApi::of(&api.details).unwrap();
    assert_eq!(own.policy.as_deref(), Some(r#"{"Statement":[]}"#));
    assert_eq!(own.endpoint_types, ["REGIONAL"]);
    assert!(own.disable_execute_api_endpoint);
    let authorizers = own.authorizers.known().unwrap();
    assert_eq!(
        (authorizers[0].id.as_str(), authorizers[1].id.as_str()),
        ("auth0", "auth1")
    );
    assert_eq!(authorizers[1].authorizer_result_ttl_in_seconds, Some(0));
    let responses = own.gateway_responses.known().unwrap();
    assert_eq!(responses[0].response_type, "DEFAULT_4XX");
    assert!(responses[0].default_response && !responses[1].default_response);
    let validators = own.request_validators.known().unwrap();
    assert_eq!(
        (validators[0].id.as_str(), validators[1].id.as_str()),
        ("v0", "v1")
    );
    assert!(validators[1].validate_request_body && !validators[1].validate_request_parameters);

    let calls = |operation: &str| read_of(&reads, &format!("apigateway:{operation}")).calls;
    assert_eq!(
        (
            calls("GetRestApis"),
            calls("GetResources"),
            calls("GetAuthorizers")
        ),
        (2, 3, 3)
    );
    assert_eq!(
        (
            calls("GetGatewayResponses"),
            calls("GetRequestValidators"),
            calls("GetStages"),
            calls("GetAccount")
        ),
        (2, 3, 2, 1)
    );
}

#[tokio::test]
async fn routes_keep_their_methods_and_integrations() {
    let fake = Fake::start(account).await;
    let needs = Needs::none().fact(RestApi::NAME, "resources");
    let (collected, _) = fake.collect(&ApiGateway, &needs).await;
    let own = RestApi::of(&named(&collected, "webhooks").details).unwrap();
    assert_eq!(own.authorizers, Fact::NotRead);
    let routes = own.resources.known().unwrap();
    assert_eq!(
        (routes[0].path.as_str(), routes[1].path.as_str()),
        ("/", "/status")
    );
    let [get, post] = routes[1].methods.as_slice() else {
        panic!("{routes:?}");
    };
    assert_eq!(
        (get.http_method.as_str(), get.authorization_type.as_str()),
        ("GET", "NONE")
    );
    assert!(post.api_key_required && post.request_parameters["method.request.header.X-Id"]);
    assert_eq!(post.authorizer_id.as_deref(), Some("auth1"));
    let codes: Vec<&str> = post
        .method_responses
        .iter()
        .map(|one| one.status_code.as_str())
        .collect();
    assert_eq!(codes, ["202", "400"]);
    let integration = post.integration.as_ref().unwrap();
    assert_eq!(
        integration.request_templates["application/json"],
        "Action=SendMessage"
    );
    assert_eq!(integration.passthrough_behavior.as_deref(), Some("NEVER"));
    assert_eq!(integration.integration_responses[0].selection_pattern, None);
    assert_eq!(
        integration.integration_responses[0].response_parameters["method.response.header.Vary"],
        "'Origin'"
    );
}

#[tokio::test]
async fn stages_and_the_account_are_read_without_keeping_apis() {
    let fake = Fake::start(account).await;
    let needs = Needs::none().list(Stage::NAME).list(ApiGatewayAccount::NAME);
    let (collected, _) = fake.collect(&ApiGateway, &needs).await;
    assert_eq!(collected.resources.len(), 2);
    let stage = named(&collected, "v1");
    assert_eq!(stage.arn, "arn:aws:apigateway:us-east-1::/restapis/a1/stages/v1");
    let own = Stage::of(&stage.details).unwrap();
    let setting = &own.method_settings["*/*"];
    assert_eq!(
        (setting.logging_level.as_deref(), setting.throttling_burst_limit),
        (Some("INFO"), 200)
    );
    assert_eq!(own.access_log_format.as_deref(), Some("$context.requestId"));
    let own = ApiGatewayAccount::of(&named(&collected, "account").details).unwrap();
    assert_eq!(own.throttle_burst_limit, Some(5000));
    assert!(own.cloudwatch_role_arn.is_some());
}

/// One IAM action allows every read; what is missing is named by it, what was read by the operation.
#[tokio::test]
async fn every_operation_is_allowed_by_one_action() {
    let operations = ApiGateway.operations(&Needs::everything());
    assert_eq!(operations.len(), 7);
    assert!(
        operations
            .iter()
            .all(|operation| operation.action == "apigateway:GET")
    );
}

#[tokio::test]
async fn a_denied_second_page_leaves_a_gap_in_apis_and_stages() {
    let fake = Fake::start(|request| {
        if request.operation == "GET /restapis" && request.has("position=two") {
            json_error(403, "AccessDeniedException", "User: x is not authorized")
        } else {
            account(request)
        }
    })
    .await;
    let (collected, _) = fake.collect(&ApiGateway, &everything()).await;
    assert_eq!(
        collected.gaps.keys().copied().collect::<Vec<_>>(),
        [RestApi::NAME, Stage::NAME]
    );
    let gap = &collected.gaps[RestApi::NAME][0];
    assert_eq!(
        (gap.action.as_str(), gap.reason),
        ("apigateway:GET", Reason::AccessDenied)
    );
    assert_eq!(named(&collected, "webhooks").id, "a1");
}

#[tokio::test]
async fn a_denied_fact_is_unreadable_and_nothing_else_is() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "GET /restapis/a1/resources" => json_error(403, "AccessDeniedException", "no"),
        "GET /restapis/b2/stages" => json_error(404, "NotFoundException", "Invalid API identifier"),
        _ => account(request),
    })
    .await;
    let (collected, _) = fake.collect(&ApiGateway, &everything()).await;
    let own = |name| RestApi::of(&named(&collected, name).details).unwrap();
    assert!(matches!(own("webhooks").resources, Fact::Unreadable(_)));
    assert!(own("webhooks").authorizers.known().is_some() && own("internal").resources.known().is_some());
    // The stages of the vanished API are missing from the list of stages.
    assert_eq!(collected.gaps.keys().copied().collect::<Vec<_>>(), [Stage::NAME]);
    assert_eq!(collected.gaps[Stage::NAME][0].reason, Reason::Vanished);
    assert_eq!(named(&collected, "v1").id, "a1/v1");
}

/// The SDK has no paginator for authorizers, so the collector minds repeated positions by itself.
#[tokio::test]
async fn a_repeated_position_is_a_gap() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "GET /restapis/a1/authorizers" => ok(r#"{"position":"more","item":[]}"#),
        _ => account(request),
    })
    .await;
    let context = fake.context();
    let needs = Needs::none().fact(RestApi::NAME, "authorizers");
    let collected = ApiGateway.collect(&context, &needs).await;
    let own = RestApi::of(&named(&collected, "webhooks").details).unwrap();
    assert!(
        matches!(&own.authorizers, Fact::Unreadable(gap) if gap.message.contains("repeated a page token"))
    );
}
