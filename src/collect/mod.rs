//! Collectors: one per AWS service, each turning that service's API into resources of the inventory.
//!
//! This folder is the only importer of `aws_sdk_*`. A collector reads; it never judges, and it never turns a
//! failed read into an empty answer. A new service is one file here and one line in [`all`].

mod apigateway;
mod arn;
mod cloudwatch;
mod context;
mod dynamodb;
mod ec2;
mod failure;
mod iam;
mod lambda;
mod logs;
mod operation;
mod paging;
mod read_log;
mod s3;
mod secretsmanager;
mod sns;
mod sqs;
mod ssm;
mod sts;
mod tagging;

pub use apigateway::ApiGateway;
pub use arn::Arn;
pub use cloudwatch::Cloudwatch;
pub use context::{Context, Pages, Progress, Service};
pub use dynamodb::Dynamodb;
pub use ec2::Ec2;
pub use failure::{Failure, words};
pub use iam::Iam;
pub use lambda::Lambda;
pub use logs::Logs;
pub use operation::{Operation, Subject};
pub use read_log::{CallCounter, ReadLog};
pub use s3::S3;
pub use secretsmanager::SecretsManager;
pub use sns::Sns;
pub use sqs::Sqs;
pub use ssm::Ssm;
pub use sts::{Identity, caller_identity, role_failure};
pub use tagging::Tagging;

use async_trait::async_trait;
use std::collections::BTreeMap;

use crate::inventory::{Gap, Needs, Resource};

/// What one collector found.
#[derive(Debug, Default)]
pub struct Collected {
    /// The resources, in any order.
    pub resources: Vec<Resource>,
    /// What is missing from the lists of this collector's types, by type. A type whose list is complete is absent.
    pub gaps: BTreeMap<&'static str, Vec<Gap>>,
}

impl Collected {
    /// Records that the list of a type is incomplete.
    pub fn gap(&mut self, type_name: &'static str, gap: Gap) {
        self.gaps.entry(type_name).or_default().push(gap);
    }
}

/// Reads one AWS service.
#[async_trait]
pub trait Collector: Send + Sync {
    /// The service's prefix in IAM, as `dynamodb`.
    fn service(&self) -> &'static str;

    /// The resource types that the collector lists.
    fn resource_types(&self) -> &'static [&'static str];

    /// The facts of a type that come with its list, so that they are read whether they are needed or not.
    fn facts_of_list(&self, _type_name: &str) -> &'static [&'static str] {
        &[]
    }

    /// The operations that `collect` calls for these needs: no more and no fewer.
    ///
    /// An operation asked per resource is called only when there are resources.
    fn operations(&self, needs: &Needs) -> Vec<Operation>;

    /// Reads what is needed, every page of it, once.
    async fn collect(&self, context: &Context, needs: &Needs) -> Collected;
}

/// Every collector, in alphabetical order of their services.
#[must_use]
pub fn all() -> Vec<Box<dyn Collector>> {
    vec![
        Box::new(ApiGateway),
        Box::new(Cloudwatch),
        Box::new(Dynamodb),
        Box::new(Ec2),
        Box::new(Iam),
        Box::new(Lambda),
        Box::new(Logs),
        Box::new(S3),
        Box::new(SecretsManager),
        Box::new(Sns),
        Box::new(Sqs),
        Box::new(Ssm),
        Box::new(Tagging),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::RESOURCE_TYPES;
    use std::collections::BTreeSet;

    #[test]
    fn every_resource_type_has_exactly_one_collector() {
        let mut types: Vec<&str> = all()
            .iter()
            .flat_map(|collector| collector.resource_types().iter().copied())
            .collect();
        types.sort_unstable();
        let known: Vec<&str> = RESOURCE_TYPES.iter().map(|info| info.name).collect();
        assert_eq!(types, known);
    }

    #[test]
    fn collectors_ask_nothing_when_nothing_is_needed() {
        for collector in all() {
            assert_eq!(collector.operations(&Needs::none()), vec![]);
        }
    }

    #[test]
    fn operations_only_read() {
        for collector in all() {
            let operations = collector.operations(&Needs::everything());
            let unique: BTreeSet<&str> = operations.iter().map(|operation| operation.name).collect();
            assert_eq!(unique.len(), operations.len(), "{}", collector.service());
            for operation in operations {
                assert!(
                    ["Describe", "Get", "List"]
                        .iter()
                        .any(|verb| operation.api.starts_with(verb)),
                    "{}",
                    operation.name
                );
            }
        }
    }
}
