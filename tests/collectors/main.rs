//! Every collector against a server on loopback that answers as AWS does, one request at a time.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod apigateway;
mod cloudwatch;
mod connecting;
mod dynamodb;
mod ec2;
mod failures;
mod fake;
mod iam;
mod lambda;
mod logs;
mod s3;
mod secretsmanager;
mod sns;
mod sqs;
mod ssm;
mod tagging;
