//! From an event of API Gateway to a policy and a line of the log.

use std::sync::Arc;
use std::time::Instant;

use functions_shared::Failure;
use functions_shared::host::{Fault, Handled};
use jiff::Timestamp;
use serde_json::Value;

use crate::metrics::{self, Occasion};
use crate::{Authorizer, MalformedEvent, Request, answer};

/// Decides on each event.
#[derive(Clone)]
pub struct Handler {
    shared: Arc<(Authorizer, String)>,
}

impl Handler {
    /// A handler whose metrics are of that environment.
    pub fn new(authorizer: Authorizer, environment: impl Into<String>) -> Self {
        Self {
            shared: Arc::new((authorizer, environment.into())),
        }
    }

    /// Decides whether the caller is let through.
    pub async fn handle(self, event: Value) -> Handled {
        let (authorizer, environment) = self.shared.as_ref();
        let started = Instant::now();
        let request = Request::read(event);
        let outcome = match &request {
            Ok(request) => authorizer.decide(request).await,
            Err(MalformedEvent) => Err(Failure::new("authorize", "malformed event")),
        };
        let occasion = Occasion {
            environment,
            request_id: request.as_ref().ok().and_then(Request::id),
            at: Timestamp::now(),
            took: started.elapsed(),
        };
        Handled {
            log: metrics::embedded(&outcome, occasion),
            answer: match (request, outcome) {
                (Ok(request), Ok(decision)) => Ok(answer(&decision, &request.method_arn)),
                (Err(error), _) => Err(Fault {
                    kind: "MalformedEvent",
                    message: error.to_string(),
                }),
                // Whatever the message, API Gateway answers 500 and calls nothing; only "Unauthorized" would be 401.
                (_, Err(failure)) => Err(Fault {
                    kind: "Unavailable",
                    message: failure.to_string(),
                }),
            },
        }
    }
}
