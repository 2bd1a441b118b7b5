//! Where a probe goes: what is nearest to the user first.

use reqwest::Url;

use super::Target;

/// A decided endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A URL.
    Url(String),
    /// The stack's own health handler, to be started in this process.
    Recorded,
    /// Nothing says where.
    Unknown,
}

/// What is known of the health endpoint. A source that knows nothing is `None`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// The command line.
    pub option: Option<&'a str>,
    /// The environment file.
    pub environment: Option<&'a str>,
    /// The stage of the API in the inventory: its invoke URL and the route. `None` as long as no collector lists
    /// stages; the one that will fills it in where `Known` is made, and nothing else changes.
    pub stage: Option<&'a str>,
    /// Whether the environment was recorded, so that its own handler can stand in.
    pub recorded: bool,
}

/// Decides where a probe goes.
#[must_use]
pub fn choose(target: &Target, known: Known<'_>) -> Endpoint {
    if let Target::Url(url) = target {
        return Endpoint::Url(url.clone());
    }
    // The stage of a recording is a live one, and a recording must not be judged by it.
    let stage = known.stage.filter(|_| !known.recorded);
    match known.option.or(known.environment).or(stage) {
        Some(url) => Endpoint::Url(url.to_owned()),
        None if known.recorded => Endpoint::Recorded,
        None => Endpoint::Unknown,
    }
}

/// Takes a URL apart. No error repeats a password.
pub fn parse(text: &str) -> Result<Url, String> {
    const SECRET: &str = "a URL to probe must not hold a user or password; use a header";
    let wrong = |reason: &str| format!("`{text}` is not a URL to probe: {reason}");
    let url = Url::parse(text).map_err(|error| {
        // It may be what stands before the `@` that makes it none.
        if text.contains('@') {
            SECRET.to_owned()
        } else {
            wrong(&error.to_string())
        }
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        // It would be printed with the URL.
        return Err(SECRET.to_owned());
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("it must begin with `https://` or `http://`"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_url_is_refused_and_a_password_not_repeated() {
        for (url, words) in [
            ("example.com/health", "is not a URL to probe"),
            ("example.com:80/health", "must begin with"),
            ("ftp://example.com", "must begin with"),
            ("/v1/health", "is not a URL to probe"),
            ("https://", "is not a URL to probe"),
            ("http://exa mple.com", "is not a URL to probe"),
            ("https://user:pa55@example.com", "must not hold a user"),
            ("https://user:pa55@exa mple.com", "must not hold a user"),
            ("https:/user:pa55@example.com", "must not hold a user"),
            ("https:///user:pa55@example.com", "must not hold a user"),
            ("https://pa55@example.com", "must not hold a user"),
        ] {
            let error = parse(url).unwrap_err();
            assert!(error.contains(words), "{error}");
            assert!(!error.contains("pa55"), "{error}");
        }
        assert!(parse("https://example.com/users/@me?a=b@c").is_ok());
    }

    #[test]
    fn the_nearest_source_decides() {
        let known = Known {
            option: Some("http://option"),
            environment: Some("http://file"),
            stage: Some("http://stage"),
            recorded: false,
        };
        let url = |url: &str| Endpoint::Url(url.to_owned());
        let check = |known: Known<'_>, expected: Endpoint| {
            assert_eq!(choose(&Target::Health, known), expected);
        };
        check(known, url("http://option"));
        check(
            Known {
                option: None,
                ..known
            },
            url("http://file"),
        );
        let stage = Known {
            option: None,
            environment: None,
            ..known
        };
        check(stage, url("http://stage"));
        check(
            Known {
                recorded: true,
                ..stage
            },
            Endpoint::Recorded,
        );
        check(Known::default(), Endpoint::Unknown);
        let named = Target::Url("http://check".to_owned());
        assert_eq!(choose(&named, known), url("http://check"));
    }
}
