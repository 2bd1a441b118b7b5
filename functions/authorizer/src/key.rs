//! API keys and their hashes.
//!
//! A key is `zt_` and 32 random bytes in URL-safe base64 without padding, 46 characters in all. It says nothing about
//! its owner. What is stored of it is the HMAC-SHA256 of the whole text, keyed with a pepper that the database does
//! not have, in 64 lowercase hexadecimal digits. Neither is ever shown.

use std::fmt::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use functions_shared::{Pepper, SecretError};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

const PREFIX: &str = "zt_";
const RANDOM_BYTES: usize = 32;
/// Base64 without padding: four characters for three bytes, rounded up.
const RANDOM_CHARACTERS: usize = (RANDOM_BYTES * 4).div_ceil(3);

/// A well-formed API key.
#[derive(Clone)]
pub struct ApiKey(String);

impl ApiKey {
    /// Makes a new key from random bytes of the operating system.
    pub fn generate() -> Result<Self, SecretError> {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| SecretError::NoRandomness)?;
        Ok(Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// Takes a text for a key if it has a key's form, so that anything else costs no request to AWS.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let random = text.strip_prefix(PREFIX)?;
        let well_formed = random.len() == RANDOM_CHARACTERS
            && random
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        well_formed.then(|| Self(text.to_owned()))
    }

    /// Hashes the key with a pepper; none only if HMAC took keys of some lengths alone, which it does not.
    #[must_use]
    pub fn hash(&self, pepper: &Pepper) -> Option<Hash> {
        let mut mac = Hmac::<Sha256>::new_from_slice(pepper.as_bytes()).ok()?;
        mac.update(self.0.as_bytes());
        let digits = mac.finalize().into_bytes();
        let mut text = String::with_capacity(64);
        for byte in digits {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Some(Hash(text))
    }

    /// Returns the text, to hand it to its owner.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKey(…)")
    }
}

/// The hash of a key, as the table stores it.
#[derive(Clone)]
pub struct Hash(String);

impl Hash {
    /// Returns the hexadecimal digits, to store or look them up.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares with a stored hash in a time that does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, stored: &str) -> bool {
        self.0.as_bytes().ct_eq(stored.as_bytes()).into()
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Hash(…)")
    }
}

#[cfg(test)]
mod tests {
    use functions_shared::PepperSecret;

    use super::*;

    #[test]
    fn a_new_key_is_well_formed_and_unlike_another() -> Result<(), SecretError> {
        let (one, other) = (ApiKey::generate()?, ApiKey::generate()?);

        assert_eq!(one.reveal().len(), 46);
        assert!(ApiKey::parse(one.reveal()).is_some());
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(format!("{one:?}"), "ApiKey(…)");
        Ok(())
    }

    #[test]
    fn nothing_else_is_a_key() {
        let random = "A".repeat(43);
        assert!(ApiKey::parse(&format!("zt_{random}")).is_some());
        for text in [
            String::new(),
            "zt_".to_owned(),
            random.clone(),
            format!("ZT_{random}"),
            format!("zt_{random}A"),
            format!("zt_{}", "A".repeat(42)),
            format!("zt_{}=", "A".repeat(42)),
            format!("zt_{} ", "A".repeat(42)),
            format!(" zt_{random}"),
            // 43 bytes, but not 43 characters of the alphabet.
            format!("zt_{}é", "A".repeat(41)),
        ] {
            assert!(ApiKey::parse(&text).is_none(), "{text:?}");
        }
    }

    /// Computed with `openssl dgst -sha256 -mac HMAC`, as the README shows.
    #[test]
    fn the_hash_is_that_of_openssl() -> Result<(), Box<dyn std::error::Error>> {
        let secret = PepperSecret::parse(
            r#"{"current":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","previous":null,"rotated_at":"1970-01-01T00:00:00Z"}"#,
        )?;
        let key = ApiKey::parse(&format!("zt_{}", "A".repeat(43))).ok_or("not a key")?;
        let hash = key.hash(&secret.current).ok_or("no hash")?;

        assert_eq!(
            hash.as_str(),
            "8e715143d6d86b29fa4755caabb4bb1c00c73b135f0c4f33d3dd0b19525902a3"
        );
        assert!(hash.matches("8e715143d6d86b29fa4755caabb4bb1c00c73b135f0c4f33d3dd0b19525902a3"));
        assert!(!hash.matches(""));
        assert!(!hash.matches(&hash.as_str().to_uppercase()));
        assert_eq!(format!("{hash:?}"), "Hash(…)");
        Ok(())
    }
}
