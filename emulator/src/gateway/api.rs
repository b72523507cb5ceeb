//! A WebSocket API at its address: a socket at the path of each stage, and `@connections` below it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::UPGRADE;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use axum::response::IntoResponse;
use futures_util::future::join_all;
use tower::ServiceExt;

use super::handshake::handshake;
use super::stages::Stages;
use super::{Gateway, Shared, management};
use crate::problem::Problem;
use crate::state::StateFolder;
use crate::template::ApiSpec;

/// How much of an unknown path is shown (characters): anybody may ask for any.
const MAX_PATH_CHARS: usize = 100;
/// What stands under 426; what AWS says there is not documented.
const NO_HANDSHAKE: &str =
    "This is a stage of a WebSocket API: connect to it with a WebSocket client, such as npx wscat -c ADDRESS.\n";

/// A WebSocket API with its stages.
#[derive(Debug)]
pub(crate) struct WebSocketApi {
    stages: Stages,
    /// `@connections`, which handlers look for where their event says that the stage is.
    management: Router,
    port: u16,
}

impl WebSocketApi {
    /// `port` is the one of its own address; the access logs go to `state`.
    ///
    /// # Errors
    /// An access log cannot be written.
    pub(crate) fn new(spec: ApiSpec, port: u16, shared: &Arc<Shared>, state: &StateFolder) -> Result<Self, Problem> {
        let spec = Arc::new(spec);
        let stages = spec.stages.iter().map(|stage| {
            let gateway = Gateway::new(Arc::clone(&spec), stage.clone(), Arc::clone(shared), state)?;
            Ok(Arc::new(gateway))
        });
        let stages = Stages(stages.collect::<Result<_, Problem>>()?);
        Ok(Self {
            management: management::router(stages.clone()),
            stages,
            port,
        })
    }

    /// `localhost:<port>`.
    pub(crate) fn host(&self) -> HeaderValue {
        HeaderValue::try_from(format!("localhost:{}", self.port)).unwrap_or(HeaderValue::from_static("localhost"))
    }

    /// The sockets' addresses, `ws://localhost:<port>/<stage>`.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.paths()
            .map(|path| format!("ws://localhost:{}{path}", self.port))
            .collect()
    }

    /// The paths of the stages.
    pub(crate) fn paths(&self) -> impl Iterator<Item = String> {
        self.stages.0.iter().map(|gateway| format!("/{}", gateway.stage.name))
    }

    /// Whether a stage answers at `path`.
    pub(crate) fn has_path(&self, path: &str) -> bool {
        self.at(path).is_some()
    }

    /// `@connections` alone.
    pub(crate) fn management(&self) -> Router {
        self.management.clone()
    }

    /// Everything that the API answers at an address of its own.
    pub(crate) fn router(self: Arc<Self>) -> Router {
        let enter = |State(api): State<Arc<Self>>, ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request| async move {
            api.answer(peer, request).await
        };
        Router::new().fallback(enter).with_state(self)
    }

    /// Answers a client, or a program that manages connections.
    pub(crate) async fn answer(&self, peer: SocketAddr, request: Request) -> Response<Body> {
        if is_management(request.uri().path()) {
            return self.manage(request).await;
        }
        match self.at(request.uri().path()) {
            None => unknown_stage(request.headers(), request.uri().path(), &self.addresses()),
            Some(_) if request.method() != Method::GET => StatusCode::METHOD_NOT_ALLOWED.into_response(),
            Some(gateway) => {
                let response = handshake(Arc::clone(gateway), peer, self.port, request).await;
                match response.status() {
                    StatusCode::UPGRADE_REQUIRED => (StatusCode::UPGRADE_REQUIRED, NO_HANDSHAKE).into_response(),
                    _ => response,
                }
            }
        }
    }

    /// Closes every socket with 1001 and waits, not for ever, until their `$disconnect` has run.
    pub(crate) async fn shut_down(&self) {
        join_all(self.stages.0.iter().map(|gateway| gateway.connections.close_all())).await;
    }

    fn at(&self, path: &str) -> Option<&Arc<Gateway>> {
        self.stages.find(path.strip_prefix('/')?)
    }

    /// Programs sign their requests, which no page can; here, where signatures are not checked, pages are refused.
    async fn manage(&self, request: Request) -> Response<Body> {
        if request.headers().contains_key("sec-fetch-site") {
            return management::forbidden().into_response();
        }
        self.management().oneshot(request).await.into_response()
    }
}

/// Whether a request asks for a WebSocket.
pub(crate) fn is_handshake(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"))
}

/// Answers at a path at which there is no stage; the person at the terminal is told of a client that wanted a socket there.
pub(crate) fn unknown_stage(headers: &HeaderMap, path: &str, known: &[String]) -> Response<Body> {
    if is_handshake(headers) {
        let shown: String = path.chars().take(MAX_PATH_CHARS).collect();
        let known = known.join(", ");
        tracing::warn!("a handshake at {shown:?}, where no stage is, is answered with 403: connect to {known}");
    }
    management::forbidden().into_response()
}

/// `/<stage>/@connections/<id>`; SDKs write the sign plain, AWS's documentation encoded.
pub(crate) fn is_management(path: &str) -> bool {
    matches!(path.split('/').nth(2), Some("@connections" | "%40connections"))
}
