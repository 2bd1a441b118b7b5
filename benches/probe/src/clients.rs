//! The clients: a raw one in three tempers, and the probe.
//!
//! - `raw`: hyper, one connection, the next request as soon as the answer is there (as wrk with one connection);
//! - `paced`: the same, but each request at its time from a sleeping thread, timed from when it was sent;
//! - `open`: a tokio timer paces and a request is timed from when it was due (as oha does with a rate and latency
//!   correction);
//! - `probe`: the latency probe, timed from when each was due.

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

use crate::probe::headers::Headers;
use crate::probe::{ProbeRequest, Target, run};

/// How many requests go ahead, unmeasured.
const WARM_UP: u32 = 200;

type Sender = SendRequest<Empty<Bytes>>;

/// Times `samples` requests in one of the ways, and prints the percentiles.
pub fn time(how: &str, url: &str, samples: u32, rate: u32) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let times = match how {
        "raw" | "paced" | "open" => runtime.block_on(raw(how, url, samples, rate))?,
        "probe" => runtime.block_on(probe(url, samples, rate))?,
        _ => return Err(format!("{how} is no way to time")),
    };
    print(how, times)
}

async fn raw(how: &str, url: &str, samples: u32, rate: u32) -> Result<Vec<u64>, String> {
    let uri: Uri = url.parse().map_err(|error| format!("{error}"))?;
    let address = uri.authority().ok_or("no host")?.to_string();
    let mut sender = connect(&address).await.map_err(|error| error.to_string())?;
    let mut times = Vec::new();
    let start = Instant::now();
    for index in 0..WARM_UP + samples {
        let due = start + Duration::from_secs(1) * index / rate;
        match how {
            "paced" => std::thread::sleep(due.saturating_duration_since(Instant::now())),
            "open" => tokio::time::sleep_until(due.into()).await,
            _ => {}
        }
        let from = if how == "open" { due } else { Instant::now() };
        ask(&mut sender, &address)
            .await
            .map_err(|error| error.to_string())?;
        if index >= WARM_UP {
            times.push(nanos(from.elapsed()));
        }
    }
    Ok(times)
}

async fn connect(address: &str) -> Result<Sender, Box<dyn std::error::Error>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}

async fn ask(sender: &mut Sender, host: &str) -> Result<(), Box<dyn std::error::Error>> {
    sender.ready().await?;
    let request = Request::get("/").header("host", host).body(Empty::new())?;
    let mut response = sender.send_request(request).await?;
    while let Some(frame) = response.frame().await {
        frame?;
    }
    Ok(())
}

async fn probe(url: &str, samples: u32, rate: u32) -> Result<Vec<u64>, String> {
    let request = ProbeRequest {
        target: Target::Url(url.to_owned()),
        headers: BTreeMap::new(),
        samples,
        warm_up: WARM_UP,
        rate,
        concurrency: 64,
        timeout_ms: 2_000,
        deadline_ms: 600_000,
        expect_status: 200,
        expect: None,
        early_stop: None,
    };
    let result = run(&request, url, &Headers::default()).await;
    if let Some(reason) = result.failed {
        return Err(reason);
    }
    println!(
        "probe: sent late by {} us (p99), {} connections",
        result.lateness_p99_us, result.connections.opened
    );
    let good = result.samples.iter().filter(|sample| sample.trouble.is_none());
    Ok(good.map(|sample| sample.latency_us * 1_000).collect())
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn print(how: &str, mut times: Vec<u64>) -> Result<(), String> {
    times.sort_unstable();
    let at = |thousandths: usize| {
        times
            .get(times.len() * thousandths / 1_000)
            .copied()
            .ok_or("no answer")
    };
    let micros = |nanos: u64| format!("{}.{} us", nanos / 1_000, nanos % 1_000 / 100);
    println!(
        "{how}: p50 {}, p90 {}, p99 {}, {} requests",
        micros(at(500)?),
        micros(at(900)?),
        micros(at(990)?),
        times.len()
    );
    Ok(())
}
