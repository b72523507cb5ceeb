//! The wire: AWS's JSON 1.1 protocol on `POST /`, the public documents and, for a pool with a domain, the sign-in pages.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::Response,
    routing::{get, post},
};
use bytes::Bytes;
use serde_json::Value;

use super::{
    errors::{CognitoError, ErrorType},
    limits::MAX_BODY_BYTES,
    operations::{self, Operation},
    pages,
    pool::UserPool,
    reply::{JSON_1_1, refusal, reply},
    well_known,
};

const TARGET: &str = "x-amz-target";
const SERVICE: &str = "AWSCognitoIdentityProviderService.";

impl UserPool {
    /// The pool's whole HTTP face. Whoever listens must be on loopback and refuse foreign Hosts and Origins.
    pub(crate) fn router(self: Arc<Self>) -> Router {
        let pages = match self.settings().sign_in_base {
            Some(_) => pages::router(),
            None => Router::new(),
        };
        Router::new()
            .route("/", post(call))
            .route("/{pool}/.well-known/jwks.json", get(well_known::jwks))
            .route(
                "/{pool}/.well-known/openid-configuration",
                get(well_known::openid_configuration),
            )
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .merge(pages)
            .with_state(self)
    }
}

async fn call(State(pool): State<Arc<UserPool>>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Response {
    let result = match (find_operation(&headers), read(body)) {
        (Ok(operation), Ok(body)) => run(pool, operation, body).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    match result {
        Ok(value) => reply(StatusCode::OK, &value, &[]),
        Err(error) => refusal(&error),
    }
}

async fn run(pool: Arc<UserPool>, operation: &'static Operation, body: Bytes) -> Result<Value, CognitoError> {
    let result = pool.work(move |pool| (operation.run)(pool, &body)).await?;
    if let Err(error) = &result {
        log(operation, error);
    }
    result
}

fn log(operation: &Operation, error: &CognitoError) {
    let (operation, error_type) = (operation.name, error.error_type.name());
    match &error.cause {
        Some(cause) => tracing::error!(cognito.operation = operation, cause = %cause, "failed"),
        None => tracing::debug!(cognito.operation = operation, cognito.error = error_type, "refused"),
    }
}

/// The content type is required because a web page cannot send it to another origin without asking first.
fn find_operation(headers: &HeaderMap) -> Result<&'static Operation, CognitoError> {
    if headers.get(CONTENT_TYPE).is_none_or(|value| value != JSON_1_1) {
        return Err(CognitoError::new(
            ErrorType::UnknownOperation,
            format!("The content type of every call is {JSON_1_1}."),
        ));
    }
    headers
        .get(TARGET)
        .and_then(|target| target.to_str().ok()?.strip_prefix(SERVICE))
        .and_then(operations::find)
        .ok_or_else(operations::unknown)
}

fn read(body: Result<Bytes, BytesRejection>) -> Result<Bytes, CognitoError> {
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => CognitoError::new(
            ErrorType::RequestTooLarge,
            format!("A request has at most {MAX_BODY_BYTES} bytes."),
        ),
        _ => CognitoError::new(ErrorType::Serialization, "The body could not be read."),
    })
}
