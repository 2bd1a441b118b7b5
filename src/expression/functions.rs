//! The functions of CEL's standard library, and what each takes and gives.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, LiteralValue};

use super::Flaw;
use super::check::Checker;
use super::macros::MACROS;
use super::path::describe;
use super::types::{Scalar, Type};
use crate::diag::closest;
use Scalar::{Bool, Bytes, Double, Duration, Int, String as Text, Timestamp, Uint};

/// A function. The value that a method is called on is its first argument.
struct Function {
    name: &'static str,
    style: Style,
    arguments: &'static [&'static [Scalar]],
    /// How many of the arguments may be left out.
    optional: usize,
    gives: Scalar,
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// `f(x)`
    Global,
    /// `x.f()`
    Method,
    /// Either.
    Both,
}

const fn function(
    name: &'static str,
    style: Style,
    arguments: &'static [&'static [Scalar]],
    gives: Scalar,
) -> Function {
    Function {
        name,
        style,
        arguments,
        optional: 0,
        gives,
    }
}

/// A part of a time, in UTC or in the zone of the argument.
const fn time_part(name: &'static str, arguments: &'static [&'static [Scalar]]) -> Function {
    Function {
        optional: 1,
        ..function(name, Style::Method, arguments, Int)
    }
}

const TEXTS: &[&[Scalar]] = &[&[Text], &[Text]];
const NUMBER: &[&[Scalar]] = &[&[Int, Uint, Double, Text]];
const DATE: &[&[Scalar]] = &[&[Timestamp], &[Text]];
const TIME: &[&[Scalar]] = &[&[Timestamp, Duration], &[Text]];

/// `size` also takes lists and maps.
const SIZE: &str = "size";

const FUNCTIONS: &[Function] = &[
    function("bool", Style::Global, &[&[Bool, Text]], Bool),
    function("bytes", Style::Global, &[&[Text, Bytes]], Bytes),
    function("contains", Style::Method, TEXTS, Bool),
    function("double", Style::Global, NUMBER, Double),
    function("duration", Style::Global, &[&[Text, Duration]], Duration),
    function("endsWith", Style::Method, TEXTS, Bool),
    time_part("getDate", DATE),
    time_part("getDayOfMonth", DATE),
    time_part("getDayOfWeek", DATE),
    time_part("getDayOfYear", DATE),
    time_part("getFullYear", DATE),
    time_part("getHours", TIME),
    time_part("getMilliseconds", TIME),
    time_part("getMinutes", TIME),
    time_part("getMonth", DATE),
    time_part("getSeconds", TIME),
    function(
        "int",
        Style::Global,
        &[&[Int, Uint, Double, Text, Timestamp]],
        Int,
    ),
    function("matches", Style::Both, TEXTS, Bool),
    function(SIZE, Style::Both, &[&[Text, Bytes]], Int),
    function("startsWith", Style::Method, TEXTS, Bool),
    function(
        "string",
        Style::Global,
        &[&[Bool, Int, Uint, Double, Text, Bytes, Timestamp, Duration]],
        Text,
    ),
    function("timestamp", Style::Global, &[&[Int, Text, Timestamp]], Timestamp),
    function("uint", Style::Global, NUMBER, Uint),
];

/// The type that a call gives.
pub fn check(checker: &mut Checker<'_>, expr: &IdedExpr, call: &CallExpr) -> Type {
    let at = checker.source.function(expr);
    let name = call.func_name.as_str();
    let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else {
        let known = || {
            FUNCTIONS
                .iter()
                .map(|function| function.name)
                .chain(MACROS.iter().copied())
        };
        let help = match closest(name, known()) {
            Some(candidate) => format!("did you mean `{candidate}`?"),
            None => format!(
                "the functions are {}, and parts of times as `getHours`",
                known()
                    .filter(|name| !name.starts_with("get"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        };
        return checker
            .flaw(Flaw::new("unknown-function", at, format!("unknown function `{name}`")).help(help));
    };
    let style = match &call.target {
        Some(_) => Style::Method,
        None => Style::Global,
    };
    if function.style != Style::Both && function.style != style {
        let usage = match function.style {
            Style::Method => format!("value.{name}(…)"),
            Style::Global | Style::Both => format!("{name}(value)"),
        };
        let title = format!("`{name}` is written `{usage}`");
        return checker.flaw(Flaw::new("wrong-arguments", at, title));
    }
    let arguments: Vec<&IdedExpr> = call.target.as_deref().into_iter().chain(&call.args).collect();
    let most = function.arguments.len();
    if arguments.len() > most || arguments.len() < most - function.optional {
        let written = usize::from(style == Style::Method);
        let title = format!(
            "`{name}` takes {}, not {}",
            count(most - written, function.optional),
            call.args.len()
        );
        return checker.flaw(Flaw::new("wrong-arguments", at, title));
    }
    for (argument, accepted) in arguments.iter().zip(function.arguments) {
        let found = checker.infer(argument);
        let fits = match found.present() {
            Type::Any => true,
            Type::Scalar(scalar) => accepted.contains(scalar),
            Type::List(_) | Type::Map(..) => name == SIZE,
            Type::Null | Type::Object(_) | Type::Nullable(_) => false,
        };
        if !fits {
            let mut wanted: Vec<String> = accepted.iter().map(ToString::to_string).collect();
            if name == SIZE {
                wanted.extend(["a list".to_owned(), "a map".to_owned()]);
            }
            let found = describe(argument, &found);
            let title = format!("`{name}` takes {}, not {found}", wanted.join(" or "));
            checker.flaw(Flaw::new(
                "wrong-arguments",
                checker.source.start(argument),
                title,
            ));
        }
    }
    if name == "matches"
        && let Some(pattern) = arguments.get(1)
    {
        regular_expression(checker, pattern);
    }
    Type::Scalar(function.gives)
}

fn count(most: usize, optional: usize) -> String {
    let noun = if most == 1 { "argument" } else { "arguments" };
    match (most, optional) {
        (0, _) => "no argument".to_owned(),
        (_, 0) => format!("{most} {noun}"),
        _ => format!("at most {most} {noun}"),
    }
}

fn regular_expression(checker: &mut Checker<'_>, pattern: &IdedExpr) {
    if let Expr::Literal(LiteralValue::String(text)) = &pattern.expr
        && let Err(error) = regex::Regex::new(text.inner())
    {
        let message = error.to_string();
        let reason = message.lines().last().unwrap_or_default();
        let reason = reason.trim_start_matches("error: ");
        let title = format!("`{}` is not a regular expression: {reason}", text.inner());
        checker.flaw(Flaw::new("bad-regex", checker.source.start(pattern), title));
    }
}
