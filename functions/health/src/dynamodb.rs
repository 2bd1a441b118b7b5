//! The dependency on a `DynamoDB` table: it exists, may be read and is active.
//!
//! It reads with `DescribeTable` alone, and its reasons name no account, role, table or address.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::TableStatus;

use crate::aws;
use crate::dependency::{Dependency, DependencyError};

/// A `DynamoDB` table; up only while its status is `ACTIVE`.
#[derive(Debug, Clone)]
pub struct DynamoDbTable {
    client: Client,
    table_name: String,
}

impl DynamoDbTable {
    /// Watches `table_name` through a client that the caller has configured.
    pub fn new(client: Client, table_name: impl Into<String>) -> Self {
        Self {
            client,
            table_name: table_name.into(),
        }
    }
}

#[async_trait]
impl Dependency for DynamoDbTable {
    fn name(&self) -> &'static str {
        "dynamodb"
    }

    async fn check(&self) -> Result<(), DependencyError> {
        let described = self
            .client
            .describe_table()
            .table_name(&self.table_name)
            .send()
            .await
            .map_err(|error| aws::explain("dynamodb:DescribeTable", &error, "table not found"))?;
        match described.table().and_then(|table| table.table_status()) {
            Some(TableStatus::Active) => Ok(()),
            status => Err(inactive(status)),
        }
    }
}

/// Says which state other than active the table is in.
fn inactive(status: Option<&TableStatus>) -> DependencyError {
    let reason = match status {
        Some(TableStatus::Creating) => "table is being created",
        Some(TableStatus::Updating) => "table is being updated",
        Some(TableStatus::Deleting) => "table is being deleted",
        Some(TableStatus::Archiving | TableStatus::Archived) => "table is archived",
        Some(TableStatus::InaccessibleEncryptionCredentials) => "table key not accessible",
        _ => "table is not active",
    };
    DependencyError::new(reason).with_detail(status.map_or("no table status", TableStatus::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_but_active_has_words_of_its_own() {
        for (status, reason) in [
            ("CREATING", "table is being created"),
            ("UPDATING", "table is being updated"),
            ("DELETING", "table is being deleted"),
            ("ARCHIVED", "table is archived"),
            ("INACCESSIBLE_ENCRYPTION_CREDENTIALS", "table key not accessible"),
            ("SOMETHING_NEW", "table is not active"),
        ] {
            let error = inactive(Some(&TableStatus::from(status)));

            assert_eq!((error.reason(), error.detail()), (reason, Some(status)));
        }
        assert_eq!(inactive(None).reason(), "table is not active");
    }
}
