//! The router's answers, asked without a socket.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, Request, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::{PATH, router};
use crate::dependency::{Dependency, DependencyError};
use crate::report::Status;
use crate::state::HealthState;

type TestResult = Result<(), Box<dyn Error>>;

enum Behaviour {
    Up,
    Down(DependencyError),
    NeverAnswers,
    Panics,
    /// Up, but only once every other party of the barrier is being checked too.
    Meets(Arc<Barrier>),
}

struct Fake(&'static str, Behaviour);

#[async_trait]
impl Dependency for Fake {
    fn name(&self) -> &str {
        self.0
    }

    async fn check(&self) -> Result<(), DependencyError> {
        match &self.1 {
            Behaviour::Up => Ok(()),
            Behaviour::Down(error) => Err(error.clone()),
            Behaviour::NeverAnswers => std::future::pending().await,
            Behaviour::Panics => panic!("a dependency that panics"),
            Behaviour::Meets(barrier) => {
                barrier.wait().await;
                Ok(())
            }
        }
    }
}

fn state(fakes: impl IntoIterator<Item = Fake>) -> HealthState {
    let state = HealthState::new("1.2.3").with_clock(|| Timestamp::UNIX_EPOCH);
    fakes
        .into_iter()
        .fold(state, |state, fake| state.with_dependency(Arc::new(fake)))
}

async fn ask(
    state: HealthState,
    method: &str,
    path: &str,
) -> Result<(StatusCode, HeaderMap, String), Box<dyn Error>> {
    let request = Request::builder().method(method).uri(path).body(Body::empty())?;
    let response = router(state).oneshot(request).await?;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 64 * 1024).await?;
    Ok((parts.status, parts.headers, String::from_utf8(body.into())?))
}

/// Asks for health and replaces each latency, which no test can foretell, by a check that it is one.
async fn health(state: HealthState) -> Result<(StatusCode, Value), Box<dyn Error>> {
    let (status, _, body) = ask(state, "GET", PATH).await?;
    let mut body: Value = serde_json::from_str(&body)?;
    let dependencies = body["dependencies"].as_object_mut().ok_or("no dependencies")?;
    for report in dependencies.values_mut() {
        let latency = report["latency_ms"].as_f64().ok_or("no latency")?;
        assert!((0.0..10_000.0).contains(&latency), "{latency}");
        report["latency_ms"] = json!("…");
    }
    Ok((status, body))
}

#[tokio::test]
async fn up_is_200_with_version_timestamp_and_dependency() -> TestResult {
    let (status, body) = health(state([Fake("dynamodb", Behaviour::Up)])).await?;

    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        body,
        json!({
            "status": "healthy",
            "version": "1.2.3",
            "timestamp": "1970-01-01T00:00:00.000Z",
            "dependencies": { "dynamodb": { "status": "up", "latency_ms": "…" } },
        })
    );
    Ok(())
}

#[tokio::test]
async fn down_is_503_with_the_reason_and_without_the_detail() -> TestResult {
    let error = DependencyError::new("access denied").with_detail("arn:aws:iam::123456789012:role");
    let (status, body) = health(state([Fake("dynamodb", Behaviour::Down(error))])).await?;

    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["status"], "unhealthy");
    assert_eq!(
        body["dependencies"]["dynamodb"],
        json!({ "status": "down", "latency_ms": "…", "reason": "access denied" })
    );
    Ok(())
}

#[tokio::test]
async fn a_dependency_that_never_answers_is_down_at_its_bound() -> TestResult {
    let state = state([Fake("dynamodb", Behaviour::NeverAnswers)]).with_bound(Duration::from_millis(20));
    let started = Instant::now();
    let (status, body) = health(state).await?;

    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["dependencies"]["dynamodb"]["reason"], "timed out");
    assert!(started.elapsed() >= Duration::from_millis(20));
    Ok(())
}

