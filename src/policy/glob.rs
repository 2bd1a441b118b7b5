//! IAM's wildcards: `*` for any run of characters and `?` for exactly one.
//!
//! Matching of a text, and a *sound* test whether one pattern covers another (a `false` may be
//! wrong, a `true` never is). The exact decision over several patterns is not for this file.
//! Nothing here knows policy variables: `${aws:username}` is text like any other.

/// Whether characters compare with regard to case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Actions.
    Ignore,
    /// Resources.
    Heed,
}

/// Whether the whole text matches the pattern; linear in space, at worst quadratic in time.
#[must_use]
pub fn matches(pattern: &str, text: &str, case: Case) -> bool {
    walk(pattern, text, |wanted, found| match wanted {
        '?' => true,
        literal => same(literal, found, case),
    })
}

/// Whether every text that `narrow` matches is matched by `wide`.
///
/// A `*` of `narrow` can only be absorbed by a `*` of `wide`, and a `?` by a `?` or a `*`. That
/// is sound, and misses only coverings that take several letters of `narrow` together, such as
/// `*?*` over `*a*`.
#[must_use]
pub fn covers(wide: &str, narrow: &str, case: Case) -> bool {
    walk(&canonical(wide), &canonical(narrow), |wanted, found| {
        match (wanted, found) {
            (_, '*') => false,
            ('?', _) => true,
            (_, '?') => false,
            (literal, found) => same(literal, found, case),
        }
    })
}

/// Whether a pattern holds a wildcard.
#[must_use]
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether a resource pattern matches an ARN: the first five segments between colons match each
/// for itself, the rest, colons included, as one.
///
/// A pattern or text without five colons is no ARN, and matches as plain text: `*` is everything.
#[must_use]
pub fn arn_matches(pattern: &str, arn: &str) -> bool {
    by_segment(pattern, arn, |pattern, text| matches(pattern, text, Case::Heed))
}

/// Whether every ARN that `narrow` matches is matched by `wide`; sound like [`covers`].
#[must_use]
pub fn arn_covers(wide: &str, narrow: &str) -> bool {
    by_segment(wide, narrow, |wide, narrow| covers(wide, narrow, Case::Heed))
}

fn by_segment(pattern: &str, text: &str, compare: impl Fn(&str, &str) -> bool) -> bool {
    match (segments(pattern), segments(text)) {
        (Some(patterns), Some(texts)) => patterns
            .iter()
            .zip(texts)
            .all(|(pattern, text)| compare(pattern, text)),
        // What is no ARN, such as the `*` of an action without a resource, is not within one.
        (Some(_), None) => false,
        (None, _) => compare(pattern, text),
    }
}

/// The six parts of an ARN: `arn`, partition, service, region, account, resource.
#[must_use]
pub fn segments(arn: &str) -> Option<[&str; 6]> {
    let mut parts = arn.splitn(6, ':');
    let mut next = || parts.next();
    Some([next()?, next()?, next()?, next()?, next()?, next()?])
}

fn same(left: char, right: char, case: Case) -> bool {
    match case {
        Case::Heed => left == right,
        Case::Ignore => left.eq_ignore_ascii_case(&right),
    }
}

/// Each run of wildcards with its `?` first and at most one `*`.
fn canonical(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut star = false;
    for character in pattern.chars() {
        match character {
            '*' => star = true,
            '?' => text.push('?'),
            literal => {
                text.push_str(if star { "*" } else { "" });
                star = false;
                text.push(literal);
            }
        }
    }
    text.push_str(if star { "*" } else { "" });
    text
}

/// The greedy walk that goes back to the last `*` when a character does not fit.
fn walk(pattern: &str, text: &str, fits: impl Fn(char, char) -> bool) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // After the last `*`: the rest of the pattern, and the text from which it was last tried.
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let text_before = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                text = text_before;
                retry = Some((pattern.clone(), text.clone()));
                continue;
            }
            (Some(wanted), Some(found)) if fits(wanted, found) => continue,
            // With the text at its end, a longer run for the `*` would leave even less of it.
            (Some(_), None) => return false,
            _ => {}
        }
        let Some((after_star, tried)) = &mut retry else {
            return false;
        };
        if tried.next().is_none() {
            return false;
        }
        pattern = after_star.clone();
        text = tried.clone();
    }
}

#[cfg(test)]
mod tests;
