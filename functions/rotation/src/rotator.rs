//! The four steps, each of which may be repeated.
//!
//! As AWS's own template does, it first makes sure that the token is a version that is waiting for rotation; unlike
//! the template it also makes sure that the new value keeps today's pepper, without which keys would be locked out.

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_sdk_secretsmanager::operation::put_secret_value::PutSecretValueError;
use functions_shared::{Failure, PepperSecret};
use jiff::{SignedDuration, Timestamp};

use crate::error::RotationError;
use crate::event::{Event, Step};

const CURRENT: &str = "AWSCURRENT";
const PENDING: &str = "AWSPENDING";

/// How old a pepper must be before it is rotated unless the caller says otherwise.
///
/// Two rotations in a row would lock out every key that was not used between them. Terraform, for one, rotates when
/// rotation rules change.
pub const DEFAULT_MINIMUM_AGE: SignedDuration = SignedDuration::from_hours(24);

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The step was done.
    Done,
    /// The step had been done before.
    AlreadyDone,
    /// The step has nothing to do for this secret.
    NothingToDo,
}

impl Outcome {
    /// Returns the outcome's name in logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::AlreadyDone => "already done",
            Self::NothingToDo => "nothing to do",
        }
    }
}

/// Rotates secrets through one client.
#[derive(Clone)]
pub struct Rotator {
    client: Client,
    minimum_age: SignedDuration,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Rotator {
    /// Starts with [`DEFAULT_MINIMUM_AGE`] and the system's clock.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self {
            client,
            minimum_age: DEFAULT_MINIMUM_AGE,
            clock: Arc::new(Timestamp::now),
        }
    }

    /// Replaces the age below which a pepper is not rotated; zero allows any.
    #[must_use]
    pub fn with_minimum_age(mut self, age: SignedDuration) -> Self {
        self.minimum_age = age;
        self
    }

    /// Replaces the clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Does one step.
    pub async fn rotate(&self, event: &Event) -> Result<Outcome, RotationError> {
        let described = self
            .client
            .describe_secret()
            .secret_id(&event.secret_id)
            .send()
            .await
            .map_err(|error| Failure::from_sdk("secretsmanager:DescribeSecret", &error))?;
        if described.rotation_enabled() != Some(true) {
            return Err(RotationError::NotEnabled);
        }
        let versions = described.version_ids_to_stages();
        let labels = versions.and_then(|versions| versions.get(&event.client_request_token));
        let labels = labels.ok_or(RotationError::UnknownVersion)?;
        if labels.iter().any(|label| label == CURRENT) {
            return Ok(Outcome::AlreadyDone);
        }
        if !labels.iter().any(|label| label == PENDING) {
            return Err(RotationError::NotPending);
        }
        match event.step {
            Step::CreateSecret => self.create(event).await,
            // The authorizer reads the secret itself; no other service has to be told.
            Step::SetSecret => Ok(Outcome::NothingToDo),
            Step::TestSecret => self.test(event).await,
            Step::FinishSecret => self.finish(event, &described).await,
        }
    }

    async fn create(&self, event: &Event) -> Result<Outcome, RotationError> {
        if self.pending(event).await?.is_some() {
            return Ok(Outcome::AlreadyDone);
        }
        let now = (self.clock)();
        let unusable = |error| RotationError::Unusable(PENDING, error);
        let next = match self.current(event).await? {
            None => PepperSecret::first(now).map_err(unusable)?,
            Some(current) => {
                let until = current.rotated_at + self.minimum_age;
                if now < until {
                    return Err(RotationError::TooSoon { until });
                }
                current.next(now).map_err(unusable)?
            }
        };
        let put = self
            .client
            .put_secret_value()
            .secret_id(&event.secret_id)
            .client_request_token(&event.client_request_token)
            .secret_string(next.to_text().map_err(unusable)?)
            .version_stages(PENDING)
            .send()
            .await;
        match put {
            Ok(_) => Ok(Outcome::Done),
            // Another invocation of the same step was quicker; its value is as good.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutSecretValueError::is_resource_exists_exception) =>
            {
                Ok(Outcome::AlreadyDone)
            }
            Err(error) => Err(Failure::from_sdk("secretsmanager:PutSecretValue", &error).into()),
        }
    }

    async fn test(&self, event: &Event) -> Result<Outcome, RotationError> {
        let pending = self.pending(event).await?.ok_or(RotationError::NoValue)?;
        let pending =
            PepperSecret::parse(&pending).map_err(|error| RotationError::Unusable(PENDING, error))?;
        succeeds(&pending, self.current(event).await?.as_ref())?;
        Ok(Outcome::Done)
    }

    async fn finish(
        &self,
        event: &Event,
        described: &DescribeSecretOutput,
    ) -> Result<Outcome, RotationError> {
        let current = described.version_ids_to_stages().and_then(|versions| {
            let mut versions = versions.iter();
            versions.find(|(_, labels)| labels.iter().any(|label| label == CURRENT))
        });
        // Once more, as a step can be left out, and the current value may have been replaced by hand since the test.
        self.test(event).await?;
        // AWSPENDING stays: taking it away in a call of its own would look like a rotation that was given up.
        self.client
            .update_secret_version_stage()
            .secret_id(&event.secret_id)
            .version_stage(CURRENT)
            .move_to_version_id(&event.client_request_token)
            .set_remove_from_version_id(current.map(|(version, _)| version.clone()))
            .send()
            .await
            .map_err(|error| Failure::from_sdk("secretsmanager:UpdateSecretVersionStage", &error))?;
        Ok(Outcome::Done)
    }

    /// Reads the current version; none when the secret was never given a value, or an empty one.
    async fn current(&self, event: &Event) -> Result<Option<PepperSecret>, RotationError> {
        let text = self.value(event, None, CURRENT).await?;
        text.map_or(Ok(None), |text| PepperSecret::parse_or_empty(&text))
            .map_err(|error| RotationError::Unusable(CURRENT, error))
    }

    async fn pending(&self, event: &Event) -> Result<Option<String>, RotationError> {
        self.value(event, Some(&event.client_request_token), PENDING)
            .await
    }

    /// Reads a version; none when it has no value.
    async fn value(
        &self,
        event: &Event,
        version: Option<&str>,
        label: &str,
    ) -> Result<Option<String>, RotationError> {
        let read = self
            .client
            .get_secret_value()
            .secret_id(&event.secret_id)
            .set_version_id(version.map(ToOwned::to_owned))
            .version_stage(label)
            .send()
            .await;
        match read {
            Ok(answer) => Ok(answer.secret_string),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(Failure::from_sdk("secretsmanager:GetSecretValue", &error).into()),
        }
    }
}

