//! The tokens of a pattern: how they are read and how they step.

use super::{FRESH, Shape};
use crate::policy::document::Version;

/// Where the characters of policy variables live.
const SYMBOLS: u32 = 0xF_0000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Token {
    Is(char),
    /// `?`, which may or may not be a colon.
    One(bool),
    /// `*`, which may or may not run over colons.
    Many(bool),
}

/// The tokens of a text, and again with each policy variable as a symbol where there is one.
pub fn read(text: &str, shape: Shape, version: Version) -> (Vec<Token>, Option<Vec<Token>>) {
    let mut tokens = Vec::with_capacity(text.len());
    let mut symbolic: Option<Vec<Token>> = None;
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let variable_here = rest
            .strip_prefix("${")
            .filter(|_| version == Version::V2012)
            .and_then(|inner| inner.split_once('}'));
        if let Some((name, after)) = variable_here {
            rest = after;
            if let "*" | "?" | "$" = name {
                // The escapes of the three characters that mean something.
                tokens.extend(name.chars().map(Token::Is));
                if let Some(own) = &mut symbolic {
                    own.extend(name.chars().map(Token::Is));
                }
            } else {
                let own = symbolic.get_or_insert_with(|| tokens.clone());
                own.extend(symbol(name).map(Token::Is));
                tokens.push(Token::Many(true));
            }
            continue;
        }
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        let token = match (character, shape) {
            ('*', Shape::Resource | Shape::Arn | Shape::Text) => Token::Many(true),
            ('?', Shape::Resource | Shape::Arn | Shape::Text) => Token::One(true),
            (other, _) => Token::Is(other),
        };
        tokens.push(token);
        if let Some(own) = &mut symbolic {
            own.push(token);
        }
    }
    for own in std::iter::once(&mut tokens).chain(&mut symbolic) {
        if shape == Shape::Resource {
            complete(own);
        }
        if matches!(shape, Shape::Resource | Shape::Arn) {
            by_segment(own);
        }
    }
    (tokens, symbolic)
}

#[inline]
pub fn close(tokens: &[Token], mut at: usize, out: &mut impl FnMut(usize)) {
    out(at);
    while matches!(tokens.get(at), Some(Token::Many(_))) {
        at += 1;
        out(at);
    }
}

#[inline]
pub fn step(tokens: &[Token], fold: bool, at: usize, character: char, out: &mut impl FnMut(usize)) {
    let Some(token) = tokens.get(at) else { return };
    match *token {
        Token::Is(wanted) => {
            if wanted == character || (fold && same_letter(wanted, character)) {
                close(tokens, at + 1, out);
            }
        }
        Token::One(colon) => {
            if (colon || character != ':') && !is_symbol(character) {
                close(tokens, at + 1, out);
            }
        }
        Token::Many(colon) => {
            if colon || character != ':' {
                close(tokens, at, out);
            }
        }
    }
}

fn same_letter(left: char, right: char) -> bool {
    left.eq_ignore_ascii_case(&right) || left.to_lowercase().eq(right.to_lowercase())
}

/// How many colons there are, of those that end a segment.
fn colons(tokens: &[Token]) -> usize {
    let is_colon = |token: &&Token| **token == Token::Is(':');
    tokens.iter().filter(is_colon).take(5).count()
}

/// How many segments an ARN lacks; none of what is no ARN.
pub fn missing_segments(tokens: &[Token]) -> usize {
    let begins = "arn:".chars().map(Token::Is).eq(tokens.iter().copied().take(4));
    if begins { 5 - colons(tokens) } else { 0 }
}

/// AWS adds the missing segments of a resource's ARN as wildcards.
fn complete(tokens: &mut Vec<Token>) {
    for _ in 0..missing_segments(tokens) {
        tokens.extend([Token::Is(':'), Token::Many(true)]);
    }
}

/// Wildcards before the fifth colon stay within their segment; what has fewer colons is no ARN.
fn by_segment(tokens: &mut [Token]) {
    if colons(tokens) < 5 {
        return;
    }
    let mut seen = 0;
    for token in tokens {
        match token {
            Token::Is(':') => seen += 1,
            Token::One(colon) | Token::Many(colon) => *colon = false,
            Token::Is(_) => {}
        }
        if seen == 5 {
            break;
        }
    }
}

/// The characters of a variable, in a place of their own and closed at both ends. The case of its
/// name does not matter, that of a default value does.
fn symbol(variable: &str) -> impl Iterator<Item = char> {
    let moved = |character: char| {
        let own = u32::from(character);
        char::from_u32(SYMBOLS + own.min(0xFFF0)).unwrap_or(FRESH)
    };
    let text = match variable.split_once(',') {
        Some((name, default)) => format!("{{{},{default}}}", name.to_ascii_lowercase()),
        None => format!("{{{}}}", variable.to_ascii_lowercase()),
    };
    text.chars().map(moved).collect::<Vec<_>>().into_iter()
}

pub fn is_symbol(character: char) -> bool {
    u32::from(character) >= SYMBOLS
}
