//! Timed HTTP requests: a source of evidence of its own, beside the inventory.
//!
//! `request.rs` says what to ask, `http.rs` asks (the only part with a clock and a network), `verdict.rs` judges.

mod http;
mod request;
pub mod verdict;

pub use http::run;
pub use request::{ProbeRequest, ProbeResult, ProbeResults, Sample, Target, Trouble};
