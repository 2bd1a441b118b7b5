//! What a collector may call: one constant per operation of an AWS API.
//!
//! The constants are the one source of the IAM actions that `stackproof permissions` prints.

/// What an operation is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A whole account or region: not found is an error of the service.
    List,
    /// One resource that was listed before: not found means that it vanished meanwhile.
    Resource,
}

/// One operation of an AWS API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The IAM action that allows it, as `dynamodb:ListTables`.
    pub action: &'static str,
    /// What the log calls it: its action or, where one action allows many operations, the operation in the
    /// action's place, as `apigateway:GetRestApis`.
    pub name: &'static str,
    /// The operation's own name, as `ListTables`.
    pub api: &'static str,
    /// What it is asked about.
    pub subject: Subject,
}

impl Operation {
    /// An operation that lists, and is named as its IAM action.
    #[must_use]
    pub const fn list(action: &'static str) -> Self {
        Self {
            action,
            name: action,
            api: after_colon(action),
            subject: Subject::List,
        }
    }

    /// An operation that is asked about one resource, and is named as its IAM action.
    #[must_use]
    pub const fn resource(action: &'static str) -> Self {
        Self {
            action,
            name: action,
            api: after_colon(action),
            subject: Subject::Resource,
        }
    }

    /// The same under another name in the API, for the services whose IAM actions are named differently.
    #[must_use]
    pub const fn called(self, api: &'static str) -> Self {
        Self { api, ..self }
    }

    /// The same allowed by an IAM action that allows others too, for the services that have one for all reads.
    #[must_use]
    pub const fn allowed_by(self, action: &'static str) -> Self {
        Self { action, ..self }
    }
}

/// The part of an IAM action that names the operation.
const fn after_colon(action: &'static str) -> &'static str {
    let bytes = action.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if bytes[index] == b':' {
            return action.split_at(index + 1).1;
        }
        index += 1;
    }
    action
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_named_as_its_action_unless_said_otherwise() {
        const LIST: Operation = Operation::list("sqs:ListQueues");
        const BUCKETS: Operation = Operation::list("s3:ListAllMyBuckets").called("ListBuckets");
        assert_eq!(LIST.api, "ListQueues");
        assert_eq!(BUCKETS.api, "ListBuckets");
        assert_eq!(BUCKETS.name, BUCKETS.action);
    }

    #[test]
    fn operations_that_share_an_action_keep_their_names() {
        const STAGES: Operation = Operation::list("apigateway:GetStages").allowed_by("apigateway:GET");
        assert_eq!(
            (STAGES.action, STAGES.name, STAGES.api),
            ("apigateway:GET", "apigateway:GetStages", "GetStages")
        );
    }
}
