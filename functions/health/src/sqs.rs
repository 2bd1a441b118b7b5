//! The dependency on an SQS queue: it exists and may be looked at.
//!
//! It reads with `GetQueueAttributes` alone, and its reasons name no account, role, queue or address.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;

use crate::aws;
use crate::dependency::{Dependency, DependencyError};

/// An SQS queue; up when SQS tells its ARN.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: Client,
    url: String,
}

impl SqsQueue {
    /// Watches the queue of that URL through a client that the caller has configured.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self {
            client,
            url: url.into(),
        }
    }
}

#[async_trait]
impl Dependency for SqsQueue {
    fn name(&self) -> &'static str {
        "sqs"
    }

    async fn check(&self) -> Result<(), DependencyError> {
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(QueueAttributeName::QueueArn)
            .send()
            .await
            .map_err(|error| aws::explain("sqs:GetQueueAttributes", &error, "queue not found"))?;
        let attributes = answer.attributes();
        if attributes.is_some_and(|attributes| attributes.contains_key(&QueueAttributeName::QueueArn)) {
            Ok(())
        } else {
            // Whatever answered is not SQS: a proxy, a captive portal.
            Err(DependencyError::new("unexpected answer").with_detail("no queue ARN"))
        }
    }
}
