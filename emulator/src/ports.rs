//! The ports of a stack, and what answers at each.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;

use crate::cognito::UserPool;
use crate::event_bus::{self, EventBus};
use crate::faults::{self, Faults};
use crate::front_door::FrontDoor;
use crate::gateway::WebSocketApi;
use crate::inspector::{self, Journal};
use crate::lambda::{self, Functions};
use crate::loopback::{self, Guard, Port, PublicPort};
use crate::problem::Problem;
use crate::tables::{self, Tables};

/// All ports of a stack. Each AWS service has one of its own, since their clients expect to be at the root of a host.
pub(crate) struct Ports {
    /// The first WebSocket API's too.
    pub(crate) main: PublicPort,
    /// Those of the WebSocket APIs behind the first: two of them may have stages of the same name.
    pub(crate) further_apis: Vec<PublicPort>,
    pub(crate) management: Port,
    pub(crate) lambda: Port,
    pub(crate) dynamodb: Port,
    pub(crate) cognito: Port,
    pub(crate) events: Port,
}

/// What answers at the ports.
pub(crate) struct Parts {
    pub(crate) front_door: FrontDoor,
    /// As many as have a port.
    pub(crate) websocket_apis: Vec<Arc<WebSocketApi>>,
    pub(crate) functions: Arc<Functions>,
    pub(crate) tables: Tables,
    pub(crate) pool: Option<Arc<UserPool>>,
    pub(crate) event_bus: Arc<EventBus>,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    /// For the main port and those of further APIs; their own URLs stay plain.
    pub(crate) tls: Option<TlsAcceptor>,
}

impl Ports {
    /// `websocket_apis` is the number of APIs that need a port.
    pub(crate) async fn listen(main: u16, websocket_apis: usize) -> Result<Self, Problem> {
        let main = PublicPort::listen(main).await?;
        let mut further_apis = Vec::new();
        for _ in 1..websocket_apis {
            further_apis.push(PublicPort::listen(0).await?);
        }
        Ok(Self {
            main,
            further_apis,
            management: Port::listen(0).await?,
            lambda: Port::listen(0).await?,
            dynamodb: Port::listen(0).await?,
            cognito: Port::listen(0).await?,
            events: Port::listen(0).await?,
        })
    }

    pub(crate) fn web(&self) -> String {
        self.main.origin("http")
    }

    /// Those of the WebSocket APIs, in the order of the template.
    pub(crate) fn of_websocket_apis(&self) -> impl Iterator<Item = &PublicPort> {
        std::iter::once(&self.main).chain(&self.further_apis)
    }

    pub(crate) fn serve(self, parts: Parts) {
        let tls = parts.tls.as_ref();
        let guard = Guard::new(self.main.number(), &[self.web(), self.main.origin("https")])
            .letting_handshakes_pass(parts.front_door.socket_paths());
        let switches = faults::router(inspector::FAULTS_PATH, parts.faults.clone());
        let inspector = inspector::router(parts.journal, switches);
        self.main
            .serve(guard.before(inspector.merge(parts.front_door.router())), tls);
        let mut apis = parts.websocket_apis.into_iter();
        let management = apis.next().map(|api| api.management());
        self.management.serve_programs(management.unwrap_or_default());
        for (port, api) in self.further_apis.into_iter().zip(apis) {
            let guard = Guard::new(port.number(), &[]).letting_handshakes_pass(api.paths());
            port.serve(guard.before(api.router()), tls);
        }
        let faults = faults::router(faults::PATH, parts.faults);
        self.lambda
            .serve_programs(lambda::invoke_api(parts.functions).merge(faults));
        self.events.serve_programs(event_bus::router(parts.event_bus));
        self.dynamodb.serve_programs(tables::router(parts.tables));
        if let Some(pool) = parts.pool {
            let guard = Guard::new(
                self.cognito.number,
                &[format!("http://127.0.0.1:{}", self.cognito.number)],
            );
            loopback::serve(self.cognito.listener, guard.before(pool.router()));
        }
    }
}
