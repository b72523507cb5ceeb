//! API Gateway's HTTP side: one HTTP API whose routes are Lambda functions, with payload format 2.0.

mod event;
mod response;
mod routes;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use axum::response::IntoResponse;
use serde_json::json;

use crate::faults::Faults;
use crate::identifiers;
use crate::lambda::{Event, Functions, MAX_EVENT_BYTES, NoAnswer};
use crate::template::{HttpApiSpec, Place};

/// Quotas of an HTTP API (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>). The
/// statuses of what goes beyond them are not documented.
const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;
/// The request line and the values of all headers together.
const MAX_HEAD_BYTES: usize = 10_240;

const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");

/// Connection-level headers (RFC 9110, section 7.6.1), which end at each hop.
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// One HTTP API, served at its `$default` stage.
#[derive(Debug)]
pub(crate) struct HttpApi {
    spec: HttpApiSpec,
    place: Place,
    functions: Arc<Functions>,
    faults: Faults,
    /// Where clients reach it, for `X-Forwarded-Port`.
    port: u16,
}

impl HttpApi {
    pub(crate) fn new(spec: HttpApiSpec, place: Place, functions: Arc<Functions>, faults: Faults, port: u16) -> Self {
        Self {
            spec,
            place,
            functions,
            faults,
            port,
        }
    }

    /// Whether any route takes a request.
    pub(crate) fn has_route(&self, method: &Method, path: &str) -> bool {
        routes::find(&self.spec.routes, method, &routes::decoded(path)).is_some()
    }

    /// Answers a request of `peer`.
    pub(crate) async fn answer(&self, peer: SocketAddr, request: Request<Body>) -> Response<Body> {
        let request_id = identifiers::gateway();
        let mut response = match self.integrate(peer, request, &request_id).await {
            Ok(response) => response,
            Err(status) => refused(status),
        };
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }

    async fn integrate(
        &self,
        peer: SocketAddr,
        request: Request<Body>,
        request_id: &str,
    ) -> Result<Response<Body>, StatusCode> {
        let (head, body) = request.into_parts();
        if size_of(&head) > MAX_HEAD_BYTES {
            return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        let path = routes::decoded(head.uri.path());
        let (route_key, integration) =
            routes::find(&self.spec.routes, &head.method, &path).ok_or(StatusCode::NOT_FOUND)?;
        let body = to_bytes(body, MAX_BODY_BYTES)
            .await
            .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        let event = event::Call {
            request_id,
            route_key,
            path: &path,
            head: &head,
            body: &body,
            peer,
        };
        let event = Bytes::from(self.event(&event).to_string());
        if event.len() > MAX_EVENT_BYTES {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let answered = self
            .functions
            .invoke_within(&integration.function, Event::new(event), integration.timeout);
        match answered.await {
            Ok(answer) => response::read(answer).ok_or(StatusCode::INTERNAL_SERVER_ERROR),
            Err(NoAnswer::Failed | NoAnswer::Throttled) => Err(StatusCode::INTERNAL_SERVER_ERROR),
            Err(NoAnswer::TimedOut) => Err(StatusCode::SERVICE_UNAVAILABLE),
        }
    }
}

/// The bytes that count for the quota: names of headers do not.
fn size_of(head: &Parts) -> usize {
    let target = head.uri.path_and_query().map_or(1, |target| target.as_str().len());
    let line = head.method.as_str().len() + target + " ".len() + " HTTP/1.1".len();
    line + head.headers.values().map(HeaderValue::len).sum::<usize>()
}

fn refused(status: StatusCode) -> Response<Body> {
    let message = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Request Entity Too Large",
        other => other.canonical_reason().unwrap_or_default(),
    };
    (status, axum::Json(json!({ "message": message }))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_headers_do_not_count() {
        let size = |cookie: usize| {
            let request = Request::get("/session?a=b")
                .header("cookie", "x".repeat(cookie))
                .body(());
            request.map(|request| size_of(&request.into_parts().0)).ok()
        };
        assert_eq!(size(0), Some("GET /session?a=b HTTP/1.1".len()));
        assert_eq!(size(100), size(0).map(|bytes| bytes + 100));
    }
}
