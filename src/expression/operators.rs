//! Which types the operators of CEL take, and what they give.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, operators};

use super::Flaw;
use super::check::Checker;
use super::path::describe;
use super::types::{Scalar, Type};

const UNLIKE: &str = "unlike-types";

impl Checker<'_> {
    /// The type that an operator gives.
    pub(super) fn operator(&mut self, expr: &IdedExpr, call: &CallExpr) -> Type {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_NOT, [operand]) => {
                self.condition(operand);
                Type::BOOL
            }
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [left, right]) => {
                self.condition(left);
                self.condition(right);
                Type::BOOL
            }
            (operators::CONDITIONAL, [condition, yes, no]) => {
                self.condition(condition);
                let (yes, no_type) = (self.infer(yes), self.infer(no));
                self.join(no, &yes, &no_type)
            }
            (operators::NEGATE, [operand]) => {
                let found = self.infer(operand);
                if matches!(
                    found.present(),
                    Type::Any | Type::Scalar(Scalar::Int | Scalar::Double)
                ) {
                    return found.present().clone();
                }
                let title = format!("{} has no negative", describe(operand, &found));
                self.flaw(Flaw::new(UNLIKE, self.source.token(expr), title))
            }
            (operators::EQUALS | operators::NOT_EQUALS, [left, right]) => self.equality(expr, left, right),
            (operators::IN, [left, right]) => self.membership(expr, left, right),
            (name, [left, right]) => {
                let sign = name.trim_matches('_').to_owned();
                if sign.starts_with(['<', '>']) {
                    self.order(expr, &sign, left, right)
                } else {
                    self.arithmetic(expr, &sign, left, right)
                }
            }
            _ => Type::Any,
        }
    }

    /// Checks that an expression can be true or false.
    pub(super) fn condition(&mut self, expr: &IdedExpr) {
        let found = self.infer(expr);
        if !found.is_condition() {
            let title = format!("{} is no condition", describe(expr, &found));
            let flaw = Flaw::new("not-a-condition", self.source.start(expr), title);
            self.flaw(flaw.help("compare it, so that the answer is true or false"));
        }
    }

    fn equality(&mut self, expr: &IdedExpr, left: &IdedExpr, right: &IdedExpr) -> Type {
        let (left_type, right_type) = (self.infer(left), self.infer(right));
        if left_type.can_equal(&right_type) {
            return Type::BOOL;
        }
        let at = self.source.token(expr);
        let (one, other) = (describe(left, &left_type), describe(right, &right_type));
        self.flaw(if right_type == Type::Null {
            Flaw::new(UNLIKE, at, format!("{one} is never null"))
        } else if left_type == Type::Null {
            Flaw::new(UNLIKE, at, format!("{other} is never null"))
        } else {
            let flaw = Flaw::new(UNLIKE, at, format!("{one} and {other} are never equal"));
            match hint(left, &left_type, &right_type).or_else(|| hint(right, &right_type, &left_type)) {
                Some(hint) => flaw.help(hint),
                None => flaw,
            }
        });
        Type::BOOL
    }

    fn membership(&mut self, expr: &IdedExpr, left: &IdedExpr, right: &IdedExpr) -> Type {
        let left_type = self.infer(left);
        // Each element by itself, so that the one that is wrong is named.
        if let Expr::List(list) = &right.expr
            && !list.elements.is_empty()
        {
            for element in &list.elements {
                let found = self.infer(element);
                if !left_type.can_equal(&found) {
                    let (one, other) = (describe(left, &left_type), describe(element, &found));
                    let title = format!("{one} and {other} are never equal");
                    self.flaw(Flaw::new(UNLIKE, self.source.start(element), title));
                }
            }
            return Type::BOOL;
        }
        let right_type = self.infer(right);
        let item = match right_type.present() {
            Type::Any => return Type::BOOL,
            Type::List(item) | Type::Map(item, _) => item.as_ref(),
            _ => {
                let found = describe(right, &right_type);
                let flaw = Flaw::new(
                    UNLIKE,
                    self.source.token(expr),
                    format!("nothing can be in {found}"),
                );
                self.flaw(match right_type.present() {
                    Type::Scalar(Scalar::String) => flaw.help("write `text.contains(part)`"),
                    _ => flaw.help("the right side of `in` is a list or a map"),
                });
                return Type::BOOL;
            }
        };
        if !left_type.can_equal(item) {
            let (one, other) = (describe(left, &left_type), describe(right, &right_type));
            let title = format!("{one} is never in {other}");
            self.flaw(Flaw::new(UNLIKE, self.source.token(expr), title));
        }
        Type::BOOL
    }

    fn order(&mut self, expr: &IdedExpr, sign: &str, left: &IdedExpr, right: &IdedExpr) -> Type {
        let (left_type, right_type) = (self.infer(left), self.infer(right));
        let fits = match (left_type.present(), right_type.present()) {
            (Type::Any, other) | (other, Type::Any) => matches!(other, Type::Any | Type::Scalar(_)),
            (Type::Scalar(one), Type::Scalar(other)) => {
                one == other || (one.is_number() && other.is_number())
            }
            _ => false,
        };
        if !fits {
            self.unfit(expr, sign, (left, &left_type), (right, &right_type));
        }
        Type::BOOL
    }

    fn arithmetic(&mut self, expr: &IdedExpr, sign: &str, left: &IdedExpr, right: &IdedExpr) -> Type {
        use Scalar::{Bytes, Double, Duration, Int, String, Timestamp, Uint};
        let (left_type, right_type) = (self.infer(left), self.infer(right));
        let result = match (left_type.present(), right_type.present()) {
            (Type::Any, _) | (_, Type::Any) => return Type::Any,
            (Type::List(_), Type::List(_)) if sign == "+" => left_type.present().join(right_type.present()),
            (Type::Scalar(one), Type::Scalar(other)) => match (one, sign, other) {
                (Int, _, Int) | (Uint, _, Uint) | (String, "+", String) | (Bytes, "+", Bytes) => Some(*one),
                (Double, "+" | "-" | "*" | "/", Double) => Some(Double),
                (Duration, "+" | "-", Duration) | (Timestamp, "-", Timestamp) => Some(Duration),
                (Timestamp, "+" | "-", Duration) | (Duration, "+", Timestamp) => Some(Timestamp),
                _ => None,
            }
            .map(Type::Scalar),
            _ => None,
        };
        result.unwrap_or_else(|| self.unfit(expr, sign, (left, &left_type), (right, &right_type)))
    }

    fn unfit(
        &mut self,
        expr: &IdedExpr,
        sign: &str,
        (left, left_type): (&IdedExpr, &Type),
        (right, right_type): (&IdedExpr, &Type),
    ) -> Type {
        let (one, other) = (describe(left, left_type), describe(right, right_type));
        let title = format!("`{sign}` does not work with {one} and {other}");
        let flaw = Flaw::new(UNLIKE, self.source.token(expr), title);
        let hint = hint(left, left_type, right_type).or_else(|| hint(right, right_type, left_type));
        self.flaw(match hint {
            Some(hint) => flaw.help(hint),
            None => flaw,
        })
    }
}

/// How to mend a literal that stands beside another type.
fn hint(literal: &IdedExpr, literal_type: &Type, other: &Type) -> Option<String> {
    use cel::common::ast::LiteralValue;
    match (&literal.expr, other.present()) {
        (Expr::Literal(LiteralValue::String(text)), Type::Scalar(Scalar::Bool))
            if ["true", "false"].contains(&text.inner()) =>
        {
            Some(format!("write `{}` without quotes", text.inner()))
        }
        (Expr::Literal(LiteralValue::String(text)), Type::Scalar(kind))
            if kind.is_number() && text.inner().parse::<f64>().is_ok() =>
        {
            Some(format!("write `{}` without quotes", text.inner()))
        }
        (Expr::Literal(_), Type::Scalar(Scalar::String)) => Some("write the text in quotes".to_owned()),
        (Expr::Literal(LiteralValue::Int(number)), Type::Scalar(Scalar::Double)) => {
            Some(format!("write `{}.0`", number.inner()))
        }
        (_, Type::List(item)) if item.can_equal(literal_type) => {
            Some("write `… in …` to look for an item of the list".to_owned())
        }
        _ => None,
    }
}
