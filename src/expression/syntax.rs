//! Text to syntax tree, with limits that keep the parser's recursion within its stack.
//!
//! The parser is somebody else's, recursive and generous with its stack: it runs on a thread of its own, where it
//! may overrun or panic without harm, and what it has to say is put into plain words.

use cel::common::ast::{EntryExpr, Expr};
use cel::{Env, IdedExpr, ParseError, ParseErrors, Program};
use std::sync::{Arc, LazyLock};
use std::thread;

use super::source::Source;
use super::{Flaw, Position};

/// Characters of an expression; a longer one belongs into a kind.
pub const MAX_LENGTH: usize = 4_000;
/// Brackets within brackets.
pub const MAX_BRACKETS: usize = 20;
/// Levels of the tree that is evaluated, which recurses on the caller's stack.
pub const MAX_DEPTH: usize = 24;

const STACK: usize = 32 << 20;
const BAD: &str = "bad-expression";

/// The standard functions and macros of CEL, without its optional values.
pub static ENVIRONMENT: LazyLock<Arc<Env>> =
    LazyLock::new(|| Arc::new(Env::stdlib().with_optional_support(false)));

/// A well-formed expression.
#[derive(Debug)]
pub struct Parsed {
    /// The tree as it is written: a macro is a call.
    pub tree: IdedExpr,
    /// The text.
    pub source: Source,
    /// The tree as it is evaluated, macros expanded; or why that cannot be done.
    pub program: Result<Program, Flaw>,
}

/// Parses a text, or says the first mistake.
pub fn parse(text: &str) -> Result<Parsed, Flaw> {
    let at = |line, column| Position { line, column };
    if text.trim().is_empty() {
        return Err(Flaw::new(BAD, at(1, 1), "the expression is empty"));
    }
    if text.chars().count() > MAX_LENGTH {
        let title = format!("the expression is longer than {MAX_LENGTH} characters");
        return Err(Flaw::new(BAD, at(1, 1), title).help("split it over several checks"));
    }
    if nesting(text) > MAX_BRACKETS {
        return Err(too_deep());
    }
    let owned = text.to_owned();
    thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || parse_here(&owned))
        .ok()
        .and_then(|thread| thread.join().ok())
        .unwrap_or_else(|| Err(Flaw::new(BAD, at(1, 1), "the expression cannot be parsed")))
}

fn parse_here(text: &str) -> Result<Parsed, Flaw> {
    let written = Env::default().with_optional_support(false).parser();
    let (tree, offsets) = written
        .parse_with_source_info(text)
        .map_err(|errors| plain_words(&errors, text))?;
    let program = ENVIRONMENT
        .compile(text)
        .map_err(|errors| plain_words(&errors, text));
    let evaluated = program.as_ref().map_or(0, |program| depth(program.expression()));
    if depth(&tree).max(evaluated) > MAX_DEPTH {
        return Err(too_deep());
    }
    Ok(Parsed {
        tree,
        source: Source::new(text, offsets),
        program,
    })
}

fn too_deep() -> Flaw {
    let start = Position { line: 1, column: 1 };
    Flaw::new(BAD, start, "the expression is nested too deeply").help("split it over several checks")
}

