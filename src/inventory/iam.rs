//! Roles and policies, as the IAM API describes them. Policy documents are decoded JSON text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A role.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IamRole {
    /// The path, as `/` or `/aws-service-role/…/`.
    pub path: String,
    /// Who may assume the role: the trust policy, as JSON text.
    pub assume_role_policy_document: String,
    /// The policies embedded in the role, by name.
    pub inline_policies: Vec<InlinePolicy>,
    /// The managed policies attached to the role, by name.
    pub attached_policies: Vec<AttachedPolicy>,
    /// The ARN of the policy that bounds what the role may do.
    pub permissions_boundary_arn: Option<String>,
}

/// A policy embedded in a role.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InlinePolicy {
    /// The name.
    pub policy_name: String,
    /// The document, as JSON text.
    pub policy_document: String,
}

/// A managed policy, named by the role that it is attached to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachedPolicy {
    /// The name.
    pub policy_name: String,
    /// The ARN.
    pub policy_arn: String,
}

/// A managed policy in its default version. Of AWS's own only those in use are kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IamPolicy {
    /// The path.
    pub path: String,
    /// The version in force.
    pub default_version_id: String,
    /// The document of that version, as JSON text.
    pub policy_document: String,
}
