//! What needs a socket: the `DynamoDB` check against a server that answers as `DynamoDB` does, and the
//! binary itself as a local server and as a Lambda function. Everything stays on the loopback
//! interface.

mod dynamodb;
mod function;
mod server;
mod support;
