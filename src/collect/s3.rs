//! Buckets: one list of the region, then per bucket only the facts that are needed. Objects are never read.

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::operation::get_bucket_acl::GetBucketAclOutput;
use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;
use aws_sdk_s3::types::{Bucket, ServerSideEncryptionConfiguration};
use futures_util::future::join_all;

use super::paging::fact_of;
use super::{Arn, Collected, Collector, Context, Operation, Service};
use crate::inventory::s3::{AclGrant, BucketEncryption, PublicAccessBlock, S3Bucket};
use crate::inventory::{Gap, Needs, Resource, ResourceType, Tags};

// S3 has actions that are named otherwise than what they allow.
const LIST: Operation = Operation::list("s3:ListAllMyBuckets").called("ListBuckets");
const TAGS: Operation = Operation::resource("s3:GetBucketTagging");
const POLICY: Operation = Operation::resource("s3:GetBucketPolicy");
const ACL: Operation = Operation::resource("s3:GetBucketAcl");
const OWNERSHIP: Operation = Operation::resource("s3:GetBucketOwnershipControls");
const BLOCK: Operation = Operation::resource("s3:GetBucketPublicAccessBlock").called("GetPublicAccessBlock");
const VERSIONING: Operation = Operation::resource("s3:GetBucketVersioning");
const ENCRYPTION: Operation =
    Operation::resource("s3:GetEncryptionConfiguration").called("GetBucketEncryption");
const OPERATIONS: &[Operation] = &[LIST, TAGS, POLICY, ACL, OWNERSHIP, BLOCK, VERSIONING, ENCRYPTION];

/// The facts of a bucket, each with what it is read by.
const FACTS: [(&str, Operation); 7] = [
    ("tags", TAGS),
    ("policy", POLICY),
    ("grants", ACL),
    ("object_ownership", OWNERSHIP),
    ("public_access_block", BLOCK),
    ("versioning", VERSIONING),
    ("encryption", ENCRYPTION),
];

/// Buckets to a page. S3 gives a token only to those who ask for a page size, and at most 10,000 buckets.
const PAGE_SIZE: i32 = 1000;

/// Requests under way at a time; S3 documents no limit for these.
const CONCURRENCY: usize = 8;

/// Reads Amazon S3.
#[derive(Debug)]
pub struct S3;

#[async_trait]
impl Collector for S3 {
    fn service(&self) -> &'static str {
        "s3"
    }

    fn resource_types(&self) -> &'static [&'static str] {
        &[S3Bucket::NAME]
    }

    fn operations(&self, needs: &Needs) -> Vec<Operation> {
        if !needs.wants(S3Bucket::NAME) {
            return Vec::new();
        }
        let wanted = FACTS
            .into_iter()
            .filter(|(fact, _)| needs.wants_fact(S3Bucket::NAME, fact));
        std::iter::once(LIST)
            .chain(wanted.map(|(_, operation)| operation))
            .collect()
    }

    async fn collect(&self, context: &Context, needs: &Needs) -> Collected {
        let mut collected = Collected::default();
        if !needs.wants(S3Bucket::NAME) {
            return collected;
        }
        let service = context.regional(self.service(), OPERATIONS, CONCURRENCY);
        let config = aws_sdk_s3::config::Builder::from(context.sdk())
            // An endpoint of one's own seldom has a name for each bucket.
            .force_path_style(context.sdk().endpoint_url().is_some())
            .interceptor(service.counter())
            .build();
        let reader = Reader {
            client: Client::from_conf(config),
            service,
            context,
            needs,
        };
        let request = reader.client.list_buckets().bucket_region(context.region());
        let pages = reader
            .service
            .pages(
                LIST,
                request.into_paginator().page_size(PAGE_SIZE).send(),
                ListBucketsOutput::continuation_token,
                |page| page.buckets.unwrap_or_default(),
            )
            .await;
        let buckets = join_all(pages.items.into_iter().map(|bucket| reader.bucket(bucket))).await;
        for bucket in buckets.into_iter().chain(pages.gap.map(Err)) {
            match bucket {
                Ok(resource) => collected.resources.extend(resource),
                Err(gap) => collected.gap(S3Bucket::NAME, gap),
            }
        }
        collected
    }
}

/// Reads the facts of single buckets.
struct Reader<'a> {
    client: Client,
    service: Service<'a>,
    context: &'a Context,
    needs: &'a Needs,
}

