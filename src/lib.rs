//! Proves that an AWS stack is what it was promised to be.

pub mod config;
pub mod diag;
pub mod inventory;
