//! Access control lists: the second way in which a bucket grants something, beside its policy.

use crate::check::Assessment;
use crate::inventory::s3::{AclGrant, S3Bucket};
use crate::inventory::{Resource, ResourceType};

/// Groups that are everybody: those without an account, and those of every account.
const EVERYBODY: [&str; 2] = [
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
];

/// Records what the list of a bucket grants to the public or, where the policy is held to an allowance, to anyone but
/// the bucket's owner. Other resources have no lists.
pub(super) fn judge(resource: &Resource, anyone: bool, assessment: &mut Assessment) {
    let Some(bucket) = S3Bucket::of(&resource.details) else {
        return;
    };
    let Some(ownership) = assessment.need("object ownership", &bucket.object_ownership) else {
        return;
    };
    assessment.saw("ObjectOwnership", ownership);
    if ownership == "BucketOwnerEnforced" {
        // Lists are switched off, those of objects too.
        return;
    }
    let (grants, block) = (
        assessment.need("access control list", &bucket.grants),
        assessment.need("public access block", &bucket.public_access_block),
    );
    let (Some(grants), Some(block)) = (grants, block) else {
        return;
    };
    assessment.saw("IgnorePublicAcls", block.ignore_public_acls);
    for AclGrant { grantee, permission } in grants {
        let (who, counts) = if EVERYBODY.contains(&grantee.as_str()) {
            ("the public", !block.ignore_public_acls)
        } else {
            (grantee.as_str(), anyone)
        };
        if counts {
            assessment.differs(
                format!("`{permission}` is granted to {who} by the access control list"),
                "no grant, or the object ownership `BucketOwnerEnforced`",
                grantee,
            );
        }
    }
}
