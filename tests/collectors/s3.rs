//! Buckets. S3 is a REST service with XML, so an operation is a method and a path, and its query the body.

use crate::fake::{Answer, Fake, Request, named, ok, read_of, s3_error};
use stackproof::collect::S3;
use stackproof::inventory::s3::{AclGrant, BucketEncryption, PublicAccessBlock, S3Bucket};
use stackproof::inventory::{Fact, Needs, Reason, ResourceType};

const TYPE: &str = S3Bucket::NAME;

/// Subresources of a bucket that the SDK asks for, each with the fact it becomes.
const FACTS: [&str; 7] = [
    "tags",
    "policy",
    "grants",
    "object_ownership",
    "public_access_block",
    "versioning",
    "encryption",
];

fn everything() -> Needs {
    FACTS
        .into_iter()
        .fold(Needs::none(), |needs, fact| needs.fact(TYPE, fact))
}

fn list(bucket: &str, region: &str, more: &str) -> Answer {
    ok(format!(
        "<ListAllMyBucketsResult><Buckets><Bucket><Name>{bucket}</Name><BucketRegion>{region}</BucketRegion>\
         </Bucket></Buckets>{more}</ListAllMyBucketsResult>"
    ))
}

/// Two pages of buckets: `state` with everything, `plain` with nothing.
fn account(request: &Request) -> Answer {
    let (operation, query) = (request.operation.as_str(), request.body.as_str());
    match operation {
        "GET /" if !request.has("bucket-region=us-east-1") => s3_error(400, "NoRegion", query),
        "GET /" if !request.has("max-buckets=1000") => s3_error(400, "NoPages", query),
        "GET /" if request.has("continuation-token=two") => list("plain", "us-east-1", ""),
        "GET /" => list("state", "us-east-1", "<ContinuationToken>two</ContinuationToken>"),
        "GET /state" | "GET /state/" => full(query),
        "GET /plain" | "GET /plain/" => bare(query),
        other => s3_error(404, "NoSuchBucket", other),
    }
}

fn full(query: &str) -> Answer {
    match query {
        "tagging" => ok("<Tagging><TagSet><Tag><Key>Project</Key><Value>p</Value></Tag></TagSet></Tagging>"),
        "policy" => ok(r#"{"Version":"2012-10-17","Statement":[]}"#),
        "acl" => ok(
            r#"<AccessControlPolicy xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Owner><ID>me</ID></Owner>
            <AccessControlList>
            <Grant><Grantee xsi:type="Group"><URI>http://acs.amazonaws.com/groups/s3/LogDelivery</URI></Grantee>
            <Permission>WRITE</Permission></Grant>
            <Grant><Grantee xsi:type="CanonicalUser"><ID>me</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>
            <Grant><Grantee xsi:type="CanonicalUser"><ID>another</ID></Grantee><Permission>READ</Permission></Grant>
            </AccessControlList></AccessControlPolicy>"#,
        ),
        "ownershipControls" => ok(
            "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule></OwnershipControls>",
        ),
        "publicAccessBlock" => ok(
            "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
             <IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy>\
             </PublicAccessBlockConfiguration>",
        ),
        "versioning" => ok("<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"),
        "encryption" => ok(
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
             <SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>arn:aws:kms:us-east-1:123456789012:key/k</KMSMasterKeyID>\
             </ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule>\
             </ServerSideEncryptionConfiguration>",
        ),
        other => s3_error(400, "Unexpected", other),
    }
}

/// S3 says by errors that there is none.
fn bare(query: &str) -> Answer {
    match query {
        "tagging" => s3_error(404, "NoSuchTagSet", "The TagSet does not exist"),
        "policy" => s3_error(404, "NoSuchBucketPolicy", "The bucket policy does not exist"),
        "acl" => {
            ok("<AccessControlPolicy><Owner><ID>me</ID></Owner><AccessControlList/></AccessControlPolicy>")
        }
        "ownershipControls" => s3_error(404, "OwnershipControlsNotFoundError", "none"),
        "publicAccessBlock" => s3_error(404, "NoSuchPublicAccessBlockConfiguration", "none"),
        "versioning" => ok("<VersioningConfiguration/>"),
        "encryption" => s3_error(404, "ServerSideEncryptionConfigurationNotFoundError", "none"),
        other => s3_error(400, "Unexpected", other),
    }
}

#[tokio::test]
async fn both_pages_are_read_with_every_fact() {
    let fake = Fake::start(account).await;
    let (collected, reads) = fake.collect(&S3, &everything()).await;
    assert!(collected.gaps.is_empty(), "{:?}", collected.gaps);
    let state = named(&collected, "state");
    assert_eq!(state.arn, "arn:aws:s3:::state");
    assert_eq!(
        (state.region.as_str(), state.account.as_str()),
        ("us-east-1", "123456789012")
    );
    assert_eq!(state.tags.known().unwrap()["Project"], "p");
    let grant = |grantee: &str, permission: &str| AclGrant {
        grantee: grantee.to_owned(),
        permission: permission.to_owned(),
    };
    let expected = S3Bucket {
        policy: Fact::Known(Some(r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned())),
        grants: Fact::Known(vec![
            grant("another", "READ"),
            grant("http://acs.amazonaws.com/groups/s3/LogDelivery", "WRITE"),
        ]),
        object_ownership: Fact::Known("BucketOwnerPreferred".to_owned()),
        public_access_block: Fact::Known(PublicAccessBlock {
            block_public_acls: true,
            ignore_public_acls: true,
            block_public_policy: false,
            restrict_public_buckets: false,
        }),
        versioning: Fact::Known(Some("Suspended".to_owned())),
        encryption: Fact::Known(Some(BucketEncryption {
            sse_algorithm: "aws:kms".to_owned(),
            kms_master_key_id: Some("arn:aws:kms:us-east-1:123456789012:key/k".to_owned()),
            bucket_key_enabled: true,
        })),
    };
    assert_eq!(S3Bucket::of(&state.details), Some(&expected));
    let buckets = read_of(&reads, "s3:ListAllMyBuckets");
    assert_eq!((buckets.pages, buckets.items, buckets.calls), (2, 2, 2));
}

/// Nothing of that is a failed read: a bucket without a policy is known to have none.
#[tokio::test]
async fn errors_that_say_none_are_answers() {
    let fake = Fake::start(account).await;
    let (collected, reads) = fake.collect(&S3, &everything()).await;
    let plain = named(&collected, "plain");
    assert!(plain.tags.known().unwrap().is_empty());
    let expected = S3Bucket {
        policy: Fact::Known(None),
        grants: Fact::Known(Vec::new()),
        object_ownership: Fact::Known("ObjectWriter".to_owned()),
        public_access_block: Fact::Known(PublicAccessBlock::default()),
        versioning: Fact::Known(None),
        encryption: Fact::Known(None),
    };
    assert_eq!(S3Bucket::of(&plain.details), Some(&expected));
    assert!(reads.iter().all(|read| read.failed == 0), "{reads:?}");
}

#[tokio::test]
async fn only_needed_facts_of_named_buckets_are_read() {
    let fake = Fake::start(account).await;
    let names = ["sta*".parse().unwrap()];
    let needs = Needs::none().fact_of(TYPE, "versioning", &names);
    let (collected, reads) = fake.collect(&S3, &needs).await;
    let of = |name| S3Bucket::of(&named(&collected, name).details).unwrap();
    assert!(of("state").versioning.known().is_some());
    assert_eq!(of("state").policy, Fact::NotRead);
    assert_eq!(of("plain").versioning, Fact::NotRead);
    assert_eq!(read_of(&reads, "s3:GetBucketVersioning").calls, 1);
}

/// Whatever the filter gave: a bucket of elsewhere is not asked about here, and one of nowhere is no answer.
#[tokio::test]
async fn buckets_of_other_regions_are_left_out() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "GET /" if request.has("continuation-token=two") => ok(
            "<ListAllMyBucketsResult><Buckets><Bucket><Name>nowhere</Name></Bucket></Buckets></ListAllMyBucketsResult>",
        ),
        "GET /" => list("state", "eu-west-1", "<ContinuationToken>two</ContinuationToken>"),
        other => s3_error(400, "Unexpected", other),
    })
    .await;
    let (collected, _) = fake.collect(&S3, &Needs::none().list(TYPE)).await;
    assert!(collected.resources.is_empty());
    let gap = &collected.gaps[TYPE][0];
    assert_eq!(
        gap.message,
        "the answer holds a bucket without a name or a region"
    );
}

