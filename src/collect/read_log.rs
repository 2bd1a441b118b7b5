//! Counts what is really asked and answered: requests from inside the SDK, pages and items from the collectors.
//!
//! It judges nothing. A request that no collector declared is counted too, under its own name.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::failure::THROTTLED;
use super::operation::Operation;
use crate::inventory::Read;

/// The reads of one run, by operation and region.
#[derive(Debug, Default)]
pub struct ReadLog {
    reads: Mutex<BTreeMap<(String, String), Read>>,
}

impl ReadLog {
    /// Changes the entry of an operation in a region.
    pub(super) fn record(&self, name: &str, region: &str, change: impl FnOnce(&mut Read)) {
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = reads
            .entry((name.to_owned(), region.to_owned()))
            .or_insert_with(|| Read {
                action: name.to_owned(),
                region: region.to_owned(),
                ..Read::default()
            });
        change(entry);
    }

    /// The reads so far, in alphabetical order of operation and region.
    #[must_use]
    pub fn reads(&self) -> Vec<Read> {
        let reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        reads.values().cloned().collect()
    }
}

/// The interceptor that counts the requests of one service's client.
#[derive(Debug)]
pub struct CallCounter {
    pub(super) log: Arc<ReadLog>,
    pub(super) service: &'static str,
    pub(super) region: String,
    pub(super) operations: &'static [Operation],
}

impl CallCounter {
    /// What the log calls an operation of the API; for one that is not declared, its own name.
    fn name_of(&self, api: &str) -> Cow<'static, str> {
        self.operations
            .iter()
            .find(|operation| operation.api == api)
            .map_or_else(
                || Cow::Owned(format!("{}:{api}", self.service)),
                |operation| Cow::Borrowed(operation.name),
            )
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for CallCounter {
    fn name(&self) -> &'static str {
        "CallCounter"
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let api = config.load::<Metadata>().map_or("unnamed", Metadata::name);
        let is_retry = config
            .load::<RequestAttempts>()
            .is_some_and(|attempts| attempts.attempts() > 1);
        self.log.record(&self.name_of(api), &self.region, |read| {
            read.calls += 1;
            read.retries += u64::from(is_retry);
        });
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.response().is_some_and(is_throttled) {
            let api = config.load::<Metadata>().map_or("unnamed", Metadata::name);
            self.log
                .record(&self.name_of(api), &self.region, |read| read.throttled += 1);
        }
        Ok(())
    }
}

/// Whether an answer says that the request came too fast: by its status, or by a code in its short error document.
fn is_throttled(response: &HttpResponse) -> bool {
    let status = response.status();
    if status.is_success() {
        return false;
    }
    let body = response.body().bytes().unwrap_or_default();
    status.as_u16() == 429
        || THROTTLED
            .iter()
            .any(|code| body.windows(code.len()).any(|window| window == code.as_bytes()))
}
