//! Types of every part of an expression, from the schema of `self` outwards. Collects every mistake.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, EntryExpr, Expr, LiteralValue, MapExpr, SelectExpr, operators};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::path::{describe, path_of, spell};
use super::source::Source;
use super::syntax::Parsed;
use super::types::{Scalar, Type};
use super::{Flaw, Path, Position, SELF, functions, macros};
use crate::diag::closest;

/// Walks one expression.
#[derive(Debug)]
pub struct Checker<'a> {
    tree: &'a IdedExpr,
    pub(super) source: &'a Source,
    pub(super) scope: Vec<(String, Type)>,
    root: &'a Type,
    paths: Vec<Path>,
    flaws: Vec<Flaw>,
}

impl<'a> Checker<'a> {
    /// A checker of one expression over a `self` of that type.
    pub fn new(parsed: &'a Parsed, root: &'a Type) -> Self {
        Self {
            tree: &parsed.tree,
            source: &parsed.source,
            scope: Vec::new(),
            root,
            paths: Vec::new(),
            flaws: Vec::new(),
        }
    }

    /// The paths that the expression names, or every mistake in the order of the text.
    pub fn check(mut self) -> Result<Vec<Path>, Vec<Flaw>> {
        let result = self.infer(self.tree);
        let start = self.source.start(self.tree);
        if !result.is_condition() {
            let what = describe(self.tree, &result);
            let flaw = Flaw::new("not-a-condition", start, format!("{what} is no condition"));
            self.flaws
                .push(flaw.help("compare it, so that the answer is true or false"));
        } else if self.paths.is_empty() && self.flaws.is_empty() {
            let title = "the expression does not look at the resource";
            let flaw = Flaw::new("constant-expression", start, title);
            self.flaws
                .push(flaw.help("name a field of `self`: without one, the answer is always the same"));
        }
        if self.flaws.is_empty() {
            return Ok(self.paths);
        }
        self.flaws.sort_by_key(|flaw| flaw.position);
        Err(self.flaws)
    }

    pub(super) fn flaw(&mut self, flaw: Flaw) -> Type {
        self.flaws.push(flaw);
        Type::Any
    }

    /// The type of an expression. A mistake gives `Any`, so that it is told once.
    pub(super) fn infer(&mut self, expr: &IdedExpr) -> Type {
        match &expr.expr {
            Expr::Ident(name) if name == SELF => {
                let flaw = Flaw::new(
                    "whole-resource",
                    self.source.token(expr),
                    "`self` is the whole resource",
                );
                self.flaw(flaw.help("name one of its fields, as `self.name`"))
            }
            Expr::Select(_) => self.path(expr),
            Expr::Call(call) if call.func_name == operators::INDEX => self.path(expr),
            Expr::Ident(name) => self.variable(expr, name),
            Expr::Literal(literal) => Type::from(literal),
            Expr::List(list) => {
                let mut item: Option<Type> = None;
                for element in &list.elements {
                    let found = self.infer(element);
                    item = Some(match item {
                        None => found,
                        Some(so_far) => self.join(element, &so_far, &found),
                    });
                }
                Type::List(Arc::new(item.unwrap_or(Type::Any)))
            }
            Expr::Map(map) => self.map_literal(map),
            Expr::Call(call) if call.target.is_none() && is_operator(call) => self.operator(expr, call),
            Expr::Call(call) if macros::is_macro(&call.func_name) => self.expand(expr, call),
            Expr::Call(call) => functions::check(self, expr, call),
            Expr::Struct(message) => {
                let title = format!(
                    "`{}{{…}}` makes a message, and there are none here",
                    message.type_name
                );
                self.flaw(Flaw::new("unknown-name", self.source.token(expr), title))
            }
            // Neither can come out of text that was parsed without macros.
            Expr::Comprehension(_) | Expr::Unspecified => Type::Any,
        }
    }

    fn map_literal(&mut self, map: &MapExpr) -> Type {
        let (mut key, mut value): (Option<Type>, Option<Type>) = (None, None);
        for entry in &map.entries {
            if let EntryExpr::MapEntry(entry) = &entry.expr {
                let (new_key, new_value) = (self.infer(&entry.key), self.infer(&entry.value));
                key = Some(key.map_or(new_key.clone(), |old| self.join(&entry.key, &old, &new_key)));
                value =
                    Some(value.map_or(new_value.clone(), |old| old.join(&new_value).unwrap_or(Type::Any)));
            }
        }
        Type::Map(
            Arc::new(key.unwrap_or(Type::Any)),
            Arc::new(value.unwrap_or(Type::Any)),
        )
    }

    /// The type of both; a mistake at the second when they are unlike.
    pub(super) fn join(&mut self, second: &IdedExpr, one: &Type, other: &Type) -> Type {
        one.join(other).unwrap_or_else(|| {
            let title = format!("{} stands beside {one}", describe(second, other));
            self.flaw(Flaw::new("unlike-types", self.source.start(second), title).help("keep to one type"))
        })
    }

