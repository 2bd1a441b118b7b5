//! Functions: one list, then per function only the facts that are needed.

mod configuration;

use async_trait::async_trait;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::list_aliases::ListAliasesOutput;
use aws_sdk_lambda::operation::list_functions::ListFunctionsOutput;
use aws_sdk_lambda::types::FunctionConfiguration;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures_util::future::join_all;
use std::collections::BTreeMap;

use self::configuration::{alias, configuration};
use super::paging::fact_of;
use super::{Collected, Collector, Context, Operation, Service};
use crate::inventory::lambda::{Alias, Concurrency, EventInvokeConfig, FunctionCode, LambdaFunction};
use crate::inventory::{Fact, Gap, Needs, Resource, ResourceType, Tags};

const LIST: Operation = Operation::list("lambda:ListFunctions");
const TAGS: Operation = Operation::resource("lambda:ListTags");
const CODE: Operation = Operation::resource("lambda:GetFunction");
const POLICY: Operation = Operation::resource("lambda:GetPolicy");
const ALIASES: Operation = Operation::resource("lambda:ListAliases");
const CONCURRENT: Operation = Operation::resource("lambda:GetFunctionConcurrency");
const EVENT_INVOKE: Operation = Operation::resource("lambda:GetFunctionEventInvokeConfig");
const OPERATIONS: &[Operation] = &[LIST, TAGS, CODE, POLICY, ALIASES, CONCURRENT, EVENT_INVOKE];

/// The operation that each fact is read by.
const FACTS: &[(&str, Operation)] = &[
    ("tags", TAGS),
    ("code", CODE),
    ("policy", POLICY),
    ("aliases", ALIASES),
    ("alias_policies", ALIASES),
    ("alias_policies", POLICY),
    ("concurrency", CONCURRENT),
    ("event_invoke_config", EVENT_INVOKE),
];

/// The largest page that Lambda gives.
const PAGE_SIZE: i32 = 50;

/// Lambda throttles its control operations at 15 a second, all of them together.
const CONCURRENCY: usize = 4;

/// Reads AWS Lambda.
#[derive(Debug)]
pub struct Lambda;

#[async_trait]
impl Collector for Lambda {
    fn service(&self) -> &'static str {
        "lambda"
    }

    fn resource_types(&self) -> &'static [&'static str] {
        &[LambdaFunction::NAME]
    }

    fn facts_of_list(&self, _type_name: &str) -> &'static [&'static str] {
        &["environment"]
    }

    fn operations(&self, needs: &Needs) -> Vec<Operation> {
        if !needs.wants(LambdaFunction::NAME) {
            return Vec::new();
        }
        let facts = FACTS
            .iter()
            .filter(|(fact, _)| needs.wants_fact(LambdaFunction::NAME, fact))
            .map(|(_, operation)| *operation);
        let mut operations = vec![LIST];
        for operation in facts {
            if !operations.contains(&operation) {
                operations.push(operation);
            }
        }
        operations
    }

    async fn collect(&self, context: &Context, needs: &Needs) -> Collected {
        let mut collected = Collected::default();
        if !needs.wants(LambdaFunction::NAME) {
            return collected;
        }
        let service = context.regional(self.service(), OPERATIONS, CONCURRENCY);
        let config = aws_sdk_lambda::config::Builder::from(context.sdk())
            .interceptor(service.counter())
            .build();
        let reader = Reader {
            client: Client::from_conf(config),
            service,
            context,
            needs,
        };
        let functions = reader
            .service
            .pages(
                LIST,
                reader
                    .client
                    .list_functions()
                    .into_paginator()
                    .page_size(PAGE_SIZE)
                    .send(),
                ListFunctionsOutput::next_marker,
                |page| page.functions.unwrap_or_default(),
            )
            .await;
        let functions = join_all(
            functions
                .items
                .into_iter()
                .map(|function| reader.function(function)),
        )
        .await
        .into_iter()
        .chain(functions.gap.map(Err));
        for function in functions {
            match function {
                Ok(resource) => collected.resources.push(resource),
                Err(gap) => collected.gap(LambdaFunction::NAME, gap),
            }
        }
        collected
    }
}

/// Reads the facts of single functions.
struct Reader<'a> {
    client: Client,
    service: Service<'a>,
    context: &'a Context,
    needs: &'a Needs,
}

