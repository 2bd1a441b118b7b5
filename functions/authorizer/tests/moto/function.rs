//! The binary as a Lambda function: every outcome in one process, and all that it writes searched for keys.

use std::collections::BTreeSet;

use authorizer::ApiKey;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::binary::command;
use crate::emf;
use crate::moto::TestResult;
use crate::proxy::{self, Fault};
use crate::rotations::rotate;
use crate::runtime::{Function, Invocation};
use crate::world::{ARN, World, active, event, text};

/// Whatever a library would like to log, it finds nobody to log to.
fn talkative(mut command: Command) -> Command {
    command
        .env("RUST_LOG", "trace")
        .env("AWS_LAMBDA_LOG_LEVEL", "TRACE");
    command
}

/// What API Gateway gets: effect and context, of a policy for the very method.
fn verdict(answer: &Invocation) -> TestResult<(&str, &Value)> {
    assert_eq!((answer.kind.as_str(), &answer.error_type), ("response", &None));
    let statement = &answer.body["policyDocument"]["Statement"];
    assert_eq!(statement.as_array().map(Vec::len), Some(1), "{statement}");
    assert_eq!(statement[0]["Resource"], ARN);
    let effect = statement[0]["Effect"].as_str().ok_or("no effect")?;
    Ok((effect, &answer.body["context"]))
}

async fn ask(function: &mut Function, key: &ApiKey) -> TestResult<Invocation> {
    function.invoke(&event(Some(key.reveal()))).await
}

/// Ends the function; each line must be metrics that CloudWatch understands, and none may hold any of these texts.
async fn logged(function: Function, secrets: &[String]) -> TestResult<Vec<Value>> {
    let output = function.stop().await?;
    let (log, errors) = (
        String::from_utf8(output.stdout)?,
        String::from_utf8(output.stderr)?,
    );
    assert_eq!(errors, "");
    for secret in secrets {
        assert!(secret.len() >= 8, "too short to search for: {secret}");
        assert!(!log.contains(secret), "`{secret}` is in {log}");
    }
    let declared = [
        "Denials",
        "Failures",
        "Invocations",
        "Latency",
        "RateLimited",
        "RehashFailures",
    ];
    let declared: BTreeSet<String> = declared.map(|name| format!("Authorizer{name}")).into();
    let mut lines = Vec::new();
    for line in log.lines() {
        assert_eq!(emf::metrics(line)?, declared, "{line}");
        lines.push(serde_json::from_str(line)?);
    }
    Ok(lines)
}

/// Every text of the account that must stay out of logs: peppers now, and keys with their stored hashes.
async fn secrets(world: &World, keys: &[(&str, &ApiKey)]) -> TestResult<Vec<String>> {
    let peppers: Value = serde_json::from_str(&world.peppers().await?.to_text()?)?;
    let peppers = [&peppers["current"], &peppers["previous"]];
    let mut all: Vec<String> = peppers
        .into_iter()
        .filter_map(|pepper| Some(pepper.as_str()?.to_owned()))
        .collect();
    for (key_id, key) in keys {
        all.push(key.reveal().to_owned());
        all.push(world.stored_hash(key_id).await?);
    }
    Ok(all)
}

