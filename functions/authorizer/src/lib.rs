//! The authorizer of the Zapier Triggers API: a REST API's REQUEST event in, an IAM policy out.
//!
//! A caller is let through only after every question has been answered with yes: the key is well formed, its hash is
//! known, it is active and unexpired, and its rate limit is not used up. A question that could not be answered is a
//! [`Failure`](functions_shared::Failure), never a yes.
//!
//! The library prints nothing and reads no environment variable; its binary does both. Neither a key nor the hash of
//! one is part of any text that it returns.

mod authorizer;
mod decision;
mod handler;
mod key;
mod keys;
mod limit;
pub mod metrics;
mod peppers;
mod policy;
mod request;
pub mod settings;

pub use authorizer::{Authorizer, DEFAULT_BOUND, Tables};
pub use decision::{Caller, Decision, Reason, Rehash};
pub use handler::Handler;
pub use key::{ApiKey, Hash};
pub use limit::{DEFAULT_LIMIT, WINDOW_SECONDS};
pub use peppers::{DEFAULT_LIFETIME, PepperCache, REREAD_INTERVAL};
pub use policy::answer;
pub use request::{MalformedEvent, Request};

/// Where the local server takes events.
pub const PATH: &str = "/authorize";
