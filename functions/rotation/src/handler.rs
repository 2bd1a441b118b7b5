//! From an event of Secrets Manager to an answer and a line of the log.

use std::sync::Arc;

use functions_shared::host::{Fault, Handled};
use serde_json::{Value, json};

use crate::{Event, Outcome, RotationError, Rotator};

/// What is said of an event of another kind.
const MALFORMED: &str = "the event is not Secrets Manager's: it needs Step, SecretId and ClientRequestToken";

/// Does one step for each event.
#[derive(Clone)]
pub struct Handler {
    rotator: Rotator,
    environment: Arc<str>,
}

impl Handler {
    /// A handler that names the environment in its log.
    pub fn new(rotator: Rotator, environment: impl Into<Arc<str>>) -> Self {
        Self {
            rotator,
            environment: environment.into(),
        }
    }

    /// Does the step that the event asks for.
    pub async fn handle(self, event: Value) -> Handled {
        // The parser's own message could repeat a value of whatever this is.
        let Ok(event) = serde_json::from_value::<Event>(event) else {
            return self.malformed();
        };
        let outcome = self.rotator.rotate(&event).await;
        Handled {
            log: json!({
                "environment": self.environment.as_ref(),
                "step": event.step,
                "secret": event.secret_id,
                "version": event.client_request_token,
                "level": if outcome.is_ok() { "info" } else { "error" },
                "outcome": said(&outcome),
            }),
            answer: outcome
                .map(|outcome| json!({ "outcome": outcome.as_str() }))
                .map_err(|error| fault(&error)),
        }
    }

    fn malformed(&self) -> Handled {
        let environment = self.environment.as_ref();
        Handled {
            log: json!({ "environment": environment, "level": "error", "outcome": MALFORMED }),
            answer: Err(Fault {
                kind: "MalformedEvent",
                message: MALFORMED.to_owned(),
            }),
        }
    }
}

fn said(outcome: &Result<Outcome, RotationError>) -> String {
    match outcome {
        Ok(outcome) => outcome.as_str().to_owned(),
        Err(error) => error.to_string(),
    }
}

fn fault(error: &RotationError) -> Fault {
    Fault {
        kind: match error {
            RotationError::Aws(_) => "Unavailable",
            _ => "RotationRefused",
        },
        message: error.to_string(),
    }
}
