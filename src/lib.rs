//! Proves that an AWS stack is what it was promised to be.
//!
//! The way of the data: `config` reads checks, `source` brings an `inventory`, `engine` compares the two, `runner`
//! makes tests of the outcomes, `report` writes them down. No step reaches back.

pub mod check;
pub mod cli;
pub mod collect;
pub mod config;
pub mod diag;
pub mod docs;
pub mod engine;
pub mod expression;
pub mod formats;
pub mod inventory;
pub mod kinds;
pub mod policy;
pub mod probe;
pub mod report;
pub mod runner;
pub mod source;
