//! The places in a resource that an expression names.

use cel::IdedExpr;
use cel::common::ast::{Expr, LiteralValue, operators};
use serde_json::Value;
use std::fmt;

use super::SELF;
use super::types::Type;

/// A place in a resource, as `self.tags["Environment"]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Path(Vec<Segment>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    /// `.name`
    Field(String),
    /// `["key"]`
    Key(String),
    /// `[0]`
    Index(i64),
}

impl Path {
    /// The same path and one more step.
    fn then(mut self, segment: Segment) -> Self {
        self.0.push(segment);
        self
    }

    /// The field of the resource that the path goes through.
    #[must_use]
    pub fn root(&self) -> Option<&str> {
        match self.0.first()? {
            Segment::Field(name) | Segment::Key(name) => Some(name),
            Segment::Index(_) => None,
        }
    }

    /// What is there, if anything.
    #[must_use]
    pub fn find<'a>(&self, resource: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(resource, |value, segment| match segment {
            Segment::Field(name) | Segment::Key(name) => value.get(name),
            Segment::Index(index) => value.get(usize::try_from(*index).ok()?),
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(SELF)?;
        self.0.iter().try_for_each(|segment| segment.fmt(formatter))
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(formatter, ".{name}"),
            Self::Key(key) => write!(formatter, "[{}]", Value::from(key.as_str())),
            Self::Index(index) => write!(formatter, "[{index}]"),
        }
    }
}

/// The operand of one step, and the step when it is known without evaluating anything.
fn last_step(expr: &IdedExpr) -> Option<(&IdedExpr, Option<Segment>)> {
    match &expr.expr {
        Expr::Select(select) => Some((&select.operand, Some(Segment::Field(select.field.clone())))),
        Expr::Call(call) if call.func_name == operators::INDEX => {
            let [operand, index] = call.args.as_slice() else {
                return None;
            };
            let segment = match &index.expr {
                Expr::Literal(LiteralValue::String(key)) => Some(Segment::Key(key.inner().to_owned())),
                Expr::Literal(LiteralValue::Int(index)) => Some(Segment::Index(*index.inner())),
                _ => None,
            };
            Some((operand, segment))
        }
        _ => None,
    }
}

/// The path from `self` that an expression spells, up to the first step that is computed, and whether that is all.
pub(super) fn path_of(expr: &IdedExpr) -> Option<(Path, bool)> {
    if matches!(&expr.expr, Expr::Ident(name) if name == SELF) {
        return Some((Path::default(), true));
    }
    let (operand, segment) = last_step(expr)?;
    match (path_of(operand)?, segment) {
        ((path, true), Some(segment)) => Some((path.then(segment), true)),
        ((path, _), _) => Some((path, false)),
    }
}

/// The text of a name with known steps behind it.
pub(super) fn spell(expr: &IdedExpr) -> Option<String> {
    if let Expr::Ident(name) = &expr.expr {
        return Some(name.clone());
    }
    let (operand, segment) = last_step(expr)?;
    Some(format!("{}{}", spell(operand)?, segment?))
}

/// What a user would call an expression: its text and type, or its type alone.
pub(super) fn describe(expr: &IdedExpr, found: &Type) -> String {
    match &expr.expr {
        Expr::Literal(LiteralValue::String(text)) => format!("the string `{}`", text.inner()),
        Expr::Literal(LiteralValue::Int(number)) => format!("the number `{}`", number.inner()),
        Expr::Literal(LiteralValue::Boolean(value)) => format!("`{}`", value.inner()),
        _ => spell(expr).map_or(found.to_string(), |path| format!("`{path}` ({found})")),
    }
}
