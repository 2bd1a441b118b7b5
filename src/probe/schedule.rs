//! When each request is due. A thread paces, as the runtime's timers are a millisecond late and a thread is not.

use std::io;
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How far ahead of its time a request is announced. A thread wakes up to 100 µs late and the runtime takes as long
/// again; whoever sends waits out the rest without sleeping.
const LEAD: Duration = Duration::from_micros(200);

/// The longest sleep, so that the thread notices when nobody listens any more.
const NAP: Duration = Duration::from_millis(50);

/// A request that is about to be due.
#[derive(Debug, Clone, Copy)]
pub struct Tick {
    /// Which one, from 0.
    pub index: u32,
    /// When it is due.
    pub due: Instant,
}

/// Announces `count` requests at `rate` per second, whatever becomes of them.
pub fn start(rate: u32, count: u32) -> io::Result<UnboundedReceiver<Tick>> {
    let (sender, receiver) = unbounded_channel();
    thread::Builder::new()
        .name("schedule".to_owned())
        .spawn(move || {
            let start = Instant::now() + 2 * LEAD;
            for index in 0..count {
                let due = start + after(rate, index);
                while let Some(rest) = due.checked_duration_since(Instant::now() + LEAD) {
                    thread::sleep(rest.min(NAP));
                    if sender.is_closed() {
                        return;
                    }
                }
                if sender.send(Tick { index, due }).is_err() {
                    return;
                }
            }
        })?;
    Ok(receiver)
}

/// How long after the first request another is due. Counted from the first, so that no rounding adds up.
fn after(rate: u32, index: u32) -> Duration {
    Duration::from_nanos(u64::from(index) * 1_000_000_000 / u64::from(rate.max(1)))
}

/// Waits for the moment to the microsecond, and lets everything else that is ready run meanwhile.
pub async fn reach(due: Instant) {
    while Instant::now() < due {
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rounding_adds_up() {
        assert_eq!(after(3, 0), Duration::ZERO);
        assert_eq!(after(3, 3_000), Duration::from_secs(1_000));
        assert_eq!(after(1_000, 1), Duration::from_millis(1));
        assert_eq!(after(1, u32::MAX), Duration::from_secs(u64::from(u32::MAX)));
    }

    #[tokio::test]
    async fn every_request_is_announced_once_in_order_and_none_before_its_time() {
        let mut ticks = start(2_000, 50).unwrap();
        let mut next = 0;
        let mut last = None;
        while let Some(tick) = ticks.recv().await {
            reach(tick.due).await;
            assert!(Instant::now() >= tick.due);
            assert_eq!(tick.index, next);
            assert!(last.is_none_or(|last| last < tick.due));
            last = Some(tick.due);
            next += 1;
        }
        assert_eq!(next, 50);
    }
}
