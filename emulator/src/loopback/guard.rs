//! Who may talk to a port: programs of this machine, and pages of the stack's own.
//!
//! A page of any site can make a browser send requests to `127.0.0.1`. It cannot forge `Origin`, and a name that it
//! rebinds to the loopback address shows in `Host`; so both are checked on every request.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN, UPGRADE};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::IntoResponse;
use serde_json::json;

/// Who may talk to a port.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    hosts: Arc<[String]>,
    origins: Arc<[String]>,
    /// The paths at which a WebSocket handshake's Origin is left to the authorizer.
    handshakes_at: Arc<[String]>,
    browsers_pass: bool,
}

impl Guard {
    /// Lets in requests to this port's own names, from no web page at all or from `origins`.
    pub(crate) fn new(port: u16, origins: &[String]) -> Self {
        let hosts = ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{host}:{port}"));
        Self {
            hosts: hosts.into(),
            origins: origins.into(),
            handshakes_at: Arc::default(),
            browsers_pass: true,
        }
    }

    pub(crate) fn letting_handshakes_pass(self, paths: impl IntoIterator<Item = String>) -> Self {
        Self {
            handshakes_at: paths.into_iter().collect(),
            ..self
        }
    }

    /// A page can make a browser send a plain GET, which carries no Origin but says by `Sec-Fetch-Site` what it is; on
    /// the Runtime API even a GET has an effect.
    pub(crate) fn refusing_browsers(self) -> Self {
        Self {
            browsers_pass: false,
            ..self
        }
    }

    /// Puts the guard before every route of `router`, its fallback included.
    pub(crate) fn before(self, router: Router) -> Router {
        router.layer(from_fn_with_state(self, check))
    }

    fn refusal(&self, path: &str, headers: &HeaderMap) -> Option<&'static str> {
        let mut hosts = headers.get_all(HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok()).unwrap_or_default();
        if hosts.next().is_some() || !self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host)) {
            return Some("This port answers to localhost alone: the Host header names another.");
        }
        if !self.browsers_pass && headers.contains_key("sec-fetch-site") {
            return Some("This port answers to programs alone, not to browsers.");
        }
        let is_handshake = headers
            .get(UPGRADE)
            .is_some_and(|upgrade| upgrade.as_bytes().eq_ignore_ascii_case(b"websocket"));
        if is_handshake && self.handshakes_at.iter().any(|own| own == path) {
            return None;
        }
        let foreign = headers
            .get_all(ORIGIN)
            .iter()
            .any(|origin| !self.origins.iter().any(|own| own.as_bytes() == origin.as_bytes()));
        foreign.then_some("This port does not answer to pages of other origins.")
    }
}

async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response<Body> {
    match guard.refusal(request.uri().path(), request.headers()) {
        None => next.run(request).await,
        Some(message) => (StatusCode::FORBIDDEN, axum::Json(json!({ "message": message }))).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn passes(guard: &Guard, headers: &[(HeaderName, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, axum::http::HeaderValue::from_static(value));
        }
        guard.refusal("/ws", &map).is_none()
    }

    #[test]
    fn only_loopback_names_and_own_origins_pass() {
        let guard = Guard::new(3000, &["http://localhost:3000".to_owned()]);
        let cases: [(&[(HeaderName, &'static str)], bool); 11] = [
            (&[(HOST, "localhost:3000")], true),
            (&[(HOST, "127.0.0.1:3000")], true),
            (&[(HOST, "[::1]:3000")], true),
            (&[(HOST, "localhost:3000"), (ORIGIN, "http://localhost:3000")], true),
            (&[], false),
            (&[(HOST, "localhost")], false),
            (&[(HOST, "evil.example:3000")], false),
            (&[(HOST, "localhost:3000"), (HOST, "evil.example")], false),
            (&[(HOST, "localhost:3000"), (ORIGIN, "null")], false),
            (&[(HOST, "localhost:3000"), (ORIGIN, "http://localhost:3001")], false),
            (
                &[
                    (HOST, "localhost:3000"),
                    (UPGRADE, "websocket"),
                    (ORIGIN, "http://evil.example"),
                ],
                false,
            ),
        ];
        for (headers, expected) in cases {
            assert_eq!(passes(&guard, headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn where_no_browser_has_any_business_none_passes() {
        let guard = Guard::new(3000, &[]).refusing_browsers();
        let fetched = (HeaderName::from_static("sec-fetch-site"), "cross-site");
        assert!(!passes(&guard, &[(HOST, "localhost:3000"), fetched]));
        assert!(passes(&guard, &[(HOST, "localhost:3000")]));
    }

    #[test]
    fn a_handshake_brings_its_origin_to_the_authorizer() {
        let guard = Guard::new(3000, &[]).letting_handshakes_pass(["/ws".to_owned()]);
        let foreign = (ORIGIN, "http://evil.example");
        assert!(passes(
            &guard,
            &[(HOST, "localhost:3000"), (UPGRADE, "websocket"), foreign.clone()]
        ));
        assert!(!passes(&guard, &[(HOST, "localhost:3000"), foreign.clone()]));
        assert!(!passes(
            &guard,
            &[(HOST, "localhost:3000"), (UPGRADE, "h2c"), foreign.clone()]
        ));
        let elsewhere = Guard::new(3000, &[]).letting_handshakes_pass(["/elsewhere".to_owned()]);
        let handshake = [(HOST, "localhost:3000"), (UPGRADE, "websocket"), foreign];
        assert!(!passes(&elsewhere, &handshake));
        assert!(!passes(&guard, &[(HOST, "evil.example"), (UPGRADE, "websocket")]));
    }
}
