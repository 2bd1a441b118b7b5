//! The health endpoint of the Zapier Triggers API: one router that answers `GET /v1/health`.
//!
//! The same router runs as a Lambda function behind API Gateway ([`gateway`]), as a local server
//! ([`serve`]) and inside other programs that bring their own [`Dependency`]. The library prints
//! nothing and reads no environment variable; its binary does both.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! struct AlwaysUp;
//!
//! #[health::async_trait]
//! impl health::Dependency for AlwaysUp {
//!     fn name(&self) -> &str {
//!         "dynamodb"
//!     }
//!
//!     async fn check(&self) -> Result<(), health::DependencyError> {
//!         Ok(())
//!     }
//! }
//!
//! # async fn example() -> std::io::Result<()> {
//! let state = health::HealthState::new("1.0.0").with_dependency(Arc::new(AlwaysUp));
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! health::serve(listener, state, std::future::pending()).await
//! # }
//! ```

mod aws;
mod dependency;
mod dynamodb;
pub mod gateway;
pub mod metrics;
mod report;
mod router;
pub mod settings;
mod sqs;
mod state;

pub use async_trait::async_trait;
pub use dependency::{Dependency, DependencyError};
pub use dynamodb::DynamoDbTable;
pub use report::{DependencyReport, DependencyStatus, Report, Status};
pub use router::{PATH, router, serve};
pub use sqs::SqsQueue;
pub use state::{DEFAULT_BOUND, HealthState};
