//! The record of what was read: the proof that an inventory is complete, or the list of where it is not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::gap::Gap;

/// Everything that was read for one inventory.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// The resource types that were listed, each with its state. A type that is not here was never asked for.
    pub types: BTreeMap<String, TypeCoverage>,
    /// One entry per operation and region, in alphabetical order.
    pub reads: Vec<Read>,
}

/// How completely one resource type was listed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TypeCoverage {
    /// The facts read by calls of their own, by field name.
    pub facts: BTreeSet<String>,
    /// What is missing from the list itself. Empty: the list is complete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
}

/// The calls of one operation in one region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// The IAM action of the operation, as `dynamodb:ListTables`. Where one action allows many operations, the
    /// operation in the action's place, as `apigateway:GetRestApis`.
    pub action: String,
    /// The region that was asked.
    pub region: String,
    /// Answers that held data: one per page, or one per resource.
    pub pages: u64,
    /// Items in those answers.
    pub items: u64,
    /// Requests sent, retries included.
    pub calls: u64,
    /// Requests that repeated an earlier one.
    pub retries: u64,
    /// Requests that AWS refused because they came too fast.
    pub throttled: u64,
    /// Requests that gave no complete answer in the end.
    pub failed: u64,
}

impl Coverage {
    /// Adds what another reader read. Types and operations of the two are disjoint or added up.
    pub fn merge(&mut self, other: Self) {
        for (name, coverage) in other.types {
            let entry = self.types.entry(name).or_default();
            entry.facts.extend(coverage.facts);
            entry.gaps.extend(coverage.gaps);
            entry.gaps.sort();
            entry.gaps.dedup();
        }
        self.reads.extend(other.reads);
        self.reads
            .sort_by(|a, b| (&a.action, &a.region).cmp(&(&b.action, &b.region)));
        self.reads.dedup_by(|later, earlier| {
            let same = later.action == earlier.action && later.region == earlier.region;
            if same {
                earlier.pages += later.pages;
                earlier.items += later.items;
                earlier.calls += later.calls;
                earlier.retries += later.retries;
                earlier.throttled += later.throttled;
                earlier.failed += later.failed;
            }
            same
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(action: &str, calls: u64) -> Read {
        Read {
            action: action.into(),
            region: "us-east-1".into(),
            calls,
            ..Read::default()
        }
    }

    #[test]
    fn merging_adds_up_reads_of_one_operation_and_sorts() {
        let mut one = Coverage {
            reads: vec![read("sqs:ListQueues", 1)],
            ..Coverage::default()
        };
        one.merge(Coverage {
            reads: vec![read("ec2:DescribeVpcs", 2), read("sqs:ListQueues", 3)],
            ..Coverage::default()
        });
        assert_eq!(
            one.reads,
            vec![read("ec2:DescribeVpcs", 2), read("sqs:ListQueues", 4)]
        );
    }
}