    fn variable(&mut self, expr: &IdedExpr, name: &str) -> Type {
        if let Some((_, bound)) = self.scope.iter().rev().find(|(bound, _)| bound == name) {
            return bound.clone();
        }
        let flaw = Flaw::new(
            "unknown-name",
            self.source.token(expr),
            format!("unknown name `{name}`"),
        );
        let bound = self.scope.iter().map(|(name, _)| name.as_str());
        let known = closest(name, bound.chain([SELF]));
        let help = match (known, self.root) {
            (Some(known), _) => format!("did you mean `{known}`?"),
            (None, Type::Object(fields)) if fields.contains_key(name) => {
                format!("did you mean `{SELF}.{name}`?")
            }
            _ => format!("the resource is called `{SELF}`, and a text stands in quotes"),
        };
        self.flaw(flaw.help(help))
    }

    /// The type of a chain of fields and indexes, noted when it starts at `self`.
    fn path(&mut self, expr: &IdedExpr) -> Type {
        self.note(expr);
        self.step(expr)
    }

    /// Notes the path that an expression spells.
    pub(super) fn note(&mut self, expr: &IdedExpr) {
        if let Some((path, _)) = path_of(expr)
            && !self.paths.contains(&path)
        {
            self.paths.push(path);
        }
    }

    /// The type of a part of a path.
    pub(super) fn step(&mut self, expr: &IdedExpr) -> Type {
        match &expr.expr {
            Expr::Ident(name) if name == SELF => self.root.clone(),
            Expr::Select(select) => {
                let operand = self.step(&select.operand);
                self.field(expr, select, &operand)
            }
            Expr::Call(call) if call.func_name == operators::INDEX => {
                let [operand, index] = call.args.as_slice() else {
                    return Type::Any;
                };
                let operand_type = self.step(operand);
                self.index(operand, index, &operand_type)
            }
            _ => self.infer(expr),
        }
    }

    /// The type of a field that is selected from an operand of that type.
    pub(super) fn field(&mut self, expr: &IdedExpr, select: &SelectExpr, operand: &Type) -> Type {
        let at = self.source.field(expr);
        match operand.present() {
            Type::Any => Type::Any,
            Type::Object(fields) => self.declared(at, &select.operand, &select.field, fields),
            Type::Map(_, value) => value.as_ref().clone(),
            Type::List(_) => {
                let list = describe(&select.operand, operand);
                let flaw = Flaw::new(
                    "unknown-field",
                    at,
                    format!("{list} has no field `{}`", select.field),
                );
                let text = spell(&select.operand).unwrap_or("list".to_owned());
                self.flaw(flaw.help(format!(
                    "take an item (`{text}[0]`) or ask all (`{text}.all(item, …)`)"
                )))
            }
            _ => {
                let value = describe(&select.operand, operand);
                let title = format!("{value} has no field `{}`", select.field);
                self.flaw(Flaw::new("unknown-field", at, title))
            }
        }
    }

    fn declared(
        &mut self,
        at: Position,
        operand: &IdedExpr,
        name: &str,
        fields: &BTreeMap<String, Type>,
    ) -> Type {
        if let Some(field) = fields.get(name) {
            return field.clone();
        }
        let owner = spell(operand).map_or("the object".to_owned(), |path| format!("`{path}`"));
        let known = || fields.keys().map(String::as_str);
        let help = match closest(name, known()) {
            Some(candidate) => format!("did you mean `{candidate}`?"),
            None => format!("the fields are {}", known().collect::<Vec<_>>().join(", ")),
        };
        self.flaw(Flaw::new("unknown-field", at, format!("{owner} has no field `{name}`")).help(help))
    }

    fn index(&mut self, operand: &IdedExpr, index: &IdedExpr, operand_type: &Type) -> Type {
        let index_type = self.infer(index);
        let at = self.source.start(index);
        let wanted = match operand_type.present() {
            Type::Any => return Type::Any,
            Type::Object(fields) => {
                if let Expr::Literal(LiteralValue::String(name)) = &index.expr {
                    return self.declared(at, operand, name.inner(), fields);
                }
                let title = "a field is named by a text in quotes";
                return self.flaw(Flaw::new("unknown-field", at, title));
            }
            Type::List(item) => {
                if matches!(index_type, Type::Any | Type::Scalar(Scalar::Int | Scalar::Uint)) {
                    return item.as_ref().clone();
                }
                Type::Scalar(Scalar::Int)
            }
            Type::Map(key, value) => {
                if key.can_equal(&index_type) && index_type != Type::Null {
                    return value.as_ref().clone();
                }
                key.as_ref().clone()
            }
            _ => {
                let title = format!("{} has no items", describe(operand, operand_type));
                return self.flaw(Flaw::new("unlike-types", at, title));
            }
        };
        let found = describe(index, &index_type);
        let owner = describe(operand, operand_type);
        let title = format!("{owner} is indexed by {wanted}, not by {found}");
        self.flaw(Flaw::new("unlike-types", at, title))
    }
}

/// Whether a call is an operator: its name is none that could be written.
fn is_operator(call: &CallExpr) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_' || character == '.';
    !call.func_name.chars().all(is_word)
}
