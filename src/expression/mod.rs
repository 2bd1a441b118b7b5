//! Expressions over one resource: CEL, checked against the resource type's schema before anything is read.
//!
//! CEL itself has no type check: a misspelt field is an error only when it is evaluated, and a comparison of unlike
//! types is silently false. Here both are mistakes of the text. Pure: no clock, no network, no files.

mod check;
mod functions;
mod macros;
mod operators;
mod path;
mod source;
mod syntax;
mod types;
mod value;

#[cfg(test)]
mod tests;

use cel::{Context, Program};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub use path::Path;

use check::Checker;
use types::Type;

/// The name of the resource in an expression.
const SELF: &str = "self";

/// An expression that is well-formed and, as far as the schema tells, well-typed.
#[derive(Debug)]
pub struct Expression {
    text: String,
    program: Program,
    paths: Vec<Path>,
    facts: BTreeSet<String>,
}

/// One mistake in the text of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// A stable kebab-case name of this sort of mistake.
    pub code: &'static str,
    /// Where.
    pub position: Position,
    /// What is wrong, in one line.
    pub title: String,
    /// What to do.
    pub help: Option<String>,
}

/// A place in the text of an expression, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 1 {
            write!(formatter, "line {}, ", self.line)?;
        }
        write!(formatter, "column {}", self.column)
    }
}

impl Flaw {
    fn new(code: &'static str, position: Position, title: impl Into<String>) -> Self {
        Self {
            code,
            position,
            title: title.into(),
            help: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Why an expression gave no answer about a resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EvaluationError(String);

impl Expression {
    /// Checks a text against the JSON schema of `self`, or says every mistake. The schema `true` allows anything.
    pub fn compile(text: &str, schema: &Value) -> Result<Self, Vec<Flaw>> {
        let parsed = syntax::parse(text).map_err(|flaw| vec![flaw])?;
        let root = Type::from_schema(schema);
        let paths = Checker::new(&parsed, &root).check()?;
        let program = parsed.program.map_err(|flaw| vec![flaw])?;
        let facts = paths
            .iter()
            .filter_map(Path::root)
            .filter(|field| schema["properties"][*field]["x-fact"] == true)
            .map(str::to_owned)
            .collect();
        Ok(Self {
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            program,
            paths,
            facts,
        })
    }

    /// The places in the resource that the expression names, in the order in which it names them.
    #[must_use]
    pub fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// The fields it names that are read by calls of their own.
    #[must_use]
    pub fn facts(&self) -> &BTreeSet<String> {
        &self.facts
    }

    /// Whether the expression holds for a resource.
    pub fn evaluate(&self, resource: &Value) -> Result<bool, EvaluationError> {
        let mut context = Context::with_env(Arc::clone(&syntax::ENVIRONMENT));
        context.add_variable_from_value(SELF, value::from_json(resource));
        let answer = catch_unwind(AssertUnwindSafe(|| self.program.execute(&context)));
        match answer {
            Ok(Ok(cel::Value::Bool(answer))) => Ok(answer),
            Ok(Ok(other)) => Err(EvaluationError(format!(
                "the expression gave {}, not true or false",
                value::describe(&other)
            ))),
            Ok(Err(error)) => Err(EvaluationError(value::explain(&error))),
            Err(_) => Err(EvaluationError("the expression cannot be evaluated".to_owned())),
        }
    }
}

/// The text, in one line.
impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
