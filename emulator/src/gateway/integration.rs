//! Calls a route's function, within the time that it has.

use std::time::Instant;

use serde_json::Value;

use super::Gateway;
use super::access_log::Entry;
use super::proxy_response::{self, IntegrationError, ProxyResponse};
use crate::lambda::{Event, NoAnswer};
use crate::template::RouteSpec;

impl Gateway {
    /// As [`Gateway::integrate`], and notes what came of it.
    pub(super) async fn integrate_for(
        &self,
        entry: &mut Entry,
        route: &RouteSpec,
        event: Value,
    ) -> Result<ProxyResponse, IntegrationError> {
        let started = Instant::now();
        self.disturb_delivery(route, &event).await;
        let event = Event::new(event.to_string().into());
        let request_id = event.request_id().to_owned();
        let result = self.integrate(route, event).await;
        entry.integrated(&request_id, &result, started.elapsed());
        result
    }

    async fn integrate(&self, route: &RouteSpec, event: Event) -> Result<ProxyResponse, IntegrationError> {
        let integration = &route.integration;
        let functions = &self.shared.functions;
        let answered = functions.invoke_within(&integration.function, event, integration.timeout);
        match answered.await {
            Ok(answer) => proxy_response::read(&answer),
            Err(NoAnswer::TimedOut) => Err(IntegrationError::TimedOut),
            Err(NoAnswer::Throttled) => Err(IntegrationError::Throttled),
            Err(NoAnswer::Failed) => Err(IntegrationError::Failed),
        }
    }
}
