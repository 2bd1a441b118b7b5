//! Load on a running health server at a sustained rate: an open loop, timed from when each request was due.
//!
//! A loop that waits for an answer before it asks again hides stalls; here every request has its time, and waiting
//! for a free connection counts. Not a test: it prints figures and judges nothing.
//!
//! ```sh
//! cargo build --workspace --bins --example load
//! target/debug/examples/load 127.0.0.1:8080 200 30
//! ```
//!
//! The arguments are the server's address, requests per second and seconds.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, mpsc};

/// Connections that are kept open; more would measure the machine that asks.
const CONNECTIONS: usize = 32;
/// Longer than any answer that is worth waiting for.
const PATIENCE: Duration = Duration::from_secs(10);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How long a request took from its time on, and the status; none without an answer.
type Sample = (Duration, Option<u16>);

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, rate, seconds] = arguments.as_slice() else {
        return Err("three arguments are needed: address, requests per second, seconds".into());
    };
    let (rate, seconds): (u32, u32) = (rate.parse()?, seconds.parse()?);
    if rate == 0 || seconds == 0 {
        return Err("rate and seconds must be at least 1".into());
    }
    // A second of warm-up, whose figures are not counted.
    load(address, rate, rate).await?;
    let started = Instant::now();
    let (samples, lateness) = load(address, rate, rate * seconds).await?;
    report(samples, lateness, started.elapsed())?;
    Ok(())
}

/// Sends requests at their times; returns a sample of each, and how late the latest was handed out.
async fn load(address: &str, rate: u32, count: u32) -> Result<(Vec<Sample>, Duration), Failure> {
    let (hand_out, due) = mpsc::unbounded_channel::<Instant>();
    let due = Arc::new(Mutex::new(due));
    let workers: Vec<_> = (0..CONNECTIONS)
        .map(|_| tokio::spawn(work(address.to_owned(), Arc::clone(&due))))
        .collect();
    // Timers of the runtime are a millisecond coarse; a thread's sleep is not.
    let pacer = std::thread::spawn(move || {
        let interval = Duration::from_secs(1) / rate;
        let start = Instant::now();
        let mut lateness = Duration::ZERO;
        for number in 0..count {
            let time = start + interval * number;
            std::thread::sleep(time.saturating_duration_since(Instant::now()));
            lateness = lateness.max(time.elapsed());
            if hand_out.send(time).is_err() {
                break;
            }
        }
        lateness
    });
    let mut samples = Vec::new();
    for worker in workers {
        samples.extend(worker.await?);
    }
    let lateness = pacer.join().map_err(|_| "the pacing thread panicked")?;
    Ok((samples, lateness))
}

/// Takes requests that are due until there are no more, over one connection for as long as it lasts.
async fn work(address: String, due: Arc<Mutex<mpsc::UnboundedReceiver<Instant>>>) -> Vec<Sample> {
    let mut samples = Vec::new();
    let mut connection = None;
    loop {
        let next = due.lock().await.recv().await;
        let Some(time) = next else {
            return samples;
        };
        let asked = tokio::time::timeout(PATIENCE, ask(&address, &mut connection)).await;
        let status = asked.ok().and_then(Result::ok);
        if status.is_none() {
            connection = None;
        }
        samples.push((time.elapsed(), status));
    }
}

/// Sends one request and reads the whole answer; the connection stays open.
async fn ask(address: &str, connection: &mut Option<TcpStream>) -> Result<u16, Failure> {
    let mut stream = if let Some(stream) = connection.take() {
        stream
    } else {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        stream
    };
    let request = format!("GET /v1/health HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    loop {
        let mut buffer = [0; 2048];
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Err("the connection was closed".into());
        }
        answer.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let text = String::from_utf8_lossy(&answer).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())
                .ok_or("no content length")?;
            if body.len() >= length {
                *connection = Some(stream);
                return Ok(head.split(' ').nth(1).ok_or("no status")?.parse()?);
            }
        }
    }
}

/// Prints what was measured.
fn report(mut samples: Vec<Sample>, lateness: Duration, took: Duration) -> io::Result<()> {
    samples.sort_unstable();
    let count =
        |wanted: fn(&Option<u16>) -> bool| samples.iter().filter(|(_, status)| wanted(status)).count();
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
    let mut out = io::stdout();
    writeln!(out, "requests      {}", samples.len())?;
    writeln!(
        out,
        "rate          {:.1} / s",
        f64::from(u32::try_from(samples.len()).unwrap_or(u32::MAX)) / took.as_secs_f64()
    )?;
    writeln!(out, "200           {}", count(|status| *status == Some(200)))?;
    writeln!(
        out,
        "other status  {}",
        count(|status| status.is_some_and(|status| status != 200))
    )?;
    writeln!(out, "no answer     {}", count(Option::is_none))?;
    for (name, thousandths) in [
        ("p50", 500),
        ("p90", 900),
        ("p95", 950),
        ("p99", 990),
        ("p99.9", 999),
        ("max", 1000),
    ] {
        // Nearest rank: the smallest sample that so many are not above.
        let rank = (samples.len() * thousandths).div_ceil(1000).saturating_sub(1);
        let (duration, _) = samples.get(rank).copied().unwrap_or_default();
        writeln!(out, "{name:<13} {:.2} ms", milliseconds(duration))?;
    }
    writeln!(out, "generator     at most {:.2} ms late", milliseconds(lateness))
}
