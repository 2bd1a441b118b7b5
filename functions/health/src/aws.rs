//! What the checks of AWS resources share: an SDK error in words that are safe to publish.
//!
//! It must not know any particular service, and its reasons name no account, role, resource or address.

use std::error::Error;
use std::fmt;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use functions_shared::failure::{self, Failure};

use crate::dependency::DependencyError;

/// Puts an SDK error into a few words that are safe to publish, and keeps its chain for logs; `operation` is the IAM
/// action, and `missing` is what is said when the resource does not exist.
pub fn explain<E, R>(
    operation: &'static str,
    error: &SdkError<E, R>,
    missing: &'static str,
) -> DependencyError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: fmt::Debug + 'static,
{
    let reason = match Failure::from_sdk(operation, error).reason() {
        failure::NOT_FOUND => missing,
        reason => reason,
    };
    let mut causes: Vec<String> = failure::chain(error).map(ToString::to_string).collect();
    // An error whose text repeats its source's would say everything twice.
    causes.dedup();
    DependencyError::new(reason).with_detail(causes.join(": "))
}
