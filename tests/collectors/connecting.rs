//! The way into the account. The environment of a process cannot be changed safely, so each case that depends on it
//! runs in a process of its own: this test binary again, with one test that does nothing unless it is told to.

use crate::fake::{Answer, Fake, Request, ok, query_error};
use stackproof::inventory::Needs;
use stackproof::source::aws::{AwsTarget, collect, connect};
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::process::Command;

/// Tells the child what to connect to, as `region account role profile`, with `-` for none.
const TARGET: &str = "STACKPROOF_TEST_TARGET";

#[tokio::test]
async fn child() {
    let Ok(target) = std::env::var(TARGET) else {
        return;
    };
    let mut words = target
        .split(' ')
        .map(|word| (word != "-").then(|| word.to_owned()));
    let mut next = || words.next().flatten();
    let target = AwsTarget {
        region: next().unwrap(),
        account_id: next(),
        role_arn: next(),
        profile: next(),
        endpoint_url: None,
    };
    let started = std::time::Instant::now();
    let text = match connect(target).await {
        Err(error) => format!("{:?}\n{error}\n{}", error.kind(), error.remedy()),
        Ok(session) => {
            let needs = Needs::none().list("aws_dynamodb_table");
            let inventory = collect(&session, &needs, std::sync::Arc::new(|_| {})).await;
            format!(
                "{}\n{}",
                session.identity().arn,
                serde_json::to_string(&inventory).unwrap()
            )
        }
    };
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "{:?}: {text}",
        started.elapsed()
    );
    std::io::Write::write_all(&mut std::io::stderr(), format!("<<{text}>>").as_bytes()).unwrap();
}

/// What the child says in an environment that holds only these variables.
async fn connecting(target: &str, environment: &[(&str, &str)]) -> String {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config");
    std::fs::write(&config, CONFIG).unwrap();
    let output: Output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "connecting::child", "--nocapture"])
        .env_clear()
        // Where coverage is measured, what the binary reaches counts too.
        .envs(std::env::vars_os().filter(|(name, _)| name == "LLVM_PROFILE_FILE"))
        .env("HOME", home.path())
        .env("AWS_CONFIG_FILE", &config)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env(TARGET, target)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let said = text.split_once("<<").and_then(|(_, rest)| rest.rsplit_once(">>"));
    said.unwrap_or_else(|| panic!("{text}")).0.to_owned()
}

const CONFIG: &str = "[profile empty]\nregion = us-east-1\n\
    [profile signed-out]\nsso_start_url = https://example.awsapps.com/start\nsso_region = us-east-1\n\
    sso_account_id = 123456789012\nsso_role_name = Reader\n\
    [profile keys]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = secret\n";

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
];

fn account(request: &Request) -> Answer {
    match request.operation.as_str() {
        "GetCallerIdentity" => ok(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>\
             <Arn>arn:aws:iam::123456789012:user/tester</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>",
        ),
        "ListTables" => ok(r#"{"TableNames":["events"]}"#),
        other => query_error(
            403,
            "AccessDenied",
            &format!("not authorized to perform {other}. Request ID: 1"),
        ),
    }
}

#[tokio::test]
async fn missing_credentials_are_told_with_every_place() {
    let said = connecting("us-east-1 - - -", &[]).await;
    let mut lines = said.lines();
    assert_eq!(lines.next(), Some("Configuration"));
    let message = lines.next().unwrap();
    for place in [
        "environment",
        "profile",
        "web identity",
        "container",
        "instance metadata",
    ] {
        assert!(message.contains(place), "{place}: {said}");
    }
    assert!(lines.next().unwrap().contains("aws sso login"), "{said}");
}

/// A metadata service that accepts connections and never answers must not hang the search.
#[tokio::test]
async fn a_silent_metadata_service_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    let environment = [
        ("AWS_EC2_METADATA_DISABLED", "false"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", silent.as_str()),
    ];
    let said = connecting("us-east-1 - - -", &environment).await;
    assert!(
        said.starts_with("Configuration\nno AWS credentials found; looked at environment"),
        "{said}"
    );
}

#[tokio::test]
async fn profiles_that_do_not_help_are_named() {
    for (profile, start) in [
        (
            "nowhere",
            "Configuration\nthe AWS profile `nowhere` is not defined\n",
        ),
        (
            "empty",
            "Configuration\nno AWS credentials found; looked at profile `empty`, which is not defined or holds none\n",
        ),
        (
            "signed-out",
            "Configuration\nthe AWS sign-in or session has expired or is missing: ",
        ),
    ] {
        let said = connecting(&format!("us-east-1 - - {profile}"), &KEYS).await;
        assert!(said.starts_with(start), "{profile}: {said}");
    }
    let said = connecting("us-east-1 - - -", &[("AWS_PROFILE", "nowhere")]).await;
    assert!(
        said.starts_with("Configuration\nthe AWS profile `nowhere` is not defined\n"),
        "{said}"
    );
}

#[tokio::test]
async fn an_unreachable_endpoint_is_named_with_the_cause() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut environment = KEYS.to_vec();
    environment.push(("AWS_ENDPOINT_URL", &nobody));
    let said = connecting("us-east-1 - - -", &environment).await;
    assert!(
        said.starts_with(&format!("Undetermined\n{nobody} cannot be reached: ")),
        "{said}"
    );
    assert!(said.contains("Connection refused"), "{said}");
}

