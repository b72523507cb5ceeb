//! The plan that is in force, what has struck, and what there is to choose from; to look at and to replace while the stack runs.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::Faults;

/// Where the plan is on the port of the Lambda API, for programs.
pub(crate) const PATH: &str = "/_faults";

/// Serves `GET` and `PUT` of the plan at a path.
pub(crate) fn router(path: &str, faults: Faults) -> Router {
    Router::new().route(path, get(show).put(replace)).with_state(faults)
}

async fn show(State(faults): State<Faults>) -> Response<Body> {
    let answer = json!({ "plan": faults.current(), "struck": faults.struck(), "kinds": faults.choices() });
    Json(answer).into_response()
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
