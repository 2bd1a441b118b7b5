//! The answer that API Gateway understands: a policy for the very method that is called, and a context.
//!
//! The policy names one method and not the stage: rate limits count every request, so results must not be cached, and
//! a policy that nobody caches has no reason to grant more than the request needs.

use serde_json::{Map, Value, json};

use crate::decision::Decision;
use crate::limit::WINDOW_SECONDS;

/// The principal of a caller that is not known.
const ANONYMOUS: &str = "anonymous";

/// Builds the authorizer's answer for a method.
#[must_use]
pub fn answer(decision: &Decision, method_arn: &str) -> Value {
    let mut context = Map::new();
    if let Some(caller) = decision.caller() {
        context.insert("user_id".to_owned(), json!(caller.user_id));
        context.insert("key_id".to_owned(), json!(caller.key_id));
    }
    if let Some(reason) = decision.reason() {
        context.insert("reason".to_owned(), json!(reason.as_str()));
        if reason == crate::Reason::RateLimited {
            // No later than this; the window's exact end is not worth a guess at the caller's clock.
            context.insert("retry_after".to_owned(), json!(WINDOW_SECONDS));
        }
    }
    json!({
        "principalId": decision.caller().map_or(ANONYMOUS, |caller| caller.user_id.as_str()),
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{
                "Action": "execute-api:Invoke",
                "Effect": if matches!(decision, Decision::Allow { .. }) { "Allow" } else { "Deny" },
                "Resource": method_arn,
            }],
        },
        "context": context,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::{Caller, Reason, Rehash};

    const ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/dev/GET/v1/inbox";

    fn caller() -> Caller {
        Caller {
            user_id: "user-1".to_owned(),
            key_id: "key-1".to_owned(),
        }
    }

    #[test]
    fn a_caller_is_let_through_to_the_method_alone() {
        let decision = Decision::Allow {
            caller: caller(),
            rehash: Rehash::NotNeeded,
        };

        assert_eq!(
            answer(&decision, ARN),
            json!({
                "principalId": "user-1",
                "policyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{ "Action": "execute-api:Invoke", "Effect": "Allow", "Resource": ARN }],
                },
                "context": { "user_id": "user-1", "key_id": "key-1" },
            })
        );
    }

    #[test]
    fn a_refusal_says_why() {
        let stranger = answer(&Decision::deny(Reason::Unknown), ARN);
        assert_eq!(stranger["principalId"], "anonymous");
        assert_eq!(stranger["policyDocument"]["Statement"][0]["Effect"], "Deny");
        assert_eq!(stranger["context"], json!({ "reason": "unknown_key" }));

        let limited = Decision::Deny {
            reason: Reason::RateLimited,
            caller: Some(caller()),
        };
        assert_eq!(
            answer(&limited, ARN)["context"],
            json!({ "user_id": "user-1", "key_id": "key-1", "reason": "rate_limited", "retry_after": 60 })
        );
    }
}
