//! The API, changed behind Terraform's back.

use aws_sdk_apigateway::operation::put_integration::builders::PutIntegrationFluentBuilder;
use aws_sdk_apigateway::operation::put_method::builders::PutMethodFluentBuilder;
use aws_sdk_apigateway::types::{AuthorizerType, GatewayResponseType, IntegrationType, Op, PatchOperation};

use super::{Mutation, mutation};
use crate::Failure;
use crate::account::Account;

const API: &str = "zapier-triggers-api-dev";
const AUTHORIZED: &[&str] = &["api-authorized::zapier-triggers-api-dev"];
const AUTHORIZER: &[&str] = &["api-authorizer-reads-the-key::zapier-triggers-api-dev"];
const EVENTS: &[&str] = &["api-events-go-to-the-queue::zapier-triggers-api-dev"];
const STAGE: &[&str] = &["api-stage-logged-and-traced::dev"];

pub fn all() -> Vec<Mutation> {
    let mut all = routes();
    all.extend(methods());
    all.extend(authorizers());
    all.extend(stage());
    all
}

fn routes() -> Vec<Mutation> {
    vec![
        mutation(
            "route of the inbox removed",
            &[
                "api-inbox-reads-its-own-events::zapier-triggers-api-dev",
                "api-routes::zapier-triggers-api-dev",
            ],
            |account| {
                let delete = account.apigateway.delete_resource().rest_api_id(id(account)?);
                account
                    .wait(delete.resource_id(route(account, "/v1/inbox")?).send())
                    .map(drop)
            },
        ),
        mutation(
            "events can no longer be posted",
            &[
                "api-events-go-to-the-queue::zapier-triggers-api-dev",
                "api-routes::zapier-triggers-api-dev",
            ],
            |account| delete_method(account, "/v1/events", "POST"),
        ),
        mutation(
            "health can no longer be asked",
            &[
                "api-health-is-open::zapier-triggers-api-dev",
                "api-routes::zapier-triggers-api-dev",
            ],
            |account| delete_method(account, "/v1/health", "GET"),
        ),
        mutation(
            "CORS of events removed",
            &["api-cors::zapier-triggers-api-dev"],
            |account| delete_method(account, "/v1/events", "OPTIONS"),
        ),
        mutation(
            "CORS of the inbox removed",
            &["api-cors::zapier-triggers-api-dev"],
            |account| delete_method(account, "/v1/inbox", "OPTIONS"),
        ),
        mutation(
            "API deleted and made anew without routes and tags",
            &[
                "api-authorizer-reads-the-key::zapier-triggers-api-dev",
                "api-events-go-to-the-queue::zapier-triggers-api-dev",
                "api-execution-logs-kept::zapier-triggers-api-dev/dev",
                "api-health-is-open::zapier-triggers-api-dev",
                "api-inbox-reads-its-own-events::zapier-triggers-api-dev",
                "api-refusals-are-explained::zapier-triggers-api-dev",
                "api-routes::zapier-triggers-api-dev",
                "api-stage-logged-and-traced::zapier-triggers-api-dev/dev",
                "lambda-authorizer-callers::zapier-triggers-api-authorizer-dev",
                "lambda-health-callers::zapier-triggers-api-health-dev",
                "tags-required::zapier-triggers-api-dev",
            ],
            |account| {
                let delete = account.apigateway.delete_rest_api().rest_api_id(id(account)?);
                account.wait(delete.send())?;
                account
                    .wait(account.apigateway.create_rest_api().name(API).send())
                    .map(drop)
            },
        ),
        mutation(
            "method added that needs no key",
            &[
                "api-authorized::zapier-triggers-api-dev",
                "api-cors::zapier-triggers-api-dev",
                "api-routes::zapier-triggers-api-dev",
            ],
            |account| {
                let put = account.apigateway.put_method().rest_api_id(id(account)?);
                let put = put.resource_id(route(account, "/v1/inbox")?);
                account
                    .wait(put.http_method("DELETE").authorization_type("NONE").send())
                    .map(drop)
            },
        ),
    ]
}