/// How deep brackets are nested. Brackets in strings count too, which only makes the limit stricter.
fn nesting(text: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for character in text.chars() {
        match character {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// The levels of a tree. Runs on the parser's stack, before the limit is known to hold.
fn depth(expr: &IdedExpr) -> usize {
    let deepest =
        |expressions: &mut dyn Iterator<Item = &IdedExpr>| expressions.map(depth).max().unwrap_or(0);
    1 + match &expr.expr {
        Expr::Call(call) => deepest(&mut call.target.as_deref().into_iter().chain(&call.args)),
        Expr::Select(select) => depth(&select.operand),
        Expr::List(list) => deepest(&mut list.elements.iter()),
        Expr::Map(map) => deepest(&mut map.entries.iter().flat_map(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => [&entry.key, &entry.value],
            EntryExpr::StructField(field) => [&field.value, &field.value],
        })),
        Expr::Comprehension(loop_) => deepest(
            &mut [
                &loop_.iter_range,
                &loop_.accu_init,
                &loop_.loop_cond,
                &loop_.loop_step,
                &loop_.result,
            ]
            .into_iter(),
        ),
        _ => 0,
    }
}

/// The parser's first complaint, put so that it can be read.
fn plain_words(errors: &ParseErrors, text: &str) -> Flaw {
    let is_syntax = |error: &&ParseError| error.msg.starts_with("Syntax error: ");
    let first = errors.errors.iter().find(is_syntax).or(errors.errors.first());
    let Some(error) = first else {
        return Flaw::new(
            BAD,
            Position { line: 1, column: 1 },
            "the expression cannot be parsed",
        );
    };
    let number = |number: isize| usize::try_from(number).unwrap_or(1).max(1);
    let position = Position {
        line: number(error.pos.0),
        column: number(error.pos.1),
    };
    let message = error.msg.trim_start_matches("Syntax error: ");
    if message.contains("Recursion limit") {
        return too_deep();
    }
    if let Some(rest) = message.strip_prefix("token recognition error at: ") {
        return unknown_token(position, rest.trim_matches('\'').trim(), rest.starts_with("''"));
    }
    if let Some((missing, before)) = message
        .strip_prefix("missing ")
        .and_then(|rest| rest.split_once(" at "))
    {
        let before = match before {
            "'<EOF>'" => "at the end".to_owned(),
            token => format!("before `{}`", token.trim_matches('\'')),
        };
        let title = format!("`{}` is missing {before}", missing.trim_matches('\''));
        return Flaw::new(BAD, position, title);
    }
    if let Some((_, rest)) = message.split_once(" input ") {
        let token = rest.split(" expecting ").next().unwrap_or(rest);
        return unexpected(position, token.trim_matches('\''), text);
    }
    if let Some(word) = message.strip_prefix("reserved identifier: ") {
        return Flaw::new(BAD, position, format!("`{word}` is a reserved word"));
    }
    if let Some(syntax) = message.strip_prefix("unsupported syntax") {
        return match syntax.trim_matches([':', ' ', '\'']) {
            "`" => Flaw::new(BAD, position, "a backtick is not part of the language"),
            token => Flaw::new(BAD, position, format!("`{token}` is not part of the language")),
        };
    }
    let title = match message {
        "invalid int literal" | "invalid uint literal" => "the integer does not fit into 64 bits",
        "invalid double literal" => "the number is too large",
        _ if message.starts_with("invalid string literal") => "the string has an escape that is none",
        _ if message.starts_with("invalid bytes literal") => "the bytes have an escape that is none",
        _ => "the expression is not well-formed",
    };
    Flaw::new(BAD, position, title)
}

fn unknown_token(position: Position, token: &str, single_quoted: bool) -> Flaw {
    if single_quoted || token.starts_with('"') {
        return Flaw::new(
            BAD,
            position,
            "a string that is not closed, or an escape in it that is none",
        );
    }
    let flaw = Flaw::new(BAD, position, format!("`{token}` is not part of the language"));
    match token {
        "=" => flaw.help("write `==` to compare"),
        "&" => flaw.help("write `&&`"),
        "|" => flaw.help("write `||`"),
        "#" => flaw.help("a comment starts with `//`"),
        _ => flaw,
    }
}

fn unexpected(position: Position, token: &str, text: &str) -> Flaw {
    if token == "<EOF>" {
        return Flaw::new(BAD, position, "the expression ends too early");
    }
    let flaw = Flaw::new(BAD, position, format!("unexpected `{token}`"));
    let line = text.lines().nth(position.line - 1).unwrap_or_default();
    let before: String = line.chars().take(position.column - 1).collect();
    match token {
        "and" | "AND" => flaw.help("write `&&`"),
        "or" | "OR" => flaw.help("write `||`"),
        _ if before.trim_end().ends_with("not") => flaw.help("write `!` for not"),
        _ => flaw,
    }
}
