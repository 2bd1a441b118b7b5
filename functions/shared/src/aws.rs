//! The AWS configuration of a function that must answer or fail soon.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

/// Loads region and credentials as the AWS CLI finds them; no region is an error in words.
///
/// One quick second attempt, because a sandbox that Lambda has frozen wakes with dead connections. An attempt that
/// takes longer than `attempt` is given up, so that the second one still fits; without, the caller bounds them both.
pub async fn config(attempt: Option<Duration>) -> Result<SdkConfig, String> {
    let retries = RetryConfig::standard()
        .with_max_attempts(2)
        .with_initial_backoff(Duration::from_millis(50));
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).retry_config(retries);
    if let Some(attempt) = attempt {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(attempt)
            .operation_attempt_timeout(attempt);
        loader = loader.timeout_config(timeouts.build());
    }
    let config = loader.load().await;
    if config.region().is_none() {
        return Err("no AWS region: set AWS_REGION, or a region in the AWS profile".to_owned());
    }
    Ok(config)
}
