//! The Runtime API, spoken with one function process
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).
//!
//! Each environment has a port of its own, because `AWS_LAMBDA_RUNTIME_API` is a bare `host:port` on AWS and runtimes
//! rely on that.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};

use super::environment::{Environment, Unanswered};
use super::invocation::Invocation;
use super::output::FunctionError;
use crate::loopback::Port;

/// Lambda's limit for the answer of a synchronous invocation (bytes).
const MAX_RESPONSE_BYTES: usize = 6 * 1024 * 1024;

/// Serves `environment` on `port` for as long as its process lives.
pub(super) fn serve(port: Port, environment: Arc<Environment>) {
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{request}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{request}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::max(MAX_RESPONSE_BYTES))
        .with_state(Arc::clone(&environment));
    let serving = port.serve_programs(router);
    tokio::spawn(async move {
        environment.ended().await;
        serving.abort();
    });
}

type Served = State<Arc<Environment>>;

async fn next(State(environment): Served) -> Response<Body> {
    match environment.next().await {
        Ok(Some(invocation)) => event(invocation),
        Ok(None) => StatusCode::GONE.into_response(),
        Err(Unanswered) => StatusCode::FORBIDDEN.into_response(),
    }
}

fn event(invocation: Invocation) -> Response<Body> {
    let event = invocation.event;
    let headers = [
        ("lambda-runtime-aws-request-id", event.request_id),
        ("lambda-runtime-deadline-ms", invocation.deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", invocation.function_arn),
        ("lambda-runtime-trace-id", event.trace),
        ("content-type", "application/json".to_owned()),
    ];
    let context = event
        .client_context
        .map(|context| [("lambda-runtime-client-context", context)]);
    match context {
        Some(context) => (headers, context, event.payload).into_response(),
        None => (headers, event.payload).into_response(),
    }
}

async fn response(
    State(environment): Served,
    Path(request_id): Path<String>,
    payload: Result<Bytes, BytesRejection>,
) -> StatusCode {
    match payload {
        Ok(payload) => answered(environment.answer(&request_id, Ok(payload))),
        Err(_) => too_large(&environment, &request_id),
    }
}

async fn error(
    State(environment): Served,
    Path(request_id): Path<String>,
    headers: HeaderMap,
    payload: Result<Bytes, BytesRejection>,
) -> StatusCode {
    match payload {
        Ok(payload) => answered(environment.answer(&request_id, Err(function_error(&headers, &payload)))),
        Err(_) => too_large(&environment, &request_id),
    }
}

fn too_large(environment: &Environment, request_id: &str) -> StatusCode {
    environment.answer(request_id, Err(FunctionError::response_too_large(MAX_RESPONSE_BYTES)));
    StatusCode::PAYLOAD_TOO_LARGE
}

/// An answer to an event that is not under way, or no longer, is refused.
fn answered(taken: bool) -> StatusCode {
    if taken {
        StatusCode::ACCEPTED
    } else {
        StatusCode::BAD_REQUEST
    }
}

async fn init_error(State(environment): Served, headers: HeaderMap, payload: Bytes) -> StatusCode {
    let failure = function_error(&headers, &payload);
    environment.fail_init(failure);
    StatusCode::ACCEPTED
}

fn function_error(headers: &HeaderMap, payload: &[u8]) -> FunctionError {
    let mut failure: FunctionError = serde_json::from_slice(payload).unwrap_or_else(|_| FunctionError {
        kind: String::new(),
        message: String::from_utf8_lossy(payload).into_owned(),
        ..FunctionError::default()
    });
    if failure.kind.is_empty() {
        let named = headers
            .get("lambda-runtime-function-error-type")
            .and_then(|value| value.to_str().ok());
        failure.kind = named.unwrap_or("Unhandled").to_owned();
    }
    failure
}
