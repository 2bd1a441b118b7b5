//! Roles, changed behind Terraform's back.

use serde_json::json;

use super::{Mutation, mutation};
use crate::Failure;
use crate::account::{Account, HEALTH_ROLE};

const ROLE: &[&str] = &["iam-health-role::zapier-triggers-api-health-role-dev"];

pub fn all() -> Vec<Mutation> {
    vec![
        mutation("inline policy widened to dynamodb:*", ROLE, |account| {
            widen(account, HEALTH_ROLE)
        }),
        mutation(
            "AdministratorAccess attached to the function's role",
            ROLE,
            |account| {
                let attach = account.iam.attach_role_policy().role_name(HEALTH_ROLE);
                account
                    .wait(
                        attach
                            .policy_arn("arn:aws:iam::aws:policy/AdministratorAccess")
                            .send(),
                    )
                    .map(drop)
            },
        ),
        mutation("any table instead of one", ROLE, |account| {
            let statement = json!({ "Effect": "Allow", "Action": "dynamodb:DescribeTable", "Resource": "*" });
            let document = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
            let put = account
                .iam
                .put_role_policy()
                .role_name(HEALTH_ROLE)
                .policy_name("second");
            account.wait(put.policy_document(document).send()).map(drop)
        }),
        mutation(
            "another account may assume the function's role",
            ROLE,
            |account| {
                let statement = json!({
                    "Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": { "AWS": "arn:aws:iam::999988887777:root" },
                });
                let document = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
                let update = account.iam.update_assume_role_policy().role_name(HEALTH_ROLE);
                account.wait(update.policy_document(document).send()).map(drop)
            },
        ),
        mutation("role of the function deleted", ROLE, |account| {
            super::delete::role(account, HEALTH_ROLE)
        }),
    ]
}

/// Gives a role one more policy, with much in it.
pub fn widen(account: &Account, role: &str) -> Result<(), Failure> {
    let document =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}}"#;
    let put = account.iam.put_role_policy().role_name(role).policy_name("wide");
    account.wait(put.policy_document(document).send()).map(drop)
}
