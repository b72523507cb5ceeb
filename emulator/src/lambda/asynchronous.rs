//! Asynchronous invocations: an event is taken over at once, waits for its turn, and is tried again when the function fails
//! (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>).

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{sleep_until, timeout_at};

use super::function::Function;
use crate::identifiers;

/// How long Lambda waits before the first and before the second retry.
const WAITS: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

impl Function {
    /// Takes over an event, and gives the request id that all its attempts have. Events are kept in memory alone: those
    /// that are not done when the stack stops are lost.
    pub(crate) fn invoke_later(self: Arc<Self>, payload: Bytes) -> String {
        let request_id = identifiers::uuid();
        let id = request_id.clone();
        tokio::spawn(async move {
            if let Err(why) = self.attempts(&id, payload).await {
                tracing::error!(
                    function = self.spec.name,
                    request = id,
                    why,
                    "asynchronous event given up"
                );
            }
        });
        request_id
    }

    /// Tries until the function succeeds, has failed too often, or the event is too old.
    async fn attempts(&self, request_id: &str, payload: Bytes) -> Result<(), String> {
        let policy = &self.spec.asynchronous;
        let end = self.clock.after(policy.maximum_age);
        let too_old = || format!("older than {} s", policy.maximum_age.as_secs());
        let mut waits = WAITS.iter().take(policy.retries);
        loop {
            let place = timeout_at(end, self.place()).await.map_err(|_| too_old())?;
            let Err(error) = self.run(place, request_id, payload.clone()).await else {
                return Ok(());
            };
            let Some(wait) = waits.next() else {
                return Err(error.message);
            };
            let next = self.clock.after(*wait);
            if next > end {
                return Err(format!("{}; a retry would be {}", error.message, too_old()));
            }
            tracing::warn!(
                function = self.spec.name,
                request = request_id,
                why = error.message,
                "asynchronous event will be retried"
            );
            sleep_until(next).await;
        }
    }
}
