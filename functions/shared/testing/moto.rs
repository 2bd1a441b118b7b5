//! An emulated AWS account for the functions' tests: one moto server per test binary, on the loopback interface.
//!
//! Included by path, so that no function depends on it.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

/// What a test ends with.
pub type TestResult<T = ()> = Result<T, Box<dyn Error>>;

/// The region of the emulated account.
pub const REGION: &str = "us-east-1";

/// The server's address. It is started once, and ends when this process does, as its stdin then closes.
pub fn address() -> TestResult<String> {
    static SERVER: OnceLock<Mutex<Option<(Child, String)>>> = OnceLock::new();
    let mut server = SERVER
        .get_or_init(Mutex::default)
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some((_, address)) = server.as_ref() {
        return Ok(address.clone());
    }
    let (child, address) = start()?;
    *server = Some((child, address.clone()));
    Ok(address)
}

/// Starts a server of the caller's own, to end when it likes: the process, and its address.
pub fn start() -> TestResult<(Child, String)> {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    // Quick when there is nothing to do, and it waits for another process that is at it.
    let setup = Command::new(root.join("tests/sandbox/setup.sh")).status()?;
    assert!(setup.success(), "tests/sandbox/setup.sh ended with {setup}");
    let mut child = Command::new(root.join("target/sandbox/venv/bin/python"))
        .arg(root.join("tests/sandbox/moto_server.py"))
        .arg("0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let output = child.stdout.take().ok_or("no standard output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let address = line
        .trim()
        .strip_prefix("listening on ")
        .ok_or("moto did not start")?;
    Ok((child, address.to_owned()))
}

/// Settings of clients of a server; anything may be asked with them.
pub fn config(address: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(format!("http://{address}"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}
