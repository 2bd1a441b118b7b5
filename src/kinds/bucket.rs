//! `bucket`: buckets have the promised settings.

use schemars::JsonSchema;
use serde::Deserialize;

use super::facts::{self, choice};
use super::{Mistake, select, tls_only};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::NameGlob;
use crate::inventory::s3::{BucketEncryption, PublicAccessBlock, S3Bucket};
use crate::inventory::{Inventory, Needs, ResourceType};

pub const EXAMPLE: &str = r#"id: state-bucket
kind: bucket
title: Terraform's state is kept in versions, encrypted and private
severity: critical
owner: platform
why: The state names every resource and holds secrets in plain text; without versions a bad run loses it.
fix: Set the bucket's settings in terraform/bootstrap.
with:
  buckets: ["${project}-terraform-state-*"]
  versioning: true
  encryption: "aws:kms"
  block_public_access: true
  object_ownership: BucketOwnerEnforced
  tls_only: true
"#;

/// Each bucket has the promised settings. What is not promised is not looked at.
///
/// `tls_only` is decided as S3 decides: whoever asks, for whichever action on the bucket and on its objects, a `Deny`
/// of the bucket policy must take the request in when `aws:SecureTransport` is false.
///
/// ## What is read
/// `s3:ListAllMyBuckets` of the region, and per bucket what is promised: `s3:GetBucketVersioning`,
/// `s3:GetEncryptionConfiguration`, `s3:GetBucketPublicAccessBlock`, `s3:GetBucketOwnershipControls`,
/// `s3:GetBucketPolicy`.
///
/// ## When it fails
/// A setting differs from the promised one; somebody may read or write without TLS; no bucket has one of the names. A
/// policy that cannot be understood is an error.
///
/// ## What it cannot know
/// How objects are encrypted that were there before, or whose writer chose another way; the public access block of the
/// whole account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of buckets, or globs.
    #[schemars(length(min = 1))]
    buckets: Vec<NameGlob>,
    /// Whether earlier versions of objects are kept.
    versioning: Option<bool>,
    /// What encrypts new objects by default.
    encryption: Option<Encryption>,
    /// The ids, ARNs or aliases that the KMS key may have, as globs. The key `aws/s3`, which S3 uses when no key is
    /// named, matches none.
    #[serde(default)]
    kms_keys: Vec<NameGlob>,
    /// Whether all four settings of the bucket's own public access block are on.
    #[serde(default)]
    block_public_access: bool,
    /// Who owns new objects. With `BucketOwnerEnforced` access control lists do not count.
    object_ownership: Option<Ownership>,
    /// Whether the bucket policy must deny everything that does not use TLS.
    #[serde(default)]
    tls_only: bool,
}

choice!(Encryption { S3 = "AES256", Kms = "aws:kms", KmsTwice = "aws:kms:dsse" });
choice!(Ownership {
    Enforced = "BucketOwnerEnforced",
    Preferred = "BucketOwnerPreferred",
    Writer = "ObjectWriter",
});

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let promises = [
            self.versioning.is_some(),
            self.encryption.is_some() || !self.kms_keys.is_empty(),
            self.block_public_access || self.tls_only,
            self.object_ownership.is_some(),
        ];
        if !promises.contains(&true) {
            mistakes.push(facts::nothing_promised(&[
                "versioning",
                "encryption",
                "kms_keys",
                "block_public_access",
                "object_ownership",
                "tls_only",
            ]));
        }
        if self.encryption == Some(Encryption::S3) && !self.kms_keys.is_empty() {
            mistakes.push(Mistake::new(
                "/kms_keys",
                "contradicting-keys",
                "`kms_keys` of a bucket that no KMS key encrypts",
                "`encryption` is `AES256`",
            ));
        }
        if mistakes.is_empty() {
            Ok(self)
        } else {
            Err(mistakes)
        }
    }
}

impl Check for Options {
    fn needs(&self) -> CheckNeeds {
        let wanted = [
            ("versioning", self.versioning.is_some()),
            (
                "encryption",
                self.encryption.is_some() || !self.kms_keys.is_empty(),
            ),
            ("public_access_block", self.block_public_access),
            ("object_ownership", self.object_ownership.is_some()),
            ("policy", self.tls_only),
        ];
        let wanted = wanted.into_iter().filter(|(_, wanted)| *wanted);
        CheckNeeds {
            subjects: wanted.fold(Needs::none(), |needs, (fact, _)| {
                needs.fact_of(S3Bucket::NAME, fact, &self.buckets)
            }),
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, S3Bucket::NAME, &self.buckets)
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let Some((resource, bucket)) = select::found::<S3Bucket>(evidence.inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        if let Some(promised) = self.versioning
            && let Some(found) = assessment.need("versioning", &bucket.versioning)
        {
            self::versioning(promised, found.as_deref(), &mut assessment);
        }
        if (self.encryption.is_some() || !self.kms_keys.is_empty())
            && let Some(found) = assessment.need("encryption", &bucket.encryption)
        {
            self.encryption(found.as_ref(), &mut assessment);
        }
        if self.block_public_access
            && let Some(found) = assessment.need("public access block", &bucket.public_access_block)
        {
            blocked(*found, &mut assessment);
        }
        if let Some(promised) = self.object_ownership
            && let Some(found) = assessment.need("object ownership", &bucket.object_ownership)
        {
            let wrong = "new objects belong to somebody else, or access control lists count";
            let promised = Some(promised.to_string());
            facts::exactly(&mut assessment, "ObjectOwnership", promised, found, wrong);
        }
        if self.tls_only
            && let Some(policy) = assessment.need("policy", &bucket.policy)
        {
            let objects = format!("{}/*", resource.arn);
            tls_only::judge(
                policy.as_deref(),
                "s3:*",
                &[&resource.arn, &objects],
                &mut assessment,
            );
        }
        assessment.conclude("the bucket is as promised")
    }
}

fn versioning(promised: bool, found: Option<&str>, assessment: &mut Assessment) {
    let found = found.unwrap_or("never enabled");
    assessment.saw("versioning", found);
    if promised != (found == "Enabled") {
        let (wrong, expected) = if promised {
            ("earlier versions of objects are not kept", "Enabled")
        } else {
            ("earlier versions of objects are kept", "not Enabled")
        };
        assessment.differs(wrong, expected, found);
    }
}

/// Every setting of the block that is off is told.
fn blocked(found: PublicAccessBlock, assessment: &mut Assessment) {
    for (name, on, wrong) in [
        (
            "BlockPublicAcls",
            found.block_public_acls,
            "access control lists may be made public",
        ),
        (
            "IgnorePublicAcls",
            found.ignore_public_acls,
            "public access control lists count",
        ),
        (
            "BlockPublicPolicy",
            found.block_public_policy,
            "the policy may be made public",
        ),
        (
            "RestrictPublicBuckets",
            found.restrict_public_buckets,
            "a public policy counts",
        ),
    ] {
        facts::exactly(assessment, name, Some(true), &on, wrong);
    }
}

impl Options {
    fn encryption(&self, found: Option<&BucketEncryption>, assessment: &mut Assessment) {
        let algorithm = found.map_or("none", |found| found.sse_algorithm.as_str());
        let wrong = "new objects are not encrypted as promised";
        let promised = self.encryption.map(|promised| promised.to_string());
        facts::exactly(assessment, "SSEAlgorithm", promised, &algorithm.to_owned(), wrong);
        let key = found.and_then(|found| found.kms_master_key_id.as_deref());
        let wrong = "another key encrypts new objects";
        facts::any_of(assessment, "KMSMasterKeyID", &self.kms_keys, key, wrong);
    }
}
