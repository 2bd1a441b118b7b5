//! How tests start a binary.
//!
//! Included by path, so that no function depends on it.

use tokio::process::Command;

/// The binary with an environment of its own: none of the machine's AWS settings reach it.
pub fn command(binary: &str) -> Command {
    let mut command = Command::new(binary);
    command
        .env_clear()
        // Where coverage is measured, what the binary reaches counts too.
        .envs(std::env::vars_os().filter(|(name, _)| name == "LLVM_PROFILE_FILE"))
        .kill_on_drop(true);
    command
}
