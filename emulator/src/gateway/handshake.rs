//! The handshake: authorizer, then `$connect`, and only then 101.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use axum::response::IntoResponse;
use hyper::upgrade::OnUpgrade;
use serde_json::json;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::Gateway;
use super::access_log::Entry;
use super::authorizer::{Authorized, Denial};
use super::events::{AuthorizerContext, Client, HandshakeRequest, text_of};
use super::headers;
use super::proxy_response::{IntegrationError, ProxyResponse};
use crate::identifiers;
use crate::inspector::StageNotes;
use crate::loopback::Spelling;
use crate::timestamps::now_ms;

/// A refused handshake.
struct Refusal {
    status: StatusCode,
    message: String,
    /// The gateway response that AWS documents for the cause, as the access log calls it; none where it is no cause of
    /// API Gateway's.
    response_type: Option<&'static str>,
}

impl Refusal {
    fn with_type(self, response_type: &'static str) -> Self {
        Self {
            response_type: Some(response_type),
            ..self
        }
    }
}

impl From<StatusCode> for Refusal {
    fn from(status: StatusCode) -> Self {
        let (message, response_type) = match status {
            StatusCode::INTERNAL_SERVER_ERROR => ("Internal server error", None),
            StatusCode::BAD_GATEWAY => ("Internal server error", Some("INTEGRATION_FAILURE")),
            StatusCode::GATEWAY_TIMEOUT => ("Endpoint request timed out", Some("INTEGRATION_TIMEOUT")),
            StatusCode::TOO_MANY_REQUESTS => ("Too Many Requests", Some("THROTTLED")),
            other => (other.canonical_reason().unwrap_or("Refused"), None),
        };
        Self {
            status,
            message: message.to_owned(),
            response_type,
        }
    }
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Self::from(denial.status).with_type(match denial.status {
            StatusCode::UNAUTHORIZED => "UNAUTHORIZED",
            StatusCode::FORBIDDEN => "ACCESS_DENIED",
            _ => "AUTHORIZER_FAILURE",
        })
    }
}

/// An accepted one.
struct Accepted {
    authorizer: Option<AuthorizerContext>,
    subprotocol: Option<String>,
}

