//! The settings of the binary, from environment variables that the caller looks up.

use functions_shared::settings::{Reader, SettingsError};

/// What the binary is told by its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `EVENTS_TABLE_NAME`: the table whose state decides health.
    pub table_name: String,
    /// `EVENTS_QUEUE_URL`: the queue that health depends on too; none by default.
    pub queue_url: Option<String>,
    /// `API_VERSION`: the version that the answer names; the crate's own by default.
    pub api_version: String,
    /// `ENVIRONMENT`: the dimension of the metrics; `local` by default.
    pub environment: String,
    /// `PORT`: where the local server listens; 8080 by default, 0 for any free port.
    pub port: u16,
}

impl Settings {
    /// Reads the settings through `lookup`; an empty value counts as none.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut reader = Reader::new(lookup);
        let settings = Self {
            table_name: reader.required(
                "EVENTS_TABLE_NAME",
                "name the events table, for example zapier-triggers-api-events-dev",
            ),
            queue_url: reader.optional("EVENTS_QUEUE_URL"),
            api_version: reader
                .optional("API_VERSION")
                .unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned()),
            environment: reader
                .optional("ENVIRONMENT")
                .unwrap_or_else(|| "local".to_owned()),
            port: reader.number("PORT", 8080, 0..=u16::MAX),
        };
        reader.finish(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::read(&|name| {
            let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
            Some((*value).to_owned())
        })
    }

    #[test]
    fn only_the_table_is_required() {
        assert_eq!(
            read(&[("EVENTS_TABLE_NAME", "events")]),
            Ok(Settings {
                table_name: "events".to_owned(),
                queue_url: None,
                api_version: env!("CARGO_PKG_VERSION").to_owned(),
                environment: "local".to_owned(),
                port: 8080,
            })
        );
    }

    #[test]
    fn everything_can_be_said() {
        assert_eq!(
            read(&[
                ("EVENTS_TABLE_NAME", "events"),
                ("EVENTS_QUEUE_URL", "http://sqs/1/events"),
                ("API_VERSION", "2.0.0"),
                ("ENVIRONMENT", "staging"),
                ("PORT", "0"),
            ]),
            Ok(Settings {
                table_name: "events".to_owned(),
                queue_url: Some("http://sqs/1/events".to_owned()),
                api_version: "2.0.0".to_owned(),
                environment: "staging".to_owned(),
                port: 0,
            })
        );
    }

    #[test]
    fn all_problems_are_named_at_once() {
        let text = read(&[("EVENTS_TABLE_NAME", " "), ("PORT", "http")])
            .map_or_else(|error| error.to_string(), |settings| format!("{settings:?}"));

        assert_eq!(
            text,
            "EVENTS_TABLE_NAME is not set: name the events table, for example \
             zapier-triggers-api-events-dev\n\
             PORT is `http`: a number from 0 to 65535 is needed"
        );
    }
}
