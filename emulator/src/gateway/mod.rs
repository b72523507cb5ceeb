//! API Gateway's WebSocket side: handshakes, sockets, routing, and the `@connections` API.

mod api;
mod authorizer;
mod connections;
mod events;
mod handshake;
mod integration;
mod management;
mod policy;
mod routes;
mod socket;

pub(crate) use api::{WebSocketApi, is_management};

use std::sync::Arc;

use crate::clock::Clock;
use crate::lambda::Functions;
use crate::template::{ApiSpec, Place, RouteSpec, StageSpec};
use connections::Connections;

/// What all stages of a stack have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) place: Place,
    pub(crate) clock: Clock,
    pub(crate) functions: Arc<Functions>,
}

/// One deployed stage of a WebSocket API, to which its connections belong for life.
#[derive(Debug)]
struct Gateway {
    api: Arc<ApiSpec>,
    stage: StageSpec,
    shared: Arc<Shared>,
    connections: Connections,
}

impl Gateway {
    fn new(api: Arc<ApiSpec>, stage: StageSpec, shared: Arc<Shared>) -> Self {
        Self {
            api,
            stage,
            shared,
            connections: Connections::default(),
        }
    }

    fn route(&self, key: &str) -> Option<&RouteSpec> {
        self.api.routes.get(key)
    }

    /// `arn:aws:execute-api:<region>:<account>:<api id>/<stage>/<route key>`.
    fn method_arn(&self, route_key: &str) -> String {
        let place = &self.shared.place;
        format!(
            "arn:aws:execute-api:{}:{}:{}/{}/{route_key}",
            place.region, place.account, self.api.id, self.stage.name
        )
    }
}
