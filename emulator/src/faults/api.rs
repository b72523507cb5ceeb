//! `/_faults`: the plan that is in force and what has struck, to look at and to replace while the stack runs.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::Faults;

/// Serves `GET` and `PUT /_faults`.
pub(crate) fn router(faults: Faults) -> Router {
    Router::new()
        .route("/_faults", get(show).put(replace))
        .with_state(faults)
}

async fn show(State(faults): State<Faults>) -> Response<Body> {
    Json(json!({ "plan": faults.current(), "struck": faults.struck() })).into_response()
}

async fn replace(State(faults): State<Faults>, body: Bytes) -> Response<Body> {
    match faults.read(&String::from_utf8_lossy(&body)) {
        Ok(plan) => {
            faults.replace(plan);
            show(State(faults)).await
        }
        Err(why) => {
            let message = format!("This plan of faults cannot be taken: {why}.");
            (StatusCode::BAD_REQUEST, Json(json!({ "message": message }))).into_response()
        }
    }
}
