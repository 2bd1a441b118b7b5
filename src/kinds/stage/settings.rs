//! The settings of methods of a stage, and how AWS names the methods.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::Mistake;
use super::super::bounds::{Bounds, nothing_to_check};
use crate::check::Assessment;
use crate::inventory::apigateway::MethodSetting;

/// How much of each execution is logged, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub enum LoggingLevel {
    #[serde(rename = "ERROR")]
    Error,
    #[serde(rename = "INFO")]
    Info,
}

/// Promised settings.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The least that execution logs hold: `ERROR`, or `INFO` for every execution.
    logging_level: Option<LoggingLevel>,
    /// Whether whole requests and answers are logged, with everything secret in them.
    data_trace: Option<bool>,
    /// Whether metrics are kept per method.
    metrics: Option<bool>,
    /// Requests per second on average, `min` and `max`. A method without a limit of its own is a violation.
    throttling_rate_limit: Option<Bounds>,
    /// Requests at once, `min` and `max`.
    throttling_burst_limit: Option<Bounds>,
    /// Whether answers are cached.
    caching: Option<bool>,
    /// Whether what is cached is encrypted; nothing is asked of a method that is not cached.
    cache_encrypted: Option<bool>,
}

impl Settings {
    pub fn mistakes(&self, pointer: &str) -> Vec<Mistake> {
        let limits = [
            ("throttling_rate_limit", &self.throttling_rate_limit),
            ("throttling_burst_limit", &self.throttling_burst_limit),
        ];
        let switches = [self.data_trace, self.metrics, self.caching, self.cache_encrypted];
        let something = self.logging_level.is_some()
            || switches.iter().any(Option::is_some)
            || limits.iter().any(|(_, limit)| limit.is_some());
        let mut mistakes: Vec<Mistake> = limits
            .iter()
            .filter_map(|(name, limit)| limit.as_ref()?.mistake(&format!("{pointer}/{name}")))
            .collect();
        if !something {
            let mistake = nothing_to_check(
                "`logging_level`, `data_trace`, `metrics`, `throttling_rate_limit`, `throttling_burst_limit`, \
                 `caching`, `cache_encrypted`",
            );
            mistakes.push(Mistake {
                pointer: pointer.to_owned(),
                ..mistake
            });
        }
        mistakes
    }

    /// Judges the settings of the methods that `place` stands for.
    pub fn judge(&self, place: &str, found: &MethodSetting, assessment: &mut Assessment) {
        if let Some(promised) = self.logging_level {
            let level = found.logging_level.as_deref().unwrap_or("OFF");
            assessment.saw(format!("execution logs of {place}"), level);
            let is_enough = match promised {
                LoggingLevel::Error => matches!(level, "ERROR" | "INFO"),
                LoggingLevel::Info => level == "INFO",
            };
            if !is_enough {
                let least = match promised {
                    LoggingLevel::Error => "at least ERROR",
                    LoggingLevel::Info => "INFO",
                };
                assessment.differs(format!("too little is logged of {place}"), least, level);
            }
        }
        let is_cached = found.caching_enabled;
        let encrypted = self.cache_encrypted.filter(|_| is_cached);
        for (label, promised, actual) in [
            ("data tracing", self.data_trace, found.data_trace_enabled),
            ("metrics", self.metrics, found.metrics_enabled),
            ("caching", self.caching, is_cached),
            ("encryption of the cache", encrypted, found.cache_data_encrypted),
        ] {
            if let Some(promised) = promised {
                switch(label, &format!(" of {place}"), promised, actual, assessment);
            }
        }
        if self.cache_encrypted.is_some() && !is_cached {
            assessment.saw(format!("encryption of the cache of {place}"), "nothing is cached");
        }
        let burst = f64::from(found.throttling_burst_limit);
        for (label, promised, actual) in [
            ("rate", &self.throttling_rate_limit, found.throttling_rate_limit),
            ("burst", &self.throttling_burst_limit, burst),
        ] {
            let Some(bounds) = promised else { continue };
            let label = format!("{label} limit of {place}");
            if actual < 0.0 {
                assessment.saw(&label, "none");
                assessment.differs(format!("the {label} is not set"), bounds, "no limit of its own");
            } else {
                bounds.judge(&label, &format!("the {label} is another one"), actual, assessment);
            }
        }
    }
}

/// Judges something that is on or off.
pub fn switch(label: &str, of: &str, promised: bool, found: bool, assessment: &mut Assessment) {
    let word = |is_on| if is_on { "on" } else { "off" };
    assessment.saw(format!("{label}{of}"), word(found));
    if promised != found {
        let message = format!("{label}{of} is {}", word(found));
        assessment.differs(message, word(promised), word(found));
    }
}

/// `~1v1~1health/GET`, as AWS writes `/v1/health/GET`; nothing for what is no path and method.
pub fn key(method: &str) -> Option<String> {
    let (path, verb) = method.rsplit_once('/')?;
    let is_verb = verb == "*" || (!verb.is_empty() && verb.bytes().all(|byte| byte.is_ascii_uppercase()));
    if !is_verb || !method.starts_with('/') {
        return None;
    }
    // The root path is a single slash, which is all that comes before the method's own.
    let path = if path.is_empty() { "/" } else { path };
    Some(format!("{}/{verb}", path.replace('~', "~0").replace('/', "~1")))
}

/// The methods as a person writes them.
pub fn shown(key: &str) -> String {
    let shown = key.replace("~1", "/").replace("~0", "~");
    // The root path is a slash already.
    shown
        .strip_prefix('/')
        .filter(|rest| rest.starts_with('/'))
        .map_or(shown.clone(), str::to_owned)
}

/// The variables of the context in a format, each once, without `$context.`.
pub fn variables(format: &str) -> Vec<&str> {
    let mut found: Vec<&str> = format
        .split("$context.")
        .skip(1)
        .map(|rest| {
            let end = rest
                .find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-')))
                .unwrap_or(rest.len());
            rest.get(..end).unwrap_or_default().trim_end_matches(['.', '-'])
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_named_as_aws_does() {
        assert_eq!(key("/v1/health/GET").as_deref(), Some("~1v1~1health/GET"));
        assert_eq!(key("/GET").as_deref(), Some("~1/GET"));
        assert_eq!(key("/v1/health/*").as_deref(), Some("~1v1~1health/*"));
        assert_eq!(shown("~1v1~1health/GET"), "/v1/health/GET");
        assert_eq!(shown("~1/GET"), "/GET");
        assert_eq!(shown("*/*"), "*/*");
        for wrong in ["v1/health/GET", "/v1/health", "/v1/", "*/*", ""] {
            assert_eq!(key(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_variable_is_not_the_beginning_of_a_longer_one() {
        let format = r#"{"a":"$context.error.message","b":$context.requestId.,"c":"$context.requestId"}"#;
        assert_eq!(variables(format), ["error.message", "requestId"]);
        assert!(variables("requestId").is_empty());
    }
}
