//! A WebSocket API at its address: a socket at the path of each stage, and `@connections` below it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method, Response, StatusCode};
use axum::response::IntoResponse;
use futures_util::future::join_all;
use tower::ServiceExt;

use super::handshake::handshake;
use super::{Gateway, Shared, management};
use crate::problem::Problem;
use crate::state::StateFolder;
use crate::template::ApiSpec;

/// A WebSocket API with its stages.
#[derive(Debug)]
pub(crate) struct WebSocketApi {
    stages: Stages,
    /// `@connections`, which handlers look for where their event says that the stage is.
    management: Router,
    port: u16,
}

/// The stages of one API.
#[derive(Debug, Clone)]
pub(super) struct Stages(pub(super) Arc<[Arc<Gateway>]>);

impl Stages {
    pub(super) fn find(&self, name: &str) -> Option<&Arc<Gateway>> {
        self.0.iter().find(|gateway| gateway.stage.name == name)
    }
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
            None => management::forbidden().into_response(),
            Some(_) if request.method() != Method::GET => StatusCode::METHOD_NOT_ALLOWED.into_response(),
            Some(gateway) => handshake(Arc::clone(gateway), peer, self.port, request).await,
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

/// `/<stage>/@connections/<id>`; SDKs write the sign plain, AWS's documentation encoded.
pub(crate) fn is_management(path: &str) -> bool {
    matches!(path.split('/').nth(2), Some("@connections" | "%40connections"))
}
