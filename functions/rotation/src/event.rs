//! The event that Secrets Manager invokes a rotation function with.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html>

use serde::{Deserialize, Serialize};

/// One of the four steps of a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// Writes the new value as the pending version.
    CreateSecret,
    /// Would tell the service that the secret belongs to; there is none.
    SetSecret,
    /// Proves that the pending version can be used.
    TestSecret,
    /// Makes the pending version the current one.
    FinishSecret,
}

/// Which step of which rotation; what else is in the event is ignored.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Event {
    /// The step.
    pub step: Step,
    /// The secret's ARN.
    pub secret_id: String,
    /// The rotation's token, which is the id of the pending version.
    pub client_request_token: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_secrets_manager_sends() -> serde_json::Result<()> {
        for (step, expected) in [
            ("createSecret", Step::CreateSecret),
            ("setSecret", Step::SetSecret),
            ("testSecret", Step::TestSecret),
            ("finishSecret", Step::FinishSecret),
        ] {
            let text = format!(
                r#"{{"Step":"{step}","SecretId":"arn","ClientRequestToken":"token","RotationToken":"other"}}"#
            );
            let event: Event = serde_json::from_str(&text)?;

            assert_eq!(event.step, expected);
            assert_eq!(
                (event.secret_id.as_str(), event.client_request_token.as_str()),
                ("arn", "token")
            );
        }
        assert!(serde_json::from_str::<Event>(r#"{"Step":"dropSecret"}"#).is_err());
        Ok(())
    }
}
