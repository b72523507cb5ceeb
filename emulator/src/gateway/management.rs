//! The `@connections` API: post to, look at, and close a connection
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html>).

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{Response, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::post;
use serde_json::json;

use super::Gateway;
use super::connections::{Connection, End, PostError};
use super::faulty::Push;
use super::stages::Stages;
use crate::identifiers;
use crate::timestamps::iso_8601;

/// The service model's bound for `Data` (bytes).
const MAX_POST_BYTES: usize = 128 * 1024;

/// Serves `/<stage>/@connections/<connection id>`.
pub(super) fn router(stages: Stages) -> Router {
    Router::new()
        .route(
            "/{stage}/{at_connections}/{connection_id}",
            post(post_to_connection).get(get_connection).delete(delete_connection),
        )
        .route_layer(from_fn_with_state(stages.clone(), noted))
        .fallback(|| async { forbidden() })
        // One byte above the bound still arrives, so that it is answered with the service's own error.
        .layer(DefaultBodyLimit::max(MAX_POST_BYTES + 1))
        .with_state(stages)
}

/// Tells the inspector of a call and of its answer.
async fn noted(
    State(stages): State<Stages>,
    path: Result<Path<(String, String, String)>, PathRejection>,
    request: Request,
    next: Next,
) -> Response<Body> {
    // Bytes that are no text.
    let Ok(Path((stage, _, connection_id))) = path else {
        let id = request.uri().path().rsplit('/').next().unwrap_or_default();
        return invalid(id).into_response();
    };
    let method = request.method().clone();
    let response = next.run(request).await;
    if let Some(gateway) = stages.find(&stage) {
        let status = response.status().as_u16();
        gateway.notes.management(method.as_str(), &connection_id, status);
    }
    response
}

/// An error of the service, told by SDKs from the header `x-amzn-ErrorType`.
pub(super) struct Refusal {
    status: StatusCode,
    kind: &'static str,
    /// 410 has an empty body.
    message: Option<String>,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response<Body> {
        let head = (self.status, [("x-amzn-errortype", self.kind)]);
        match self.message {
            Some(message) => (head.0, head.1, axum::Json(json!({ "message": message }))).into_response(),
            None => head.into_response(),
        }
    }
}

async fn post_to_connection(
    State(stages): State<Stages>,
    Path(path): Path<(String, String, String)>,
    data: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<StatusCode, Refusal> {
    let (gateway, connection) = find(&stages, &path)?;
    let data = data.ok().filter(|data| data.len() <= MAX_POST_BYTES).ok_or_else(|| {
        refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "PayloadTooLargeException",
            "Message too long",
        )
    })?;
    // What AWS does with bytes that are not UTF-8 is not known; a text frame cannot carry them.
    let text = String::from_utf8_lossy(&data).into_owned();
    match gateway.disturb_push(&connection, &text).await {
        None => connection.post(text).map_err(refused)?,
        Some(Push::Accepted) => {}
        Some(Push::Refused(error)) => return Err(refused(error)),
        Some(Push::Failed) => {
            return Err(refuse(
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalServerErrorException",
                "Internal server error",
            ));
        }
    }
    Ok(StatusCode::OK)
}

fn refused(error: PostError) -> Refusal {
    match error {
        PostError::Gone => gone(),
        PostError::BufferFull => throttled("The client does not read fast enough"),
    }
}

async fn get_connection(
    State(stages): State<Stages>,
    Path(path): Path<(String, String, String)>,
) -> Result<Response<Body>, Refusal> {
    let (gateway, connection) = find(&stages, &path)?;
    let (client, faults) = (&connection.client, &gateway.shared.faults);
    let mut identity = json!({ "sourceIp": client.source_ip });
    if let Some(user_agent) = &client.user_agent {
        identity["userAgent"] = json!(user_agent);
    }
    Ok(axum::Json(json!({
        "connectedAt": iso_8601(faults.told(client.connected_at_ms)),
        "identity": identity,
        "lastActiveAt": iso_8601(faults.told(connection.last_active_ms())),
    }))
    .into_response())
}

async fn delete_connection(
    State(stages): State<Stages>,
    Path(path): Path<(String, String, String)>,
) -> Result<StatusCode, Refusal> {
    let (gateway, connection) = find(&stages, &path)?;
    connection.end(End::Deleted);
    gateway.connections.close(&connection.client.connection_id);
    Ok(StatusCode::NO_CONTENT)
}

/// Clients write `@connections` plain or as `%40connections`: the path arrives here decoded.
fn find<'a>(
    stages: &'a Stages,
    (stage, at_connections, connection_id): &(String, String, String),
) -> Result<(&'a Gateway, Arc<Connection>), Refusal> {
    let gateway = stages.find(stage).ok_or_else(forbidden)?;
    if !gateway.shared.quotas.take_request(Instant::now()) {
        return Err(throttled("Too Many Requests"));
    }
    if at_connections != "@connections" {
        return Err(forbidden());
    }
    if !identifiers::is_gateway_id(connection_id) {
        return Err(invalid(connection_id));
    }
    let connection = gateway.connections.find(connection_id).ok_or_else(gone)?;
    Ok((gateway, connection))
}

fn invalid(connection_id: &str) -> Refusal {
    let message = format!("Invalid connectionId: {connection_id}");
    refuse(StatusCode::BAD_REQUEST, "BadRequestException", &message)
}

fn gone() -> Refusal {
    Refusal {
        status: StatusCode::GONE,
        kind: "GoneException",
        message: None,
    }
}

fn throttled(message: &str) -> Refusal {
    refuse(StatusCode::TOO_MANY_REQUESTS, "LimitExceededException", message)
}

/// What is answered wherever an API has nothing.
pub(super) fn forbidden() -> Refusal {
    refuse(StatusCode::FORBIDDEN, "ForbiddenException", "Forbidden")
}

fn refuse(status: StatusCode, kind: &'static str, message: &str) -> Refusal {
    Refusal {
        status,
        kind,
        message: Some(message.to_owned()),
    }
}
