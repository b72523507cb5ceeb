//! API Gateway's WebSocket side: handshakes, sockets, routing, and the `@connections` API.

mod authorizer;
mod connections;
mod events;
mod handshake;
mod integration;
mod management;
mod policy;
mod routes;
mod socket;

pub(crate) use handshake::handshake;
pub(crate) use management::router as management;

use std::sync::Arc;

use crate::clock::Clock;
use crate::lambda::Functions;
use crate::template::{ApiSpec, Place, RouteSpec};
use connections::Connections;

/// One deployed stage of a WebSocket API.
#[derive(Debug)]
pub(crate) struct Gateway {
    api: ApiSpec,
    place: Place,
    clock: Clock,
    functions: Arc<Functions>,
    connections: Connections,
}

impl Gateway {
    pub(crate) fn new(api: ApiSpec, place: Place, clock: Clock, functions: Arc<Functions>) -> Self {
        Self {
            api,
            place,
            clock,
            functions,
            connections: Connections::default(),
        }
    }

    /// The stage's name, which is also the path of its address.
    pub(crate) fn stage(&self) -> &str {
        &self.api.stage
    }

    /// Closes every socket with 1001 and waits, not for ever, until their `$disconnect` has run.
    pub(crate) async fn shut_down(&self) {
        self.connections.close_all().await;
    }

    fn route(&self, key: &str) -> Option<&RouteSpec> {
        self.api.routes.get(key)
    }

    /// `arn:aws:execute-api:<region>:<account>:<api id>/<stage>/<route key>`.
    fn method_arn(&self, route_key: &str) -> String {
        format!(
            "arn:aws:execute-api:{}:{}:{}/{}/{route_key}",
            self.place.region, self.place.account, self.api.id, self.api.stage
        )
    }
}
