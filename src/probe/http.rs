//! Sends timed requests. The only part of the probe with a clock and a network.
//!
//! Open loop: every request is due at a fixed time, whatever became of the earlier ones, and is timed from when it
//! was due. A client that waits for each answer before it asks again would hide exactly the stalls it looks for.

use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

use super::request::{ProbeRequest, ProbeResult, Sample, Trouble};

/// The most bytes of an answer that are read. A health answer has a few hundred.
const MAX_BODY: usize = 1024 * 1024;

/// Sends the requests to `url` and waits for all of them.
pub async fn run(request: &ProbeRequest, url: &str) -> ProbeResult {
    let mut result = ProbeResult {
        url: url.to_owned(),
        ..ProbeResult::default()
    };
    let url = match Url::parse(url) {
        Ok(url) => url,
        Err(error) => {
            result.failed = Some(format!("`{url}` is not a URL: {error}"));
            return result;
        }
    };
    let client = match client(request) {
        Ok(client) => client,
        Err(error) => {
            result.failed = Some(format!("the HTTP client cannot start: {error}"));
            return result;
        }
    };
    let (warm_up, _) = series(&client, &url, request, request.warm_up).await;
    let (samples, lateness) = series(&client, &url, request, request.samples).await;
    result.warm_up = warm_up;
    result.samples = samples;
    result.lateness_p99_us = lateness;
    result
}

fn client(request: &ProbeRequest) -> reqwest::Result<Client> {
    Client::builder()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .timeout(Duration::from_millis(request.timeout_ms))
        .user_agent(concat!("stackproof/", env!("CARGO_PKG_VERSION")))
        .build()
}

async fn series(client: &Client, url: &Url, request: &ProbeRequest, count: u32) -> (Vec<Sample>, u64) {
    let interval = Duration::from_secs(1) / request.rate.max(1);
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for index in 0..count {
        let due = start + interval * index;
        tokio::time::sleep_until(due.into()).await;
        let (client, url) = (client.clone(), url.clone());
        let expected = request.expect_status;
        tasks.spawn(async move {
            let lateness = due.elapsed();
            let trouble = ask(&client, url, expected).await.err();
            let sample = Sample {
                latency_us: micros(due.elapsed()),
                trouble,
            };
            (index, sample, lateness)
        });
    }
    let mut answers = Vec::new();
    while let Some(answer) = tasks.join_next().await {
        // A task that was lost is a request without an answer, never one less to judge.
        if let Ok(answer) = answer {
            answers.push(answer);
        }
    }
    let answered = answers.len();
    answers.sort_by_key(|(index, ..)| *index);
    let mut lateness: Vec<u64> = answers.iter().map(|(.., late)| micros(*late)).collect();
    lateness.sort_unstable();
    let p99 = lateness.get((lateness.len() * 99).div_ceil(100).saturating_sub(1));
    let mut samples: Vec<Sample> = answers.into_iter().map(|(_, sample, _)| sample).collect();
    for _ in answered..usize::try_from(count).unwrap_or(answered) {
        samples.push(Sample {
            latency_us: micros(start.elapsed()),
            trouble: Some(Trouble::Transport),
        });
    }
    (samples, p99.copied().unwrap_or_default())
}

async fn ask(client: &Client, url: Url, expected: u16) -> Result<(), Trouble> {
    let mut response = client.get(url).send().await.map_err(|error| trouble(&error))?;
    let mut size = 0;
    while let Some(chunk) = response.chunk().await.map_err(|error| trouble(&error))? {
        size += chunk.len();
        if size > MAX_BODY {
            return Err(Trouble::Transport);
        }
    }
    let status = response.status().as_u16();
    if status == expected {
        Ok(())
    } else {
        Err(Trouble::Status(status))
    }
}

fn trouble(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        Trouble::TimedOut
    } else if error.is_connect() {
        Trouble::Connect
    } else {
        Trouble::Transport
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
