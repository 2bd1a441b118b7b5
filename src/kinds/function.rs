//! `function`: functions are packaged, placed, deployed and called as promised.

mod invoked_by;
mod placement;

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

use self::invoked_by::Invoker;
use self::placement::Placement;
use super::bounds::{Bounds, nothing_to_check};
use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::{NameGlob, Pattern};
use crate::inventory::lambda::LambdaFunction;
use crate::inventory::logs::LogGroup;
use crate::inventory::{Inventory, Needs, Resource, ResourceType};

pub const EXAMPLE: &str = r#"id: lambda-health
kind: function
title: The health function runs in private subnets, and only API Gateway calls it
severity: high
owner: platform
why: Outside the VPC it reaches the internet past the NAT gateway.
fix: Keep the settings in terraform/modules/lambda.
with:
  functions: ["${project}-health-${env}"]
  package_type: Image
  image: { repositories: ["${project}-*"] }
  memory_mb: { min: 256, max: 1024 }
  timeout_seconds: { max: 29 }
  tracing: true
  vpc: { min_subnets: 2, min_zones: 2, private: true, security_groups: ["${project}-lambda-${env}"] }
  environment: { required: [ENVIRONMENT], names: "[A-Z][A-Z0-9]*(_[A-Z0-9]+)*" }
  alias: { name: live }
  log_group: true
  active: true
  invoked_by:
    - services: [apigateway.amazonaws.com]
      api: "${project}-${env}"
      source_arns: ["arn:aws:execute-api:${region}:{account}:{api}/${env}/GET/v1/health"]
"#;

/// Functions are packaged, placed, deployed and called as promised. Each option is one promise; what is not named may
/// be anything.
///
/// ## What is read
/// `lambda:ListFunctions`, and per function only what the options need: its image and state, its aliases, its
/// policies, its concurrency, its settings for events. For `vpc` the subnets and security groups, for `private` their
/// routes too; for `log_group` the log groups; for `invoked_by` with `api` the REST APIs.
///
/// ## When it fails
/// A setting is another one than was promised. A subnet is private when its route table leads to a NAT gateway that
/// reaches the internet, and to no internet gateway, as in kind `subnets`. `invoked_by` decides the policies of the
/// function and of its aliases exactly: whoever else may call it is a violation, and so is an entry that may not.
///
/// ## What it cannot know
/// The size of an image and what is in it. The values of environment variables, of which only digests are read. Who may
/// call the function by policies of their own. Whether a version that an alias points to is the one that was meant.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of functions, or globs.
    #[schemars(length(min = 1))]
    functions: Vec<NameGlob>,
    /// `Image` or `Zip`.
    package_type: Option<PackageType>,
    /// Where the image comes from.
    image: Option<Image>,
    /// The runtimes that a zip package may have, as `python3.13`.
    runtimes: Option<Vec<String>>,
    /// `x86_64` or `arm64`.
    architecture: Option<Architecture>,
    /// Megabytes of memory, `min` and `max`.
    memory_mb: Option<Bounds>,
    /// Seconds after which a call is ended, `min` and `max`.
    timeout_seconds: Option<Bounds>,
    /// Whether every call is traced by X-Ray.
    tracing: Option<bool>,
    /// The name of the role that the function runs as, or a glob.
    role: Option<NameGlob>,
    /// Where in a network the function is.
    vpc: Option<Placement>,
    /// The names of environment variables.
    environment: Option<Environment>,
    /// An alias that must be there.
    alias: Option<AliasOption>,
    /// The ARN of the queue or topic that asynchronous events go to that failed for good, or a glob: the dead-letter
    /// target or the destination on failure.
    failures_go_to: Option<NameGlob>,
    /// How many calls are set aside for the function, `min` and `max`.
    reserved_concurrency: Option<Bounds>,
    /// Whether the log group that is written to must exist: Lambda makes one that keeps logs for ever.
    #[serde(default)]
    log_group: bool,
    /// Whether the function must be active, and its last update successful.
    #[serde(default)]
    active: bool,
    /// Exactly who may call the function by its policies. An empty list is nobody.
    invoked_by: Option<Vec<Invoker>>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
enum PackageType {
    Image,
    Zip,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
enum Architecture {
    #[serde(rename = "x86_64")]
    X86,
    #[serde(rename = "arm64")]
    Arm,
}

/// Where an image comes from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Image {
    /// Names of repositories in ECR, or globs.
    #[schemars(length(min = 1))]
    repositories: Vec<NameGlob>,
    /// The accounts that the repository may belong to; without it only the function's own.
    accounts: Option<Vec<String>>,
}

