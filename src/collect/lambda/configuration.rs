//! What the list of functions tells, in the inventory's words. The values of variables end here.

use aws_sdk_lambda::types::{AliasConfiguration, EnvironmentResponse, FunctionConfiguration};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

use crate::inventory::Gap;
use crate::inventory::lambda::{Alias, LambdaFunction};

/// An alias in the inventory's words.
pub(super) fn alias(alias: AliasConfiguration) -> Alias {
    let weights = alias
        .routing_config
        .and_then(|routing| routing.additional_version_weights);
    Alias {
        name: alias.name.unwrap_or_default(),
        function_version: alias.function_version.unwrap_or_default(),
        additional_version_weights: weights.unwrap_or_default().into_iter().collect(),
    }
}

/// What the list tells of a function; everything else is not read.
pub(super) fn configuration(function: FunctionConfiguration, gap: impl Fn(String) -> Gap) -> LambdaFunction {
    let vpc = function.vpc_config;
    let sorted = |ids: Option<&Vec<String>>| {
        let mut ids = ids.cloned().unwrap_or_default();
        ids.sort();
        ids
    };
    let logging = function.logging_config;
    LambdaFunction {
        package_type: function
            .package_type
            .map_or_else(|| "Zip".to_owned(), |kind| kind.as_str().to_owned()),
        runtime: function.runtime.map(|runtime| runtime.as_str().to_owned()),
        handler: function.handler,
        role: function.role.unwrap_or_default(),
        timeout: function.timeout,
        memory_size: function.memory_size,
        ephemeral_storage_size: function.ephemeral_storage.map(|storage| storage.size),
        architectures: function
            .architectures
            .unwrap_or_default()
            .into_iter()
            .map(|architecture| architecture.as_str().to_owned())
            .collect(),
        layers: function
            .layers
            .unwrap_or_default()
            .into_iter()
            .filter_map(|layer| layer.arn)
            .collect(),
        tracing_mode: function
            .tracing_config
            .and_then(|tracing| tracing.mode)
            .map_or_else(|| "PassThrough".to_owned(), |mode| mode.as_str().to_owned()),
        subnet_ids: sorted(vpc.as_ref().and_then(|vpc| vpc.subnet_ids.as_ref())),
        security_group_ids: sorted(vpc.as_ref().and_then(|vpc| vpc.security_group_ids.as_ref())),
        // A function that left its VPC keeps empty texts.
        vpc_id: vpc.and_then(|vpc| vpc.vpc_id).filter(|id| !id.is_empty()),
        dead_letter_target_arn: function
            .dead_letter_config
            .and_then(|config| config.target_arn)
            .filter(|arn| !arn.is_empty()),
        kms_key_arn: function.kms_key_arn.filter(|arn| !arn.is_empty()),
        log_group: logging.as_ref().and_then(|logging| logging.log_group.clone()),
        log_format: logging
            .and_then(|logging| logging.log_format)
            .map(|format| format.as_str().to_owned()),
        environment: environment(function.environment).map_err(gap).into(),
        ..LambdaFunction::default()
    }
}

/// The names of the variables with the digests of their values. Lambda leaves the values out, and says so in the
/// midst of a good answer, when it may not decrypt them.
fn environment(environment: Option<EnvironmentResponse>) -> Result<BTreeMap<String, String>, String> {
    let Some(environment) = environment else {
        return Ok(BTreeMap::new());
    };
    if let Some(error) = environment.error {
        return Err(format!(
            "the environment could not be decrypted: {}",
            error.error_code.unwrap_or_default()
        ));
    }
    let variables = environment.variables.unwrap_or_default();
    Ok(variables
        .into_iter()
        .map(|(name, value)| (name, digest(&value)))
        .collect())
}

/// The SHA-256 of a text, in lower-case hex digits.
fn digest(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a string never fails.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_lambda::types::EnvironmentError;

    #[test]
    fn values_are_replaced_by_their_digests() {
        let given = EnvironmentResponse::builder().variables("TOKEN", "abc").build();
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(environment(Some(given)).unwrap()["TOKEN"], expected);
        assert_eq!(environment(None), Ok(BTreeMap::new()));
    }

    #[test]
    fn an_environment_that_was_not_decrypted_is_not_empty() {
        let error = EnvironmentError::builder()
            .error_code("AccessDeniedException")
            .build();
        let given = EnvironmentResponse::builder().error(error).build();
        assert_eq!(
            environment(Some(given)).unwrap_err(),
            "the environment could not be decrypted: AccessDeniedException"
        );
    }
}
