//! The one origin of the application: gives each request to the part that the template's distribution names for its path.

mod behavior;
mod path_pattern;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::HOST;
use axum::http::{Method, Response, StatusCode};
use axum::response::IntoResponse;
use serde_json::json;

use crate::gateway::{WebSocketApi, is_handshake, is_management, unknown_stage};
use crate::http_api::HttpApi;
use crate::problem::Problem;
use crate::template::{DistributionSpec, Target};
use crate::web_client::WebClient;
use behavior::Behavior;

/// The API whose own address the main port is.
const OWN_SOCKETS: Target = Target::WebSocketApi(0);

/// What answers at the main port.
pub(crate) struct FrontDoor {
    /// At least one; the first has this port for its own.
    websocket_apis: Vec<Arc<WebSocketApi>>,
    http_api: Option<HttpApi>,
    web_client: WebClient,
    /// The last one takes every path.
    behaviors: Vec<Behavior>,
}

impl FrontDoor {
    /// # Errors
    /// A behaviour has a method or a header that HTTP does not know.
    pub(crate) fn new(
        websocket_apis: Vec<Arc<WebSocketApi>>,
        http_api: Option<HttpApi>,
        web_client: WebClient,
        distribution: Option<DistributionSpec>,
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
            websocket_apis,
            http_api,
            web_client,
            behaviors,
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
            return self.hand_over(OWN_SOCKETS, peer, request).await;
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
        let at_route =
            || self.http_api.as_ref().is_some_and(|api| api.has_route(method, path)) && !named(Target::HttpApi);
        match self.serves_socket(OWN_SOCKETS, path) && (!named(OWN_SOCKETS) || self.is_beside_a_named_stage(path)) {
            true => Some(OWN_SOCKETS),
            false => at_route().then_some(Target::HttpApi),
        }
    }

    /// Whether the distribution leads to another stage of the API and not to this one, which is then reached as if nobody had
    /// named the API.
    fn is_beside_a_named_stage(&self, path: &str) -> bool {
        let leads_to = |path: &str| {
            let behavior = self.behaviors.iter().find(|behavior| behavior.takes(path));
            behavior.is_some_and(|behavior| behavior.target == OWN_SOCKETS)
        };
        let own = self.websocket_apis.first();
        !leads_to(path) && own.is_some_and(|api| api.paths().any(|path| leads_to(&path)))
    }

    /// The paths at which there is a socket.
    pub(crate) fn socket_paths(&self) -> Vec<String> {
        let paths = self.websocket_apis.iter().flat_map(|api| api.paths());
        paths
            .filter(|path| {
                let target = self.besides_the_distribution(&Method::GET, path);
                let behavior = || self.behaviors.iter().find(|behavior| behavior.takes(path));
                target
                    .or_else(|| behavior().map(|behavior| behavior.target))
                    .is_some_and(|target| self.serves_socket(target, path))
            })
            .collect()
    }

    fn serves_socket(&self, target: Target, path: &str) -> bool {
        match target {
            Target::WebSocketApi(place) => self.websocket_apis.get(place).is_some_and(|api| api.has_path(path)),
            Target::HttpApi | Target::WebClient => false,
        }
    }

    async fn hand_over(&self, target: Target, peer: SocketAddr, mut request: Request) -> Response<Body> {
        match (target, &self.http_api) {
            (Target::WebSocketApi(place), _) => {
                let Some(api) = self.websocket_apis.get(place) else {
                    return not_allowed("Forbidden");
                };
                if target != OWN_SOCKETS {
                    // As a distribution does, so that events name the API's own address, where its `@connections` are.
                    request.headers_mut().insert(HOST, api.host());
                }
                api.answer(peer, request).await
            }
            (Target::HttpApi, Some(api)) => api.answer(peer, request).await,
            // Files answer no handshake: whoever asks for one has the stage's name wrong.
            (Target::WebClient, _) if !self.web_client.is_in_development() && is_handshake(request.headers()) => {
                unknown_stage(request.headers(), request.uri().path(), &self.socket_addresses())
            }
            (Target::WebClient, _) | (Target::HttpApi, None) => {
                self.web_client.answer(request, || self.socket_addresses()).await
            }
        }
    }

    /// Those of all APIs, at their own ports.
    fn socket_addresses(&self) -> Vec<String> {
        self.websocket_apis.iter().flat_map(|api| api.addresses()).collect()
    }
}

fn not_allowed(message: &str) -> Response<Body> {
    (StatusCode::FORBIDDEN, axum::Json(json!({ "message": message }))).into_response()
}
