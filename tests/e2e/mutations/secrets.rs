//! The secret, changed behind Terraform's back.

use aws_sdk_secretsmanager::types::RotationRulesType;

use super::{Mutation, mutation};

const SECRET: &str = "zapier-triggers-api/api-keys-dev";
const ROTATED: &[&str] = &["secrets-rotated::zapier-triggers-api/api-keys-dev"];

pub fn all() -> Vec<Mutation> {
    vec![
        mutation("rotation of the secret cancelled", ROTATED, |account| {
            let cancel = account.secrets.cancel_rotate_secret().secret_id(SECRET);
            account.wait(cancel.send()).map(drop)
        }),
        mutation(
            "policy of the secret deleted",
            &["secrets-tls-only::zapier-triggers-api/api-keys-dev"],
            |account| {
                let delete = account.secrets.delete_resource_policy().secret_id(SECRET);
                account.wait(delete.send()).map(drop)
            },
        ),
        mutation("secret rotated once a year", ROTATED, |account| {
            let described = account.wait(account.secrets.describe_secret().secret_id(SECRET).send())?;
            let rules = RotationRulesType::builder().automatically_after_days(365).build();
            let rotate = account
                .secrets
                .rotate_secret()
                .secret_id(SECRET)
                .set_rotation_lambda_arn(described.rotation_lambda_arn)
                .rotation_rules(rules);
            account.wait(rotate.send()).map(drop)
        }),
    ]
}
