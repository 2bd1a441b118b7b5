//! The handler in this process: each kind of answer, with its line of the log.

use authorizer::Handler;
use serde_json::json;

use crate::moto::{TestResult, config};
use crate::proxy::{self, Fault};
use crate::world::{ARN, World, active, event};

#[tokio::test]
async fn a_decision_is_a_policy_and_a_line() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    let hash = world.stored_hash("key-1").await?;
    let handler = Handler::new(world.authorizer(), "dev");

    for (event, effect, decision) in [
        (event(Some(key.reveal())), "Allow", "allow"),
        (event(None), "Deny", "deny"),
    ] {
        let outcome = handler.clone().handle(event).await;
        let answer = outcome.answer.map_err(|fault| fault.message)?;
        let statement = &answer["policyDocument"]["Statement"][0];
        assert_eq!(
            (&statement["Effect"], &statement["Resource"]),
            (&json!(effect), &json!(ARN))
        );
        assert_eq!(outcome.log["decision"], decision);
        assert_eq!(outcome.log["Environment"], "dev");
        assert_eq!(outcome.log["request_id"], "request-1");
        for text in [answer.to_string(), outcome.log.to_string()] {
            assert!(!text.contains(key.reveal()) && !text.contains(&hash), "{text}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_decided_is_a_fault_without_a_policy() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    let through = config(&proxy::start(Fault::Deny("Query")).await?);
    let handler = Handler::new(world.authorizer_through(&through), "dev");

    for (event, kind, message) in [
        (
            event(Some(key.reveal())),
            "Unavailable",
            "dynamodb:Query failed: access denied (AccessDeniedException)",
        ),
        (
            json!({ "hunter2": key.reveal() }),
            "MalformedEvent",
            "the event is not that of a REQUEST authorizer of a REST API",
        ),
    ] {
        let outcome = handler.clone().handle(event).await;
        let fault = outcome.answer.err().ok_or("it was decided")?;
        assert_eq!(fault.kind, kind);
        assert_eq!(fault.message, message);
        assert_eq!(outcome.log["AuthorizerFailures"], 1);
        for text in [fault.message, outcome.log.to_string()] {
            assert!(
                !text.contains(key.reveal()) && !text.contains("hunter2"),
                "{text}"
            );
        }
    }
    Ok(())
}
