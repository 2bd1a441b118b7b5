//! The macros of CEL: `has`, and those that bind a variable to each item.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, SelectExpr};
use std::sync::Arc;

use super::check::Checker;
use super::path::describe;
use super::types::Type;
use super::{Flaw, SELF};

/// The names of the macros.
pub const MACROS: &[&str] = &["all", "exists", "existsOne", "exists_one", "filter", "has", "map"];

/// Whether a function of that name is a macro.
pub fn is_macro(name: &str) -> bool {
    MACROS.contains(&name)
}

impl Checker<'_> {
    /// The type that a macro gives.
    pub(super) fn expand(&mut self, expr: &IdedExpr, call: &CallExpr) -> Type {
        let name = call.func_name.as_str();
        let wrong = |usage: &str| {
            let title = format!("`{name}` is written `{usage}`");
            Flaw::new("wrong-arguments", self.source.function(expr), title)
        };
        match (&call.target, call.args.as_slice()) {
            (None, [argument]) if name == "has" => match &argument.expr {
                Expr::Select(select) => self.has(argument, select),
                _ => self.flaw(wrong("has(self.tags.Name)")),
            },
            _ if name == "has" => self.flaw(wrong("has(self.tags.Name)")),
            (Some(range), [variable, body]) => self.comprehension(name, range, variable, None, body),
            (Some(range), [variable, filter, body]) if name == "map" => {
                self.comprehension(name, range, variable, Some(filter), body)
            }
            _ => self.flaw(wrong(&format!("list.{name}(item, …)"))),
        }
    }

    /// `has` asks for a key of a map. A declared field is always there, so asking for it proves nothing.
    fn has(&mut self, argument: &IdedExpr, select: &SelectExpr) -> Type {
        self.note(argument);
        let operand = self.step(&select.operand);
        match operand.present() {
            Type::Object(fields) if fields.contains_key(&select.field) => {
                let field = &fields[&select.field];
                let title = format!("{} is always there", describe(argument, field));
                let flaw = Flaw::new("constant-expression", self.source.field(argument), title);
                self.flaw(match field {
                    Type::Nullable(_) => flaw.help("a missing value is null: write `… != null`"),
                    _ => flaw.help("`has` is for keys of maps, as in `has(self.tags.Name)`"),
                });
            }
            _ => {
                self.field(argument, select, &operand);
            }
        }
        Type::BOOL
    }

    fn comprehension(
        &mut self,
        name: &str,
        range: &IdedExpr,
        variable: &IdedExpr,
        filter: Option<&IdedExpr>,
        body: &IdedExpr,
    ) -> Type {
        let range_type = self.infer(range);
        let item = match range_type.present() {
            Type::List(item) | Type::Map(item, _) => item.as_ref().clone(),
            Type::Any => Type::Any,
            _ => {
                let title = format!("{} has no items", describe(range, &range_type));
                self.flaw(Flaw::new("unlike-types", self.source.start(range), title))
            }
        };
        let bound = match &variable.expr {
            Expr::Ident(bound) if bound != SELF && !bound.starts_with('.') => bound.clone(),
            _ => {
                let title = format!("the first argument of `{name}` must be a new name");
                return self.flaw(Flaw::new("wrong-arguments", self.source.start(variable), title));
            }
        };
        self.scope.push((bound, item.clone()));
        if let Some(filter) = filter {
            self.condition(filter);
        }
        let result = match name {
            "map" => Type::List(Arc::new(self.infer(body))),
            "filter" => {
                self.condition(body);
                Type::List(Arc::new(item))
            }
            _ => {
                self.condition(body);
                Type::BOOL
            }
        };
        self.scope.pop();
        result
    }
}