impl Reader<'_> {
    /// The bucket with its facts; nothing when it is another region's.
    async fn bucket(&self, bucket: Bucket) -> Result<Option<Resource>, Gap> {
        let (Some(name), Some(region)) = (bucket.name, bucket.bucket_region) else {
            // Without the region nothing says that this one's settings are asked for in the right place.
            let problem = "the answer holds a bucket without a name or a region";
            return Err(self.service.nonsense(LIST, problem));
        };
        if region != self.context.region() {
            return Ok(None);
        }
        let arn = Arn {
            partition: self.context.partition(),
            service: "s3",
            region: "",
            account: "",
            resource: &name,
        }
        .to_string();
        let (needs, bucket) = (self.needs, name.as_str());
        let (tags, policy, grants, object_ownership, public_access_block, versioning, encryption) = tokio::join!(
            fact_of::<S3Bucket, _>(needs, "tags", bucket, self.tags(bucket)),
            fact_of::<S3Bucket, _>(needs, "policy", bucket, self.policy(bucket)),
            fact_of::<S3Bucket, _>(needs, "grants", bucket, self.grants(bucket)),
            fact_of::<S3Bucket, _>(needs, "object_ownership", bucket, self.object_ownership(bucket)),
            fact_of::<S3Bucket, _>(
                needs,
                "public_access_block",
                bucket,
                self.public_access_block(bucket)
            ),
            fact_of::<S3Bucket, _>(needs, "versioning", bucket, self.versioning(bucket)),
            fact_of::<S3Bucket, _>(needs, "encryption", bucket, self.encryption(bucket)),
        );
        Ok(Some(Resource {
            arn,
            id: name.clone(),
            name: Some(name),
            region,
            account: self.context.account().to_owned(),
            managed_by_aws: false,
            tags,
            details: S3Bucket {
                policy,
                grants,
                object_ownership,
                public_access_block,
                versioning,
                encryption,
            }
            .into(),
        }))
    }

    async fn tags(&self, bucket: &str) -> Result<Tags, Gap> {
        let request = self.client.get_bucket_tagging().bucket(bucket).send();
        let answer = self
            .service
            .read_if_any(TAGS, request, is("NoSuchTagSet"))
            .await?;
        let tags = answer.map(|answer| answer.tag_set).unwrap_or_default();
        Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
    }

    async fn policy(&self, bucket: &str) -> Result<Option<String>, Gap> {
        let request = self.client.get_bucket_policy().bucket(bucket).send();
        let answer = self
            .service
            .read_if_any(POLICY, request, is("NoSuchBucketPolicy"))
            .await?;
        let Some(answer) = answer else { return Ok(None) };
        match answer.policy.filter(|policy| !policy.is_empty()) {
            Some(policy) => Ok(Some(policy)),
            None => Err(self.service.nonsense(POLICY, "the answer holds no policy")),
        }
    }

    async fn grants(&self, bucket: &str) -> Result<Vec<AclGrant>, Gap> {
        let request = self.client.get_bucket_acl().bucket(bucket).send();
        let answer = self.service.read(ACL, request).await?;
        grants(answer).ok_or_else(|| {
            let problem = "the answer holds a grant without a grantee or a permission";
            self.service.nonsense(ACL, problem)
        })
    }

    async fn object_ownership(&self, bucket: &str) -> Result<String, Gap> {
        let request = self.client.get_bucket_ownership_controls().bucket(bucket).send();
        let answer = self
            .service
            .read_if_any(OWNERSHIP, request, is("OwnershipControlsNotFoundError"))
            .await?;
        // Without controls an object belongs to its writer.
        let Some(answer) = answer else {
            return Ok("ObjectWriter".to_owned());
        };
        let rules = answer.ownership_controls.map(|controls| controls.rules);
        match rules.unwrap_or_default().as_slice() {
            [rule] => Ok(rule.object_ownership.as_str().to_owned()),
            _ => Err(self
                .service
                .nonsense(OWNERSHIP, "the answer does not hold one rule")),
        }
    }

    async fn public_access_block(&self, bucket: &str) -> Result<PublicAccessBlock, Gap> {
        let request = self.client.get_public_access_block().bucket(bucket).send();
        let answer = self
            .service
            .read_if_any(BLOCK, request, is("NoSuchPublicAccessBlockConfiguration"))
            .await?;
        // What is not said to be on is off.
        let on = |setting: Option<bool>| setting.unwrap_or(false);
        Ok(answer
            .and_then(|answer| answer.public_access_block_configuration)
            .map_or_else(PublicAccessBlock::default, |found| PublicAccessBlock {
                block_public_acls: on(found.block_public_acls),
                ignore_public_acls: on(found.ignore_public_acls),
                block_public_policy: on(found.block_public_policy),
                restrict_public_buckets: on(found.restrict_public_buckets),
            }))
    }

    async fn versioning(&self, bucket: &str) -> Result<Option<String>, Gap> {
        let request = self.client.get_bucket_versioning().bucket(bucket).send();
        let answer = self.service.read(VERSIONING, request).await?;
        Ok(answer.status.map(|status| status.as_str().to_owned()))
    }

    async fn encryption(&self, bucket: &str) -> Result<Option<BucketEncryption>, Gap> {
        let request = self.client.get_bucket_encryption().bucket(bucket).send();
        let none = is("ServerSideEncryptionConfigurationNotFoundError");
        let answer = self.service.read_if_any(ENCRYPTION, request, none).await?;
        Ok(answer
            .and_then(|answer| answer.server_side_encryption_configuration)
            .and_then(by_default))
    }
}

/// Whether an error has that code. S3 says by errors that a bucket has none of something.
fn is<E: ProvideErrorMetadata>(code: &'static str) -> impl Fn(&E) -> bool {
    move |error| error.code() == Some(code)
}

/// What the list grants, in a stable order; nothing when a grant cannot be told. Full control of the bucket's owner is
/// in every list, and says nothing.
fn grants(answer: GetBucketAclOutput) -> Option<Vec<AclGrant>> {
    let owner = answer.owner.and_then(|owner| owner.id);
    let mut grants = Vec::new();
    for grant in answer.grants.unwrap_or_default() {
        let (grantee, permission) = (grant.grantee?, grant.permission?);
        let grantee = grantee.uri.or(grantee.id).or(grantee.email_address)?;
        if owner.as_ref() != Some(&grantee) {
            grants.push(AclGrant {
                grantee,
                permission: permission.as_str().to_owned(),
            });
        }
    }
    grants.sort();
    Some(grants)
}

/// The one rule that a bucket can have.
fn by_default(configuration: ServerSideEncryptionConfiguration) -> Option<BucketEncryption> {
    let rule = configuration.rules.into_iter().next()?;
    let own = rule.apply_server_side_encryption_by_default?;
    Some(BucketEncryption {
        sse_algorithm: own.sse_algorithm.as_str().to_owned(),
        kms_master_key_id: own.kms_master_key_id,
        bucket_key_enabled: rule.bucket_key_enabled.unwrap_or(false),
    })
}
