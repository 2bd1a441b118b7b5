//! `verify`: reads, judges, reports, and answers with an exit code.

use clap::Args;
use clap::Parser as _;
use jiff::Timestamp;
use libtest_mimic::{Arguments, ColorSetting};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::target::{self, Source, TargetArgs};
use super::{Selection, Stop, endpoint, exit, load, output};
use crate::config::{CheckSpec, Environment};
use crate::engine::{self, Case};
use crate::inventory::{Inventory, Needs};
use crate::probe::endpoint::Known;
use crate::probe::{ProbeRequest, ProbeResults};
use crate::report::{self, Counts, Run, model::FORMAT};
use crate::runner;
use crate::source::Provenance;

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The environment: a file of `environments` in the folder of checks.
    environment: String,

    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    selection: Selection,

    /// The URL of the health endpoint, instead of the environment file's.
    #[arg(long, value_name = "URL")]
    health_url: Option<String>,

    /// Where reports go; `reports/ENVIRONMENT` when absent.
    #[arg(long, value_name = "DIR")]
    report_dir: Option<PathBuf>,

    /// Filters and options of the test runner: `-- ttl`, `-- --list`, `-- --skip pitr`, `-- --help`.
    #[arg(last = true, value_name = "TEST OPTIONS")]
    tests: Vec<String>,
}

pub fn run(checks: &Path, args: &VerifyArgs) -> Result<u8, Stop> {
    let started_at = Timestamp::now();
    let start = Instant::now();
    let arguments = test_arguments(&args.tests)?;
    let suite = load(checks, &args.environment)?;
    let selected = args.selection.apply(&suite)?;
    let source = args.target.source(checks, &suite.environment)?;
    resolve_headers(&selected, &arguments)?;
    endpoint::refuse_bad_urls(args.health_url.as_deref(), &suite.environment)?;

    let gathered = target::block_on(gather(
        source,
        &suite.environment,
        &selected,
        &arguments,
        args.health_url.as_deref(),
    ))?;
    let Gathered {
        inventory,
        provenance,
        cases,
        probes,
    } = gathered;
    if arguments.list {
        runner::list(&cases, &arguments);
        return Ok(exit::CONFORMS);
    }
    let results = runner::run(cases, &arguments, &inventory, &probes);
    let counts = Counts::of(&results.cases);
    let run = Run {
        report_format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        environment: suite.environment.name.clone(),
        provenance,
        started_at,
        duration_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        counts,
        exit_code: counts.exit_code(),
        cases: results.cases,
        filtered_out: results.filtered_out,
        coverage: inventory.coverage,
    };
    output::print(&report::summary(&run));
    finish(&run, &report_folder(args))
}

fn report_folder(args: &VerifyArgs) -> PathBuf {
    args.report_dir
        .clone()
        .unwrap_or_else(|| Path::new("reports").join(&args.environment))
}

/// Writes the reports and gives the exit code. A report that is lost makes a green run undetermined.
fn finish(run: &Run, folder: &Path) -> Result<u8, Stop> {
    let (written, failed) = report::write_all(folder, run, &report::writers());
    if !written.is_empty() {
        let paths: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
        output::note(&format!("reports: {}", paths.join(", ")));
    }
    if run.exit_code == exit::USAGE {
        return Err(Stop::usage(
            "the filter leaves no test; a run without tests proves nothing",
        ));
    }
    if failed.is_empty() {
        return Ok(run.exit_code);
    }
    let code = match run.exit_code {
        exit::CONFORMS => exit::UNDETERMINED,
        code => code,
    };
    Err(Stop {
        text: failed.join("\n  "),
        code,
    })
}

