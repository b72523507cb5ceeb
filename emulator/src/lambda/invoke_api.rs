//! Lambda's Invoke API, for functions and back ends that call functions through an AWS SDK
//! (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>).

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use serde_json::json;

use super::function::{Function, Functions};
use super::output::FunctionError;

/// Lambda's limit for the event of a synchronous invocation
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
pub(crate) const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;

pub(crate) fn router(functions: Arc<Functions>) -> Router {
    Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .layer(DefaultBodyLimit::max(MAX_EVENT_BYTES))
        .with_state(functions)
}

async fn invoke(
    State(functions): State<Arc<Functions>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    payload: Bytes,
) -> Response<Body> {
    let Some(function) = functions.find(&name) else {
        let message = format!("Function not found: {name}");
        return refuse(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message);
    };
    let payload = if payload.is_empty() {
        Bytes::from_static(b"{}")
    } else {
        payload
    };
    if serde_json::from_slice::<serde::de::IgnoredAny>(&payload).is_err() {
        let message = "Could not parse request body into json";
        return refuse(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message);
    }
    let kind = headers
        .get("x-amz-invocation-type")
        .and_then(|value| value.to_str().ok());
    match kind.unwrap_or("RequestResponse") {
        "DryRun" => StatusCode::NO_CONTENT.into_response(),
        "Event" => {
            tokio::spawn(async move { function.invoke(payload).await });
            StatusCode::ACCEPTED.into_response()
        }
        "RequestResponse" => request_response(function, payload).await,
        other => {
            let message = format!("The invocation type {other} is not one of RequestResponse, Event, DryRun.");
            refuse(StatusCode::BAD_REQUEST, "InvalidParameterValueException", &message)
        }
    }
}

async fn request_response(function: Arc<Function>, payload: Bytes) -> Response<Body> {
    let version = ("x-amz-executed-version", "$LATEST");
    // Its own task: a caller that hangs up does not stop the function, nor take its environment along.
    let invocation = tokio::spawn(async move { function.invoke(payload).await });
    let result = invocation
        .await
        .unwrap_or_else(|error| Err(FunctionError::not_started(&error.to_string())));
    match result {
        Ok(answer) => ([version], answer).into_response(),
        Err(error) => ([version, ("x-amz-function-error", "Unhandled")], axum::Json(error)).into_response(),
    }
}

fn refuse(status: StatusCode, kind: &'static str, message: &str) -> Response<Body> {
    let body = axum::Json(json!({ "Type": "User", "message": message }));
    (status, [("x-amzn-errortype", kind)], body).into_response()
}
