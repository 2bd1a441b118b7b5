//! Buckets, as the S3 API describes them: their settings, never their objects.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::Fact;

/// A bucket.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct S3Bucket {
    /// The bucket policy, as JSON text (`GetBucketPolicy`); absent when there is none.
    pub policy: Fact<Option<String>>,
    /// What the access control list grants, besides full control to the bucket's owner (`GetBucketAcl`).
    pub grants: Fact<Vec<AclGrant>>,
    /// Who owns new objects, and whether access control lists count (`GetBucketOwnershipControls`):
    /// `BucketOwnerEnforced` (they do not), `BucketOwnerPreferred` or `ObjectWriter`, which counts when nothing is set.
    pub object_ownership: Fact<String>,
    /// The bucket's own public access block (`GetPublicAccessBlock`); all false when there is none.
    pub public_access_block: Fact<PublicAccessBlock>,
    /// `Enabled` or `Suspended` (`GetBucketVersioning`); absent when versions were never kept.
    pub versioning: Fact<Option<String>>,
    /// What encrypts new objects by default (`GetBucketEncryption`); absent when nothing is set.
    pub encryption: Fact<Option<BucketEncryption>>,
}

/// A grant of an access control list.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AclGrant {
    /// A canonical user id, the e-mail address of an account, or the URI of a group.
    pub grantee: String,
    /// `FULL_CONTROL`, `READ`, `READ_ACP`, `WRITE` or `WRITE_ACP`.
    pub permission: String,
}

/// What keeps a bucket from being made public.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the four settings of S3")]
pub struct PublicAccessBlock {
    /// New access control lists that grant to the public are refused.
    pub block_public_acls: bool,
    /// Access control lists that grant to the public do not count.
    pub ignore_public_acls: bool,
    /// New policies that grant to the public are refused.
    pub block_public_policy: bool,
    /// While the policy grants to the public, only the account and AWS services may use it.
    pub restrict_public_buckets: bool,
}

/// How new objects are encrypted when the request says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BucketEncryption {
    /// `AES256`, `aws:kms`, `aws:kms:dsse` or `aws:fsx`.
    pub sse_algorithm: String,
    /// The KMS key; absent for the key `aws/s3`, and where no KMS key encrypts.
    pub kms_master_key_id: Option<String>,
    /// Whether S3 asks KMS once for many objects.
    pub bucket_key_enabled: bool,
}
