//! The text formats of options: CIDR blocks, globs, name patterns, durations.
//!
//! Each is a type that can only hold a well-formed value, and a `format` of the JSON schema, so that editors, the
//! loader and the kinds agree on what is well-formed.

use globset::{Glob, GlobMatcher};
use ipnet::{IpNet, Ipv4Net};
use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::Duration;

/// A text format: its name in the schema, what a user would call it, and its test.
#[derive(Debug)]
pub struct Format {
    /// The value of `format` in the JSON schema.
    pub name: &'static str,
    /// What a user would call it, with an article.
    pub article: &'static str,
    /// What a well-formed value looks like.
    pub expected: &'static str,
    /// Why a text is not well-formed.
    pub check: fn(&str) -> Result<(), String>,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    Format {
        name: "cidr",
        article: "a CIDR block",
        expected: "an IPv4 network as `10.0.0.0/16`, without host bits",
        check: |text| Cidr::from_str(text).map(drop),
    },
    Format {
        name: "ip-network",
        article: "an IP network",
        expected: "an IPv4 or IPv6 network as `10.0.0.0/16` or `fc00::/7`, without host bits",
        check: |text| Network::from_str(text).map(drop),
    },
    Format {
        name: "glob",
        article: "a glob",
        expected: "a name in which `*` stands for any characters and `?` for one",
        check: |text| NameGlob::from_str(text).map(drop),
    },
    Format {
        name: "name-pattern",
        article: "a name pattern",
        expected: "literal text with `{kebab}`, `{word}`, `{digits}` or `{any}` in it",
        check: |text| NamePattern::from_str(text).map(drop),
    },
    Format {
        name: "regex",
        article: "a regular expression",
        expected: "a regular expression without look-around or back-references",
        check: |text| Pattern::from_str(text).map(drop),
    },
    Format {
        name: "latency",
        article: "a duration",
        expected: "a number with `us`, `ms` or `s`, as `50ms`",
        check: |text| Latency::from_str(text).map(drop),
    },
    Format {
        name: "duration",
        article: "a duration",
        expected: "a whole number with `s`, `m`, `h` or `d`, as `15m`",
        check: |text| Seconds::from_str(text).map(drop),
    },
];

macro_rules! text_format {
    ($type:ident, $format:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::from_str(&text).map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "format": $format })
            }
        }
    };
}

/// An IPv4 network without host bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cidr(pub Ipv4Net);

text_format!(Cidr, "cidr");

impl FromStr for Cidr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let network: Ipv4Net = text
            .parse()
            .map_err(|_| "not an IPv4 address and a prefix length from 0 to 32".to_owned())?;
        if network.addr() != network.network() {
            return Err(format!(
                "it has host bits set; the network is `{}`",
                network.trunc()
            ));
        }
        Ok(Self(network))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// An IPv4 or IPv6 network without host bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network(pub IpNet);

text_format!(Network, "ip-network");

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let network: IpNet = text
            .parse()
            .map_err(|_| "not an IPv4 or IPv6 address and a prefix length".to_owned())?;
        if network.addr() != network.network() {
            return Err(format!(
                "it has host bits set; the network is `{}`",
                network.trunc()
            ));
        }
        Ok(Self(network))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A glob over names or ARNs. `*` crosses `/` and `:`.
#[derive(Debug, Clone)]
pub struct NameGlob {
    text: String,
    glob: Glob,
    /// Compiled when the first name is compared: compiling takes far longer than parsing, and loading needs no match.
    matcher: OnceLock<GlobMatcher>,
}

impl PartialEq for NameGlob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for NameGlob {}

text_format!(NameGlob, "glob");

impl NameGlob {
    /// Whether the whole of the name matches.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.matcher
            .get_or_init(|| self.glob.compile_matcher())
            .is_match(name)
    }
}

impl FromStr for NameGlob {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it is empty and matches nothing".to_owned());
        }
        let glob = Glob::new(text).map_err(|error| error.kind().to_string())?;
        Ok(Self {
            text: text.to_owned(),
            glob,
            matcher: OnceLock::new(),
        })
    }
}

impl fmt::Display for NameGlob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// A pattern of names: literal text with placeholders, so that a dot in a variable stays a dot.
#[derive(Debug, Clone)]
pub struct NamePattern {
    text: String,
    regex: Regex,
}

text_format!(NamePattern, "name-pattern");

/// The placeholders, and what each stands for.
pub const PLACEHOLDERS: &[(&str, &str)] = &[
    ("kebab", "[a-z0-9]+(?:-[a-z0-9]+)*"),
    ("word", "[a-z0-9]+"),
    ("digits", "[0-9]+"),
    ("any", ".+"),
];

impl NamePattern {
    /// Whether the whole of the name matches.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.regex.is_match(name)
    }
}

impl FromStr for NamePattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it is empty and matches nothing".to_owned());
        }
        let mut regex = String::from(r"\A(?:");
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            regex.push_str(&regex::escape(&rest[..open]));
            if rest[open..].starts_with('}') {
                return Err("a `}` without its `{`".to_owned());
            }
            let Some(length) = rest[open..].find('}') else {
                return Err("a `{` without its `}`".to_owned());
            };
            let name = &rest[open + 1..open + length];
            let Some((_, class)) = PLACEHOLDERS.iter().find(|(known, _)| *known == name) else {
                return Err(format!("`{{{name}}}` is not a placeholder"));
            };
            regex.push_str(class);
            rest = &rest[open + length + 1..];
        }
        regex.push_str(&regex::escape(rest));
        regex.push_str(r")\z");
        let regex = Regex::new(&regex).map_err(|error| error.to_string())?;
        Ok(Self {
            text: text.to_owned(),
            regex,
        })
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// A regular expression that must match the whole of a text.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    regex: Regex,
}

