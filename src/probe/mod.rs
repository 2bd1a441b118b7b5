//! Timed HTTP requests: a source of evidence of its own, beside the inventory.
//!
//! `request.rs` says what to ask and `result.rs` what came back; `http.rs` asks, with `schedule.rs` for the time,
//! `client.rs`, `lane.rs` and `connect.rs` for the network, through reqwest; everything else is pure. `verdict.rs` and `sequential.rs` judge,
//! `measured.rs` and `histogram.rs` tell. Uses nothing else of this crate, so that its cost can be measured alone.

mod client;
mod connect;
pub mod endpoint;
pub mod headers;
pub mod histogram;
mod http;
mod lane;
mod measured;
mod request;
mod result;
mod schedule;
pub mod sequential;
pub mod verdict;

pub use http::run;
pub use measured::{Measured, Sent, Spread, ThresholdResult, milliseconds};
pub use request::{Answer, Expectation, Measure, Place, ProbeRequest, Rule, Target, Threshold};
pub use result::{Connections, Phases, ProbeResult, ProbeResults, Sample, Trouble};
