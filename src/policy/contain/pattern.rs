//! Patterns as automata: those of a resource, an action or a condition value.
//!
//! A policy variable matches any text, as its value could be anything. What two patterns say of
//! each other whatever the values are, as that one covers the other, is told by their symbolic
//! tokens: there a variable is one unbreakable symbol in characters that no policy holds, equal
//! to itself and matched by `*`. [`super::members`] keeps the truth of one pattern the same on
//! both sides.

mod tokens;

use self::tokens::{Token, close, is_symbol, missing_segments, step};
use crate::policy::document::Version;

/// A character that no policy holds: stands for "something else".
pub const FRESH: char = '\u{E000}';

/// What a pattern is a pattern of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A resource: an ARN, whose missing segments are any.
    Resource,
    /// An ARN: the first five segments between colons match each for itself.
    Arn,
    /// A condition value with wildcards.
    Text,
    /// A condition value without wildcards.
    Literal,
}

/// One pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    tokens: Vec<Token>,
    /// The tokens with each policy variable as a symbol; only where there is one.
    symbolic: Option<Vec<Token>>,
    fold: bool,
}

impl Pattern {
    /// Reads a pattern of a document of that version.
    pub fn new(text: &str, shape: Shape, fold: bool, version: Version) -> Self {
        let (tokens, symbolic) = tokens::read(text, shape, version);
        Self {
            tokens,
            symbolic,
            fold,
        }
    }

    /// A pattern whose wildcards never match a colon: one of an action.
    pub fn within_segment(text: &str) -> Self {
        let mut pattern = Self::new(text, Shape::Text, false, Version::V2008);
        for token in &mut pattern.tokens {
            match token {
                Token::One(colon) | Token::Many(colon) => *colon = false,
                Token::Is(_) => {}
            }
        }
        pattern
    }

    /// `*` over everything.
    pub fn everything() -> Self {
        Self {
            tokens: vec![Token::Many(true)],
            symbolic: None,
            fold: false,
        }
    }

    /// Whether a policy variable is in it, so that what matches may in truth not.
    pub fn is_variable(&self) -> bool {
        self.symbolic.is_some()
    }

    /// The tokens whose comparison holds whatever the variables' values are.
    fn words(&self) -> &[Token] {
        self.symbolic.as_deref().unwrap_or(&self.tokens)
    }

    /// Whether every text matches.
    pub fn is_everything(&self) -> bool {
        !self.is_variable()
            && !self.tokens.is_empty()
            && self.tokens.iter().all(|token| *token == Token::Many(true))
    }

    /// The only text that matches, when there is only one.
    pub fn only_text(&self) -> Option<String> {
        if self.fold {
            return None;
        }
        self.tokens
            .iter()
            .map(|token| match token {
                Token::Is(character) => Some(*character),
                _ => None,
            })
            .collect()
    }

    /// Whether case is ignored.
    pub fn folds(&self) -> bool {
        self.fold
    }

    /// Whether a text that matches still does with anything after it.
    pub fn is_open(&self) -> bool {
        self.tokens.last() == Some(&Token::Many(true))
    }

    /// How many positions there are, the one after the last token included.
    pub fn end(&self) -> usize {
        self.tokens.len()
    }

    /// Adds a position and those reached without a character.
    pub fn close(&self, at: usize, out: &mut impl FnMut(usize)) {
        close(&self.tokens, at, out);
    }

    /// Adds the positions after one character.
    pub fn step(&self, at: usize, character: char, out: &mut impl FnMut(usize)) {
        step(&self.tokens, self.fold, at, character, out);
    }

    /// The character that a position asks for, or whether it takes others.
    pub fn wants(&self, at: usize) -> Option<Result<char, ()>> {
        self.tokens.get(at).map(|token| match token {
            Token::Is(character) => Ok(*character),
            _ => Err(()),
        })
    }

    /// Whether a text matches as a whole.
    pub fn matches(&self, text: &str) -> bool {
        let mut current = Vec::with_capacity(4);
        self.close(0, &mut |at| current.push(at));
        let mut next = Vec::with_capacity(4);
        for character in text.chars() {
            next.clear();
            for &at in &current {
                self.step(at, character, &mut |to| {
                    if !next.contains(&to) {
                        next.push(to);
                    }
                });
            }
            std::mem::swap(&mut current, &mut next);
            if current.is_empty() {
                return false;
            }
        }
        current.contains(&self.end())
    }

    /// Whether no text can match both, as far as their beginnings tell; a `true` is certain,
    /// whatever the values of variables are.
    pub fn begins_apart(&self, other: &Self) -> bool {
        if self.fold || other.fold {
            return false;
        }
        for pair in self.words().iter().zip(other.words()) {
            match pair {
                (Token::Is(own), Token::Is(its)) if own == its => {}
                (Token::Is(own), Token::Is(its)) => return !is_symbol(*own) && !is_symbol(*its),
                _ => return false,
            }
        }
        false
    }

    /// Whether all that `narrow` matches is matched here; a `true` is certain, whatever the values
    /// of variables are.
    pub fn covers(&self, narrow: &Self) -> bool {
        if self.is_everything() {
            return true;
        }
        if self.fold || narrow.fold {
            return self == narrow;
        }
        // Most pairs differ in how they begin or end, and need no walk.
        let (own, its) = (self.words(), narrow.words());
        let same = |(own, its): &(&Token, &Token)| matches!(own, Token::Is(_)) && own == its;
        let begin = own.iter().zip(its).take_while(same).count();
        let (Some(own), Some(its)) = (own.get(begin..), its.get(begin..)) else {
            return false;
        };
        match own {
            [] => return its.is_empty(),
            [Token::Many(true)] => return true,
            // What is neither the same character nor anything at all.
            [Token::Is(_), ..] => return false,
            [.., last @ Token::Is(_)] if its.last() != Some(last) => return false,
            _ => {}
        }
        // A walk over the tokens of `narrow` as if they were characters.
        let mut current = Vec::with_capacity(4);
        close(own, 0, &mut |at| current.push(at));
        let mut next: Vec<usize> = Vec::with_capacity(4);
        for token in its {
            next.clear();
            for &at in &current {
                let mut add = |to: usize| {
                    if !next.contains(&to) {
                        next.push(to);
                    }
                };
                match (token, own.get(at)) {
                    (Token::Is(character), _) => step(own, false, at, *character, &mut add),
                    (Token::One(other), Some(Token::One(colon))) if *colon || !other => {
                        close(own, at + 1, &mut add);
                    }
                    (Token::One(other) | Token::Many(other), Some(Token::Many(colon)))
                        if *colon || !other =>
                    {
                        close(own, at, &mut add);
                    }
                    _ => {}
                }
            }
            std::mem::swap(&mut current, &mut next);
            if current.is_empty() {
                return false;
            }
        }
        current.contains(&own.len())
    }
}

/// Whether a value is an ARN that lacks segments.
pub fn is_incomplete_arn(text: &str, version: Option<Version>) -> bool {
    let pattern = Pattern::new(text, Shape::Text, false, version.unwrap_or_default());
    missing_segments(&pattern.tokens) > 0
}