fn methods() -> Vec<Mutation> {
    vec![
        mutation("inbox opened to everybody", AUTHORIZED, |account| {
            remake(
                account,
                "/v1/inbox",
                "GET",
                |put| put.authorization_type("NONE").set_authorizer_id(None),
                |put| put,
            )
        }),
        mutation("events opened to everybody", AUTHORIZED, |account| {
            remake(
                account,
                "/v1/events",
                "POST",
                |put| put.authorization_type("NONE").set_authorizer_id(None),
                |put| put,
            )
        }),
        mutation(
            "inbox authorized by IAM instead of the key",
            AUTHORIZED,
            |account| {
                remake(
                    account,
                    "/v1/inbox",
                    "GET",
                    |put| put.authorization_type("AWS_IAM").set_authorizer_id(None),
                    |put| put,
                )
            },
        ),
        mutation(
            "health asks for a key",
            &["api-health-is-open::zapier-triggers-api-dev"],
            |account| {
                let authorizer = authorizer(account)?;
                let custom =
                    |put: PutMethodFluentBuilder| put.authorization_type("CUSTOM").authorizer_id(authorizer);
                remake(account, "/v1/health", "GET", custom, |put| put)
            },
        ),
        mutation("events no longer validated", EVENTS, |account| {
            remake(
                account,
                "/v1/events",
                "POST",
                |put| put.set_request_validator_id(None),
                |put| put,
            )
        }),
        mutation("events validated by no model", EVENTS, |account| {
            remake(
                account,
                "/v1/events",
                "POST",
                |put| put.set_request_models(None),
                |put| put,
            )
        }),
        mutation("events answered without the queue", EVENTS, |account| {
            remake(
                account,
                "/v1/events",
                "POST",
                |put| put,
                |put| put.r#type(IntegrationType::Mock).set_uri(None),
            )
        }),
        mutation(
            "inbox reads the whole table",
            &["api-inbox-reads-its-own-events::zapier-triggers-api-dev"],
            |account| {
                let uri = "arn:aws:apigateway:us-east-1:dynamodb:action/Scan";
                remake(account, "/v1/inbox", "GET", |put| put, |put| put.uri(uri))
            },
        ),
        mutation(
            "refusals no longer explained",
            &["api-refusals-are-explained::zapier-triggers-api-dev"],
            |account| {
                let delete = account.apigateway.delete_gateway_response();
                let delete = delete.rest_api_id(id(account)?);
                account
                    .wait(delete.response_type(GatewayResponseType::AccessDenied).send())
                    .map(drop)
            },
        ),
        mutation("events sent to a topic", EVENTS, |account| {
            let uri = "arn:aws:apigateway:us-east-1:sns:path/123456789012/topic";
            remake(account, "/v1/events", "POST", |put| put, |put| put.uri(uri))
        }),
    ]
}

fn authorizers() -> Vec<Mutation> {
    vec![
        mutation("authorizer reads another header", AUTHORIZER, |account| {
            patch_authorizer(account, "/identitySource", "method.request.header.Authorization")
        }),
        mutation("authorizer sees the token alone", AUTHORIZER, |account| {
            patch_authorizer(account, "/type", "TOKEN")
        }),
        mutation("second authorizer", AUTHORIZER, |account| {
            let create = account
                .apigateway
                .create_authorizer()
                .rest_api_id(id(account)?)
                .name("second")
                .r#type(AuthorizerType::Request)
                .identity_source("method.request.querystring.key");
            account.wait(create.send()).map(drop)
        }),
        mutation(
            "authorizer deleted",
            &[
                "api-authorized::zapier-triggers-api-dev",
                "api-authorizer-reads-the-key::zapier-triggers-api-dev",
            ],
            |account| {
                let delete = account.apigateway.delete_authorizer().rest_api_id(id(account)?);
                account
                    .wait(delete.authorizer_id(authorizer(account)?).send())
                    .map(drop)
            },
        ),
    ]
}

fn stage() -> Vec<Mutation> {
    let mut all: Vec<Mutation> = [
        ("stage no longer traced", "/tracingEnabled", "false"),
        (
            "metrics of the stage switched off",
            "/*/*/metrics/enabled",
            "false",
        ),
        (
            "execution log of the stage switched off",
            "/*/*/logging/loglevel",
            "OFF",
        ),
        ("bodies of requests logged", "/*/*/logging/dataTrace", "true"),
        (
            "throttling of the stage set to nothing",
            "/*/*/throttling/rateLimit",
            "0",
        ),
    ]
    .into_iter()
    .map(|(name, path, value)| {
        mutation(name, STAGE, move |account| {
            patch_stage(account, Op::Replace, path, Some(value))
        })
    })
    .collect();
    all.push(mutation(
        "access log of the stage switched off",
        STAGE,
        |account| patch_stage(account, Op::Remove, "/accessLogSettings", None),
    ));
    all.push(mutation(
        "stage deleted",
        &[
            "api-execution-logs-kept::zapier-triggers-api-dev/dev",
            "api-stage-logged-and-traced::zapier-triggers-api-dev/dev",
        ],
        |account| {
            let delete = account.apigateway.delete_stage().rest_api_id(id(account)?);
            account.wait(delete.stage_name("dev").send()).map(drop)
        },
    ));
    all.push(mutation(
        "API Gateway's role to log with removed",
        &["api-account-may-log::account"],
        |account| {
            // The emulated account cannot remove it; AWS and the collector take an empty one for none.
            let patch = patch(Op::Replace, "/cloudwatchRoleArn", Some(""));
            account
                .wait(account.apigateway.update_account().patch_operations(patch).send())
                .map(drop)
        },
    ));
    all
}

