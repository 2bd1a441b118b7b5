//! Reads that the SDK has no means of its own for: pages without a paginator, lists without pages, errors that say
//! "none", and facts of one resource that are read only when they are needed.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::collections::BTreeSet;
use std::error::Error;

use super::context::{Pages, Service};
use super::failure::REPEATED_TOKEN;
use super::operation::Operation;
use crate::inventory::{Fact, Gap, Needs, ResourceType};

/// A fact of one resource that takes a read of its own: made when a check needs the fact of a resource of that name.
pub async fn fact_of<R: ResourceType, T>(
    needs: &Needs,
    fact: &str,
    name: &str,
    read: impl Future<Output = Result<T, Gap>>,
) -> Fact<T> {
    if needs.wants_fact_of(R::NAME, fact, name) {
        read.await.into()
    } else {
        Fact::NotRead
    }
}

/// A list that comes all at once.
impl<T> From<Result<Vec<T>, Gap>> for Pages<T> {
    fn from(read: Result<Vec<T>, Gap>) -> Self {
        match read {
            Ok(items) => Self { items, gap: None },
            Err(gap) => Self {
                items: Vec::new(),
                gap: Some(gap),
            },
        }
    }
}

impl Service<'_> {
    /// Reads every page of an operation that the SDK has no paginator for, though it has pages. All or nothing:
    /// half of a resource's facts would be taken for the whole.
    ///
    /// `request` asks for the page of a token, `split` takes an answer apart into its items and the next token.
    pub async fn every_page<P, E, T, Asked>(
        &self,
        operation: Operation,
        request: impl Fn(Option<String>) -> Asked + Send,
        split: impl Fn(P) -> (Vec<T>, Option<String>) + Send,
    ) -> Result<Vec<T>, Gap>
    where
        E: ProvideErrorMetadata + Error + 'static,
        Asked: Future<Output = Result<P, SdkError<E, HttpResponse>>>,
    {
        let (mut all, mut seen, mut token) = (Vec::new(), BTreeSet::new(), None);
        loop {
            let (items, next) = split(self.read(operation, request(token)).await?);
            all.extend(items);
            token = next.filter(|token| !token.is_empty());
            match &token {
                None => return Ok(all),
                Some(token) if !seen.insert(token.clone()) => {
                    return Err(self.nonsense(operation, REPEATED_TOKEN));
                }
                Some(_) => {}
            }
        }
    }

    /// Reads one answer of an operation that says by an error that there is none.
    pub async fn read_if_any<T, E>(
        &self,
        operation: Operation,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        is_none: impl Fn(&E) -> bool,
    ) -> Result<Option<T>, Gap>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        // Requests of some services are so large that two copies of one are too much for a future.
        let request = Box::pin(request);
        let answer = async {
            match request.await {
                Ok(answer) => Ok(Some(answer)),
                Err(error) if error.as_service_error().is_some_and(&is_none) => Ok(None),
                Err(error) => Err(error),
            }
        };
        self.read(operation, answer).await
    }
}
