//! The inventory: plain typed resources and the proof of what was read.
//!
//! This is the one shape that every source fills and every check reads. It knows nothing of the AWS SDK, of
//! Terraform or of files.

pub mod apigateway;
pub mod cloudwatch;
pub mod coverage;
pub mod dynamodb;
pub mod ec2;
pub mod fact;
pub mod gap;
pub mod iam;
pub mod invoke;
pub mod lambda;
pub mod logs;
pub mod needs;
pub mod resource;
pub mod s3;
pub mod secretsmanager;
pub mod sns;
pub mod sqs;
pub mod ssm;
pub mod tagging;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use coverage::{Coverage, Read, TypeCoverage};
pub use fact::Fact;
pub use gap::{Gap, Reason};
pub use needs::Needs;
pub use resource::{Details, RESOURCE_TYPES, Resource, ResourceType, Tags, TypeInfo, resource_type};

/// The resources of one account and region, and what is known of their completeness.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// The account, twelve digits.
    pub account: String,
    /// The region.
    pub region: String,
    /// The resources, by type, name and ARN.
    pub resources: Vec<Resource>,
    /// What was read.
    pub coverage: Coverage,
}

impl Inventory {
    /// An inventory in its stable order: the same resources give the same bytes. Names come before ARNs, since many
    /// ARNs end in an id that AWS makes up, and differs each time a stack is made.
    #[must_use]
    pub fn new(account: String, region: String, mut resources: Vec<Resource>, coverage: Coverage) -> Self {
        resources.sort_by(|a, b| {
            (a.details.type_name(), &a.name, &a.arn, &a.id).cmp(&(
                b.details.type_name(),
                &b.name,
                &b.arn,
                &b.id,
            ))
        });
        Self {
            account,
            region,
            resources,
            coverage,
        }
    }

    /// The resources of one type, each with its own details.
    pub fn of<'a, T: ResourceType + 'a>(&'a self) -> impl Iterator<Item = (&'a Resource, &'a T)> {
        self.resources
            .iter()
            .filter_map(|resource| T::of(&resource.details).map(|own| (resource, own)))
    }

    /// The resources of the type with that name.
    pub fn of_type<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources
            .iter()
            .filter(move |resource| resource.details.type_name() == type_name)
    }

    /// What is missing from the list of a type; `None` when the list is complete.
    #[must_use]
    pub fn missing(&self, type_name: &str) -> Option<Missing<'_>> {
        match self.coverage.types.get(type_name) {
            None => Some(Missing::NeverRead),
            Some(coverage) if coverage.gaps.is_empty() => None,
            Some(coverage) => Some(Missing::Gaps(&coverage.gaps)),
        }
    }
}

/// Why the list of a resource type cannot be relied on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Missing<'a> {
    /// The source never read the type, as an older snapshot.
    NeverRead,
    /// The list was denied or cut short.
    Gaps(&'a [Gap]),
}
