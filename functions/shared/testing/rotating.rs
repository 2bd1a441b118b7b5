//! Rotations in the emulated account: what Secrets Manager does before it invokes the function.
//!
//! Included by path beside `moto.rs`.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::RotationRulesType;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::moto::{REGION, TestResult};

/// Has Secrets Manager begin a rotation; returns the token, a version that is pending and has no value.
///
/// The emulated account runs no function, so that the steps are the caller's to do.
pub async fn begin_rotation(address: &str, client: &Client, secret: &str) -> TestResult<String> {
    create_function(address).await?;
    finish_rotation(client, secret).await?;
    let arn = format!("arn:aws:lambda:{REGION}:123456789012:function:rotation");
    let rules = RotationRulesType::builder().automatically_after_days(30).build();
    let rotated = client
        .rotate_secret()
        .secret_id(secret)
        .rotation_lambda_arn(arn)
        .rotation_rules(rules)
        .send()
        .await?;
    Ok(rotated.version_id.ok_or("no version")?)
}

/// Takes the pending label from the version that is current, which moto takes for a rotation under way.
async fn finish_rotation(client: &Client, secret: &str) -> TestResult {
    let described = client.describe_secret().secret_id(secret).send().await?;
    for (version, labels) in described.version_ids_to_stages().into_iter().flatten() {
        if labels.iter().any(|label| label == "AWSPENDING")
            && labels.iter().any(|label| label == "AWSCURRENT")
        {
            client
                .update_secret_version_stage()
                .secret_id(secret)
                .version_stage("AWSPENDING")
                .remove_from_version_id(version)
                .send()
                .await?;
        }
    }
    Ok(())
}

/// Creates the function that rotation must name, and its role; what exists already is as good.
async fn create_function(address: &str) -> TestResult {
    let trust = "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22sts%3AAssumeRole%22%2C\
                 %22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%7D%5D%7D";
    let role =
        format!("Action=CreateRole&Version=2010-05-08&RoleName=rotation&AssumeRolePolicyDocument={trust}");
    post(address, "iam", "/", "application/x-www-form-urlencoded", &role).await?;
    let function = r#"{"FunctionName":"rotation","PackageType":"Image","Code":{"ImageUri":"123456789012.dkr.ecr.us-east-1.amazonaws.com/rotation:1"},"Role":"arn:aws:iam::123456789012:role/rotation"}"#;
    post(
        address,
        "lambda",
        "/2015-03-31/functions",
        "application/json",
        function,
    )
    .await
}

/// Asks a service for which the functions have no client; a conflict is fine.
async fn post(address: &str, service: &str, path: &str, content_type: &str, body: &str) -> TestResult {
    let scope = format!("Credential=test/20260101/{REGION}/{service}/aws4_request");
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {service}.amazonaws.com\r\n\
         Authorization: AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0\r\n\
         Content-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    let status = response.split(' ').nth(1).unwrap_or_default();
    assert!(matches!(status, "200" | "201" | "409"), "{response}");
    Ok(())
}
