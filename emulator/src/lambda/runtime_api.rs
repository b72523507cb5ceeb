//! The Runtime API, spoken with function processes
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).
//!
//! One listener serves all of them: each environment's `AWS_LAMBDA_RUNTIME_API` ends with its own unguessable id, so
//! that one process cannot take another's events.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};

use super::environment::{Environment, Invocation};
use super::output::FunctionError;

/// Lambda's limit for the answer of a synchronous invocation (bytes).
const MAX_RESPONSE_BYTES: usize = 6 * 1024 * 1024;

/// The environments that may ask for events.
#[derive(Debug, Default)]
pub(crate) struct RuntimeApi {
    environments: Mutex<HashMap<String, Arc<Environment>>>,
}

impl RuntimeApi {
    pub(crate) fn serve(&self, environment: Arc<Environment>) {
        self.all().insert(environment.id.clone(), environment);
    }

    pub(crate) fn forget(&self, environment: &Environment) {
        self.all().remove(&environment.id);
    }

    fn find(&self, id: &str) -> Option<Arc<Environment>> {
        self.all().get(id).cloned()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Environment>>> {
        self.environments.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/{environment}/2018-06-01/runtime/invocation/next", get(next))
            .route("/{environment}/2018-06-01/runtime/invocation/{request}/response", post(response))
            .route("/{environment}/2018-06-01/runtime/invocation/{request}/error", post(error))
            .route("/{environment}/2018-06-01/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::max(MAX_RESPONSE_BYTES))
            .with_state(self)
    }
}

type Api = State<Arc<RuntimeApi>>;

async fn next(State(api): Api, Path(id): Path<String>) -> Response<Body> {
    let Some(environment) = api.find(&id) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    match environment.next().await {
        Some(invocation) => event(invocation),
        None => StatusCode::GONE.into_response(),
    }
}

fn event(invocation: Invocation) -> Response<Body> {
    let deadline_ms = invocation
        .deadline
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    let headers = [
        ("lambda-runtime-aws-request-id", invocation.request_id),
        ("lambda-runtime-deadline-ms", deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", invocation.function_arn),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, invocation.payload).into_response()
}

async fn response(
    State(api): Api,
    Path((id, request_id)): Path<(String, String)>,
    payload: Bytes,
) -> StatusCode {
    answered(api.find(&id).map(|environment| environment.answer(&request_id, Ok(payload))))
}

async fn error(
    State(api): Api,
    Path((id, request_id)): Path<(String, String)>,
    headers: HeaderMap,
    payload: Bytes,
) -> StatusCode {
    let failure = function_error(&headers, &payload);
    answered(api.find(&id).map(|environment| environment.answer(&request_id, Err(failure))))
}

fn answered(known: Option<bool>) -> StatusCode {
    match known {
        Some(true) => StatusCode::ACCEPTED,
        Some(false) => StatusCode::BAD_REQUEST,
        None => StatusCode::FORBIDDEN,
    }
}

async fn init_error(State(api): Api, Path(id): Path<String>, headers: HeaderMap, payload: Bytes) -> StatusCode {
    let failure = function_error(&headers, &payload);
    tracing::error!(error = failure.message, "a function failed to initialise");
    if let Some(environment) = api.find(&id) {
        environment.kill();
    }
    StatusCode::ACCEPTED
}

fn function_error(headers: &HeaderMap, payload: &[u8]) -> FunctionError {
    let mut failure: FunctionError = serde_json::from_slice(payload).unwrap_or_else(|_| FunctionError {
        kind: String::new(),
        message: String::from_utf8_lossy(payload).into_owned(),
    });
    if failure.kind.is_empty() {
        let named = headers
            .get("lambda-runtime-function-error-type")
            .and_then(|value| value.to_str().ok());
        failure.kind = named.unwrap_or("Unhandled").to_owned();
    }
    failure
}