/// The id of the stack's API.
pub fn id(account: &Account) -> Result<String, Failure> {
    let listed = account.wait(account.apigateway.get_rest_apis().send())?;
    let api = listed.items().iter().find(|api| api.name() == Some(API));
    api.and_then(|api| api.id.clone())
        .ok_or_else(|| format!("no API {API}").into())
}

fn route(account: &Account, path: &str) -> Result<String, Failure> {
    let list = account
        .apigateway
        .get_resources()
        .rest_api_id(id(account)?)
        .limit(500);
    let listed = account.wait(list.send())?;
    let route = listed.items().iter().find(|route| route.path() == Some(path));
    route
        .and_then(|route| route.id.clone())
        .ok_or_else(|| format!("no route {path}").into())
}

fn authorizer(account: &Account) -> Result<String, Failure> {
    let listed = account.wait(
        account
            .apigateway
            .get_authorizers()
            .rest_api_id(id(account)?)
            .send(),
    )?;
    let authorizer = listed
        .items()
        .first()
        .and_then(|authorizer| authorizer.id.clone());
    authorizer.ok_or_else(|| "no authorizer".into())
}

fn delete_method(account: &Account, path: &str, method: &str) -> Result<(), Failure> {
    let delete = account.apigateway.delete_method().rest_api_id(id(account)?);
    let delete = delete.resource_id(route(account, path)?).http_method(method);
    account.wait(delete.send()).map(drop)
}

/// Makes a method anew with everything that it had, but for what the two functions change. The emulated account
/// cannot update a method in place.
fn remake(
    account: &Account,
    path: &str,
    http_method: &str,
    method: impl FnOnce(PutMethodFluentBuilder) -> PutMethodFluentBuilder,
    integration: impl FnOnce(PutIntegrationFluentBuilder) -> PutIntegrationFluentBuilder,
) -> Result<(), Failure> {
    let (api, route) = (id(account)?, route(account, path)?);
    let client = &account.apigateway;
    let get = client.get_method().rest_api_id(&api).resource_id(&route);
    let old = account.wait(get.http_method(http_method).send())?;
    delete_method(account, path, http_method)?;
    let put = client
        .put_method()
        .rest_api_id(&api)
        .resource_id(&route)
        .http_method(http_method)
        .set_authorization_type(old.authorization_type)
        .set_authorizer_id(old.authorizer_id)
        .set_request_validator_id(old.request_validator_id)
        .set_request_models(old.request_models)
        .set_request_parameters(old.request_parameters);
    account.wait(method(put).send())?;
    for (status, response) in old.method_responses.unwrap_or_default() {
        let put = client
            .put_method_response()
            .rest_api_id(&api)
            .resource_id(&route)
            .http_method(http_method)
            .status_code(status)
            .set_response_models(response.response_models)
            .set_response_parameters(response.response_parameters);
        account.wait(put.send())?;
    }
    let old = old.method_integration.ok_or("no integration")?;
    let put = client
        .put_integration()
        .rest_api_id(&api)
        .resource_id(&route)
        .http_method(http_method)
        .set_type(old.r#type)
        .set_integration_http_method(old.http_method)
        .set_uri(old.uri)
        .set_credentials(old.credentials)
        .set_request_parameters(old.request_parameters)
        .set_request_templates(old.request_templates)
        .set_passthrough_behavior(old.passthrough_behavior)
        .timeout_in_millis(old.timeout_in_millis);
    account.wait(integration(put).send())?;
    for (status, response) in old.integration_responses.unwrap_or_default() {
        let put = client
            .put_integration_response()
            .rest_api_id(&api)
            .resource_id(&route)
            .http_method(http_method)
            .status_code(status)
            .set_selection_pattern(response.selection_pattern)
            .set_response_templates(response.response_templates)
            .set_response_parameters(response.response_parameters);
        account.wait(put.send())?;
    }
    Ok(())
}

fn patch(op: Op, path: &str, value: Option<&str>) -> PatchOperation {
    PatchOperation::builder()
        .op(op)
        .path(path)
        .set_value(value.map(str::to_owned))
        .build()
}

fn patch_stage(account: &Account, op: Op, path: &str, value: Option<&str>) -> Result<(), Failure> {
    let update = account.apigateway.update_stage().rest_api_id(id(account)?);
    let update = update.stage_name("dev").patch_operations(patch(op, path, value));
    account.wait(update.send()).map(drop)
}

fn patch_authorizer(account: &Account, path: &str, value: &str) -> Result<(), Failure> {
    let update = account.apigateway.update_authorizer().rest_api_id(id(account)?);
    let update = update.authorizer_id(authorizer(account)?);
    account
        .wait(
            update
                .patch_operations(patch(Op::Replace, path, Some(value)))
                .send(),
        )
        .map(drop)
}
