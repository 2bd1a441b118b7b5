//! How long to wait and how often to try again, for the guard at the door and for the readers behind it.

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use std::time::Duration;

/// A host that does not take a connection within a second will not do so within two.
const GUARD_CONNECT: Duration = Duration::from_secs(1);
/// A wrong endpoint must be told in less than two seconds.
const GUARD_OPERATION: Duration = Duration::from_millis(1800);

/// The endpoint has just answered the guard, so a slow connection is the network's and worth waiting for.
const CONNECT: Duration = Duration::from_secs(3);
/// The slowest page, of IAM's bulk read, takes a few seconds.
const READ: Duration = Duration::from_secs(10);
/// One page with all its retries; adaptive retries also wait for their turn in it.
const OPERATION: Duration = Duration::from_mins(1);
/// Throttling lasts for seconds: five attempts wait about fifteen of them.
const MAX_ATTEMPTS: u32 = 5;

/// Settings that fail fast: one attempt.
pub(super) fn guard(sdk: &SdkConfig) -> SdkConfig {
    with(
        sdk,
        RetryConfig::disabled(),
        TimeoutConfig::builder()
            .connect_timeout(GUARD_CONNECT)
            .operation_timeout(GUARD_OPERATION)
            .build(),
    )
}

/// Settings that get through throttling: adaptive retries lower the rate until AWS takes it.
pub(super) fn reading(sdk: &SdkConfig) -> SdkConfig {
    with(
        sdk,
        RetryConfig::adaptive().with_max_attempts(MAX_ATTEMPTS),
        TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .read_timeout(READ)
            .operation_timeout(OPERATION)
            .build(),
    )
}

fn with(sdk: &SdkConfig, retries: RetryConfig, timeouts: TimeoutConfig) -> SdkConfig {
    sdk.to_builder()
        .retry_config(retries)
        .timeout_config(timeouts)
        // Every answer here is a short document under the timeouts above; the protection is for long streams.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}