/// Makes sure that the new value can take over from the current one.
fn succeeds(pending: &PepperSecret, current: Option<&PepperSecret>) -> Result<(), RotationError> {
    let Some(current) = current else {
        return Ok(());
    };
    if pending.current == current.current {
        return Err(RotationError::NotNew);
    }
    if pending.previous.as_ref() != Some(&current.current) {
        return Err(RotationError::NotASuccessor);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use functions_shared::SecretError;

    use super::*;

    #[test]
    fn only_a_new_pepper_that_keeps_the_old_one_succeeds() -> Result<(), SecretError> {
        let now = Timestamp::UNIX_EPOCH;
        let current = PepperSecret::first(now)?;
        let next = current.next(now)?;
        let stranger = PepperSecret::first(now)?;

        assert_eq!(succeeds(&next, Some(&current)), Ok(()));
        assert_eq!(succeeds(&current, None), Ok(()));
        assert_eq!(succeeds(&current, Some(&current)), Err(RotationError::NotNew));
        assert_eq!(
            succeeds(&stranger, Some(&current)),
            Err(RotationError::NotASuccessor)
        );
        // A pepper that skips one would lock out the keys of the skipped one.
        assert_eq!(
            succeeds(&next.next(now)?, Some(&current)),
            Err(RotationError::NotASuccessor)
        );
        Ok(())
    }
}
