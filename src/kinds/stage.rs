//! `stage`: a stage of a REST API is logged, traced, throttled and protected as promised.

mod settings;

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

use self::settings::Settings;
use super::bounds::nothing_to_check;
use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::NameGlob;
use crate::inventory::apigateway::Stage;
use crate::inventory::logs::LogGroup;
use crate::inventory::{Inventory, Needs, ResourceType};

pub const EXAMPLE: &str = r#"id: api-stage
kind: stage
title: The stage logs every request, is traced and throttled
severity: high
owner: platform
why: A request that leaves no trace cannot be explained to a customer.
fix: Keep the stage's settings in terraform/modules/api-gateway.
with:
  api: "${project}-${env}"
  stage: "${env}"
  tracing: true
  access_log:
    log_group: "/aws/apigateway/${project}-access-${env}"
    fields: [requestId, status, identity.sourceIp]
    forbidden_fields: [identity.apiKey]
  settings:
    logging_level: ERROR
    data_trace: false
    metrics: true
    throttling_rate_limit: { min: 1, max: 2000 }
    throttling_burst_limit: { min: 1, max: 4000 }
"#;

/// A stage of a REST API is logged, traced, throttled and protected as promised.
///
/// `settings` are those of `*/*`, which must be there. The settings of a single method replace them, so each of these
/// is held to the same promises, or to its own in `methods`.
///
/// ## What is read
/// The stages of all REST APIs; with `log_group` or `execution_log_group` the log groups.
///
/// ## When it fails
/// A promised setting is another one, or there are no settings for `*/*`; the access log goes elsewhere, to a group that
/// does not exist, or lacks a field; there is no such stage.
///
/// ## What it cannot know
/// Whether the stage serves the API as it is now, or an older deployment of it: AWS does not compare them. What is set
/// for one caller by a usage plan.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The name of the API, or a glob.
    api: NameGlob,
    /// The name of the stage, or a glob.
    stage: NameGlob,
    /// Whether requests are traced by X-Ray.
    tracing: Option<bool>,
    /// What is logged of each request.
    access_log: Option<AccessLog>,
    /// Whether the log group of execution logs must exist: API Gateway makes one that keeps logs for ever.
    #[serde(default)]
    execution_log_group: bool,
    /// The settings of `*/*` and of every method that has settings of its own.
    settings: Option<Settings>,
    /// The settings of single methods, by path and method as `/v1/health/GET`; they must be set for these.
    #[serde(default)]
    methods: BTreeMap<String, Settings>,
    /// Whether there is a cache.
    cache: Option<bool>,
    /// Whether backends know the gateway by a client certificate.
    client_certificate: Option<bool>,
    /// Whether there is a web ACL in front of the stage.
    web_acl: Option<bool>,
}

/// What is logged of each request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AccessLog {
    /// The log group that is written to, which must exist; a name or a glob.
    log_group: NameGlob,
    /// Variables of the context that each line holds, as `requestId` or `identity.sourceIp`.
    #[serde(default)]
    fields: Vec<String>,
    /// Variables of the context that no line may hold, as `identity.apiKey`.
    #[serde(default)]
    forbidden_fields: Vec<String>,
}

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let switches = [self.tracing, self.cache, self.client_certificate, self.web_acl];
        let something = switches.iter().any(Option::is_some)
            || self.access_log.is_some()
            || self.execution_log_group
            || self.settings.is_some()
            || !self.methods.is_empty();
        if !something {
            mistakes.push(nothing_to_check(
                "`tracing`, `access_log`, `execution_log_group`, `settings`, `methods`, `cache`, \
                 `client_certificate`, `web_acl`",
            ));
        }
        if let Some(settings) = &self.settings {
            mistakes.extend(settings.mistakes("/settings"));
        }
        for (method, settings) in &self.methods {
            let pointer = format!("/methods/{}", method.replace('~', "~0").replace('/', "~1"));
            mistakes.extend(settings.mistakes(&pointer));
            if settings::key(method).is_none() {
                mistakes.push(Mistake::new(
                    format!("{pointer}#"),
                    "bad-method",
                    format!("`{method}` is no path and method"),
                    "write it as `/v1/health/GET`, or `*/*` in `settings`",
                ));
            }
        }
        if mistakes.is_empty() {
            Ok(self)
        } else {
            Err(mistakes)
        }
    }
}

impl Options {
    fn asks_for_log_groups(&self) -> bool {
        self.access_log.is_some() || self.execution_log_group
    }

    fn is_meant(&self, stage: &Stage) -> bool {
        let api = stage.rest_api_name.as_deref().unwrap_or(&stage.rest_api_id);
        self.api.matches(api) && self.stage.matches(&stage.stage_name)
    }
}