/// The names of environment variables.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Environment {
    /// Variables that must be set.
    #[serde(default)]
    required: Vec<String>,
    /// The pattern that the whole of every name must match.
    names: Option<Pattern>,
}

/// An alias that must be there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AliasOption {
    /// The name.
    name: String,
    /// Whether it must stand for published versions only, and never for `$LATEST`.
    #[serde(default)]
    published: bool,
}

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        if self.is_empty() {
            mistakes.push(nothing_to_check("the options beside `functions`"));
        }
        for (pointer, bounds) in [
            ("/memory_mb", &self.memory_mb),
            ("/timeout_seconds", &self.timeout_seconds),
            ("/reserved_concurrency", &self.reserved_concurrency),
        ] {
            mistakes.extend(bounds.as_ref().and_then(|bounds| bounds.mistake(pointer)));
        }
        if let Some(environment) = &self.environment
            && environment.required.is_empty()
            && environment.names.is_none()
        {
            let mistake = nothing_to_check("`required`, `names`");
            mistakes.push(Mistake {
                pointer: "/environment".to_owned(),
                ..mistake
            });
        }
        mistakes.extend(self.vpc.as_ref().and_then(Placement::mistake));
        for (index, invoker) in self.invoked_by.iter().flatten().enumerate() {
            mistakes.extend(invoker.mistakes(&format!("/invoked_by/{index}")));
        }
        if mistakes.is_empty() {
            Ok(self)
        } else {
            Err(mistakes)
        }
    }
}

impl Options {
    const fn is_empty(&self) -> bool {
        self.package_type.is_none()
            && self.image.is_none()
            && self.runtimes.is_none()
            && self.architecture.is_none()
            && self.memory_mb.is_none()
            && self.timeout_seconds.is_none()
            && self.tracing.is_none()
            && self.role.is_none()
            && self.vpc.is_none()
            && self.environment.is_none()
            && self.alias.is_none()
            && self.failures_go_to.is_none()
            && self.reserved_concurrency.is_none()
            && !self.log_group
            && !self.active
            && self.invoked_by.is_none()
    }

    /// The facts beyond the list that the options need.
    fn facts(&self) -> Vec<&'static str> {
        let mut facts = Vec::new();
        for (is_needed, fact) in [
            (self.environment.is_some(), "environment"),
            (self.image.is_some() || self.active, "code"),
            (self.alias.is_some(), "aliases"),
            (self.failures_go_to.is_some(), "event_invoke_config"),
            (self.reserved_concurrency.is_some(), "concurrency"),
            (self.invoked_by.is_some(), "policy"),
            (self.invoked_by.is_some(), "alias_policies"),
        ] {
            if is_needed {
                facts.push(fact);
            }
        }
        facts
    }
}

