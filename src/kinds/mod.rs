//! The kinds of checks: one file each, and one line each in `KINDS`.
//!
//! A kind's schema, its `explain` page, its docs page and its fixture tests all follow from its file.

mod alarm;
mod assert;
mod bounds;
mod bucket;
mod exists;
mod facts;
mod flow_logs;
mod function;
mod latency;
mod least_privilege;
mod log_group;
mod naming;
mod parameter;
mod pitr;
mod public_access;
mod queue;
mod routes;
mod secret;
mod security_group;
mod select;
mod stage;
mod subnets;
mod table_schema;
mod tags;
mod tls_only;
mod topic;
mod ttl;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::check::Check;
use crate::config::schema_of;
use crate::diag::{Diagnostic, Place};

/// A kind of check.
#[derive(Debug)]
pub struct Kind {
    /// The name, kebab-case: what the kind demands or forbids, in the field's own word.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// A complete check of this kind, as it stands in a file of `checks/`.
    pub example: &'static str,
    /// The JSON schema of `with`; its description is the kind's documentation.
    pub schema: fn() -> Value,
    /// Makes a check from options that the schema accepts.
    pub build: fn(Value) -> Built,
}

/// A check, or everything that is wrong with its options.
pub type Built = Result<Box<dyn Check>, Vec<Mistake>>;

/// A mistake in options that the schema cannot see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The JSON pointer of the option, below `with`; with a `#` at its end, of its key.
    pub pointer: String,
    /// A stable kebab-case name of this sort of mistake.
    pub code: &'static str,
    /// What is wrong, in one line.
    pub title: String,
    /// What was expected.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

impl Mistake {
    /// A mistake in the option at that JSON pointer.
    pub fn new(
        pointer: impl Into<String>,
        code: &'static str,
        title: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            title: title.into(),
            label: label.into(),
            help: None,
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The mistake at its place.
    #[must_use]
    pub fn into_diagnostic(self, place: Place) -> Diagnostic {
        let diagnostic = Diagnostic::new(self.code, self.title, place, self.label);
        match self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// Options that make a check by themselves.
trait Options: DeserializeOwned + JsonSchema {
    type Check: Check + 'static;

    /// Makes the check, or says what the schema could not see.
    fn into_check(self) -> Result<Self::Check, Vec<Mistake>>;
}

fn build<O: Options>(options: Value) -> Built {
    let options: O = serde_json::from_value(options)
        .map_err(|error| vec![Mistake::new("", "bad-options", error.to_string(), "")])?;
    Ok(Box::new(options.into_check()?))
}

macro_rules! kinds {
    ($( $name:literal => $module:ident, $summary:literal; )*) => {
        /// Every kind, in alphabetical order.
        pub static KINDS: &[Kind] = &[
            $( Kind {
                name: $name,
                summary: $summary,
                example: $module::EXAMPLE,
                schema: schema_of::<$module::Options>,
                build: build::<$module::Options>,
            }, )*
        ];
    };
}

kinds! {
    "alarm" => alarm, "alarms watch the promised metric, go off in time and reach somebody";
    "assert" => assert, "an expression over each resource of a type holds";
    "bucket" => bucket, "buckets have the promised settings";
    "exists" => exists, "the named resources are there";
    "flow-logs" => flow_logs, "the traffic of VPCs is logged";
    "function" => function, "functions are packaged, placed, deployed and called as promised";
    "latency" => latency, "an HTTP endpoint answers within its targets";
    "least-privilege" => least_privilege, "roles hold no more than is allowed, and no way to more";
    "log-group" => log_group, "log groups keep their lines as long as promised";
    "naming" => naming, "names follow the pattern of their resource type";
    "parameter" => parameter, "parameters are there, of the promised type";
    "pitr" => pitr, "tables can be restored to any point in time";
    "public-access" => public_access, "resource policies grant nothing to the public, or to anyone unexpected";
    "queue" => queue, "queues have the promised settings";
    "routes" => routes, "a REST API has the promised routes, authorizers and answers";
    "secret" => secret, "secrets are rotated, encrypted and reached as promised";
    "security-group" => security_group, "security groups let through what was promised, and nothing else";
    "stage" => stage, "a stage of a REST API is logged, traced, throttled and protected as promised";
    "subnets" => subnets, "a VPC has exactly the promised public and private subnets";
    "table-schema" => table_schema, "tables have the promised keys, indexes and settings";
    "tags" => tags, "every taggable resource carries the required tags";
    "topic" => topic, "topics have the promised settings";
    "ttl" => ttl, "items of a table expire by the promised attribute";
}

/// The kind of that name.
#[must_use]
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}
