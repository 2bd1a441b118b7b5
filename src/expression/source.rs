//! Positions in the text of an expression.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, SourceInfo, operators};

use super::Position;

/// The text of an expression, and where each node of its tree begins. Offsets count bytes.
#[derive(Debug)]
pub struct Source {
    text: String,
    offsets: SourceInfo,
}

impl Source {
    /// The text, with the offsets that the parser noted.
    pub fn new(text: &str, offsets: SourceInfo) -> Self {
        Self {
            text: text.to_owned(),
            offsets,
        }
    }

    /// Where the token of a node stands: the operator, the dot, the bracket, the literal.
    pub fn token(&self, expr: &IdedExpr) -> Position {
        self.position(self.offset(expr))
    }

    /// Where the first character of an expression stands.
    pub fn start(&self, expr: &IdedExpr) -> Position {
        let mut expr = expr;
        loop {
            expr = match &expr.expr {
                Expr::Select(select) => &select.operand,
                Expr::Call(call) => match leftmost(call) {
                    Some(left) => left,
                    None if is_unary(call) => return self.token(expr),
                    None => return self.function(expr),
                },
                _ => return self.token(expr),
            };
        }
    }

    /// Where the field of a selection stands: behind the dot.
    pub fn field(&self, select: &IdedExpr) -> Position {
        let dot = self.offset(select);
        let after = self.text.get(dot + 1..).unwrap_or_default();
        self.position(dot + 1 + after.len() - after.trim_start().len())
    }

    /// Where the name of a called function stands: before the parenthesis.
    pub fn function(&self, call: &IdedExpr) -> Position {
        let before = self.text.get(..self.offset(call)).unwrap_or_default().trim_end();
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        self.position(before.trim_end_matches(is_word).len())
    }

    fn offset(&self, expr: &IdedExpr) -> usize {
        self.offsets
            .offset_for(expr.id)
            .and_then(|(start, _)| usize::try_from(start).ok())
            .unwrap_or(0)
    }

    fn position(&self, offset: usize) -> Position {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// The operand or receiver that stands before the token of a call.
fn leftmost(call: &CallExpr) -> Option<&IdedExpr> {
    match &call.target {
        Some(target) => Some(target),
        None if call.func_name.starts_with('_') || call.func_name == operators::IN => call.args.first(),
        None => None,
    }
}

fn is_unary(call: &CallExpr) -> bool {
    [operators::LOGICAL_NOT, operators::NEGATE].contains(&call.func_name.as_str())
}
