//! REST APIs and their stages, and what API Gateway is set to in the whole account.
//!
//! One IAM action allows every read here, so each operation goes by its own name in the log.

mod description;
mod facts;

use async_trait::async_trait;
use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::operation::get_rest_apis::GetRestApisOutput;
use aws_sdk_apigateway::types;
use futures_util::future::join_all;

use super::paging::fact_of;
use super::{Arn, Collected, Collector, Context, Operation, Service};
use crate::inventory::apigateway::{ApiGatewayAccount, RestApi, Stage};
use crate::inventory::{Details, Fact, Gap, Needs, Resource, ResourceType, Tags};

/// The action that allows every read.
const GET: &str = "apigateway:GET";

const APIS: Operation = Operation::list("apigateway:GetRestApis").allowed_by(GET);
const RESOURCES: Operation = Operation::resource("apigateway:GetResources").allowed_by(GET);
const AUTHORIZERS: Operation = Operation::resource("apigateway:GetAuthorizers").allowed_by(GET);
const GATEWAY_RESPONSES: Operation = Operation::resource("apigateway:GetGatewayResponses").allowed_by(GET);
const VALIDATORS: Operation = Operation::resource("apigateway:GetRequestValidators").allowed_by(GET);
const STAGES: Operation = Operation::resource("apigateway:GetStages").allowed_by(GET);
const ACCOUNT: Operation = Operation::list("apigateway:GetAccount").allowed_by(GET);
const OPERATIONS: &[Operation] = &[
    APIS,
    RESOURCES,
    AUTHORIZERS,
    GATEWAY_RESPONSES,
    VALIDATORS,
    STAGES,
    ACCOUNT,
];

/// The operation that each fact of an API is read by.
const FACTS: &[(&str, Operation)] = &[
    ("resources", RESOURCES),
    ("authorizers", AUTHORIZERS),
    ("gateway_responses", GATEWAY_RESPONSES),
    ("request_validators", VALIDATORS),
];

/// The largest page that API Gateway gives.
const PAGE_SIZE: i32 = 500;

/// API Gateway throttles its control operations at 10 a second, all of them and the whole account together.
const CONCURRENCY: usize = 2;

/// Reads the REST APIs of Amazon API Gateway.
#[derive(Debug)]
pub struct ApiGateway;

#[async_trait]
impl Collector for ApiGateway {
    fn service(&self) -> &'static str {
        "apigateway"
    }

    fn resource_types(&self) -> &'static [&'static str] {
        &[ApiGatewayAccount::NAME, RestApi::NAME, Stage::NAME]
    }

    fn facts_of_list(&self, _type_name: &str) -> &'static [&'static str] {
        &["tags"]
    }

    fn operations(&self, needs: &Needs) -> Vec<Operation> {
        let mut operations = Vec::new();
        if asks_for_apis(needs) {
            operations.push(APIS);
        }
        let facts = FACTS
            .iter()
            .filter(|(fact, _)| needs.wants_fact(RestApi::NAME, fact));
        operations.extend(facts.map(|(_, operation)| *operation));
        if needs.wants(Stage::NAME) {
            operations.push(STAGES);
        }
        if needs.wants(ApiGatewayAccount::NAME) {
            operations.push(ACCOUNT);
        }
        operations
    }

    async fn collect(&self, context: &Context, needs: &Needs) -> Collected {
        let service = context.regional(self.service(), OPERATIONS, CONCURRENCY);
        let config = aws_sdk_apigateway::config::Builder::from(context.sdk())
            .interceptor(service.counter())
            .build();
        let reader = Reader {
            client: Client::from_conf(config),
            service,
            context,
            needs,
        };
        let (mut collected, account) = tokio::join!(reader.apis(), reader.account());
        match account {
            None => {}
            Some(Ok(account)) => collected.resources.push(account),
            Some(Err(gap)) => collected.gap(ApiGatewayAccount::NAME, gap),
        }
        collected
    }
}

/// Whether the list of APIs is needed, for itself or for their stages.
fn asks_for_apis(needs: &Needs) -> bool {
    needs.wants(RestApi::NAME) || needs.wants(Stage::NAME)
}

/// Reads the APIs and what belongs to each.
struct Reader<'a> {
    client: Client,
    service: Service<'a>,
    context: &'a Context,
    needs: &'a Needs,
}