/// The test runner's own options, told apart from ours by `--`.
fn test_arguments(tests: &[String]) -> Result<Arguments, Stop> {
    let words = std::iter::once("stackproof verify ENVIRONMENT --".to_owned()).chain(tests.iter().cloned());
    let mut arguments = match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(error) if !error.use_stderr() => {
            output::print(&error.to_string());
            return Err(Stop {
                text: String::new(),
                code: exit::CONFORMS,
            });
        }
        Err(error) => {
            let text = error.to_string();
            return Err(Stop::usage(text.trim_start_matches("error: ")));
        }
    };
    if arguments.bench || arguments.ignored {
        return Err(Stop::usage(
            "`--bench` and `--ignored` would leave no check to run, which proves nothing",
        ));
    }
    // The test runner panics where it cannot.
    if let Some(path) = &arguments.logfile
        && let Err(error) = std::fs::File::create(path)
    {
        return Err(Stop::usage(format!("cannot write the log file {path}: {error}")));
    }
    if arguments.color.is_none() {
        arguments.color = Some(if output::stdout_color() {
            ColorSetting::Always
        } else {
            ColorSetting::Never
        });
    }
    Ok(arguments)
}

struct Gathered {
    inventory: Inventory,
    provenance: Provenance,
    cases: Vec<Case>,
    probes: ProbeResults,
}

/// Reads the source, makes the cases, and asks the endpoints of those that will run.
async fn gather(
    source: Source,
    environment: &Environment,
    checks: &[Arc<CheckSpec>],
    arguments: &Arguments,
    health_url: Option<&str>,
) -> Result<Gathered, Stop> {
    let header = |provenance: &Provenance| {
        output::note(&format!(
            "stackproof {}: {}, {}",
            env!("CARGO_PKG_VERSION"),
            environment.name,
            provenance.description
        ));
    };
    let mut known = Known {
        option: health_url,
        environment: environment.settings.health_url.as_deref(),
        recorded: false,
    };
    let mut emulator = None;
    let (inventory, provenance) = match source {
        Source::Snapshot { path, because } => {
            let read = target::read_snapshot(&path, because.as_deref(), environment)?;
            header(&read.1);
            known.recorded = true;
            read
        }
        Source::Aws(target) => {
            let (session, provenance) = target::connect(target).await?;
            header(&provenance);
            emulator = session.endpoint_url().map(str::to_owned);
            (target::collect(&session, &needs(checks, known)).await, provenance)
        }
    };
    let cases = engine::expand(checks, &inventory);
    let mut probes = ProbeResults::default();
    if !arguments.list {
        let place = endpoint::Surroundings {
            known,
            emulator: emulator.as_deref(),
            inventory: &inventory,
            environment,
        };
        for request in requests(&cases, arguments) {
            if let Some(result) = place.ask(&request).await? {
                probes.0.insert(request, result);
            }
        }
    }
    Ok(Gathered {
        inventory,
        provenance,
        cases,
        probes,
    })
}

/// What to read. Where an endpoint is is looked up only when nothing nearer says it.
fn needs(checks: &[Arc<CheckSpec>], known: Known<'_>) -> Needs {
    let mut needs = Needs::none();
    for spec in checks.iter().filter(|spec| spec.excluded.is_none()) {
        let own = spec.check.needs();
        needs.merge(&own.inventory());
        if known.option.or(known.environment).is_none() {
            needs.merge(&own.endpoint);
        }
    }
    needs
}

/// The requests of the cases that will run.
fn requests(cases: &[Case], arguments: &Arguments) -> BTreeSet<ProbeRequest> {
    cases
        .iter()
        .zip(runner::selected(cases, arguments))
        .filter(|(case, chosen)| *chosen && case.needs_probe())
        .filter_map(|(case, _)| case.spec.check.needs().probe)
        .collect()
}

/// Refuses a run that lacks a variable of a header, before anything is read. What is probed does not hang on the
/// inventory.
fn resolve_headers(checks: &[Arc<CheckSpec>], arguments: &Arguments) -> Result<(), Stop> {
    if arguments.list {
        return Ok(());
    }
    let probing: Vec<Arc<CheckSpec>> = checks
        .iter()
        .filter(|spec| spec.check.needs().probe.is_some())
        .cloned()
        .collect();
    let cases = engine::expand(&probing, &Inventory::default());
    for request in requests(&cases, arguments) {
        super::probe::resolve(&request)?;
    }
    Ok(())
}