impl Check for Options {
    fn needs(&self) -> CheckNeeds {
        let mut subjects = Needs::none().list(LambdaFunction::NAME);
        for fact in self.facts() {
            subjects = subjects.fact_of(LambdaFunction::NAME, fact, &self.functions);
        }
        let mut context = Needs::none();
        if self.log_group {
            context = context.list(LogGroup::NAME);
        }
        if let Some(vpc) = &self.vpc {
            context.merge(&vpc.needs());
        }
        for invoker in self.invoked_by.iter().flatten() {
            context.merge(&invoker.needs());
        }
        CheckNeeds {
            subjects,
            context,
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, LambdaFunction::NAME, &self.functions)
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let inventory = evidence.inventory;
        let Some((resource, function)) = select::found::<LambdaFunction>(inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        self.judge_configuration(function, &mut assessment);
        if let Some(image) = &self.image {
            image.judge(resource, function, &mut assessment);
        }
        if self.active {
            judge_state(function, &mut assessment);
        }
        if let Some(vpc) = &self.vpc {
            vpc.judge(function, inventory, &mut assessment);
        }
        if let Some(environment) = &self.environment {
            environment.judge(function, &mut assessment);
        }
        if let Some(alias) = &self.alias {
            alias.judge(function, &mut assessment);
        }
        if let Some(target) = &self.failures_go_to {
            judge_failures(target, function, &mut assessment);
        }
        if let Some(bounds) = &self.reserved_concurrency {
            judge_concurrency(bounds, function, &mut assessment);
        }
        if self.log_group {
            let default = format!("/aws/lambda/{}", resource.label());
            let name = function.log_group.as_deref().unwrap_or(&default);
            assessment.saw("log group", name);
            let exists = inventory.of::<LogGroup>().any(|(group, _)| group.label() == name);
            if !exists {
                assessment.differs(
                    "the log group of the function does not exist",
                    name,
                    "no such group",
                );
            }
        }
        if let Some(invokers) = &self.invoked_by {
            invoked_by::judge(invokers, function, inventory, &mut assessment);
        }
        assessment.conclude("the function is as promised")
    }
}

impl Options {
    /// Everything that the list of functions tells.
    fn judge_configuration(&self, function: &LambdaFunction, assessment: &mut Assessment) {
        let mut expect = |label: &str, message: &str, expected: &str, found: &str| {
            assessment.saw(label, found);
            if expected != found {
                assessment.differs(message, expected, found);
            }
        };
        if let Some(promised) = self.package_type {
            let promised = match promised {
                PackageType::Image => "Image",
                PackageType::Zip => "Zip",
            };
            expect(
                "PackageType",
                "the function is packaged otherwise",
                promised,
                &function.package_type,
            );
        }
        if let Some(promised) = self.architecture {
            let promised = match promised {
                Architecture::X86 => "x86_64",
                Architecture::Arm => "arm64",
            };
            let found = function.architectures.join(", ");
            expect(
                "Architectures",
                "the function runs on another architecture",
                promised,
                &found,
            );
        }
        if let Some(is_traced) = self.tracing {
            let promised = if is_traced { "Active" } else { "PassThrough" };
            let message = if is_traced {
                "the function is not traced"
            } else {
                "the function is traced"
            };
            expect("TracingConfig", message, promised, &function.tracing_mode);
        }
        if let Some(runtimes) = &self.runtimes {
            let found = function.runtime.as_deref().unwrap_or("none");
            assessment.saw("Runtime", found);
            if !runtimes.iter().any(|runtime| runtime == found) {
                assessment.differs("the function has another runtime", runtimes.join(" or "), found);
            }
        }
        if let Some(promised) = &self.role {
            let found = function.role.rsplit('/').next().unwrap_or_default();
            assessment.saw("Role", found);
            if !promised.matches(found) {
                assessment.differs("the function runs as another role", promised, found);
            }
        }
        for (label, message, bounds, found) in [
            (
                "MemorySize",
                "the function has another amount of memory",
                &self.memory_mb,
                function.memory_size,
            ),
            (
                "Timeout",
                "calls are ended after another time",
                &self.timeout_seconds,
                function.timeout,
            ),
        ] {
            match (bounds, found) {
                (None, _) => {}
                (Some(bounds), Some(found)) => bounds.judge(label, message, f64::from(found), assessment),
                (Some(_), None) => {
                    assessment.undetermined(format!("AWS does not tell {label}"));
                }
            }
        }
    }
}

impl Image {
    fn judge(&self, resource: &Resource, function: &LambdaFunction, assessment: &mut Assessment) {
        let Some(code) = assessment.need("code", &function.code) else {
            return;
        };
        let Some(uri) = code.image_uri.as_deref() else {
            assessment.saw("image", "none");
            assessment.differs("the function has no image", "an image in ECR", "none");
            return;
        };
        assessment.saw("image", uri);
        let Some((account, repository)) = in_ecr(uri) else {
            assessment.differs("the image is not in ECR", "an image in ECR", uri);
            return;
        };
        let own = [resource.account.clone()];
        let accounts = self.accounts.as_deref().unwrap_or(&own);
        if !accounts.iter().any(|known| known == account) {
            assessment.differs("the image is another account's", accounts.join(" or "), account);
        }
        if !self.repositories.iter().any(|glob| glob.matches(repository)) {
            let promised: Vec<String> = self.repositories.iter().map(ToString::to_string).collect();
            assessment.differs(
                "the image is of another repository",
                promised.join(" or "),
                repository,
            );
        }
    }
}

/// Account and repository of `111122223333.dkr.ecr.us-east-1.amazonaws.com/team/name:tag`.
fn in_ecr(uri: &str) -> Option<(&str, &str)> {
    let (registry, image) = uri.split_once('/')?;
    let (account, host) = registry.split_once(".dkr.ecr.")?;
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_aws = [".amazonaws.com", ".amazonaws.com.cn"]
        .iter()
        .any(|end| host.ends_with(end));
    let repository = image.split(['@', ':']).next()?;
    (is_account && is_aws).then_some((account, repository))
}

fn judge_state(function: &LambdaFunction, assessment: &mut Assessment) {
    let Some(code) = assessment.need("state", &function.code) else {
        return;
    };
    for (label, message, promised, found) in [
        ("State", "the function is not active", "Active", &code.state),
        (
            "LastUpdateStatus",
            "the last update did not succeed",
            "Successful",
            &code.last_update_status,
        ),
    ] {
        match found.as_deref() {
            Some(found) => {
                assessment.saw(label, found);
                if found != promised {
                    assessment.differs(message, promised, found);
                }
            }
            None => {
                assessment.undetermined(format!("AWS does not tell {label}"));
            }
        }
    }
}

impl Environment {
    fn judge(&self, function: &LambdaFunction, assessment: &mut Assessment) {
        let Some(variables) = assessment.need("environment", &function.environment) else {
            return;
        };
        let names: Vec<&str> = variables.keys().map(String::as_str).collect();
        let shown = if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        };
        assessment.saw("environment variables", &shown);
        for name in self.required.iter().filter(|name| !variables.contains_key(*name)) {
            assessment.differs(
                format!("the environment variable {name} is missing"),
                name,
                &shown,
            );
        }
        if let Some(pattern) = &self.names {
            for name in names.iter().filter(|name| !pattern.matches(name)) {
                assessment.differs("an environment variable is named otherwise", pattern, name);
            }
        }
    }
}

