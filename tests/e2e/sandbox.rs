//! The emulated account: moto on loopback, the stack applied to it by Terraform, a proxy in front of it, and the
//! health function as a local server beside it.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::Failure;
use crate::account::{Account, EVENTS_QUEUE};
use crate::binary::inventory;
use crate::proxy::Proxy;
use crate::terraform::{Terraform, changes};

/// The account that moto emulates.
pub const ACCOUNT: &str = "123456789012";
/// The region of the environment.
pub const REGION: &str = "us-east-1";

/// Everything that the scenarios share.
pub struct Sandbox {
    /// Clients that change the account behind Terraform's back.
    pub account: Account,
    /// What the binary talks to.
    pub proxy: Proxy,
    /// What the account held before the stack: the bootstrap, and what AWS makes.
    pub before: BTreeSet<String>,
    /// The development environment.
    pub stack: Stack,
    /// The health function.
    pub health: Health,
    /// Scratch space.
    pub scratch: tempfile::TempDir,
    // Last, so that they outlive what talks to them.
    /// The emulated account.
    pub moto: Moto,
    /// Runs the proxy and the clients.
    pub runtime: tokio::runtime::Runtime,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Makes what every test here needs; does nothing when it is there.
pub fn set_up() -> Result<(), Failure> {
    run(Command::new(root().join("tests/sandbox/setup.sh")), "setup.sh").map(drop)
}

impl Sandbox {
    /// Sets everything up and applies the stack.
    pub fn start() -> Result<Self, Failure> {
        set_up()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let scratch = tempfile::tempdir()?;
        let moto = Moto::start()?;
        Terraform::apply_bootstrap("dev", &scratch.path().join("bootstrap"), &moto.endpoint)?;
        let before = inventory("dev", &moto.endpoint, scratch.path())?;
        let stack = Stack::apply(&scratch.path().join("stack"), &moto.endpoint)?;
        let account = Account::new(&runtime, &moto.endpoint);
        let proxy = Proxy::start(&runtime, &moto.endpoint)?;
        let health = Health::start(&moto.endpoint, "zapier-triggers-api-events-dev", EVENTS_QUEUE)?;
        Ok(Self {
            account,
            proxy,
            before,
            stack,
            health,
            scratch,
            moto,
            runtime,
        })
    }

    /// Changes the account, looks at it, and brings all of it back as it was, ids and all.
    pub fn and_back<T>(&self, look: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        self.post("checkpoint")?;
        let seen = look();
        self.post("rollback")?;
        seen
    }

    fn post(&self, path: &str) -> Result<(), Failure> {
        let request = reqwest::Client::new().post(format!("{}/{path}", self.moto.endpoint));
        let answer = self.runtime.block_on(request.send())?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(format!("the emulated account answered {} to {path}", answer.status()).into())
    }
}

/// A moto server. It ends when its stdin does.
pub struct Moto {
    /// Its URL.
    pub endpoint: String,
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Moto {
    /// Starts a server with an empty account on a free port.
    pub fn start() -> Result<Self, Failure> {
        let mut child = Command::new(root().join("target/sandbox/venv/bin/python"))
            .arg(root().join("tests/sandbox/moto_server.py"))
            .args(["--checkpoints", "0"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let stdin = child.stdin.take();
        let address = first_line_after(&mut child, "listening on ")?;
        Ok(Self {
            endpoint: format!("http://{address}"),
            child,
            stdin,
        })
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}

/// The development environment, applied.
pub struct Stack {
    /// Its working copy of `terraform/`.
    pub terraform: Terraform,
    /// What was applied, in the same folder.
    pub plan: &'static str,
    /// How many resources that were.
    pub resources: u64,
}

impl Stack {
    fn apply(work: &Path, endpoint: &str) -> Result<Self, Failure> {
        let terraform = Terraform::prepare("dev", work, endpoint)?;
        let plan = "stack.tfplan";
        terraform.step("init", &["init"])?;
        terraform.step("validate", &["validate"])?;
        let planned = terraform.step("plan", &["plan", &format!("-out={plan}")])?;
        terraform.step("apply", &["apply", plan])?;
        Ok(Self {
            resources: changes(&planned)?.add,
            terraform,
            plan,
        })
    }
}

/// The health function as a local server, on the emulated account.
pub struct Health {
    /// Its URL.
    pub url: String,
    child: Child,
}

impl Health {
    /// Starts the server with a table and a queue to depend on.
    pub fn start(endpoint: &str, table: &str, queue: &str) -> Result<Self, Failure> {
        let binary = Path::new(env!("CARGO_BIN_EXE_stackproof")).with_file_name("health");
        if !binary.exists() {
            return Err(format!("{} is not built; run `cargo test --workspace`", binary.display()).into());
        }
        let mut child = Command::new(binary)
            .env("PORT", "0")
            .env("EVENTS_TABLE_NAME", table)
            .env("EVENTS_QUEUE_URL", format!("{endpoint}/{ACCOUNT}/{queue}"))
            .env("AWS_REGION", REGION)
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let line = line_with(&mut child, "http://")?;
        let url = line[line.find("http://").unwrap_or_default()..].trim().to_owned();
        Ok(Self { url, child })
    }
}

impl Drop for Health {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn first_line_after(child: &mut Child, prefix: &str) -> Result<String, Failure> {
    let stdout = child.stdout.take().ok_or("no stdout")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    match line.trim().strip_prefix(prefix) {
        Some(rest) => Ok(rest.to_owned()),
        None => Err(format!("expected `{prefix}…`, found `{}`", line.trim()).into()),
    }
}

/// The first line with the text, on either stream; both go on being read, so that the child never blocks.
fn line_with(child: &mut Child, text: &'static str) -> Result<String, Failure> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let stdout = child.stdout.take().ok_or("no stdout")?;
    let stderr = child.stderr.take().ok_or("no stderr")?;
    let streams: [Box<dyn std::io::Read + Send>; 2] = [Box::new(stdout), Box::new(stderr)];
    for stream in streams {
        let sender = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if line.contains(text) {
                    let _ = sender.send(line);
                }
            }
        });
    }
    let line = receiver.recv_timeout(std::time::Duration::from_secs(20));
    line.map_err(|_| format!("the child never said `{text}`").into())
}

/// Runs a command to its end; what it printed is in the failure when it fails.
pub fn run(mut command: Command, name: &str) -> Result<String, Failure> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{name} cannot start: {error}"))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name} failed with {}\n{stdout}\n{stderr}", output.status).into())
}
