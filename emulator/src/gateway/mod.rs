//! API Gateway's WebSocket side: handshakes, sockets, routing, and the `@connections` API.

mod access_log;
mod api;
mod authorizer;
mod connections;
mod events;
mod faulty;
mod handshake;
mod headers;
mod integration;
mod management;
mod policy;
mod proxy_response;
mod routes;
mod socket;
mod stages;
mod throttle;

pub(crate) use api::{WebSocketApi, is_handshake, is_management, unknown_stage};
pub(crate) use throttle::AccountQuotas;

use std::sync::Arc;
use std::time::Instant;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::inspector::{Journal, Site, StageNotes};
use crate::lambda::Functions;
use crate::problem::Problem;
use crate::state::StateFolder;
use crate::template::{ApiSpec, Place, RouteSpec, StageSpec};
use access_log::{AccessLog, Entry};
use connections::Connections;
use throttle::Throttle;

/// What all stages of a stack have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) place: Place,
    pub(crate) clock: Clock,
    pub(crate) functions: Arc<Functions>,
    pub(crate) quotas: AccountQuotas,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
}

/// One deployed stage of a WebSocket API, to which its connections belong for life.
#[derive(Debug)]
struct Gateway {
    api: Arc<ApiSpec>,
    stage: StageSpec,
    shared: Arc<Shared>,
    connections: Connections,
    throttle: Throttle,
    access_log: Option<AccessLog>,
    notes: StageNotes,
}

impl Gateway {
    fn new(
        api: Arc<ApiSpec>,
        stage: StageSpec,
        shared: Arc<Shared>,
        access_logs: &StateFolder,
    ) -> Result<Self, Problem> {
        let open = |format: &String| {
            let name = format!("{}-{}.log", api.logical_id, stage.name);
            Ok(AccessLog::new(
                &name,
                format,
                access_logs.append(access_log::FOLDER, &name)?,
            ))
        };
        let site = Site {
            api: api.id.clone(),
            stage: stage.name.clone(),
        };
        Ok(Self {
            notes: StageNotes::new(shared.journal.clone(), site),
            access_log: stage.access_log_format.as_ref().map(open).transpose()?,
            throttle: Throttle::new(&api, &stage, &shared.quotas, Instant::now()),
            connections: Connections::default(),
            api,
            stage,
            shared,
        })
    }

    /// Whether neither the route nor the account has had too many requests.
    fn lets_pass(&self, route_key: &str) -> bool {
        let now = Instant::now();
        self.throttle.take(route_key, now) && self.shared.quotas.take_request(now)
    }

    /// Writes an event's line into the access log, if there is one.
    fn log(&self, entry: &Entry) {
        if let Some(log) = &self.access_log {
            log.write(entry);
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