#[tokio::test]
async fn an_endpoint_that_never_answers_is_told_soon() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    let mut environment = KEYS.to_vec();
    environment.push(("AWS_ENDPOINT_URL", &silent));
    let said = connecting("us-east-1 - - -", &environment).await;
    assert!(
        said.starts_with(&format!("Undetermined\n{silent} did not answer in time: ")),
        "{said}"
    );
}

#[tokio::test]
async fn another_account_is_refused_before_anything_is_read() {
    let fake = Fake::start(account).await;
    let mut environment = KEYS.to_vec();
    environment.push(("AWS_ENDPOINT_URL", &fake.url));
    let said = connecting("us-east-1 999999999999 - -", &environment).await;
    let start = "Configuration\nthe credentials are for account 123456789012 \
        (arn:aws:iam::123456789012:user/tester), but the environment is in account 999999999999\n";
    assert!(said.starts_with(start), "{said}");
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn the_right_account_is_read() {
    let fake = Fake::start(account).await;
    let mut environment = KEYS.to_vec();
    environment.push(("AWS_ENDPOINT_URL", &fake.url));
    let said = connecting("us-east-1 123456789012 - keys", &environment).await;
    assert!(
        said.starts_with("arn:aws:iam::123456789012:user/tester\n"),
        "{said}"
    );
    assert!(
        said.contains(r#""arn":"arn:aws:dynamodb:us-east-1:123456789012:table/events""#),
        "{said}"
    );
    let asked: Vec<String> = fake
        .requests()
        .into_iter()
        .map(|request| request.operation)
        .collect();
    assert_eq!(asked, ["GetCallerIdentity", "ListTables"]);
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_is_told_once() {
    let fake = Fake::start(account).await;
    let mut environment = KEYS.to_vec();
    environment.push(("AWS_ENDPOINT_URL", &fake.url));
    let said = connecting("us-east-1 - arn:aws:iam::123456789012:role/audit -", &environment).await;
    let start = "Undetermined\nthe role arn:aws:iam::123456789012:role/audit could not be assumed: \
        AccessDenied: not authorized to perform AssumeRole.\n";
    assert!(said.starts_with(start), "{said}");
    assert_eq!(fake.requests().len(), 1);
}

/// The role's credentials serve the guard and every reader: nobody asks for them again.
#[tokio::test]
async fn a_role_is_assumed_once_for_the_whole_run() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "AssumeRole" => {
            assert!(request.has("RoleSessionName=stackproof"), "{request:?}");
            ok(
                "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>\
                <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
            )
        }
        _ => account(request),
    })
    .await;
    let mut environment = KEYS.to_vec();
    environment.push(("AWS_ENDPOINT_URL", &fake.url));
    let target = "us-east-1 123456789012 arn:aws:iam::123456789012:role/audit -";
    let said = connecting(target, &environment).await;
    assert!(said.contains("table/events"), "{said}");
    let asked: Vec<String> = fake
        .requests()
        .into_iter()
        .map(|request| request.operation)
        .collect();
    assert_eq!(asked, ["AssumeRole", "GetCallerIdentity", "ListTables"]);
}

/// The provider of a token file only says that some file does not exist.
#[tokio::test]
async fn a_broken_provider_is_named() {
    let environment = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent/token"),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ci"),
    ];
    let said = connecting("us-east-1 - - -", &environment).await;
    assert!(
        said.starts_with("Configuration\nAWS credentials could not be read: web identity: "),
        "{said}"
    );
}

/// The SDK panics on an empty endpoint, as an unset variable of a CI job gives it.
#[tokio::test]
async fn an_endpoint_that_is_no_url_is_told_as_such() {
    for (name, url) in [
        ("AWS_ENDPOINT_URL", "localhost:5000"),
        ("AWS_ENDPOINT_URL", ""),
        ("AWS_ENDPOINT_URL_STS", "http://"),
    ] {
        let mut environment = KEYS.to_vec();
        environment.push((name, url));
        let said = connecting("us-east-1 - - -", &environment).await;
        let start = format!("Configuration\n{name} is `{url}`, which is not a URL");
        assert!(said.starts_with(&start), "{said}");
    }
}

#[tokio::test]
async fn expired_credentials_are_told_apart_from_unknown_ones() {
    for (code, start) in [
        (
            "ExpiredToken",
            "Configuration\nthe AWS sign-in or session has expired or is missing: ",
        ),
        (
            "InvalidClientTokenId",
            "Configuration\nAWS refused the credentials: ",
        ),
        ("ServiceUnavailable", "Undetermined\nhttp://127.0.0.1:"),
    ] {
        let fake = Fake::start(move |_| query_error(403, code, "in words")).await;
        let mut environment = KEYS.to_vec();
        environment.push(("AWS_ENDPOINT_URL", &fake.url));
        let said = connecting("us-east-1 - - -", &environment).await;
        assert!(said.starts_with(start), "{code}: {said}");
    }
}