#[tokio::test]
async fn answers_every_kind_of_key_through_a_rotation_and_logs_none_of_them() -> TestResult {
    let world = World::new().await?;
    let long_ago = ("expires_at", AttributeValue::N("1".to_owned()));
    let valid = world.issue("valid", &[active()]).await?;
    let expired = world.issue("expired", &[active(), long_ago]).await?;
    let revoked = world.issue("revoked", &[("status", text("revoked"))]).await?;
    let busy = world.issue("busy", &[active()]).await?;
    let unknown = ApiKey::generate()?;
    let issued = [
        ("valid", &valid),
        ("expired", &expired),
        ("revoked", &revoked),
        ("busy", &busy),
    ];
    let mut hidden = secrets(&world, &issued).await?;
    hidden.push(unknown.reveal().to_owned());
    hidden.push("open sesame".to_owned());

    let mut settings = talkative(command(&world, &world.address));
    settings
        .env("RATE_LIMIT_PER_MINUTE", "2")
        .env("PEPPER_LIFETIME_SECONDS", "1");
    let mut function = Function::start(settings).await?;

    let answer = ask(&mut function, &valid).await?;
    let known = json!({ "user_id": "user-1", "key_id": "valid" });
    assert_eq!(verdict(&answer)?, ("Allow", &known));
    assert_eq!(answer.body["principalId"], "user-1");
    for (key, context) in [
        (
            Some(expired.reveal()),
            json!({ "user_id": "user-1", "key_id": "expired", "reason": "expired_key" }),
        ),
        (
            Some(revoked.reveal()),
            json!({ "user_id": "user-1", "key_id": "revoked", "reason": "revoked_key" }),
        ),
        (Some(unknown.reveal()), json!({ "reason": "unknown_key" })),
        (Some("open sesame"), json!({ "reason": "malformed_key" })),
        (None, json!({ "reason": "missing_key" })),
    ] {
        let answer = function.invoke(&event(key)).await?;
        assert_eq!(verdict(&answer)?, ("Deny", &context));
    }
    // Of five requests in a row at most four are of two windows: the minute may end between them.
    let mut refused = 0;
    for _ in 0..5 {
        let answer = ask(&mut function, &busy).await?;
        let (effect, context) = verdict(&answer)?;
        if effect == "Deny" {
            assert_eq!(context["reason"], "rate_limited");
            assert_eq!(context["user_id"], "user-1");
            refused += 1;
        }
    }
    assert!((1..=3).contains(&refused), "{refused} of 5");

    // The secret is rotated; the process is the same, and asks for the new one when its time is up.
    rotate(&world).await?;
    let newcomer = world.issue("newcomer", &[active()]).await?;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    for (key_id, key) in [("valid", &valid), ("newcomer", &newcomer)] {
        let answer = ask(&mut function, key).await?;
        assert_eq!(
            verdict(&answer)?,
            ("Allow", &json!({ "user_id": "user-1", "key_id": key_id }))
        );
    }
    assert!(function.is_running()?);

    hidden.extend(secrets(&world, &[("valid", &valid), ("newcomer", &newcomer)]).await?);
    let lines = logged(function, &hidden).await?;
    let seen: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line["reason"].as_str().or(line["decision"].as_str()),
                line["rehash"].as_str(),
            )
        })
        .collect();
    assert_eq!(lines.len(), 13);
    assert_eq!(
        seen[..6],
        [
            (Some("allow"), Some("not needed")),
            (Some("expired_key"), None),
            (Some("revoked_key"), None),
            (Some("unknown_key"), None),
            (Some("malformed_key"), None),
            (Some("missing_key"), None),
        ]
    );
    assert_eq!(
        seen[11..],
        [(Some("allow"), Some("done")), (Some("allow"), Some("not needed"))]
    );
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_decided_is_an_invocation_error_and_the_function_lives_on() -> TestResult {
    let world = World::new().await?;
    let key = world.issue("key-1", &[active()]).await?;
    // AWS repeats the request in its message, the hash included.
    let denying = proxy::start(Fault::Deny("Query")).await?;
    let mut function = Function::start(talkative(command(&world, &denying))).await?;

    let mut nameless = event(Some(key.reveal()));
    nameless["methodArn"] = json!(null);
    let truncated = format!(r#"{{"headers":{{"X-API-Key":"{}"#, key.reveal());
    for (payload, kind, message) in [
        (
            event(Some(key.reveal())).to_string(),
            Some("Unavailable"),
            Some("dynamodb:Query failed: access denied (AccessDeniedException)"),
        ),
        (
            nameless.to_string(),
            Some("MalformedEvent"),
            Some("the event is not that of a REQUEST authorizer of a REST API"),
        ),
        // Not for the handler: the runtime says what is wrong with it, in words of its own.
        (truncated, None, None),
    ] {
        let answer = function.invoke_with(payload).await?;

        assert_eq!(answer.kind, "error", "{}", answer.body);
        assert!(answer.body.get("policyDocument").is_none(), "{}", answer.body);
        assert!(!answer.body.to_string().contains(key.reveal()), "{}", answer.body);
        if let Some(kind) = kind {
            assert_eq!(answer.error_type.as_deref(), Some("unhandled"));
            assert_eq!(answer.body["errorType"], kind);
            assert_eq!(answer.body["errorMessage"].as_str(), message);
        }
    }
    assert!(function.is_running()?);
    let answer = function.invoke(&event(None)).await?;
    assert_eq!(verdict(&answer)?, ("Deny", &json!({ "reason": "missing_key" })));

    let hidden = secrets(&world, &[("key-1", &key)]).await?;
    let lines = logged(function, &hidden).await?;
    let failures: Vec<_> = lines
        .iter()
        .map(|line| line["AuthorizerFailures"].as_i64())
        .collect();
    assert_eq!(failures, [Some(1), Some(1), Some(0)]);
    assert_eq!(lines[1]["failure"], "authorize failed: malformed event");
    Ok(())
}