impl Check for Options {
    fn needs(&self) -> CheckNeeds {
        let context = if self.asks_for_log_groups() {
            Needs::none().list(LogGroup::NAME)
        } else {
            Needs::none()
        };
        CheckNeeds {
            subjects: Needs::none().list(Stage::NAME),
            context,
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        let mut subjects: Vec<Subject> = inventory
            .of::<Stage>()
            .filter(|(_, stage)| self.is_meant(stage))
            .map(|(resource, _)| Subject::resource(resource))
            .collect();
        if subjects.is_empty() {
            subjects.push(Subject::named(format!("{}/{}", self.api, self.stage)).of_type(Stage::NAME));
        }
        subjects
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let inventory = evidence.inventory;
        let Some((_, stage)) = select::found::<Stage>(inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        let certificate = stage.client_certificate_id.is_some();
        for (label, promised, found) in [
            ("tracing", self.tracing, stage.tracing_enabled),
            ("a cache", self.cache, stage.cache_cluster_enabled),
            ("a client certificate", self.client_certificate, certificate),
            ("a web ACL", self.web_acl, stage.web_acl_arn.is_some()),
        ] {
            if let Some(promised) = promised {
                settings::switch(label, "", promised, found, &mut assessment);
            }
        }
        if let Some(log) = &self.access_log {
            log.judge(stage, inventory, &mut assessment);
        }
        if self.execution_log_group {
            let name = format!(
                "API-Gateway-Execution-Logs_{}/{}",
                stage.rest_api_id, stage.stage_name
            );
            assessment.saw("execution log group", &name);
            if !exists(inventory, &name) {
                assessment.differs(
                    "the log group of execution logs does not exist",
                    name,
                    "no such group",
                );
            }
        }
        self.judge_settings(stage, &mut assessment);
        assessment.conclude("the stage is set as promised")
    }
}

impl Options {
    fn judge_settings(&self, stage: &Stage, assessment: &mut Assessment) {
        let own: BTreeMap<String, (&str, &Settings)> = self
            .methods
            .iter()
            .filter_map(|(method, settings)| Some((settings::key(method)?, (method.as_str(), settings))))
            .collect();
        if self.settings.is_some() && !stage.method_settings.contains_key("*/*") {
            assessment.differs(
                "there are no settings for every method",
                "settings of `*/*`",
                "none",
            );
        }
        for (key, (method, _)) in &own {
            if !stage.method_settings.contains_key(key) {
                let message = format!("there are no settings for {method}");
                assessment.differs(message, format!("settings of `{key}`"), "none");
            }
        }
        for (key, found) in &stage.method_settings {
            let promised = own
                .get(key)
                .map(|(_, settings)| *settings)
                .or(self.settings.as_ref());
            if let Some(promised) = promised {
                promised.judge(&settings::shown(key), found, assessment);
            }
        }
    }
}

impl AccessLog {
    fn judge(&self, stage: &Stage, inventory: &Inventory, assessment: &mut Assessment) {
        let Some(destination) = stage
            .access_log_destination_arn
            .as_deref()
            .filter(|arn| !arn.is_empty())
        else {
            assessment.saw("access log", "none");
            assessment.differs("requests are not logged", &self.log_group, "no access log");
            return;
        };
        let group = destination
            .split_once(":log-group:")
            .map(|(_, name)| name.trim_end_matches(":*"));
        assessment.saw("access log", group.unwrap_or(destination));
        match group {
            Some(group) if self.log_group.matches(group) => {
                if !exists(inventory, group) {
                    let message = "the log group of the access log does not exist";
                    assessment.differs(message, group, "no such group");
                }
            }
            other => {
                assessment.differs(
                    "requests are logged elsewhere",
                    &self.log_group,
                    other.unwrap_or(destination),
                );
            }
        }
        let format = stage.access_log_format.as_deref().unwrap_or_default();
        let fields = settings::variables(format);
        let missing: Vec<&str> = self
            .fields
            .iter()
            .map(String::as_str)
            .filter(|field| !fields.contains(field))
            .collect();
        let forbidden: Vec<&str> = self
            .forbidden_fields
            .iter()
            .map(String::as_str)
            .filter(|field| fields.contains(field))
            .collect();
        if !self.fields.is_empty() || !self.forbidden_fields.is_empty() {
            assessment.saw("fields of the access log", fields.join(", "));
        }
        if !missing.is_empty() {
            assessment.differs(
                "the access log lacks fields",
                missing.join(", "),
                fields.join(", "),
            );
        }
        if !forbidden.is_empty() {
            assessment.differs(
                "the access log holds what it must not",
                "none of it",
                forbidden.join(", "),
            );
        }
    }
}

fn exists(inventory: &Inventory, log_group: &str) -> bool {
    inventory
        .of::<LogGroup>()
        .any(|(resource, _)| resource.label() == log_group)
}
