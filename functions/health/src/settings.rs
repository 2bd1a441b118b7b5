//! The settings of the binary, from environment variables that the caller looks up.
//!
//! It must not read the environment itself, so that tests can say what it holds.

use std::error::Error;
use std::fmt;

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
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let lookup = |name| {
            lookup(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let mut problems = Vec::new();

        let table_name = lookup("EVENTS_TABLE_NAME");
        if table_name.is_none() {
            problems.push(
                "EVENTS_TABLE_NAME is not set: name the events table, \
                 for example zapier-triggers-api-events-dev"
                    .to_owned(),
            );
        }
        let port = match lookup("PORT") {
            None => Some(8080),
            Some(text) => {
                let port = text.parse().ok();
                if port.is_none() {
                    problems.push(format!("PORT is `{text}`: a number from 0 to 65535 is needed"));
                }
                port
            }
        };

        match (table_name, port) {
            (Some(table_name), Some(port)) => Ok(Self {
                table_name,
                queue_url: lookup("EVENTS_QUEUE_URL"),
                api_version: lookup("API_VERSION").unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned()),
                environment: lookup("ENVIRONMENT").unwrap_or_else(|| "local".to_owned()),
                port,
            }),
            _ => Err(SettingsError { problems }),
        }
    }
}

/// Everything that is wrong with the settings, at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    problems: Vec<String>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.problems.join("\n"))
    }
}

impl Error for SettingsError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::read(|name| {
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
