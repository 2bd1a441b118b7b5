//! Terraform's state and its locks, changed behind Terraform's back.

use aws_sdk_dynamodb::types::{BillingMode, ProvisionedThroughput};
use aws_sdk_s3::types::{
    BucketVersioningStatus, Grant, Grantee, Permission, PublicAccessBlockConfiguration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Type,
    VersioningConfiguration,
};
use serde_json::{Value, json};

use super::{Mutation, mutation};
use crate::Failure;
use crate::account::{Account, STATE_BUCKET};

const STATE: &[&str] = &["state-bucket::zapier-triggers-api-terraform-state-123456789012"];
const PUBLIC: &[&str] = &["state-not-public::zapier-triggers-api-terraform-state-123456789012"];
const TLS: &[&str] = &["state-tls-only::zapier-triggers-api-terraform-state-123456789012"];

pub fn all() -> Vec<Mutation> {
    vec![
        mutation("earlier states no longer kept", STATE, |account| {
            let suspended = VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended);
            let put = account.s3.put_bucket_versioning().bucket(STATE_BUCKET);
            account
                .wait(put.versioning_configuration(suspended.build()).send())
                .map(drop)
        }),
        mutation("states encrypted by a key of S3", STATE, |account| {
            let own = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256);
            let rule = ServerSideEncryptionRule::builder()
                .apply_server_side_encryption_by_default(own.build()?)
                .build();
            let rules = ServerSideEncryptionConfiguration::builder().rules(rule).build()?;
            let put = account.s3.put_bucket_encryption().bucket(STATE_BUCKET);
            account
                .wait(put.server_side_encryption_configuration(rules).send())
                .map(drop)
        }),
        mutation("public policies of the state are accepted", STATE, |account| {
            let block = PublicAccessBlockConfiguration::builder()
                .block_public_acls(true)
                .ignore_public_acls(true)
                .restrict_public_buckets(true);
            let put = account.s3.put_public_access_block().bucket(STATE_BUCKET);
            account
                .wait(put.public_access_block_configuration(block.build()).send())
                .map(drop)
        }),
        mutation(
            "one unit of capacity for locks",
            &["state-locks::zapier-triggers-api-terraform-locks"],
            |account| {
                let capacity = ProvisionedThroughput::builder()
                    .read_capacity_units(1)
                    .write_capacity_units(1);
                let update = account
                    .dynamodb
                    .update_table()
                    .table_name("zapier-triggers-api-terraform-locks");
                let update = update.billing_mode(BillingMode::Provisioned);
                account
                    .wait(update.provisioned_throughput(capacity.build()?).send())
                    .map(drop)
            },
        ),
        mutation("no public access block", STATE, unblock),
        mutation("policy of the state's bucket removed", TLS, |account| {
            let delete = account.s3.delete_bucket_policy().bucket(STATE_BUCKET);
            account.wait(delete.send()).map(drop)
        }),
        mutation(
            "state opened to everybody",
            &[STATE, PUBLIC].concat(),
            |account| {
                unblock(account)?;
                allow(account, &json!("*"))
            },
        ),
        mutation("state opened to another account", PUBLIC, |account| {
            allow(account, &json!({ "AWS": "arn:aws:iam::999988887777:root" }))
        }),
        mutation(
            "state opened to everybody by its access control list",
            &[STATE, PUBLIC].concat(),
            |account| {
                unblock(account)?;
                let group = Grantee::builder()
                    .r#type(Type::Group)
                    .uri("http://acs.amazonaws.com/groups/global/AllUsers");
                read_by(account, group.build()?)
            },
        ),
    ]
}

fn unblock(account: &Account) -> Result<(), Failure> {
    let delete = account.s3.delete_public_access_block().bucket(STATE_BUCKET);
    account.wait(delete.send()).map(drop)
}

/// One more reader in the access control list.
fn read_by(account: &Account, grantee: Grantee) -> Result<(), Failure> {
    let found = account.wait(account.s3.get_bucket_acl().bucket(STATE_BUCKET).send())?;
    let grant = Grant::builder().grantee(grantee).permission(Permission::Read);
    let list = aws_sdk_s3::types::AccessControlPolicy::builder()
        .set_owner(found.owner)
        .set_grants(found.grants)
        .grants(grant.build());
    let put = account.s3.put_bucket_acl().bucket(STATE_BUCKET);
    account
        .wait(put.access_control_policy(list.build()).send())
        .map(drop)
}

/// One more statement beside those that Terraform made.
fn allow(account: &Account, principal: &Value) -> Result<(), Failure> {
    let read = account.s3.get_bucket_policy().bucket(STATE_BUCKET).send();
    let text = account.wait(read)?.policy.ok_or("no policy")?;
    let mut policy: Value = serde_json::from_str(&text)?;
    let statements = policy["Statement"].as_array_mut().ok_or("no statements")?;
    statements.push(json!({
        "Sid": "Second", "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{STATE_BUCKET}/*"),
    }));
    let put = account.s3.put_bucket_policy().bucket(STATE_BUCKET);
    account.wait(put.policy(policy.to_string()).send()).map(drop)
}