impl Reader<'_> {
    async fn function(&self, function: FunctionConfiguration) -> Result<Resource, Gap> {
        let (Some(arn), Some(name)) = (function.function_arn.clone(), function.function_name.clone()) else {
            return Err(self
                .service
                .nonsense(LIST, "the answer holds a function without a name"));
        };
        let mut own = configuration(function, |problem| self.service.nonsense(LIST, problem));
        let tags;
        (
            tags,
            own.code,
            own.policy,
            (own.aliases, own.alias_policies),
            own.concurrency,
            own.event_invoke_config,
        ) = tokio::join!(
            fact_of::<LambdaFunction, _>(self.needs, "tags", &name, self.tags(&arn)),
            fact_of::<LambdaFunction, _>(self.needs, "code", &name, self.code(&name)),
            fact_of::<LambdaFunction, _>(self.needs, "policy", &name, self.policy(&name, None)),
            self.aliases_and_policies(&name),
            fact_of::<LambdaFunction, _>(self.needs, "concurrency", &name, self.concurrency(&name)),
            fact_of::<LambdaFunction, _>(
                self.needs,
                "event_invoke_config",
                &name,
                self.event_invoke_config(&name)
            ),
        );
        Ok(Resource {
            arn,
            id: name.clone(),
            name: Some(name),
            region: self.context.region().to_owned(),
            account: self.context.account().to_owned(),
            managed_by_aws: false,
            tags,
            details: own.into(),
        })
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Gap> {
        let request = self.client.list_tags().resource(arn).send();
        let answer = self.service.read(TAGS, request).await?;
        Ok(answer.tags.unwrap_or_default().into_iter().collect())
    }

    /// Where the code comes from. The signed URL that the code can be fetched by is left in the answer.
    async fn code(&self, name: &str) -> Result<FunctionCode, Gap> {
        let request = self.client.get_function().function_name(name).send();
        let answer = self.service.read(CODE, request).await?;
        // The list of functions tells neither.
        let state = answer.configuration.map(|own| {
            let status = own.last_update_status;
            (
                own.state.map(|state| state.as_str().to_owned()),
                status.map(|status| status.as_str().to_owned()),
            )
        });
        let Some(code) = answer.code else {
            return Err(self.service.nonsense(CODE, "the answer holds no code"));
        };
        Ok(FunctionCode {
            repository_type: code.repository_type,
            image_uri: code.image_uri,
            resolved_image_uri: code.resolved_image_uri,
            state: state.as_ref().and_then(|state| state.0.clone()),
            last_update_status: state.and_then(|state| state.1),
        })
    }

    /// Who may call the function by its own ARN, or by that of an alias.
    async fn policy(&self, name: &str, alias: Option<&str>) -> Result<Option<String>, Gap> {
        let request = self.client.get_policy().function_name(name);
        let request = request.set_qualifier(alias.map(str::to_owned)).send();
        let answer = self
            .service
            .read_if_any(POLICY, Box::pin(request), is_none)
            .await?;
        match answer {
            None => Ok(None),
            Some(answer) if answer.policy.is_some() => Ok(answer.policy),
            Some(_) => Err(self.service.nonsense(POLICY, "the answer holds no policy")),
        }
    }

    /// The aliases and their policies, as far as they are needed; either way the aliases are listed once.
    async fn aliases_and_policies(&self, name: &str) -> (Fact<Vec<Alias>>, Fact<BTreeMap<String, String>>) {
        let wants = |fact| self.needs.wants_fact_of(LambdaFunction::NAME, fact, name);
        let (wants_aliases, wants_policies) = (wants("aliases"), wants("alias_policies"));
        if !wants_aliases && !wants_policies {
            return (Fact::NotRead, Fact::NotRead);
        }
        let aliases = self.aliases(name).await;
        let policies = match &aliases {
            _ if !wants_policies => Fact::NotRead,
            Ok(aliases) => self.alias_policies(name, aliases).await.into(),
            Err(gap) => Fact::Unreadable(gap.clone()),
        };
        let aliases = if wants_aliases {
            aliases.into()
        } else {
            Fact::NotRead
        };
        (aliases, policies)
    }

    async fn alias_policies(&self, name: &str, aliases: &[Alias]) -> Result<BTreeMap<String, String>, Gap> {
        let mut policies = BTreeMap::new();
        for alias in aliases {
            if let Some(policy) = self.policy(name, Some(&alias.name)).await? {
                policies.insert(alias.name.clone(), policy);
            }
        }
        Ok(policies)
    }

    async fn aliases(&self, name: &str) -> Result<Vec<Alias>, Gap> {
        let pages = self
            .service
            .pages(
                ALIASES,
                self.client
                    .list_aliases()
                    .function_name(name)
                    .into_paginator()
                    .send(),
                ListAliasesOutput::next_marker,
                |page| page.aliases.unwrap_or_default(),
            )
            .await;
        if let Some(gap) = pages.gap {
            return Err(gap);
        }
        let mut aliases: Vec<Alias> = pages.items.into_iter().map(alias).collect();
        aliases.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(aliases)
    }

    async fn concurrency(&self, name: &str) -> Result<Concurrency, Gap> {
        let request = self.client.get_function_concurrency().function_name(name).send();
        let answer = self.service.read(CONCURRENT, request).await?;
        Ok(Concurrency {
            reserved_concurrent_executions: answer.reserved_concurrent_executions,
        })
    }

    async fn event_invoke_config(&self, name: &str) -> Result<Option<EventInvokeConfig>, Gap> {
        let request = self
            .client
            .get_function_event_invoke_config()
            .function_name(name)
            .send();
        let answer = self
            .service
            .read_if_any(EVENT_INVOKE, Box::pin(request), is_none)
            .await?;
        Ok(answer.map(|answer| {
            let (on_success, on_failure) = answer
                .destination_config
                .map_or((None, None), |config| (config.on_success, config.on_failure));
            EventInvokeConfig {
                maximum_retry_attempts: answer.maximum_retry_attempts,
                maximum_event_age_in_seconds: answer.maximum_event_age_in_seconds,
                on_success_destination: on_success.and_then(|on| on.destination),
                on_failure_destination: on_failure.and_then(|on| on.destination),
            }
        }))
    }
}

/// Whether an error says that a function lacks what was asked for. That the function itself is missing is said by
/// the same code, and then nothing is known.
fn is_none(error: &impl ProvideErrorMetadata) -> bool {
    error.code() == Some("ResourceNotFoundException")
        && !error
            .message()
            .is_some_and(|message| message.starts_with("Function not found"))
}
