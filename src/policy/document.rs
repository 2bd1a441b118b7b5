//! The model of a policy document: what AWS's JSON says, without its freedoms of spelling.
//!
//! Holds what was written and interprets nothing: wildcards stay wildcards, policy variables
//! stay text. Built by [`super::parse`] only.

use std::fmt;

use super::action::ActionPattern;
use super::condition::Condition;
use super::json::Json;

/// A policy of any kind: identity, resource, trust or boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDocument {
    /// The language version; decides whether policy variables are variables.
    pub version: Version,
    /// The `Id` that some resource policies carry.
    pub id: Option<String>,
    /// None when the document has an empty list: it grants nothing.
    pub statements: Vec<Statement>,
}

/// The version of the policy language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Version {
    /// `2008-10-17`, also when a document states none. Policy variables are plain text.
    #[default]
    V2008,
    /// `2012-10-17`.
    V2012,
}

impl Version {
    /// The date by which AWS names the version.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2008 => "2008-10-17",
            Self::V2012 => "2012-10-17",
        }
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The statement's own name.
    pub sid: Option<String>,
    /// The place among the document's statements, counted from 0.
    pub index: usize,
    /// Allow or deny.
    pub effect: Effect,
    /// `Action` or `NotAction`.
    pub actions: Actions,
    /// `Resource` or `NotResource`; absent from trust policies.
    pub resources: Resources,
    /// `Principal` or `NotPrincipal`; absent from identity policies.
    pub principals: Principals,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// The statement as written, for quoting.
    pub(super) source: Json,
}

impl Statement {
    /// The statement's JSON on one line, elements in the order of the document.
    #[must_use]
    pub fn compact(&self) -> String {
        self.source.to_string()
    }

    /// The statement's JSON over several lines, indented by two blanks.
    #[must_use]
    pub fn pretty(&self) -> String {
        self.source.pretty()
    }

    /// By what a reader finds the statement: its `Sid`, or else its index.
    #[must_use]
    pub fn reference(&self) -> StatementRef {
        StatementRef {
            sid: self.sid.clone(),
            index: self.index,
        }
    }
}

/// Points to a statement of a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatementRef {
    /// The statement's own name, when it has one.
    pub sid: Option<String>,
    /// The place among the document's statements, counted from 0.
    pub index: usize,
}

impl fmt::Display for StatementRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sid.as_deref() {
            None | Some("") => write!(f, "Statement[{}]", self.index),
            Some(sid) => f.write_str(sid),
        }
    }
}

/// What a statement does with the requests it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Forbids, whatever else grants.
    Deny,
}

/// The actions of a statement; an empty list is of `Action` only, and names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actions {
    /// `Action`: these.
    Only(Vec<ActionPattern>),
    /// `NotAction`: all but these.
    Except(Vec<ActionPattern>),
}

impl Actions {
    /// Whether the statement speaks about an action.
    #[must_use]
    pub fn matches(&self, service: &str, name: &str) -> bool {
        let any = |list: &[ActionPattern]| list.iter().any(|entry| entry.matches(service, name));
        match self {
            Self::Only(list) => any(list),
            Self::Except(list) => !any(list),
        }
    }
}

/// The resources of a statement; an empty list is of `Resource` only. Its strings are never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resources {
    /// No element: the policy's own resource, or the role of a trust policy.
    Absent,
    /// `Resource`: these.
    Only(Vec<String>),
    /// `NotResource`: all but these.
    Except(Vec<String>),
}

/// The principals of a statement; an empty list is of `Principal` only, and names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principals {
    /// No element: whoever the policy is attached to.
    Absent,
    /// `Principal`: these.
    Only(Vec<Principal>),
    /// `NotPrincipal`: all but these.
    Except(Vec<Principal>),
}

/// One principal, as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Principal {
    /// The string `"*"` in place of an object: everyone.
    Everyone,
    /// An ARN, an account id, or `*`.
    Aws(String),
    /// A service, such as `lambda.amazonaws.com`.
    Service(String),
    /// An identity provider.
    Federated(String),
    /// The canonical user id of an account, in S3's policies.
    CanonicalUser(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only_statement(text: &str) -> Statement {
        PolicyDocument::parse(text).unwrap().statements.remove(0)
    }

    #[test]
    fn quotes_a_statement_as_written() {
        let statement =
            only_statement(r#"{"Statement": {"Effect": "Allow", "Resource": "*", "Action": ["s3:Get*"]}}"#);
        assert_eq!(
            statement.compact(),
            r#"{"Effect":"Allow","Resource":"*","Action":["s3:Get*"]}"#
        );
        assert_eq!(
            statement.pretty(),
            "{\n  \"Effect\": \"Allow\",\n  \"Resource\": \"*\",\n  \"Action\": [\n    \"s3:Get*\"\n  ]\n}"
        );
    }

    #[test]
    fn is_found_by_sid_or_index() {
        let named = r#"{"Statement":{"Sid":"Read","Effect":"Allow","Action":"a:B","Resource":"*"}}"#;
        assert_eq!(only_statement(named).reference().to_string(), "Read");
        assert_eq!(
            only_statement(&named.replace("Read", "")).reference().to_string(),
            "Statement[0]"
        );
    }

    #[test]
    fn not_action_speaks_about_the_rest() {
        let statement =
            only_statement(r#"{"Statement":{"Effect":"Deny","NotAction":"IAM:*","Resource":"*"}}"#);
        assert!(!statement.actions.matches("iam", "PassRole"));
        assert!(statement.actions.matches("s3", "GetObject"));
    }
}
