//! The settings of the binary, from environment variables that the caller looks up.

use functions_shared::settings::{Reader, SettingsError};
use jiff::SignedDuration;

use crate::rotator::DEFAULT_MINIMUM_AGE;

/// What the binary is told by its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `MINIMUM_PEPPER_AGE_SECONDS`: below which a pepper is not rotated; a day by default, 0 allows any.
    pub minimum_age: SignedDuration,
    /// `ENVIRONMENT`: named in the log lines; `local` by default.
    pub environment: String,
    /// `PORT`: where the local server listens; 8082 by default, 0 for any free port.
    pub port: u16,
}

impl Settings {
    /// Reads the settings through `lookup`; an empty value counts as none.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut reader = Reader::new(lookup);
        let seconds = reader.number(
            "MINIMUM_PEPPER_AGE_SECONDS",
            DEFAULT_MINIMUM_AGE.as_secs(),
            0..=31_536_000,
        );
        let settings = Self {
            minimum_age: SignedDuration::from_secs(seconds),
            environment: reader
                .optional("ENVIRONMENT")
                .unwrap_or_else(|| "local".to_owned()),
            port: reader.number("PORT", 8082, 0..=u16::MAX),
        };
        reader.finish(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_required_and_wrong_numbers_are_named() {
        let settings = Settings::read(&|_| None);
        assert_eq!(
            settings.map(|settings| settings.minimum_age),
            Ok(DEFAULT_MINIMUM_AGE)
        );

        let wrong = Settings::read(&|name| (name != "ENVIRONMENT").then(|| "never".to_owned()));
        assert_eq!(
            wrong.map_err(|error| error.to_string()),
            Err(
                "MINIMUM_PEPPER_AGE_SECONDS is `never`: a number from 0 to 31536000 is needed\n\
                 PORT is `never`: a number from 0 to 65535 is needed"
                    .to_owned()
            )
        );
    }
}