#[tokio::test]
async fn a_denied_second_page_keeps_the_first_and_leaves_a_gap() {
    let fake = Fake::start(|request| {
        if request.has("continuation-token=two") {
            s3_error(403, "AccessDenied", "Access Denied")
        } else {
            account(request)
        }
    })
    .await;
    let (collected, _) = fake.collect(&S3, &Needs::none().list(TYPE)).await;
    assert_eq!(collected.resources.len(), 1);
    let gap = &collected.gaps[TYPE][0];
    assert_eq!(
        (gap.action.as_str(), gap.reason),
        ("s3:ListAllMyBuckets", Reason::AccessDenied)
    );
}

#[tokio::test]
async fn a_repeated_token_is_a_gap() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "GET /" => list("state", "us-east-1", "<ContinuationToken>two</ContinuationToken>"),
        _ => account(request),
    })
    .await;
    let context = fake.context();
    let collected = stackproof::collect::Collector::collect(&S3, &context, &Needs::none().list(TYPE)).await;
    assert!(collected.gaps[TYPE][0].message.contains("repeated a page token"));
}

/// Each fact by itself: a denied read is named by the action that is missing, a deleted bucket has vanished.
#[tokio::test]
async fn a_fact_that_is_denied_or_gone_is_unreadable() {
    for (code, status, reason) in [
        ("AccessDenied", 403, Reason::AccessDenied),
        ("NoSuchBucket", 404, Reason::Vanished),
    ] {
        let fake = Fake::start(move |request| {
            if request.operation.starts_with("GET /state") {
                s3_error(status, code, "no")
            } else {
                account(request)
            }
        })
        .await;
        let (collected, _) = fake.collect(&S3, &everything()).await;
        let state = named(&collected, "state");
        let own = serde_json::to_value(S3Bucket::of(&state.details).unwrap()).unwrap();
        let mut actions = vec![serde_json::to_value(&state.tags).unwrap()["$unreadable"]["action"].clone()];
        for fact in own.as_object().unwrap().values() {
            assert_eq!(
                fact["$unreadable"]["reason"],
                serde_json::to_value(reason).unwrap()
            );
            actions.push(fact["$unreadable"]["action"].clone());
        }
        let mut actions: Vec<&str> = actions.iter().map(|action| action.as_str().unwrap()).collect();
        actions.sort_unstable();
        assert_eq!(
            actions,
            [
                "s3:GetBucketAcl",
                "s3:GetBucketOwnershipControls",
                "s3:GetBucketPolicy",
                "s3:GetBucketPublicAccessBlock",
                "s3:GetBucketTagging",
                "s3:GetBucketVersioning",
                "s3:GetEncryptionConfiguration",
            ]
        );
        assert!(
            S3Bucket::of(&named(&collected, "plain").details)
                .unwrap()
                .policy
                .known()
                .is_some()
        );
    }
}
