//! The log line of a decision, which is its metrics too, in `CloudWatch`'s embedded metric format.
//!
//! It must not print, and nothing of a key may reach it but the key's public id.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::time::Duration;

use functions_shared::Failure;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::decision::{Decision, Reason, Rehash};

/// The namespace of the metrics.
pub const NAMESPACE: &str = "ZapierTriggersApi";
/// Counts every decision.
pub const INVOCATIONS: &str = "AuthorizerInvocations";
/// Counts refusals, those by rate limit included.
pub const DENIALS: &str = "AuthorizerDenials";
/// Counts refusals by rate limit.
pub const RATE_LIMITED: &str = "AuthorizerRateLimited";
/// Counts requests that could not be decided, and were not let through for that.
pub const FAILURES: &str = "AuthorizerFailures";
/// Counts keys that could not be moved to the current pepper; the next rotation locks these out.
pub const REHASH_FAILURES: &str = "AuthorizerRehashFailures";
/// The time of the decision, in milliseconds.
pub const LATENCY: &str = "AuthorizerLatency";

/// When, where and for which request a decision was made.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// The dimension of the metrics.
    pub environment: &'a str,
    /// API Gateway's id of the request.
    pub request_id: Option<&'a str>,
    /// When it was decided.
    pub at: Timestamp,
    /// How long that took.
    pub took: Duration,
}

/// Builds the log object; counts that did not happen are 0, so that alarms have data.
#[must_use]
pub fn embedded(outcome: &Result<Decision, Failure>, occasion: Occasion<'_>) -> Value {
    let decision = outcome.as_ref().ok();
    let reason = decision.and_then(Decision::reason);
    let caller = decision.and_then(Decision::caller);
    let rehash = match decision {
        Some(Decision::Allow { rehash, .. }) => Some(*rehash),
        _ => None,
    };
    let word = match outcome {
        Ok(Decision::Allow { .. }) => "allow",
        Ok(Decision::Deny { .. }) => "deny",
        Err(_) => "failure",
    };
    json!({
        "_aws": {
            "Timestamp": occasion.at.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["Environment"]],
                "Metrics": [
                    { "Name": INVOCATIONS, "Unit": "Count" },
                    { "Name": DENIALS, "Unit": "Count" },
                    { "Name": RATE_LIMITED, "Unit": "Count" },
                    { "Name": FAILURES, "Unit": "Count" },
                    { "Name": REHASH_FAILURES, "Unit": "Count" },
                    { "Name": LATENCY, "Unit": "Milliseconds" },
                ],
            }],
        },
        "Environment": occasion.environment,
        INVOCATIONS: 1,
        DENIALS: u8::from(reason.is_some()),
        RATE_LIMITED: u8::from(reason == Some(Reason::RateLimited)),
        FAILURES: u8::from(outcome.is_err()),
        REHASH_FAILURES: u8::from(matches!(rehash, Some(Rehash::Failed(_)))),
        LATENCY: (occasion.took.as_secs_f64() * 10_000.0).round() / 10.0,
        "decision": word,
        "reason": reason.map(Reason::as_str),
        "failure": outcome.as_ref().err().map(ToString::to_string),
        "user_id": caller.map(|caller| caller.user_id.as_str()),
        "key_id": caller.map(|caller| caller.key_id.as_str()),
        "rehash": rehash.map(describe),
        "request_id": occasion.request_id,
    })
}

fn describe(rehash: Rehash) -> &'static str {
    match rehash {
        Rehash::NotNeeded => "not needed",
        Rehash::Done => "done",
        Rehash::Overtaken => "overtaken",
        Rehash::Failed(reason) => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Caller;

    fn line(outcome: &Result<Decision, Failure>) -> Value {
        let occasion = Occasion {
            environment: "dev",
            request_id: Some("request-1"),
            at: Timestamp::UNIX_EPOCH,
            took: Duration::from_micros(7_250),
        };
        embedded(outcome, occasion)
    }

    fn caller() -> Caller {
        Caller {
            user_id: "user-1".to_owned(),
            key_id: "key-1".to_owned(),
        }
    }

    #[test]
    fn every_declared_metric_has_a_value() {
        let line = line(&Ok(Decision::deny(Reason::Unknown)));
        let declared = &line["_aws"]["CloudWatchMetrics"][0];

        assert_eq!(declared["Metrics"].as_array().map(Vec::len), Some(6));
        for metric in declared["Metrics"].as_array().into_iter().flatten() {
            let name = metric["Name"].as_str().unwrap_or_default();
            assert!(line[name].is_number(), "{name}");
        }
        assert_eq!(line["Environment"], "dev");
        assert_eq!(line[LATENCY], 7.3);
    }

    #[test]
    fn each_outcome_counts_where_it_belongs() {
        let limited = Decision::Deny {
            reason: Reason::RateLimited,
            caller: Some(caller()),
        };
        let allowed = |rehash| Decision::Allow {
            caller: caller(),
            rehash,
        };
        for (outcome, word, counts) in [
            (Ok(allowed(Rehash::NotNeeded)), "allow", [0, 0, 0, 0]),
            (
                Ok(allowed(Rehash::Failed("access denied"))),
                "allow",
                [0, 0, 0, 1],
            ),
            (Ok(Decision::deny(Reason::Unknown)), "deny", [1, 0, 0, 0]),
            (Ok(limited), "deny", [1, 1, 0, 0]),
            (
                Err(Failure::new("dynamodb:Query", "timed out")),
                "failure",
                [0, 0, 1, 0],
            ),
        ] {
            let line = line(&outcome);
            let counted = [DENIALS, RATE_LIMITED, FAILURES, REHASH_FAILURES].map(|name| line[name].as_i64());

            assert_eq!(line["decision"], word);
            assert_eq!(counted, counts.map(Some), "{line}");
        }
    }
}