#[tokio::test]
async fn one_dependency_down_of_two_is_unhealthy_and_both_are_listed() -> TestResult {
    let (status, body) = health(state([
        Fake("dynamodb", Behaviour::Up),
        Fake("sqs", Behaviour::Down(DependencyError::new("unreachable"))),
    ]))
    .await?;

    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["status"], "unhealthy");
    assert_eq!(body["dependencies"]["dynamodb"]["status"], "up");
    assert_eq!(body["dependencies"]["sqs"]["reason"], "unreachable");
    Ok(())
}

#[tokio::test]
async fn dependencies_are_checked_side_by_side() -> TestResult {
    let barrier = Arc::new(Barrier::new(3));
    let fakes = ["a", "b", "c"].map(|name| Fake(name, Behaviour::Meets(Arc::clone(&barrier))));
    let (status, _) = health(state(fakes).with_bound(Duration::from_secs(5))).await?;

    assert_eq!(status, StatusCode::OK, "each waits for the others to begin");
    Ok(())
}

#[tokio::test]
async fn a_check_that_panics_is_down_and_the_others_still_answer() -> TestResult {
    let (status, body) = health(state([
        Fake("dynamodb", Behaviour::Panics),
        Fake("sqs", Behaviour::Up),
    ]))
    .await?;

    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["dependencies"]["dynamodb"]["reason"], "check failed");
    assert_eq!(body["dependencies"]["sqs"]["status"], "up");
    Ok(())
}

#[tokio::test]
async fn head_answers_as_get_does_but_for_the_body() -> TestResult {
    let up = || state([Fake("dynamodb", Behaviour::Up)]);
    let (status, headers, body) = ask(up(), "HEAD", PATH).await?;

    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[CONTENT_TYPE], "application/json");
    assert_eq!(headers[CACHE_CONTROL], "no-store");
    assert_eq!(body, "");

    let down = state([Fake("d", Behaviour::Down(DependencyError::timed_out()))]);
    let (status, _, body) = ask(down, "HEAD", PATH).await?;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body, "");
    Ok(())
}

#[tokio::test]
async fn other_methods_are_405_and_name_the_allowed_ones() -> TestResult {
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
        let (status, headers, body) = ask(state([]), method, PATH).await?;

        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(headers[ALLOW], "GET,HEAD", "{method}");
        assert_eq!(body, r#"{"error":"method not allowed"}"#, "{method}");
    }
    Ok(())
}

#[tokio::test]
async fn unknown_routes_are_404_in_json() -> TestResult {
    for path in [
        "/",
        "/health",
        "/v1",
        "/v1/health/",
        "/v1/healthz",
        "/dev/v1/health",
    ] {
        let (status, headers, body) = ask(state([]), "GET", path).await?;

        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(headers[CONTENT_TYPE], "application/json", "{path}");
        assert_eq!(body, r#"{"error":"not found"}"#, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_may_be_cached() -> TestResult {
    for (method, path) in [("GET", PATH), ("POST", PATH), ("GET", "/nowhere")] {
        let (_, headers, _) = ask(state([]), method, path).await?;

        assert_eq!(headers[CACHE_CONTROL], "no-store", "{method} {path}");
    }
    Ok(())
}

#[tokio::test]
async fn the_observer_sees_every_report_with_its_detail() -> TestResult {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let observed = Arc::clone(&seen);
    let error = DependencyError::new("access denied").with_detail("for operators");
    let state = state([Fake("dynamodb", Behaviour::Down(error))]).with_observer(move |report| {
        observed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(report.clone());
    });
    health(state).await?;

    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].status, Status::Unhealthy);
    assert_eq!(
        seen[0].dependencies["dynamodb"].detail.as_deref(),
        Some("for operators")
    );
    Ok(())
}

#[tokio::test]
async fn many_requests_at_once_are_all_answered() -> TestResult {
    let checks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&checks);
    let router = router(state([Fake("dynamodb", Behaviour::Up)]).with_observer(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    }));
    let mut requests = JoinSet::new();
    for _ in 0..1_000 {
        let request = Request::get(PATH).body(Body::empty())?;
        requests.spawn(router.clone().oneshot(request));
    }
    while let Some(response) = requests.join_next().await {
        assert_eq!(response??.status(), StatusCode::OK);
    }

    assert_eq!(checks.load(Ordering::Relaxed), 1_000);
    Ok(())
}
