//! The authorizer against an emulated account: tables, a secret and keys as they are on AWS, asked over HTTP.

#[path = "../../../shared/testing/moto.rs"]
mod moto;

mod binary;
mod decisions;
mod limits;
mod outages;
mod proxy;
mod rotations;
mod world;
