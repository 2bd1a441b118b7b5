//! Percent-decoding (RFC 3986), which IAM's API answers with.
//!
//! A `+` stays a `+`: IAM encodes a blank as `%20`.

use crate::policy::error::PolicyError;

/// Decodes a whole document.
pub(super) fn decode(text: &str) -> Result<String, PolicyError> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes().enumerate();
    // Where in the encoded text each decoded byte came from.
    let mut origin = Vec::with_capacity(text.len());
    while let Some((offset, byte)) = bytes.next() {
        origin.push(offset);
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|(_, byte)| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(), digit()) else {
            return Err(PolicyError::Encoding { offset });
        };
        decoded.extend(u8::try_from(high * 16 + low));
    }
    String::from_utf8(decoded).map_err(|error| PolicyError::Encoding {
        offset: origin
            .get(error.utf8_error().valid_up_to())
            .copied()
            .unwrap_or(text.len()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_and_leaves_the_rest() {
        assert_eq!(decode("%7B%22a+b%22%3a%C3%A9}").as_deref(), Ok("{\"a+b\":é}"));
    }

    #[test]
    fn says_where_it_breaks() {
        for (text, offset) in [("%7B%2", 3), ("%", 0), ("%zz", 0), ("a%C3b", 1), ("é%ff", 2)] {
            assert_eq!(decode(text), Err(PolicyError::Encoding { offset }), "{text}");
        }
    }
}
