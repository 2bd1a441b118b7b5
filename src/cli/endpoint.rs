//! Sends the requests of `latency` checks to where they should go.

use super::{Stop, probe, target};
use crate::config::Environment;
use crate::inventory::{Inventory, invoke};
use crate::probe::endpoint::{self, Endpoint, Known};
use crate::probe::{self as prober, ProbeRequest, ProbeResult, Target};
use crate::source::health::HealthEndpoint;

/// Refuses URLs of the health endpoint that nothing can be sent to, before anything is read.
pub fn refuse_bad_urls(option: Option<&str>, environment: &Environment) -> Result<(), Stop> {
    let file = environment.settings.health_url.as_deref();
    let file = file.map(|url| (format!("`health_url` in {}", environment.path), url));
    let option = option.map(|url| ("--health-url".to_owned(), url));
    for (place, url) in option.into_iter().chain(file) {
        endpoint::parse(url).map_err(|reason| Stop::usage(format!("{place}: {reason}")))?;
    }
    Ok(())
}

/// Everything that decides where a request goes.
pub struct Surroundings<'a> {
    /// What was said of the health endpoint.
    pub known: Known<'a>,
    /// The emulator that answers in the place of AWS.
    pub emulator: Option<&'a str>,
    pub inventory: &'a Inventory,
    pub environment: &'a Environment,
}

impl Surroundings<'_> {
    /// Sends one series of requests; nothing when the API that should answer is not there, which its check judges.
    pub async fn ask(&self, request: &ProbeRequest) -> Result<Option<ProbeResult>, Stop> {
        let headers = probe::resolve(request)?;
        let mut started = None;
        let url = match endpoint::choose(&request.target, self.known) {
            Endpoint::Url(url) => Ok(url),
            Endpoint::Recorded => match self.start(&request.target).await {
                Ok(endpoint) => Ok(started.insert(endpoint).url()),
                Err(reason) => Err(reason),
            },
            Endpoint::Deployed(place) => {
                match invoke::url(self.inventory, &place.api, &place.stage, &place.path) {
                    Ok(url) => self.unless_emulated(url),
                    Err(_) => return Ok(None),
                }
            }
            Endpoint::Unknown => Err(format!(
                "nothing says where the health endpoint is: {}",
                self.remedy()
            )),
        };
        let url = match url {
            Ok(url) => url,
            Err(reason) => {
                return Ok(Some(ProbeResult {
                    failed: Some(reason),
                    ..ProbeResult::default()
                }));
            }
        };
        let spinner = target::spinner(&format!("timing {} requests to {url}", request.samples));
        let result = prober::run(request, &url, &headers).await;
        spinner.finish_and_clear();
        drop(started);
        Ok(Some(result))
    }

    /// Starts the handler that stands in for a recorded environment's endpoint.
    async fn start(&self, target: &Target) -> Result<HealthEndpoint, String> {
        match target {
            Target::Deployed(place) if place.path != health::PATH => Err(format!(
                "a recorded environment has its health handler alone, which answers {} and not {}",
                health::PATH,
                place.path
            )),
            _ => HealthEndpoint::start(self.inventory)
                .await
                .map_err(|error| format!("the health handler cannot start: {error}")),
        }
    }

    fn unless_emulated(&self, url: String) -> Result<String, String> {
        match self.emulator {
            Some(emulator) => Err(format!(
                "{emulator} answers for AWS, and {url} is none of its: {}",
                self.remedy()
            )),
            None => Ok(url),
        }
    }

    fn remedy(&self) -> String {
        format!(
            "set `health_url` in {} or pass --health-url",
            self.environment.path
        )
    }
}
