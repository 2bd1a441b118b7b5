//! What the schema cannot see of a `latency` check: whether its numbers can give a verdict at all.

use std::time::Duration;

use super::{Mistake, Options, targets};
use crate::probe::verdict::{MOST_SAMPLES, bounds, fewest_samples, telling_samples};
use crate::probe::{Rule, Threshold, headers};

/// What a probe may take beyond its schedule and its timeouts.
const GRACE: Duration = Duration::from_secs(10);

impl Options {
    /// How many samples to take, if they can prove every target.
    pub(super) fn samples(&self, targets: &[Threshold], rule: Rule, mistakes: &mut Vec<Mistake>) -> u32 {
        let alpha = rule.alpha();
        let telling = targets
            .iter()
            .map(|target| telling_samples(target.allowed(), alpha))
            .max();
        let samples = self
            .samples
            .unwrap_or_else(|| telling.unwrap_or(1).min(MOST_SAMPLES));
        for target in targets {
            if bounds(samples, target.allowed(), alpha).met.is_some() {
                continue;
            }
            let name = &target.name;
            let fewest = fewest_samples(target.allowed(), alpha);
            let percent = targets::percent(rule.confidence_ppm);
            let early = if self.early_stop { " with `early_stop`" } else { "" };
            let mistake = Mistake::new(
                if self.samples.is_some() { "/samples" } else { "" },
                "too-few-samples",
                format!("{samples} samples cannot prove a {name} target"),
                format!("{name} takes at least {fewest} samples at {percent} confidence{early}"),
            );
            mistakes.push(if fewest <= MOST_SAMPLES {
                mistake.help(format!("set `samples` to {fewest} or more"))
            } else {
                mistake.help(format!("no probe takes more than {MOST_SAMPLES}; promise less"))
            });
        }
        samples
    }

    /// How long the requests take when every answer comes at once.
    fn schedule(&self, samples: u32) -> Duration {
        let requests = u64::from(samples) + u64::from(self.warm_up);
        Duration::from_millis(requests * 1_000 / u64::from(self.rate.max(1)))
    }

    /// How long a probe takes at most: three series in a row, each with its timeout.
    pub(super) fn longest(&self, samples: u32) -> Duration {
        self.schedule(samples) + 3 * self.timeout.0 + GRACE
    }

    pub(super) fn check_times(&self, samples: u32, mistakes: &mut Vec<Mistake>) {
        let schedule = self.schedule(samples);
        if let Some(deadline) = self.deadline
            && deadline.0 <= schedule
        {
            mistakes.push(
                Mistake::new(
                    "/deadline",
                    "deadline-too-short",
                    "the deadline ends the probe before its last request",
                    format!(
                        "{} requests at {} per second take {} s",
                        samples + self.warm_up,
                        self.rate,
                        schedule.as_secs()
                    ),
                )
                .help("raise `deadline` or `rate`, or lower `samples`"),
            );
        }
    }

    pub(super) fn check_headers(&self, mistakes: &mut Vec<Mistake>) {
        for (name, template) in &self.headers {
            if let Err(reason) = headers::check(name, template) {
                let pointer = format!("/headers/{}", name.replace('~', "~0").replace('/', "~1"));
                mistakes.push(Mistake::new(
                    pointer,
                    "bad-header",
                    format!("the header `{name}` cannot be sent"),
                    reason,
                ));
            }
        }
    }
}
