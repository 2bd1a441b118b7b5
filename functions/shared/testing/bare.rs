//! How tests start a binary, and ask it to end.
//!
//! Included by path, so that no function depends on it.

use std::io;
use std::process::Output;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Longer than any binary takes to end, so that a test that hangs fails instead.
const PATIENCE: Duration = Duration::from_mins(1);

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

/// Asks the process to end, as a terminal or an orchestrator does, and waits for it; returns its exit code and what is
/// left of its output.
///
/// A process that is killed tells nobody what it has reached, so where coverage is measured a test ends what it starts.
pub async fn end(child: Child) -> io::Result<Output> {
    let id = child
        .id()
        .ok_or_else(|| io::Error::other("the process has ended"))?;
    let sent = Command::new("kill")
        .args(["-TERM", &id.to_string()])
        .status()
        .await?;
    assert!(sent.success(), "kill ended with {sent}");
    timeout(PATIENCE, child.wait_with_output()).await?
}