impl AliasOption {
    fn judge(&self, function: &LambdaFunction, assessment: &mut Assessment) {
        let Some(aliases) = assessment.need("aliases", &function.aliases) else {
            return;
        };
        let Some(alias) = aliases.iter().find(|alias| alias.name == self.name) else {
            let names: Vec<&str> = aliases.iter().map(|alias| alias.name.as_str()).collect();
            let names = if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            };
            assessment.saw("aliases", &names);
            assessment.differs(
                format!("the function has no alias `{}`", self.name),
                &self.name,
                names,
            );
            return;
        };
        let mut versions: BTreeMap<&str, Option<f64>> = BTreeMap::new();
        versions.insert(&alias.function_version, None);
        for (version, weight) in &alias.additional_version_weights {
            versions.insert(version, Some(*weight));
        }
        let shown: Vec<String> = versions
            .iter()
            .map(|(version, weight)| match weight {
                None => (*version).to_owned(),
                Some(weight) => format!("{version} ({weight} of the calls)"),
            })
            .collect();
        assessment.saw(format!("alias {}", alias.name), shown.join(", "));
        if self.published && versions.contains_key("$LATEST") {
            assessment.differs(
                format!("the alias `{}` stands for what is not published", self.name),
                "a published version",
                "$LATEST",
            );
        }
    }
}

fn judge_failures(target: &NameGlob, function: &LambdaFunction, assessment: &mut Assessment) {
    let Some(config) = assessment.need("settings for events", &function.event_invoke_config) else {
        return;
    };
    let destination = config
        .as_ref()
        .and_then(|config| config.on_failure_destination.as_deref());
    let targets: Vec<&str> = destination
        .into_iter()
        .chain(function.dead_letter_target_arn.as_deref())
        .collect();
    let shown = if targets.is_empty() {
        "nowhere".to_owned()
    } else {
        targets.join(", ")
    };
    assessment.saw("failed events go to", &shown);
    if !targets.iter().any(|arn| target.matches(arn)) {
        assessment.differs("failed events are lost", target, shown);
    }
}

fn judge_concurrency(bounds: &Bounds, function: &LambdaFunction, assessment: &mut Assessment) {
    let Some(concurrency) = assessment.need("concurrency", &function.concurrency) else {
        return;
    };
    if let Some(count) = concurrency.reserved_concurrent_executions {
        let message = "another number of calls is set aside";
        bounds.judge("reserved concurrency", message, f64::from(count), assessment);
    } else {
        assessment.saw("reserved concurrency", "none");
        assessment.differs("no calls are set aside for the function", bounds, "none");
    }
}

#[cfg(test)]
mod tests {
    use super::in_ecr;

    #[test]
    fn a_registry_is_ecr_by_its_whole_host() {
        let uri = "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/health:0.1.0";
        assert_eq!(in_ecr(uri), Some(("111122223333", "team/health")));
        let digest = "111122223333.dkr.ecr.us-east-1.amazonaws.com/health@sha256:00";
        assert_eq!(in_ecr(digest), Some(("111122223333", "health")));
        for wrong in [
            "registry.example/health:1",
            "111122223333.dkr.ecr.us-east-1.amazonaws.com.example.org/health:1",
            "1.dkr.ecr.us-east-1.amazonaws.com/health:1",
        ] {
            assert_eq!(in_ecr(wrong), None, "{wrong}");
        }
    }
}