/// Answers a request to the stage's address.
pub(super) async fn handshake(
    gateway: Arc<Gateway>,
    peer: SocketAddr,
    port: u16,
    mut request: Request<Body>,
) -> Response<Body> {
    let key = match websocket_key(request.headers()) {
        Ok(key) => key,
        Err(status) => return status.into_response(),
    };
    if gateway.connections.is_going_away() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let upgrade = hyper::upgrade::on(&mut request);
    let client = new_client(request.headers(), peer);
    let context = gateway.request_context(&client, "$connect", "CONNECT");
    let request_id = text_of(&context["requestId"]);
    let spelling = request.extensions().get::<Spelling>().cloned().unwrap_or_default();
    let headers = headers::shown(request.headers(), spelling, &client.source_ip, port);
    let shown = HandshakeRequest::new(headers, request.uri(), context);
    let (notes, connection_id) = (gateway.notes.clone(), client.connection_id.clone());
    notes.handshake(&connection_id, &client.source_ip, request.uri(), request.headers());
    // Its own task: a client that goes away meanwhile stops neither the functions, as on AWS, nor what is told of them.
    let task = tokio::spawn(async move {
        let answered = async {
            let accepted = gateway.admit_and_log(&shown).await?;
            let subprotocol = accepted.subprotocol.clone();
            tokio::spawn(gateway.serve(upgrade, client, accepted.authorizer));
            Ok(switching_protocols(&key, subprotocol.as_deref()))
        };
        let refuse = |refusal| refused(&notes, &refusal, &connection_id, &request_id);
        answered.await.unwrap_or_else(refuse)
    });
    task.await
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// The request's key, if it is a WebSocket handshake of version 13 (RFC 6455, section 4.2.1).
fn websocket_key(headers: &HeaderMap) -> Result<String, StatusCode> {
    let lists = |name, token: &str| {
        headers.get_all(name).iter().any(|value| {
            let items = value.to_str().unwrap_or_default().split(',');
            items.into_iter().any(|item| item.trim().eq_ignore_ascii_case(token))
        })
    };
    if !lists(CONNECTION, "upgrade") || !lists(UPGRADE, "websocket") {
        return Err(StatusCode::UPGRADE_REQUIRED);
    }
    let key = headers.get(SEC_WEBSOCKET_KEY).and_then(|key| key.to_str().ok());
    match (
        headers.get(SEC_WEBSOCKET_VERSION).map(|version| version.as_bytes()),
        key,
    ) {
        (Some(b"13"), Some(key)) => Ok(key.to_owned()),
        _ => Err(StatusCode::BAD_REQUEST),
    }
}

fn new_client(headers: &HeaderMap, peer: SocketAddr) -> Client {
    let text = |name: &str| {
        headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    Client {
        connection_id: identifiers::gateway(),
        connected_at_ms: now_ms(),
        source_ip: peer.ip().to_string(),
        user_agent: text("user-agent"),
        domain_name: text("host").unwrap_or_default(),
    }
}

impl Gateway {
    async fn admit_and_log(&self, request: &HandshakeRequest) -> Result<Accepted, Refusal> {
        let mut entry = Entry::new(&request.context);
        let admitted = self.admit(request, &mut entry).await;
        let admitted = admitted.and_then(|accepted| self.disturb_handshake().map(|()| accepted).map_err(Refusal::from));
        if let Err(refusal) = &admitted {
            let status = refusal.status.as_u16();
            match refusal.response_type {
                Some(kind) => entry.failed(status, &refusal.message, Some(kind)),
                None => entry.status(status),
            }
        }
        self.log(&entry);
        admitted
    }

    async fn admit(&self, request: &HandshakeRequest, entry: &mut Entry) -> Result<Accepted, Refusal> {
        if !self.shared.quotas.take_connection(Instant::now()) || !self.lets_pass("$connect") {
            return Err(StatusCode::TOO_MANY_REQUESTS.into());
        }
        let Some(route) = self.route("$connect") else {
            return Ok(Accepted {
                authorizer: None,
                subprotocol: None,
            });
        };
        let authorized = match &route.authorizer {
            Some(authorizer) => Some(self.authorize(authorizer, request, entry).await?),
            None => None,
        };
        let context = authorized.as_ref().map(|authorized| &authorized.context_of_connect);
        let event = self.connect_event(request, context);
        match self.integrate_for(entry, route, event).await.and_then(answerable) {
            Ok(response) if (200..300).contains(&response.status) => Ok(Accepted {
                authorizer: authorized.map(|Authorized { context, .. }| context),
                subprotocol: response.subprotocol,
            }),
            Ok(response) => Err(Refusal {
                status: StatusCode::from_u16(response.status).unwrap_or(StatusCode::BAD_GATEWAY),
                message: "Refused by $connect".to_owned(),
                response_type: None,
            }),
            Err(IntegrationError::TimedOut) => Err(StatusCode::GATEWAY_TIMEOUT.into()),
            // What Lambda does not take is 500, what a function does wrong is 502
            // (https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html).
            Err(IntegrationError::Throttled) => {
                Err(Refusal::from(StatusCode::INTERNAL_SERVER_ERROR).with_type("INTEGRATION_FAILURE"))
            }
            Err(IntegrationError::Failed | IntegrationError::Empty) => Err(StatusCode::BAD_GATEWAY.into()),
        }
    }

    /// Waits for the socket behind a 101, then runs it; a client that never got its 101 has left without a close frame.
    async fn serve(self: Arc<Self>, upgrade: OnUpgrade, client: Client, authorizer: Option<AuthorizerContext>) {
        match upgrade.await {
            Ok(socket) => self.run_socket(socket, client, authorizer).await,
            Err(_) => {
                let how = super::socket::VANISHED;
                self.disconnect(&client, how, authorizer.as_ref()).await;
            }
        }
    }
}

/// What can be an answer to a handshake: below 200 stands no status that ends one, and a header holds no control characters.
fn answerable(response: ProxyResponse) -> Result<ProxyResponse, IntegrationError> {
    let ends_it = response.status >= 200;
    let mut subprotocol = response.subprotocol.iter();
    match ends_it && subprotocol.all(|name| HeaderValue::from_str(name).is_ok()) {
        true => Ok(response),
        false => Err(IntegrationError::Failed),
    }
}

fn switching_protocols(key: &str, subprotocol: Option<&str>) -> Response<Body> {
    let mut response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(CONNECTION, "upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_ACCEPT, derive_accept_key(key.as_bytes()));
    if let Some(subprotocol) = subprotocol {
        response = response.header(SEC_WEBSOCKET_PROTOCOL, subprotocol);
    }
    response
        .body(Body::empty())
        .unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}

fn refused(notes: &StageNotes, refusal: &Refusal, connection_id: &str, request_id: &str) -> Response<Body> {
    notes.refused(connection_id, refusal.status.as_u16(), &refusal.message);
    let body = json!({
        "message": refusal.message,
        "connectionId": connection_id,
        "requestId": request_id,
    });
    (refusal.status, axum::Json(body)).into_response()
}
