//! Where a probe goes: what is nearest to the user first.

use reqwest::Url;

use super::{Place, Target};

/// A decided endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A URL.
    Url(String),
    /// The stack's own health handler, to be started in this process.
    Recorded,
    /// A route of an API, whose URL the inventory tells.
    Deployed(Place),
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
    /// Whether the environment was recorded, so that its own handler can stand in.
    pub recorded: bool,
}

/// Decides where a probe goes.
#[must_use]
pub fn choose(target: &Target, known: Known<'_>) -> Endpoint {
    let place = match target {
        Target::Url(url) => return Endpoint::Url(url.clone()),
        Target::Health => None,
        Target::Deployed(place) => Some(place),
    };
    match (known.option.or(known.environment), place) {
        (Some(url), _) => Endpoint::Url(url.to_owned()),
        // The stage of a recording is a live one, and a recording must not be judged by it.
        (None, _) if known.recorded => Endpoint::Recorded,
        (None, Some(place)) => Endpoint::Deployed(place.clone()),
        (None, None) => Endpoint::Unknown,
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
        let place = Place {
            api: "acme-dev".to_owned(),
            stage: "dev".to_owned(),
            path: "/v1/health".to_owned(),
        };
        let deployed = Target::Deployed(place.clone());
        let nowhere = Known::default();
        let file = Known {
            environment: Some("http://file"),
            ..nowhere
        };
        let option = Known {
            option: Some("http://option"),
            ..file
        };
        let recorded = Known {
            recorded: true,
            ..nowhere
        };
        let url = |url: &str| Endpoint::Url(url.to_owned());
        for target in [&Target::Health, &deployed] {
            assert_eq!(choose(target, option), url("http://option"));
            assert_eq!(choose(target, file), url("http://file"));
            let recorded_file = Known {
                recorded: true,
                ..file
            };
            assert_eq!(choose(target, recorded_file), url("http://file"));
            assert_eq!(choose(target, recorded), Endpoint::Recorded);
        }
        assert_eq!(choose(&deployed, nowhere), Endpoint::Deployed(place));
        assert_eq!(choose(&Target::Health, nowhere), Endpoint::Unknown);
        let named = Target::Url("http://check".to_owned());
        assert_eq!(choose(&named, option), url("http://check"));
    }
}
