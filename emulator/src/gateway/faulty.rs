//! What the gateway does less, more or later than it should, when a fault says so.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::Value;
use tokio::time::sleep;

use super::Gateway;
use super::connections::{Connection, PostError};
use crate::faults::{Faults, Kind, Strike};
use crate::lambda::Event;
use crate::template::RouteSpec;

/// What became of a push that a fault has taken over.
#[derive(Debug)]
pub(super) enum Push {
    /// The caller is told that it was accepted.
    Accepted,
    Refused(PostError),
    /// API Gateway itself fails.
    Failed,
}

impl Gateway {
    /// A handshake may fail after `$connect` has succeeded.
    pub(super) fn disturb_handshake(&self) -> Result<(), StatusCode> {
        match self.faults().strikes(Kind::ConnectFailed, "") {
            true => Err(StatusCode::INTERNAL_SERVER_ERROR),
            false => Ok(()),
        }
    }

    /// An event may wait on its way to its function, so that later ones overtake it, and may be delivered twice.
    pub(super) async fn disturb_delivery(&self, route: &RouteSpec, event: &Value) {
        let faults = self.faults();
        if !faults.is_armed() {
            return;
        }
        let key = event["requestContext"]["routeKey"].as_str().unwrap_or_default();
        let [late, twice] = [Kind::EventLate, Kind::EventTwice].map(|kind| faults.strike(kind, key));
        self.delay_and_double(late, twice, route, event).await;
    }

    /// A `$disconnect` may be lost, in which case this is false, late, or delivered twice.
    pub(super) async fn disturb_disconnect(&self, route: &RouteSpec, event: &Value) -> bool {
        let faults = self.faults();
        if faults.strikes(Kind::DisconnectLost, "") {
            return false;
        }
        let [late, twice] = [Kind::DisconnectLate, Kind::DisconnectTwice].map(|kind| faults.strike(kind, ""));
        self.delay_and_double(late, twice, route, event).await;
        true
    }

    /// Waits if it is late, and delivers it by itself if it is to be there twice; nobody waits for what comes of that. All is
    /// decided before, in the order in which events come.
    async fn delay_and_double(&self, late: Option<Strike>, twice: Option<Strike>, route: &RouteSpec, event: &Value) {
        if let Some(late) = late {
            sleep(late.delay).await;
        }
        if twice.is_none() {
            return;
        }
        let (functions, integration) = (Arc::clone(&self.shared.functions), route.integration.clone());
        let event = event.to_string();
        tokio::spawn(async move {
            let again = functions.invoke_within(&integration.function, Event::new(event.into()), integration.timeout);
            // What came of the first delivery is what counts.
            let _ = again.await;
        });
    }

    /// A push may be refused, lost, late, unanswered, or sent twice. Nothing means that it goes its way.
    pub(super) async fn disturb_push(&self, connection: &Arc<Connection>, text: &str) -> Option<Push> {
        let faults = self.faults();
        if !faults.is_armed() {
            return None;
        }
        for (kind, push) in [
            (Kind::PushGone, Push::Refused(PostError::Gone)),
            (Kind::PushThrottled, Push::Refused(PostError::BufferFull)),
            (Kind::PushFailed, Push::Failed),
            (Kind::PushLost, Push::Accepted),
        ] {
            if faults.strikes(kind, "") {
                return Some(push);
            }
        }
        if let Some(strike) = faults.strike(Kind::PushHanging, "") {
            // A caller that hangs up ends this too.
            sleep(strike.delay).await;
            return Some(Push::Failed);
        }
        if let Some(strike) = faults.strike(Kind::PushDelayed, "") {
            let (connection, text) = (Arc::clone(connection), text.to_owned());
            tokio::spawn(async move {
                sleep(strike.delay).await;
                // The client may have gone by then.
                let _ = connection.post(text);
            });
            return Some(Push::Accepted);
        }
        if faults.strikes(Kind::PushDoubled, "") {
            // If there is no room for it, there is none for the second either.
            let _ = connection.post(text.to_owned());
        }
        None
    }

    fn faults(&self) -> &Faults {
        &self.shared.faults
    }
}
