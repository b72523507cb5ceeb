//! The ports of a stack, and what answers at each.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::cognito::UserPool;
use crate::event_bus::{self, EventBus};
use crate::front_door::FrontDoor;
use crate::gateway::{self, Gateway};
use crate::lambda::{self, Functions};
use crate::loopback::{self, Guard, Port};
use crate::problem::Problem;
use crate::tables::{self, Tables};

/// All ports of a stack. Each AWS service has one of its own, since their clients expect to be at the root of a host.
pub(crate) struct Ports {
    pub(crate) main: Port,
    main_on_ipv6: Option<TcpListener>,
    pub(crate) management: Port,
    pub(crate) lambda: Port,
    pub(crate) dynamodb: Port,
    pub(crate) cognito: Port,
    pub(crate) events: Port,
}

/// What answers at the ports.
pub(crate) struct Parts {
    pub(crate) front_door: FrontDoor,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) functions: Arc<Functions>,
    pub(crate) tables: Tables,
    pub(crate) pool: Option<Arc<UserPool>>,
    pub(crate) event_bus: Arc<EventBus>,
    /// For the main port; its own URLs stay plain.
    pub(crate) tls: Option<TlsAcceptor>,
}

impl Ports {
    pub(crate) async fn listen(main: u16) -> Result<Self, Problem> {
        let main = Port::listen(main).await?;
        Ok(Self {
            main_on_ipv6: loopback::listen_on_ipv6(main.number).await?,
            management: Port::listen(0).await?,
            lambda: Port::listen(0).await?,
            dynamodb: Port::listen(0).await?,
            cognito: Port::listen(0).await?,
            events: Port::listen(0).await?,
            main,
        })
    }

    pub(crate) fn web(&self) -> String {
        self.origin("http")
    }

    /// The main port under another scheme.
    pub(crate) fn origin(&self, scheme: &str) -> String {
        format!("{scheme}://localhost:{}", self.main.number)
    }

    pub(crate) fn websocket(&self, stage: &str) -> String {
        format!("{}/{stage}", self.origin("ws"))
    }

    pub(crate) fn serve(self, parts: Parts) {
        let guard = Guard::new(self.main.number, &[self.web(), self.origin("https")])
            .letting_handshakes_pass(&format!("/{}", parts.gateway.stage()));
        let front = guard.before(parts.front_door.router());
        if let Some(listener) = self.main_on_ipv6 {
            loopback::serve_either(listener, front.clone(), parts.tls.clone());
        }
        loopback::serve_either(self.main.listener, front, parts.tls);
        self.management.serve_programs(gateway::management(parts.gateway));
        self.lambda.serve_programs(lambda::invoke_api(parts.functions));
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
