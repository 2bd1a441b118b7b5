//! The router as API Gateway calls it: a REST API's proxy event in, its answer out.
//!
//! API Gateway has matched the route before it calls; what this adds is that the router sees that
//! route and not the stage or a custom domain's base path in front of it.

use std::convert::Infallible;

use axum::Router;
use axum::response::Response;
use lambda_http::http::Uri;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt, Service, service_fn};

/// Wraps the router for `lambda_http::run`.
///
/// Needs no `AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH`, and works the same where it is set.
#[must_use]
pub fn service(
    router: Router,
) -> impl Service<
    Request,
    Response = Response,
    Error = Infallible,
    Future = impl Future<Output = Result<Response, Infallible>> + Send + 'static,
> + Clone {
    service_fn(move |request: Request| {
        let mut router = router.clone();
        async move { Service::call(&mut router, at_route(request)).await }
    })
}

/// Points the request at the route that API Gateway matched.
fn at_route(mut request: Request) -> Request {
    if let Some(uri) = route(&request).and_then(|route| with_path(request.uri(), &route)) {
        *request.uri_mut() = uri;
    }
    request
}

/// Returns the matched resource, or for a greedy one (`{proxy+}`) the path without its stage.
fn route(request: &Request) -> Option<String> {
    let Some(RequestContext::ApiGatewayV1(context)) = request.request_context_ref() else {
        return None;
    };
    if let Some(resource) = context.resource_path.as_deref()
        && resource.starts_with('/')
        && !resource.contains('{')
    {
        return Some(resource.to_owned());
    }
    let path = request.raw_http_path();
    let stage = context.stage.as_deref().unwrap_or_default();
    // The event's path leaves the stage out and the context's has it; equal, both have it.
    let has_stage = context.path.as_deref() == Some(path);
    let below_stage = path
        .strip_prefix('/')
        .and_then(|path| path.strip_prefix(stage))
        .filter(|rest| has_stage && !stage.is_empty() && rest.starts_with('/'));
    Some(below_stage.unwrap_or(path).to_owned())
}

fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let path_and_query = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path_and_query.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::sync::Arc;

    use async_trait::async_trait;
    use jiff::Timestamp;
    use lambda_http::request::LambdaRequest;
    use lambda_http::{Adapter, Context, LambdaEvent};
    use serde_json::{Value, json};

    use super::*;
    use crate::dependency::{Dependency, DependencyError};
    use crate::state::HealthState;

    /// As a REST API sends it to its function, stage `dev`, resource `/v1/health`.
    const EVENT: &str = include_str!("../tests/events/rest-api.json");

    struct Table(Result<(), DependencyError>);

    #[async_trait]
    impl Dependency for Table {
        fn name(&self) -> &'static str {
            "dynamodb"
        }

        async fn check(&self) -> Result<(), DependencyError> {
            self.0.clone()
        }
    }

    /// Sends an event all the way: event, request, router, response, the function's answer.
    async fn invoke(event: &Value, table: Result<(), DependencyError>) -> Result<Value, Box<dyn Error>> {
        let state = HealthState::new("1.2.3")
            .with_clock(|| Timestamp::UNIX_EPOCH)
            .with_dependency(Arc::new(Table(table)));
        let event: LambdaRequest = serde_json::from_str(&event.to_string())?;
        let mut function = Adapter::from(service(crate::router(state)));
        let answer = function.call(LambdaEvent::new(event, Context::default())).await?;
        Ok(serde_json::to_value(&answer)?)
    }

    #[tokio::test]
    async fn a_rest_api_event_is_answered_as_rest_apis_expect() -> Result<(), Box<dyn Error>> {
        let answer = invoke(&serde_json::from_str(EVENT)?, Ok(())).await?;

        assert_eq!(answer["statusCode"], 200);
        assert_eq!(answer["isBase64Encoded"], false);
        let headers = &answer["multiValueHeaders"];
        assert_eq!(headers["content-type"], json!(["application/json"]));
        assert_eq!(headers["cache-control"], json!(["no-store"]));
        let body: Value = serde_json::from_str(answer["body"].as_str().ok_or("no body")?)?;
        assert_eq!(body["status"], "healthy");
        assert_eq!(body["dependencies"]["dynamodb"]["status"], "up");
        Ok(())
    }

    #[tokio::test]
    async fn an_unhealthy_answer_keeps_its_status_and_body() -> Result<(), Box<dyn Error>> {
        let denied = Err(DependencyError::new("access denied"));
        let answer = invoke(&serde_json::from_str(EVENT)?, denied).await?;

        assert_eq!(answer["statusCode"], 503);
        let body: Value = serde_json::from_str(answer["body"].as_str().ok_or("no body")?)?;
        assert_eq!(body["dependencies"]["dynamodb"]["reason"], "access denied");
        Ok(())
    }

    #[tokio::test]
    async fn the_route_matches_wherever_the_stage_is() -> Result<(), Box<dyn Error>> {
        for (resource, path, context_path, stage, expected) in [
            // The REST API's own address: the stage is in the context's path alone.
            ("/v1/health", "/v1/health", "/dev/v1/health", "dev", 200),
            // A custom domain with a base path, and one without.
            ("/v1/health", "/api/v1/health", "/api/v1/health", "dev", 200),
            ("/v1/health", "/v1/health", "/v1/health", "dev", 200),
            // A stage that is named like the version.
            ("/v1/health", "/v1/health", "/v1/v1/health", "v1", 200),
            // A greedy resource, without and with the stage in the event's path.
            ("/{proxy+}", "/v1/health", "/dev/v1/health", "dev", 200),
            ("/{proxy+}", "/dev/v1/health", "/dev/v1/health", "dev", 200),
            ("/{proxy+}", "/v1/health", "/v1/v1/health", "v1", 200),
            ("/{proxy+}", "/v1/nothing", "/dev/v1/nothing", "dev", 404),
            ("/{proxy+}", "/development", "/development", "dev", 404),
        ] {
            let mut event: Value = serde_json::from_str(EVENT)?;
            event["resource"] = json!(resource);
            event["path"] = json!(path);
            event["requestContext"]["resourcePath"] = json!(resource);
            event["requestContext"]["path"] = json!(context_path);
            event["requestContext"]["stage"] = json!(stage);
            let answer = invoke(&event, Ok(())).await?;

            assert_eq!(answer["statusCode"], expected, "{resource} {path} {stage}");
        }
        Ok(())
    }

    #[tokio::test]
    async fn head_and_a_query_pass_and_post_is_refused() -> Result<(), Box<dyn Error>> {
        for (method, expected) in [("HEAD", 200), ("GET", 200), ("POST", 405)] {
            let mut event: Value = serde_json::from_str(EVENT)?;
            event["httpMethod"] = json!(method);
            event["requestContext"]["httpMethod"] = json!(method);
            event["queryStringParameters"] = json!({ "verbose": "1" });
            event["multiValueQueryStringParameters"] = json!({ "verbose": ["1"] });
            let answer = invoke(&event, Ok(())).await?;

            assert_eq!(answer["statusCode"], expected, "{method}");
        }
        Ok(())
    }
}
