//! What a collector reads with: the SDK's settings, where it is, a limit on concurrency, and the log of reads.
//!
//! Every request of every collector goes through [`Service`], so that none is uncounted and no failure is lost.

use aws_config::SdkConfig;
use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::collections::HashSet;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use tokio::sync::Semaphore;

use super::failure::Failure;
use super::operation::Operation;
use super::read_log::{CallCounter, ReadLog};
use crate::inventory::{Gap, Reason};

/// Hears the name of every read before it starts.
pub type Progress = Arc<dyn Fn(&str) + Send + Sync>;

/// The region that global services are recorded under.
const GLOBAL: &str = "global";

/// One account and region, and the means to read them.
pub struct Context {
    sdk: SdkConfig,
    account: String,
    region: String,
    partition: String,
    log: Arc<ReadLog>,
    progress: Progress,
}

impl fmt::Debug for Context {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Context")
            .field("account", &self.account)
            .field("region", &self.region)
            .field("partition", &self.partition)
            .finish_non_exhaustive()
    }
}

impl Context {
    /// A context with an empty log.
    #[must_use]
    pub fn new(
        sdk: SdkConfig,
        account: impl Into<String>,
        region: impl Into<String>,
        partition: impl Into<String>,
        progress: Progress,
    ) -> Self {
        Self {
            sdk,
            account: account.into(),
            region: region.into(),
            partition: partition.into(),
            log: Arc::default(),
            progress,
        }
    }

    /// The settings that every client is built from.
    #[must_use]
    pub fn sdk(&self) -> &SdkConfig {
        &self.sdk
    }

    /// The account, twelve digits.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The partition of AWS, as `aws` or `aws-cn`.
    #[must_use]
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The log of what was read.
    #[must_use]
    pub fn log(&self) -> &ReadLog {
        &self.log
    }

    /// A service of this context's region, of which at most `concurrency` requests are under way.
    #[must_use]
    pub fn regional(
        &self,
        name: &'static str,
        operations: &'static [Operation],
        concurrency: usize,
    ) -> Service<'_> {
        self.service(name, operations, concurrency, self.region.clone())
    }

    /// A service that is the same in every region.
    #[must_use]
    pub fn global(
        &self,
        name: &'static str,
        operations: &'static [Operation],
        concurrency: usize,
    ) -> Service<'_> {
        self.service(name, operations, concurrency, GLOBAL.to_owned())
    }

    fn service(
        &self,
        name: &'static str,
        operations: &'static [Operation],
        concurrency: usize,
        region: String,
    ) -> Service<'_> {
        Service {
            context: self,
            name,
            operations,
            region,
            permits: Semaphore::new(concurrency),
        }
    }
}

/// One service as one collector reads it.
#[derive(Debug)]
pub struct Service<'a> {
    context: &'a Context,
    name: &'static str,
    operations: &'static [Operation],
    region: String,
    permits: Semaphore,
}

/// The items of every page that could be read.
#[derive(Debug)]
pub struct Pages<T> {
    /// The items, in the service's order.
    pub items: Vec<T>,
    /// Why there are no more of them, when that is not the end of the list.
    pub gap: Option<Gap>,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            gap: None,
        }
    }
}

impl Service<'_> {
    /// The region that the service is recorded under.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The interceptor that the service's client must be built with.
    #[must_use]
    pub fn counter(&self) -> CallCounter {
        CallCounter {
            log: Arc::clone(&self.context.log),
            service: self.name,
            region: self.region.clone(),
            operations: self.operations,
        }
    }

    /// Reads one answer.
    pub async fn read<T, E>(
        &self,
        operation: Operation,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, Gap>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        // The semaphore is never closed; if it were, the request would merely not be limited.
        let _permit = self.permits.acquire().await.ok();
        (self.context.progress)(operation.name);
        match request.await {
            Ok(answer) => {
                self.answered(operation, 1);
                Ok(answer)
            }
            Err(error) => Err(self.failed(operation, Failure::of(&error, operation.subject))),
        }
    }

    /// Reads every page. The pages before a failed one are kept, together with the gap.
    ///
    /// The SDK's paginators end without an error when a service repeats its token, so `token` tells the truth
    /// about the end: a list that ends on a page with a token is incomplete.
    pub async fn pages<P, E, T>(
        &self,
        operation: Operation,
        mut stream: PaginationStream<Result<P, SdkError<E, HttpResponse>>>,
        token: impl Fn(&P) -> Option<&str> + Send,
        items: impl Fn(P) -> Vec<T> + Send,
    ) -> Pages<T>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let mut pages = Pages::default();
        let mut seen: HashSet<String> = HashSet::new();
        let mut open_token = false;
        loop {
            let next = {
                let _permit = self.permits.acquire().await.ok();
                (self.context.progress)(operation.name);
                stream.next().await
            };
            match next {
                None if open_token => {
                    pages.gap = Some(self.failed(operation, Failure::repeated_token()));
                    return pages;
                }
                None => return pages,
                Some(Err(error)) => {
                    let failure = Failure::of(&error, operation.subject);
                    pages.gap = Some(self.failed(operation, failure));
                    return pages;
                }
                Some(Ok(page)) => {
                    let next_token = token(&page).filter(|token| !token.is_empty());
                    open_token = next_token.is_some();
                    let repeated = next_token.is_some_and(|token| !seen.insert(token.to_owned()));
                    let found = items(page);
                    self.answered(operation, found.len());
                    pages.items.extend(found);
                    if repeated {
                        pages.gap = Some(self.failed(operation, Failure::repeated_token()));
                        return pages;
                    }
                }
            }
        }
    }

    /// The gap left by an answer that cannot be right.
    #[must_use]
    pub fn nonsense(&self, operation: Operation, message: impl Into<String>) -> Gap {
        Gap::new(operation.action, &self.region, Reason::ServiceError, message)
    }

    fn answered(&self, operation: Operation, items: usize) {
        self.context.log.record(operation.name, &self.region, |read| {
            read.pages += 1;
            read.items += items as u64;
        });
    }

    fn failed(&self, operation: Operation, mut failure: Failure) -> Gap {
        let mut throttled = 0;
        self.context.log.record(operation.name, &self.region, |read| {
            read.failed += 1;
            throttled = read.throttled;
        });
        // Adaptive retries slow down until the time is up: then throttling, not the network, is the reason.
        if failure.reason == Reason::TimedOut && throttled > 0 {
            failure.reason = Reason::Throttled;
            failure.message = format!("AWS refused {throttled} requests until the time was up");
        }
        Gap::new(operation.action, &self.region, failure.reason, failure.message)
    }
}
