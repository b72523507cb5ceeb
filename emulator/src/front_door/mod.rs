//! The one origin of the application: gives each request to the part that the template's distribution names for its path.

mod behavior;
mod path_pattern;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, Response, StatusCode};
use axum::response::IntoResponse;
use serde_json::json;
use tower::ServiceExt;

use crate::gateway::{self, Gateway};
use crate::http_api::HttpApi;
use crate::problem::Problem;
use crate::template::{DistributionSpec, Target};
use crate::web_client::WebClient;
use behavior::Behavior;

/// What answers at the main port.
pub(crate) struct FrontDoor {
    gateway: Arc<Gateway>,
    http_api: Option<HttpApi>,
    web_client: WebClient,
    /// The last one takes every path.
    behaviors: Vec<Behavior>,
    /// `@connections`, which handlers look for where their event says that the stage is.
    management: Router,
    port: u16,
}

impl FrontDoor {
    /// # Errors
    /// A behaviour has a method or a header that HTTP does not know.
    pub(crate) fn new(
        gateway: Arc<Gateway>,
        http_api: Option<HttpApi>,
        web_client: WebClient,
        distribution: Option<DistributionSpec>,
        port: u16,
    ) -> Result<Self, Problem> {
        let behaviors = match distribution {
            Some(distribution) => distribution
                .behaviors
                .into_iter()
                .map(Behavior::new)
                .collect::<Result<_, _>>()?,
            None => vec![Behavior::of_web_client()],
        };
        Ok(Self {
            management: gateway::management(Arc::clone(&gateway)),
            gateway,
            http_api,
            web_client,
            behaviors,
            port,
        })
    }

    pub(crate) fn router(self) -> Router {
        let enter = |State(door): State<Arc<Self>>, ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request| async move {
            door.answer(peer, request).await
        };
        Router::new().fallback(enter).with_state(Arc::new(self))
    }

    async fn answer(&self, peer: SocketAddr, request: Request) -> Response<Body> {
        if is_management(request.uri().path()) {
            return self.manage(request).await;
        }
        if let Some(target) = self.besides_the_distribution(request.method(), request.uri().path()) {
            return self.hand_over(target, peer, request).await;
        }
        let path = request.uri().path();
        let Some(behavior) = self.behaviors.iter().find(|behavior| behavior.takes(path)) else {
            return not_allowed("No behaviour of the distribution takes this path.");
        };
        // A development server takes more than its files' bucket would, such as what its error pages ask.
        let is_free = behavior.target == Target::WebClient && self.web_client.is_in_development();
        if !is_free && !behavior.allows(request.method()) {
            return not_allowed("The distribution does not allow this method at this path: see its AllowedMethods.");
        }
        let mut response = self.hand_over(behavior.target, peer, request).await;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            behavior.add_headers(response.headers_mut());
        }
        response
    }

    /// An API that no behaviour names has an address of its own on AWS. Here it stands before the others: the socket at
    /// the stage's path, the HTTP API at its routes.
    fn besides_the_distribution(&self, method: &Method, path: &str) -> Option<Target> {
        let named = |target| self.behaviors.iter().any(|behavior| behavior.target == target);
        let at_stage = self.is_stage(path) && !named(Target::WebSocketApi);
        let at_route =
            || self.http_api.as_ref().is_some_and(|api| api.has_route(method, path)) && !named(Target::HttpApi);
        match at_stage {
            true => Some(Target::WebSocketApi),
            false => at_route().then_some(Target::HttpApi),
        }
    }

    /// Programs sign their requests, which no page can; here, where signatures are not checked, pages are refused.
    async fn manage(&self, request: Request) -> Response<Body> {
        if request.headers().contains_key("sec-fetch-site") {
            return not_allowed("Forbidden");
        }
        self.management.clone().oneshot(request).await.into_response()
    }

    fn is_stage(&self, path: &str) -> bool {
        path.strip_prefix('/') == Some(self.gateway.stage())
    }

    async fn hand_over(&self, target: Target, peer: SocketAddr, request: Request) -> Response<Body> {
        match (target, &self.http_api) {
            (Target::WebSocketApi, _) if !self.is_stage(request.uri().path()) => not_allowed("Forbidden"),
            (Target::WebSocketApi, _) if request.method() != Method::GET => {
                StatusCode::METHOD_NOT_ALLOWED.into_response()
            }
            (Target::WebSocketApi, _) => gateway::handshake(Arc::clone(&self.gateway), peer, self.port, request).await,
            (Target::HttpApi, Some(api)) => api.answer(peer, request).await,
            (Target::WebClient, _) | (Target::HttpApi, None) => self.web_client.answer(request).await,
        }
    }
}

/// `/<stage>/@connections/<id>`; SDKs write the sign plain, AWS's documentation encoded.
fn is_management(path: &str) -> bool {
    matches!(path.split('/').nth(2), Some("@connections" | "%40connections"))
}

fn not_allowed(message: &str) -> Response<Body> {
    (StatusCode::FORBIDDEN, axum::Json(json!({ "message": message }))).into_response()
}