text_format!(Pattern, "regex");

impl Pattern {
    /// Whether the whole of the text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // The text alone first: wrapping it must not mend it.
        Regex::new(text)
            .and_then(|_| Regex::new(&format!(r"\A(?:{text})\z")))
            .map(|regex| Self {
                text: text.to_owned(),
                regex,
            })
            .map_err(|error| {
                let message = error.to_string();
                let last = message.lines().last().unwrap_or_default();
                last.trim_start_matches("error: ").to_owned()
            })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// A duration with a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Latency(pub Duration);

text_format!(Latency, "latency");

impl FromStr for Latency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let micros = match unit {
            "us" => 1,
            "ms" => 1_000,
            "s" => 1_000_000,
            _ => return Err("the unit must be `us`, `ms` or `s`".to_owned()),
        };
        let number: u64 = number
            .parse()
            .map_err(|_| "there is no whole number before the unit".to_owned())?;
        match number.checked_mul(micros) {
            Some(micros) if (1..=600_000_000).contains(&micros) => Ok(Self(Duration::from_micros(micros))),
            _ => Err("it must lie between 1us and 600s".to_owned()),
        }
    }
}

/// As it is written, for the default values in schemas.
impl Serialize for Latency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        match (micros % 1_000_000, micros % 1_000) {
            (0, _) => write!(formatter, "{}s", micros / 1_000_000),
            (_, 0) => write!(formatter, "{}ms", micros / 1_000),
            _ => write!(formatter, "{micros}us"),
        }
    }
}

/// A setting that AWS holds in whole seconds, written with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub i64);

text_format!(Seconds, "duration");

/// The units, the largest first, and their seconds.
const UNITS: [(&str, i64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

impl FromStr for Seconds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let Some((_, seconds)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err("the unit must be `s`, `m`, `h` or `d`".to_owned());
        };
        let number: i64 = number
            .parse()
            .map_err(|_| "there is no whole number before the unit".to_owned())?;
        match number.checked_mul(*seconds) {
            Some(seconds) => Ok(Self(seconds)),
            None => Err("it is too long".to_owned()),
        }
    }
}

/// In the largest unit that it is a whole number of.
impl fmt::Display for Seconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |(_, seconds): &&(&str, i64)| self.0 != 0 && self.0 % seconds == 0;
        let (unit, seconds) = UNITS.iter().find(fits).unwrap_or(&("s", 1));
        write!(formatter, "{}{unit}", self.0 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cidr_block_has_no_host_bits() {
        assert!(Cidr::from_str("10.0.0.0/16").is_ok());
        assert_eq!(
            Cidr::from_str("10.0.1.0/16").unwrap_err(),
            "it has host bits set; the network is `10.0.0.0/16`"
        );
        assert!(Cidr::from_str("10.0.0.0/33").is_err());
        assert!(Cidr::from_str("10.0.0.0").is_err());
    }

    #[test]
    fn a_network_is_of_either_family() {
        assert!(Network::from_str("10.0.0.0/16").is_ok() && Network::from_str("fc00::/7").is_ok());
        assert_eq!(
            Network::from_str("fc00::1/7").unwrap_err(),
            "it has host bits set; the network is `fc00::/7`"
        );
        assert!(Network::from_str("fc00::").is_err());
    }

    #[test]
    fn a_glob_matches_whole_names_across_slashes() {
        let glob = NameGlob::from_str("zapier-*/api-?").unwrap();
        assert!(glob.matches("zapier-a/b/api-1"));
        assert!(!glob.matches("my-zapier-a/api-1"));
        assert!(NameGlob::from_str("a[").is_err());
        assert!(NameGlob::from_str("").is_err());
    }

    #[test]
    fn a_name_pattern_takes_literal_text_literally() {
        let pattern = NamePattern::from_str("a.b-{kebab}-dev").unwrap();
        assert!(pattern.matches("a.b-events-dlq-dev"));
        assert!(!pattern.matches("axb-events-dev"));
        assert!(!pattern.matches("a.b--dev"));
        assert!(!pattern.matches("a.b-Events-dev"));
        assert!(!pattern.matches("a.b-events-dev\n"));
        assert_eq!(
            NamePattern::from_str("{kebap}").unwrap_err(),
            "`{kebap}` is not a placeholder"
        );
    }

    #[test]
    fn a_pattern_matches_the_whole_text() {
        let pattern = Pattern::from_str("dev|prod").unwrap();
        assert!(pattern.matches("dev"));
        assert!(!pattern.matches("development"));
        assert!(Pattern::from_str("a)(b").is_err());
    }

    #[test]
    fn a_latency_shows_as_it_is_written() {
        for text in ["50ms", "1s", "750us", "1500ms"] {
            assert_eq!(Latency::from_str(text).unwrap().to_string(), text);
        }
        for text in ["50", "ms", "-1ms", "0ms", "1h", "99999999999999999999s"] {
            assert!(Latency::from_str(text).is_err(), "{text}");
        }
    }

    #[test]
    fn seconds_show_in_their_largest_unit() {
        for (text, seconds, shown) in [
            ("900s", 900, "15m"),
            ("14d", 1_209_600, "14d"),
            ("36h", 129_600, "36h"),
            ("90s", 90, "90s"),
            ("0s", 0, "0s"),
        ] {
            let parsed = Seconds::from_str(text).unwrap();
            assert_eq!((parsed.0, parsed.to_string().as_str()), (seconds, shown));
        }
        for text in ["15", "m", "-1m", "1.5h", "15 m", "15min", "99999999999999999d"] {
            assert!(Seconds::from_str(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_format_panic(text in ".{0,40}") {
            for format in FORMATS {
                let _ = (format.check)(&text);
            }
        }
    }
}
