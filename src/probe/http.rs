//! Sends the requests of a probe on their schedule. The only part of the probe with a clock.
//!
//! Open loop: every request is due at a fixed time, whatever became of the earlier ones, and is timed from when it
//! was due. A client that waits for each answer before it asks again would hide exactly the stalls it looks for.
//!
//! Everything runs on a thread of its own with a runtime of its own: nothing else of this process gets in between.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::client::Client;
use super::connect::micros;
use super::headers::Headers;
use super::sequential::Stop;
use super::verdict::rank;
use super::{Connections, ProbeRequest, ProbeResult, Sample, Trouble, schedule};

/// Sends the requests to `url` and waits for all of them. Dropping the future ends the probe.
pub async fn run(request: &ProbeRequest, url: &str, headers: &Headers) -> ProbeResult {
    let failed = |reason: String| ProbeResult {
        url: url.to_owned(),
        failed: Some(reason),
        ..ProbeResult::default()
    };
    let client = match Client::new(request, url, headers) {
        Ok(client) => Arc::new(client),
        Err(reason) => return failed(reason),
    };
    let (sender, receiver) = oneshot::channel();
    let owned = (request.clone(), url.to_owned());
    let started = thread::Builder::new()
        .name("probe".to_owned())
        .spawn(move || alone(&owned.0, owned.1, &client, sender));
    match started {
        Ok(_) => receiver
            .await
            .unwrap_or_else(|_| failed("the probe broke, a mistake in stackproof".to_owned())),
        Err(error) => failed(format!("the probe cannot start: {error}")),
    }
}

fn alone(
    request: &ProbeRequest,
    url: String,
    client: &Arc<Client>,
    mut sender: oneshot::Sender<ProbeResult>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let failed = Some(format!("the probe cannot start: {error}"));
            let _ = sender.send(ProbeResult {
                url,
                failed,
                ..ProbeResult::default()
            });
            return;
        }
    };
    let result = runtime.block_on(async {
        tokio::select! {
            result = probe(request, url, client) => Some(result),
            () = sender.closed() => None,
        }
    });
    if let Some(result) = result {
        let _ = sender.send(result);
    }
    // A name that does not resolve may keep a thread of the system busy for long.
    runtime.shutdown_background();
}

async fn probe(request: &ProbeRequest, url: String, client: &Arc<Client>) -> ProbeResult {
    let deadline = Instant::now() + Duration::from_millis(request.deadline_ms);
    let series = |count, stop| series(client, request.rate, count, deadline, stop);
    let cold = series(1, None).await;
    let warm_up = series(request.warm_up, None).await;
    let before = client.counts();
    let stop = request.early_stop.as_ref();
    let judged = series(
        request.samples,
        stop.map(|(rule, thresholds)| Stop::new(*rule, thresholds)),
    )
    .await;
    let after = client.counts();
    let noted = client.noted();
    ProbeResult {
        url,
        failed: cold.failed.or(warm_up.failed).or(judged.failed),
        cold_start: cold.samples.first().copied(),
        warm_up: warm_up.samples,
        samples: judged.samples,
        lateness_p99_us: judged.lateness_p99_us,
        connections: Connections {
            opened: after.opened,
            opened_while_judged: after.opened - before.opened,
            most_at_once: after.most_at_once,
            allowed_at_once: request.concurrency,
            had_to_wait: after.waited - before.waited,
        },
        tls: noted.tls,
        first_problem: noted.first_problem,
        stopped_early: judged.stopped,
        cut_off: judged.cut_off,
    }
}

/// What became of a series of requests.
#[derive(Default)]
struct Series {
    samples: Vec<Sample>,
    lateness_p99_us: u64,
    stopped: bool,
    cut_off: bool,
    failed: Option<String>,
}

async fn series(
    client: &Arc<Client>,
    rate: u32,
    count: u32,
    deadline: Instant,
    stop: Option<Stop>,
) -> Series {
    let mut ticks = match schedule::start(rate, count) {
        Ok(ticks) => ticks,
        Err(error) => {
            return Series {
                failed: Some(format!("the schedule cannot start: {error}")),
                ..Series::default()
            };
        }
    };
    let mut collected = Collected::new(stop);
    let mut under_way = JoinSet::new();
    let mut sending = true;
    let mut cut_off = false;
    while sending || !under_way.is_empty() {
        tokio::select! {
            tick = ticks.recv(), if sending => match tick {
                Some(tick) => {
                    let prepared = client.prepare();
                    schedule::reach(tick.due).await;
                    collected.sent(tick.due.elapsed());
                    let client = Arc::clone(client);
                    under_way.spawn(async move { (tick.index, client.ask(tick.due, prepared).await) });
                }
                None => sending = false,
            },
            Some(answer) = under_way.join_next() => {
                // A request that broke is one without an answer, never one less to judge.
                if let Ok((index, sample)) = answer && collected.answered(index, sample) {
                    sending = false;
                    ticks.close();
                }
            }
            () = tokio::time::sleep_until(deadline.into()) => {
                cut_off = true;
                break;
            }
        }
    }
    collected.finish(cut_off)
}

/// The answers so far, by when their requests were due.
struct Collected {
    samples: Vec<Option<Sample>>,
    lateness: Vec<u64>,
    /// How many of the first have been seen by the sequential test.
    seen: usize,
    stop: Option<Stop>,
    stopped: bool,
}

impl Collected {
    const fn new(stop: Option<Stop>) -> Self {
        Self {
            samples: Vec::new(),
            lateness: Vec::new(),
            seen: 0,
            stop,
            stopped: false,
        }
    }

    fn sent(&mut self, late: Duration) {
        self.samples.push(None);
        self.lateness.push(micros(late));
    }

    /// Notes an answer; true when no more are needed.
    fn answered(&mut self, index: u32, sample: Sample) -> bool {
        if let Some(slot) = usize::try_from(index)
            .ok()
            .and_then(|index| self.samples.get_mut(index))
        {
            *slot = Some(sample);
        }
        if let Some(stop) = &mut self.stop {
            while !self.stopped
                && let Some(Some(next)) = self.samples.get(self.seen)
            {
                self.stopped = stop.see(next);
                self.seen += 1;
            }
        }
        self.stopped
    }

    fn finish(mut self, cut_off: bool) -> Series {
        self.lateness.sort_unstable();
        let p99 = rank(self.lateness.len(), 10_000).and_then(|rank| self.lateness.get(rank));
        let broken = Sample {
            latency_us: u64::MAX,
            trouble: Some(Trouble::Transport),
            ..Sample::default()
        };
        // Nobody waited for what was still under way at the deadline, so nobody knows what became of it.
        let lost = |sample: Option<Sample>| if cut_off { sample } else { sample.or(Some(broken)) };
        Series {
            samples: self.samples.into_iter().filter_map(lost).collect(),
            lateness_p99_us: p99.copied().unwrap_or_default(),
            stopped: self.stopped,
            cut_off,
            failed: None,
        }
    }
}