impl Reader<'_> {
    async fn apis(&self) -> Collected {
        let mut collected = Collected::default();
        if !asks_for_apis(self.needs) {
            return collected;
        }
        let apis = self
            .service
            .pages(
                APIS,
                self.client
                    .get_rest_apis()
                    .into_paginator()
                    .page_size(PAGE_SIZE)
                    .send(),
                GetRestApisOutput::position,
                |page| page.items.unwrap_or_default(),
            )
            .await;
        let parts = join_all(apis.items.into_iter().map(|api| self.api(api))).await;
        for Collected { resources, gaps } in parts {
            collected.resources.extend(resources);
            for (type_name, gaps) in gaps {
                for gap in gaps {
                    collected.gap(type_name, gap);
                }
            }
        }
        if let Some(gap) = apis.gap {
            self.gap_of_apis(&mut collected, &gap);
        }
        collected
    }

    /// Records that APIs are missing, and with them their stages.
    fn gap_of_apis(&self, collected: &mut Collected, gap: &Gap) {
        for type_name in [RestApi::NAME, Stage::NAME] {
            if self.needs.wants(type_name) {
                collected.gap(type_name, gap.clone());
            }
        }
    }

    /// An API and its stages, as far as they are needed.
    async fn api(&self, api: types::RestApi) -> Collected {
        let mut collected = Collected::default();
        let Some(id) = api.id.clone() else {
            let gap = self
                .service
                .nonsense(APIS, "the answer holds an API without an id");
            self.gap_of_apis(&mut collected, &gap);
            return collected;
        };
        let name = api.name.clone();
        let label = name.as_deref().unwrap_or(&id);
        let (resources, authorizers, gateway_responses, request_validators, stages) = tokio::join!(
            fact_of::<RestApi, _>(self.needs, "resources", label, self.resources(&id)),
            fact_of::<RestApi, _>(self.needs, "authorizers", label, self.authorizers(&id)),
            fact_of::<RestApi, _>(
                self.needs,
                "gateway_responses",
                label,
                self.gateway_responses(&id)
            ),
            fact_of::<RestApi, _>(
                self.needs,
                "request_validators",
                label,
                self.request_validators(&id)
            ),
            self.stages(&id),
        );
        if self.needs.wants(RestApi::NAME) {
            let tags = api.tags.clone().unwrap_or_default().into_iter().collect();
            let (own, problem) = description::rest_api(api);
            if let Some(problem) = problem {
                collected.gap(RestApi::NAME, self.service.nonsense(APIS, problem));
            }
            let own = RestApi {
                resources,
                authorizers,
                request_validators,
                gateway_responses,
                ..own
            };
            let path = format!("restapis/{id}");
            collected
                .resources
                .push(self.resource(&path, id.clone(), name.clone(), tags, own.into()));
        }
        for stage in stages.items {
            let tags = stage.tags.clone().unwrap_or_default().into_iter().collect();
            let own = description::stage(&id, name.as_deref(), stage);
            let path = format!("restapis/{id}/stages/{}", own.stage_name);
            let (stage_id, stage_name) = (format!("{id}/{}", own.stage_name), own.stage_name.clone());
            collected
                .resources
                .push(self.resource(&path, stage_id, Some(stage_name), tags, own.into()));
        }
        if let Some(gap) = stages.gap {
            collected.gap(Stage::NAME, gap);
        }
        collected
    }

    /// What is set for the whole account, when it is needed.
    async fn account(&self) -> Option<Result<Resource, Gap>> {
        if !self.needs.wants(ApiGatewayAccount::NAME) {
            return None;
        }
        let answer = self.service.read(ACCOUNT, self.client.get_account().send()).await;
        Some(answer.map(|account| {
            let limits = account.throttle_settings;
            let own = ApiGatewayAccount {
                cloudwatch_role_arn: account.cloudwatch_role_arn.filter(|arn| !arn.is_empty()),
                throttle_rate_limit: limits.as_ref().map(|limits| limits.rate_limit),
                throttle_burst_limit: limits.map(|limits| limits.burst_limit),
            };
            self.resource("account", "account".to_owned(), None, Tags::new(), own.into())
        }))
    }

    /// A resource. The ARNs of API Gateway name no account.
    fn resource(
        &self,
        path: &str,
        id: String,
        name: Option<String>,
        tags: Tags,
        details: Details,
    ) -> Resource {
        let arn = Arn {
            partition: self.context.partition(),
            service: "apigateway",
            region: self.context.region(),
            account: "",
            resource: &format!("/{path}"),
        };
        Resource {
            arn: arn.to_string(),
            id,
            name,
            region: self.context.region().to_owned(),
            account: self.context.account().to_owned(),
            managed_by_aws: false,
            tags: Fact::Known(tags),
            details,
        }
    }
}
