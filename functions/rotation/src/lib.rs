//! Rotates the pepper that hashes the Zapier Triggers API's keys.
//!
//! Secrets Manager invokes it four times per rotation, and again after any failure, so every step may be repeated.
//! The library prints nothing and reads no environment variable; its binary does both. No secret is part of any text
//! that it returns.

mod error;
mod event;
mod handler;
mod rotator;
pub mod settings;

pub use error::RotationError;
pub use event::{Event, Step};
pub use handler::Handler;
pub use rotator::{DEFAULT_MINIMUM_AGE, Outcome, Rotator};

/// Where the local server takes events.
pub const PATH: &str = "/rotate";
