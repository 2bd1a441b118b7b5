//! What the functions share.
//!
//! [`secret`] is the format of the secret that the rotation function writes and the authorizer reads, [`failure`] puts an
//! AWS error into words that are safe to log, [`host`] runs a handler of JSON events in Lambda or as a local server,
//! and [`settings`] collects what is wrong with the environment. It must not know any of the functions.

pub mod aws;
pub mod failure;
pub mod host;
pub mod secret;
pub mod settings;

pub use failure::Failure;
pub use secret::{Pepper, PepperSecret, SecretError};
