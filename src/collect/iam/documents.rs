//! Roles and policies out of IAM's answers, their documents decoded.
//!
//! IAM percent-encodes every document. One that does not decode is kept as it came and reported as a problem:
//! a document that nobody can read must not pass for one that allows nothing.

use aws_sdk_iam::types::{ManagedPolicyDetail, RoleDetail};

use crate::inventory::iam::{AttachedPolicy, IamPolicy, IamRole, InlinePolicy};
use crate::inventory::{Details, Fact, Tags};

/// A role or a policy, with what could not be understood of it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) managed_by_aws: bool,
    pub(super) tags: Fact<Tags>,
    pub(super) details: Details,
    /// The ARNs of the managed policies that a role has attached or is bounded by.
    pub(super) uses: Vec<String>,
    pub(super) problems: Vec<String>,
}

/// A role.
pub(super) fn role(detail: RoleDetail) -> Found {
    let mut problems = Vec::new();
    let name = required(detail.role_name, "a role without a name", &mut problems);
    let path = detail.path.unwrap_or_default();
    let trust = document(
        detail.assume_role_policy_document,
        &format!("the trust policy of role {name}"),
        &mut problems,
    );
    let mut inline_policies: Vec<InlinePolicy> = detail
        .role_policy_list
        .unwrap_or_default()
        .into_iter()
        .map(|policy| {
            let policy_name = policy.policy_name.unwrap_or_default();
            let what = format!("inline policy {policy_name} of role {name}");
            InlinePolicy {
                policy_document: document(policy.policy_document, &what, &mut problems),
                policy_name,
            }
        })
        .collect();
    inline_policies.sort_by(|a, b| a.policy_name.cmp(&b.policy_name));
    let mut attached_policies: Vec<AttachedPolicy> = detail
        .attached_managed_policies
        .unwrap_or_default()
        .into_iter()
        .map(|policy| AttachedPolicy {
            policy_name: policy.policy_name.unwrap_or_default(),
            policy_arn: policy.policy_arn.unwrap_or_default(),
        })
        .collect();
    attached_policies.sort_by(|a, b| (&a.policy_name, &a.policy_arn).cmp(&(&b.policy_name, &b.policy_arn)));
    let permissions_boundary_arn = detail
        .permissions_boundary
        .and_then(|boundary| boundary.permissions_boundary_arn);
    Found {
        arn: required(detail.arn, "a role without an ARN", &mut problems),
        managed_by_aws: path.starts_with("/aws-service-role/"),
        tags: Fact::Known(super::tags(detail.tags.unwrap_or_default())),
        uses: attached_policies
            .iter()
            .map(|policy| policy.policy_arn.clone())
            .chain(permissions_boundary_arn.clone())
            .collect(),
        details: IamRole {
            path,
            assume_role_policy_document: trust,
            inline_policies,
            attached_policies,
            permissions_boundary_arn,
        }
        .into(),
        name,
        problems,
    }
}

/// A managed policy in its default version. Its tags are not part of the answer.
pub(super) fn policy(detail: ManagedPolicyDetail) -> Found {
    let mut problems = Vec::new();
    let arn = required(detail.arn, "a policy without an ARN", &mut problems);
    // The last part of the ARN is the name; emulators leave the name itself out.
    let name = detail
        .policy_name
        .or_else(|| arn.rsplit('/').next().map(str::to_owned))
        .unwrap_or_default();
    let default = detail
        .policy_version_list
        .unwrap_or_default()
        .into_iter()
        .find(|version| version.is_default_version)
        .and_then(|version| version.document);
    Found {
        managed_by_aws: arn.split(':').nth(4) == Some("aws"),
        tags: Fact::NotRead,
        details: IamPolicy {
            path: detail.path.unwrap_or_default(),
            default_version_id: detail.default_version_id.unwrap_or_default(),
            policy_document: document(
                default,
                &format!("the default version of policy {name}"),
                &mut problems,
            ),
        }
        .into(),
        uses: Vec::new(),
        arn,
        name,
        problems,
    }
}

