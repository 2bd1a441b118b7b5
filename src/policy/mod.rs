//! IAM policies, read exactly and judged offline.
//!
//! What it is for: to parse policy documents as AWS writes them, to know every AWS action and
//! what it acts on, and to say what a role is granted beyond what it should be.
//!
//! What it must not do: no IO, no clock, no environment, no AWS SDK types, and no use of any
//! other module of this crate. It is a library of its own kind, and reads like one.
//!
//! | file | holds |
//! |---|---|
//! | [`document`] | the policy model: statements, resources, principals |
//! | [`action`] | action patterns such as `s3:Get*` |
//! | [`condition`] | condition operators and their qualifiers |
//! | [`parse`](mod@parse) | text to model, refusing what AWS would refuse or what could hide a grant |
//! | [`error`] | what is wrong with a document, and where |
//! | [`json`] | JSON that remembers order and duplicate keys |
//! | [`explain`] | what a policy grants, in words |
//! | [`glob`] | wildcard matching and coverage, over plain text and over ARNs |
//! | [`catalog`] | the vendored catalogue of AWS actions |
//! | [`contain`] | containment: what is granted and not allowed, with a witness |
//! | [`public`] | what resource policies grant to anyone |
//! | [`rules`] | findings that need no allowance beyond a list of actions |
//!
//! # Invariants
//! 1. A document that cannot be understood is an error with a position, never an empty policy.
//! 2. Where a question cannot be settled, the answer is the one that reports more: an unknown
//!    action takes a resource, an unreadable date could be any, a search that gives up proves
//!    nothing.
//! 3. Actions compare without regard to case, resources with regard to it.
//!
//! # What is out of scope
//! Service control policies, resource control policies, session policies, and resource policies
//! that grant past a boundary's implicit deny.

pub mod action;
pub mod catalog;
pub mod condition;
pub mod contain;
pub mod document;
pub mod error;
pub mod explain;
pub mod glob;
pub mod json;
pub mod parse;
pub mod public;
pub mod rules;

pub use action::ActionPattern;
pub use catalog::{AccessLevel, Action, Catalog, ResourceType, ResourceUse};
pub use condition::{Comparison, Condition, Operator, SetQualifier};
pub use document::{
    Actions, Effect, PolicyDocument, Principal, Principals, Resources, Statement, StatementRef, Version,
};
pub use error::{PolicyError, Problem};
pub use rules::{DeclaredActions, NamedPolicy, Options, PolicyKind, Violation};
