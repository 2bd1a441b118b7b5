//! What needs a socket: the `DynamoDB` and SQS checks against servers that answer as these do, and the
//! binary itself as a local server and as a Lambda function. Everything stays on the loopback
//! interface.

#[path = "../../../shared/testing/bare.rs"]
mod bare;
#[path = "../../../shared/testing/runtime.rs"]
mod runtime;

mod dynamodb;
mod function;
mod server;
mod sqs;
mod support;
