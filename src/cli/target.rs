//! Which source a command reads, and reading it.

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::Stop;
use crate::config::Environment;
use crate::inventory::{Inventory, Needs};
use crate::source::aws::{self, AwsTarget, ConnectError, Kind};
use crate::source::snapshot::{self, SnapshotError};
use crate::source::{Provenance, Target};

/// What to read. Without any of these: the live account when the environment file has an `account_id`, otherwise
/// the environment's recorded snapshot.
#[derive(Debug, Default, Args)]
pub struct TargetArgs {
    /// Read this source.
    #[arg(long, value_name = "SOURCE")]
    target: Option<TargetChoice>,

    /// Read this recorded snapshot.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["target", "account_id", "profile"])]
    snapshot: Option<PathBuf>,

    #[command(flatten)]
    pub account: AccountArgs,
}

/// How to get into the account.
#[derive(Debug, Default, Args)]
pub struct AccountArgs {
    /// The account that the credentials must belong to, instead of the environment file's.
    #[arg(long, value_name = "ID")]
    account_id: Option<String>,

    /// The AWS profile, instead of `AWS_PROFILE` and of credentials in the environment.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TargetChoice {
    /// The live account.
    Aws,
    /// The environment's recorded snapshot.
    Snapshot,
}

/// A source that was decided on.
#[derive(Debug)]
pub enum Source {
    /// The live account.
    Aws(AwsTarget),
    /// A snapshot.
    Snapshot {
        /// The file.
        path: PathBuf,
        /// Why it is read instead of the account, when nobody asked for it.
        because: Option<String>,
    },
}

impl TargetArgs {
    /// Decides on the source. Credentials play no part in it: those that fail never lead to a snapshot.
    pub fn source(&self, checks: &Path, environment: &Environment) -> Result<Source, Stop> {
        if let Some(path) = &self.snapshot {
            return Ok(Source::Snapshot {
                path: path.clone(),
                because: None,
            });
        }
        let live = match self.target {
            Some(choice) => choice == TargetChoice::Aws,
            None => {
                self.account.account_id.is_some()
                    || self.account.profile.is_some()
                    || environment.settings.account_id.is_some()
            }
        };
        if live {
            return self.account.target(environment).map(Source::Aws);
        }
        let path = snapshot::recorded_path(checks, &environment.name);
        let because = self
            .target
            .is_none()
            .then(|| format!("{} has no account_id", environment.path));
        if because.is_some() && !path.exists() {
            return Err(Stop::usage(format!(
                "there is nothing to verify: {} has no `account_id`, and {} was never recorded\n  \
                 set `account_id` to verify the live account, or record a snapshot with `stackproof snapshot {}`",
                environment.path,
                path.display(),
                environment.name,
            )));
        }
        Ok(Source::Snapshot { path, because })
    }
}

impl AccountArgs {
    /// The live account of an environment.
    pub fn target(&self, environment: &Environment) -> Result<AwsTarget, Stop> {
        let settings = &environment.settings;
        let Some(account_id) = self.account_id.clone().or_else(|| settings.account_id.clone()) else {
            return Err(Stop::usage(format!(
                "nothing says which account `{}` is\n  \
                 set `account_id` in {}, or pass --account-id: credentials for any other account are refused",
                environment.name, environment.path,
            )));
        };
        Ok(AwsTarget {
            region: settings.region.clone(),
            account_id: Some(account_id),
            role_arn: settings.role_arn.clone(),
            endpoint_url: settings.endpoint_url.clone(),
            profile: self.profile.clone(),
        })
    }
}

/// Reads a snapshot.
pub fn read_snapshot(
    path: &Path,
    because: Option<&str>,
    environment: &Environment,
) -> Result<(Inventory, Provenance), Stop> {
    let account = environment.settings.account_id.as_deref();
    let recorded = snapshot::read(path, &environment.name, account).map_err(|error| snapshot_stop(&error))?;
    let mut description = format!(
        "recorded snapshot {} of {}, not the live account",
        path.display(),
        recorded.recorded_at.strftime("%Y-%m-%d")
    );
    if let Some(because) = because {
        let _ = write!(description, " ({because})");
    }
    let provenance = Provenance {
        target: Target::Snapshot,
        description,
        account: recorded.inventory.account.clone(),
        region: recorded.inventory.region.clone(),
    };
    Ok((recorded.inventory, provenance))
}

fn snapshot_stop(error: &SnapshotError) -> Stop {
    Stop::usage(error.to_string())
}

/// Gets into the account and says what will be read.
pub async fn connect(target: AwsTarget) -> Result<(aws::Session, Provenance), Stop> {
    let session = aws::connect(target).await.map_err(|error| connect_stop(&error))?;
    let account = session.identity().account.clone();
    let region = session.region().to_owned();
    let mut description = format!("live account {account} in {region}");
    if let Some(endpoint) = session.endpoint_url() {
        let _ = write!(description, " through {endpoint}");
    }
    let provenance = Provenance {
        target: Target::Aws,
        description,
        account,
        region,
    };
    Ok((session, provenance))
}

fn connect_stop(error: &ConnectError) -> Stop {
    let text = format!("{error}\n  {}", error.remedy());
    match error.kind() {
        Kind::Configuration => Stop::usage(text),
        Kind::Undetermined => Stop::undetermined(text),
    }
}

/// Reads what is needed from the account, with progress on a terminal.
pub async fn collect(session: &aws::Session, needs: &Needs) -> Inventory {
    let spinner = spinner("reading the account");
    let shown = spinner.clone();
    let inventory = aws::collect(
        session,
        needs,
        Arc::new(move |step: &str| shown.set_message(step.to_owned())),
    )
    .await;
    spinner.finish_and_clear();
    inventory
}

/// A sign of life on stderr; indicatif hides it where there is no terminal.
pub fn spinner(message: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
        spinner.set_style(style);
    }
    spinner.set_message(message.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// Runs a future until it is done or the user interrupts.
pub fn block_on<T>(work: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::undetermined(format!("the runtime cannot start: {error}")))?;
    runtime.block_on(async {
        tokio::select! {
            result = work => result,
            _ = tokio::signal::ctrl_c() => Err(Stop {
                text: "interrupted; no report was written".to_owned(),
                code: super::exit::INTERRUPTED,
            }),
        }
    })
}
