//! The HTTP face: one route, JSON everywhere, and nothing that a cache may keep.

use std::io;

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;

use crate::report::Status;
use crate::state::HealthState;

/// The endpoint's path.
pub const PATH: &str = "/v1/health";

/// Builds the router: `GET` and `HEAD` on [`PATH`], 405 for its other methods, 404 elsewhere.
pub fn router(state: HealthState) -> Router {
    Router::new()
        .route(PATH, get(health))
        .method_not_allowed_fallback(|| async {
            refusal(StatusCode::METHOD_NOT_ALLOWED, "method not allowed")
        })
        .fallback(|| async { refusal(StatusCode::NOT_FOUND, "not found") })
        .layer(map_response(uncached))
        .with_state(state)
}

/// Serves the router on a listener until `shutdown` completes; requests under way are answered.
pub async fn serve(
    listener: TcpListener,
    state: HealthState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(state))
        .with_graceful_shutdown(shutdown)
        .await
}

async fn health(State(state): State<HealthState>) -> Response {
    let report = state.check().await;
    let status = match report.status {
        Status::Healthy => StatusCode::OK,
        Status::Unhealthy => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(report)).into_response()
}

fn refusal(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

/// Health is a statement about now.
async fn uncached(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests;