fn required(text: Option<String>, missing: &str, problems: &mut Vec<String>) -> String {
    text.unwrap_or_else(|| {
        problems.push(format!("the answer holds {missing}"));
        String::new()
    })
}

/// A document as JSON text, or as it came when that is not possible.
fn document(encoded: Option<String>, what: &str, problems: &mut Vec<String>) -> String {
    let Some(encoded) = encoded else {
        problems.push(format!("{what} has no document"));
        return String::new();
    };
    decode(&encoded).unwrap_or_else(|| {
        problems.push(format!("{what} is not percent-encoded JSON"));
        encoded
    })
}

/// The JSON text behind a percent-encoded document; `None` when it is none. A document that begins with a brace
/// is not encoded, as some emulators give it: a percent sign in it is its own.
fn decode(encoded: &str) -> Option<String> {
    if encoded.trim_start().starts_with('{') {
        return Some(encoded.to_owned());
    }
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    text.trim_start().starts_with('{').then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::ResourceType;
    use aws_sdk_iam::types::{AttachedPermissionsBoundary, PolicyVersion};

    #[test]
    fn documents_are_decoded() {
        for (encoded, text) in [
            (
                "%7B%22Version%22%3A%222012-10-17%22%7D",
                r#"{"Version":"2012-10-17"}"#,
            ),
            ("%7B%22a%22%3A%20%22x%2By%25%C3%A9%22%7D", r#"{"a": "x+y%é"}"#),
            ("%7b+%7d", "{+}"),
            (r#"{"a":"100%25"}"#, r#"{"a":"100%25"}"#),
        ] {
            assert_eq!(decode(encoded).as_deref(), Some(text));
        }
        for broken in ["%7", "%zz", "%FF", "plain", ""] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_role_uses_its_attached_policies_and_its_boundary() {
        let boundary = AttachedPermissionsBoundary::builder()
            .permissions_boundary_arn("arn:aws:iam::123456789012:policy/limit")
            .build();
        let attached = aws_sdk_iam::types::AttachedPolicy::builder()
            .policy_name("ReadOnlyAccess")
            .policy_arn("arn:aws:iam::aws:policy/ReadOnlyAccess")
            .build();
        let detail = RoleDetail::builder()
            .role_name("reader")
            .arn("arn:aws:iam::123456789012:role/aws-service-role/x/reader")
            .path("/aws-service-role/x/")
            .assume_role_policy_document("%7B%7D")
            .attached_managed_policies(attached)
            .permissions_boundary(boundary)
            .build();
        let found = role(detail);
        assert_eq!(
            found.uses,
            [
                "arn:aws:iam::aws:policy/ReadOnlyAccess",
                "arn:aws:iam::123456789012:policy/limit"
            ]
        );
        assert!(found.managed_by_aws);
        assert_eq!(found.problems, Vec::<String>::new());
    }

    #[test]
    fn a_policy_is_read_in_its_default_version() {
        let version = |id: &str, document: &str, default| {
            PolicyVersion::builder()
                .version_id(id)
                .document(document)
                .is_default_version(default)
                .build()
        };
        let detail = ManagedPolicyDetail::builder()
            .arn("arn:aws:iam::123456789012:policy/limit")
            .default_version_id("v2")
            .policy_version_list(version("v1", "%7B%22old%22%3A1%7D", false))
            .policy_version_list(version("v2", "%7B%22new%22%3A1%7D", true))
            .build();
        let found = policy(detail);
        let own = IamPolicy::of(&found.details).unwrap();
        assert_eq!(own.policy_document, r#"{"new":1}"#);
        assert!(!found.managed_by_aws);
        assert_eq!(found.name, "limit");
    }

    #[test]
    fn a_document_that_nobody_can_read_is_a_problem() {
        let found = role(
            RoleDetail::builder()
                .role_name("odd")
                .arn("arn:aws:iam::123456789012:role/odd")
                .assume_role_policy_document("%zz")
                .build(),
        );
        assert_eq!(
            found.problems,
            ["the trust policy of role odd is not percent-encoded JSON"]
        );
    }
}
