//! The authorizer against an emulated account: tables, a secret and keys as they are on AWS, asked over HTTP.

#[path = "../../../shared/testing/bare.rs"]
mod bare;
#[path = "../../../shared/testing/emf.rs"]
mod emf;
#[path = "../../../shared/testing/moto.rs"]
mod moto;
#[path = "../../../shared/testing/rotating.rs"]
mod rotating;
#[path = "../../../shared/testing/runtime.rs"]
mod runtime;
#[path = "../../../shared/testing/server.rs"]
mod server;

mod binary;
mod decisions;
mod function;
mod handler;
mod limits;
mod outages;
mod proxy;
mod rotations;
mod world;
