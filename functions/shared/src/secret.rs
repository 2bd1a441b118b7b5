//! The secret that hashes API keys: a current pepper, the one before it, and when they changed places.
//!
//! No text of this module, errors included, contains any part of a pepper.

use std::error::Error;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// The length of a pepper in bytes: as much as the HMAC-SHA256 that it keys puts out.
pub const PEPPER_BYTES: usize = 32;

/// The key of the HMAC that makes a hash of an API key.
#[derive(Clone)]
pub struct Pepper([u8; PEPPER_BYTES]);

impl Pepper {
    /// Takes new random bytes from the operating system.
    pub fn generate() -> Result<Self, SecretError> {
        let mut bytes = [0; PEPPER_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| SecretError::NoRandomness)?;
        Ok(Self(bytes))
    }

    /// Returns the bytes, to key an HMAC with.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn decode(field: &'static str, text: &str) -> Result<Self, SecretError> {
        let bytes = STANDARD.decode(text).ok();
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or(SecretError::NotAPepper(field))
    }
}

impl PartialEq for Pepper {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Pepper {}

impl fmt::Debug for Pepper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pepper(…)")
    }
}

/// The value of the secret: `{"current": …, "previous": … or null, "rotated_at": …}`, peppers in base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PepperSecret {
    /// Hashes new keys, and those that are used.
    pub current: Pepper,
    /// Still finds keys that have not been used since the last rotation.
    pub previous: Option<Pepper>,
    /// When `current` was made.
    pub rotated_at: Timestamp,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    current: String,
    previous: Option<String>,
    rotated_at: Timestamp,
}

impl PepperSecret {
    /// Makes the first pepper.
    pub fn first(now: Timestamp) -> Result<Self, SecretError> {
        Ok(Self {
            current: Pepper::generate()?,
            previous: None,
            rotated_at: now,
        })
    }

    /// Makes a new current pepper; today's becomes the previous one, and the one before it is gone.
    pub fn next(&self, now: Timestamp) -> Result<Self, SecretError> {
        Ok(Self {
            current: Pepper::generate()?,
            previous: Some(self.current.clone()),
            rotated_at: now,
        })
    }

    /// Reads the secret's text.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        // The parser's own message could repeat a value.
        let wire: Wire = serde_json::from_str(text).map_err(|_| SecretError::NotTheFormat)?;
        Ok(Self {
            current: Pepper::decode("current", &wire.current)?,
            previous: wire
                .previous
                .map(|text| Pepper::decode("previous", &text))
                .transpose()?,
            rotated_at: wire.rotated_at,
        })
    }

    /// Reads the secret's text; `{}`, with which a secret can be created before its first rotation, is none.
    pub fn parse_or_empty(text: &str) -> Result<Option<Self>, SecretError> {
        if text
            .chars()
            .filter(|character| !character.is_whitespace())
            .eq("{}".chars())
        {
            return Ok(None);
        }
        Self::parse(text).map(Some)
    }

    /// Writes the secret's text.
    pub fn to_text(&self) -> Result<String, SecretError> {
        let wire = Wire {
            current: STANDARD.encode(self.current.0),
            previous: self.previous.as_ref().map(|pepper| STANDARD.encode(pepper.0)),
            rotated_at: self.rotated_at,
        };
        serde_json::to_string(&wire).map_err(|_| SecretError::NotTheFormat)
    }
}

/// Why a secret cannot be used or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretError {
    /// Not a JSON object of `current`, `previous` and `rotated_at`.
    NotTheFormat,
    /// The named field is not 32 bytes in base64.
    NotAPepper(&'static str),
    /// The operating system gave no random bytes.
    NoRandomness,
}

impl fmt::Display for SecretError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTheFormat => {
                formatter.write_str("it is not a JSON object of `current`, `previous` and `rotated_at`")
            }
            Self::NotAPepper(field) => {
                write!(formatter, "its `{field}` is not {PEPPER_BYTES} bytes in base64")
            }
            Self::NoRandomness => formatter.write_str("the operating system gave no random bytes"),
        }
    }
}

impl Error for SecretError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() -> Result<(), SecretError> {
        let first = PepperSecret::first(Timestamp::UNIX_EPOCH)?;
        let second = first.next(Timestamp::UNIX_EPOCH)?;

        assert_eq!(PepperSecret::parse(&first.to_text()?)?, first);
        assert_eq!(PepperSecret::parse(&second.to_text()?)?, second);
        assert_ne!(second.current, first.current);
        assert_eq!(second.previous, Some(first.current));
        assert!(first.previous.is_none());
        Ok(())
    }

    #[test]
    fn the_format_is_as_documented() -> Result<(), SecretError> {
        let secret = PepperSecret {
            current: Pepper([1; PEPPER_BYTES]),
            previous: Some(Pepper([2; PEPPER_BYTES])),
            rotated_at: Timestamp::UNIX_EPOCH,
        };

        assert_eq!(
            secret.to_text()?,
            r#"{"current":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","previous":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=","rotated_at":"1970-01-01T00:00:00Z"}"#
        );
        Ok(())
    }

    #[test]
    fn an_unusable_secret_is_refused_without_its_text() {
        let sound = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
        let at = "1970-01-01T00:00:00Z";
        for (text, expected) in [
            ("hunter2".to_owned(), SecretError::NotTheFormat),
            (r#"{"current":"hunter2"}"#.to_owned(), SecretError::NotTheFormat),
            (
                format!(r#"{{"current":"hunter2","previous":null,"rotated_at":"{at}"}}"#),
                SecretError::NotAPepper("current"),
            ),
            (
                format!(r#"{{"current":"{sound}","previous":"aHVudGVyMg==","rotated_at":"{at}"}}"#),
                SecretError::NotAPepper("previous"),
            ),
            (
                format!(r#"{{"current":"{sound}","previous":null,"rotated_at":"hunter2"}}"#),
                SecretError::NotTheFormat,
            ),
        ] {
            let error = PepperSecret::parse(&text).err();

            assert_eq!(error, Some(expected), "{text}");
            assert!(!expected.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn only_an_empty_object_stands_for_no_pepper_yet() {
        assert_eq!(PepperSecret::parse_or_empty(" { } \n"), Ok(None));
        for text in ["", "null", "[]", r#"{"current":null}"#] {
            assert!(PepperSecret::parse_or_empty(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_pepper_is_not_shown() -> Result<(), SecretError> {
        let secret = PepperSecret::first(Timestamp::UNIX_EPOCH)?;

        assert!(format!("{secret:?}").contains("current: Pepper(…)"));
        Ok(())
    }
}
