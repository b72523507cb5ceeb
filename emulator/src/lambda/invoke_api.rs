//! Lambda's Invoke API, for functions and back ends that call functions through an AWS SDK
//! (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>).

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use serde_json::json;

use super::function::{Function, Functions};
use super::output::FunctionError;
use crate::identifiers;

/// Lambda's limits for the event of a synchronous and of an asynchronous invocation, in bytes
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
pub(crate) const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;
const MAX_ASYNCHRONOUS_EVENT_BYTES: usize = 1024 * 1024;

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
    payload: Result<Bytes, BytesRejection>,
) -> Response<Body> {
    let Some(function) = functions.find(&name) else {
        let message = format!("Function not found: {name}");
        return refuse(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message);
    };
    let payload = match payload {
        Ok(payload) if payload.is_empty() => Bytes::from_static(b"{}"),
        Ok(payload) => payload,
        Err(_) => {
            return too_large(&format!(
                "Request must be at most {MAX_EVENT_BYTES} bytes for the Invoke operation"
            ));
        }
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
        "Event" if payload.len() > MAX_ASYNCHRONOUS_EVENT_BYTES => too_large(&format!(
            "{} byte payload is too large for the Event invocation type (limit {MAX_ASYNCHRONOUS_EVENT_BYTES} bytes)",
            payload.len()
        )),
        "Event" => {
            let request_id = function.invoke_later(payload);
            (StatusCode::ACCEPTED, [("x-amzn-requestid", request_id)]).into_response()
        }
        "RequestResponse" => request_response(function, payload).await,
        other => {
            let message = format!("The invocation type {other} is not one of RequestResponse, Event, DryRun.");
            refuse(StatusCode::BAD_REQUEST, "InvalidParameterValueException", &message)
        }
    }
}

async fn request_response(function: Arc<Function>, payload: Bytes) -> Response<Body> {
    let request_id = identifiers::uuid();
    let headers = [
        ("x-amz-executed-version", "$LATEST".to_owned()),
        ("x-amzn-requestid", request_id.clone()),
    ];
    // Its own task: a caller that hangs up does not stop the function, nor take its environment along.
    let invocation = tokio::spawn(async move { function.run(function.place().await, &request_id, payload).await });
    let result = invocation
        .await
        .unwrap_or_else(|error| Err(FunctionError::not_started(&error.to_string())));
    match result {
        Ok(answer) => (headers, answer).into_response(),
        Err(error) => (headers, [("x-amz-function-error", "Unhandled")], axum::Json(error)).into_response(),
    }
}

fn too_large(message: &str) -> Response<Body> {
    refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", message)
}

fn refuse(status: StatusCode, kind: &'static str, message: &str) -> Response<Body> {
    let body = axum::Json(json!({ "Type": "User", "message": message }));
    (status, [("x-amzn-errortype", kind)], body).into_response()
}
