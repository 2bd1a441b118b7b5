//! What belongs to one API, read by calls of its own.

use aws_sdk_apigateway::operation::get_resources::GetResourcesOutput;
use aws_sdk_apigateway::types;

use super::super::Pages;
use super::{AUTHORIZERS, GATEWAY_RESPONSES, PAGE_SIZE, RESOURCES, Reader, STAGES, VALIDATORS, description};
use crate::inventory::apigateway::{ApiResource, Authorizer, GatewayResponse, RequestValidator, Stage};
use crate::inventory::{Gap, ResourceType};

impl Reader<'_> {
    /// The routes with their methods.
    pub(super) async fn resources(&self, api: &str) -> Result<Vec<ApiResource>, Gap> {
        let pages = self
            .service
            .pages(
                RESOURCES,
                self.client
                    .get_resources()
                    .rest_api_id(api)
                    .embed("methods")
                    .into_paginator()
                    .page_size(PAGE_SIZE)
                    .send(),
                GetResourcesOutput::position,
                |page| page.items.unwrap_or_default(),
            )
            .await;
        match pages.gap {
            Some(gap) => Err(gap),
            None => Ok(description::resources(pages.items)),
        }
    }

    /// Who decides on requests.
    pub(super) async fn authorizers(&self, api: &str) -> Result<Vec<Authorizer>, Gap> {
        let ask = |position| {
            let request = self.client.get_authorizers().rest_api_id(api);
            request.limit(PAGE_SIZE).set_position(position).send()
        };
        let authorizers = self
            .service
            .every_page(AUTHORIZERS, ask, |page| {
                (page.items.unwrap_or_default(), page.position)
            })
            .await?;
        Ok(description::authorizers(authorizers))
    }

    /// What the gateway answers by itself.
    pub(super) async fn gateway_responses(&self, api: &str) -> Result<Vec<GatewayResponse>, Gap> {
        let ask = |position| {
            let request = self.client.get_gateway_responses().rest_api_id(api);
            request.limit(PAGE_SIZE).set_position(position).send()
        };
        let responses = self
            .service
            .every_page(GATEWAY_RESPONSES, ask, |page| {
                (page.items.unwrap_or_default(), page.position)
            })
            .await?;
        Ok(description::gateway_responses(responses))
    }

    /// What validates requests.
    pub(super) async fn request_validators(&self, api: &str) -> Result<Vec<RequestValidator>, Gap> {
        let ask = |position| {
            let request = self.client.get_request_validators().rest_api_id(api);
            request.limit(PAGE_SIZE).set_position(position).send()
        };
        let validators = self
            .service
            .every_page(VALIDATORS, ask, |page| {
                (page.items.unwrap_or_default(), page.position)
            })
            .await?;
        Ok(description::request_validators(validators))
    }

    /// The stages, which come all at once.
    pub(super) async fn stages(&self, api: &str) -> Pages<types::Stage> {
        if !self.needs.wants(Stage::NAME) {
            return Pages::default();
        }
        let request = self.client.get_stages().rest_api_id(api).send();
        let read = self.service.read(STAGES, request).await;
        read.map(|answer| answer.item.unwrap_or_default()).into()
    }
}
