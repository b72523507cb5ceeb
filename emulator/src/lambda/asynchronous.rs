//! Asynchronous invocations: an event is taken over at once, waits for its turn, and is tried again when the function fails
//! or is throttled (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>).

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::destinations::{Condition, Destination, Ended};
use super::function::{Function, Place};
use super::invocation::Event;

/// How long Lambda waits before the first and before the second retry.
const WAITS: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];
/// How long Lambda waits when the function is throttled: at first, and at most; each time twice as long.
const THROTTLED_FIRST: Duration = Duration::from_secs(1);
const THROTTLED_MOST: Duration = Duration::from_secs(5 * 60);

/// Why an event is given up, for the record and in words.
type GivenUp = (Condition, String);

impl Destination for Function {
    fn take(self: Arc<Self>, record: Event) {
        self.invoke_later(record);
    }
}

impl Function {
    /// Takes over an event, and gives the request id that all its attempts have. Events are kept in memory alone: those
    /// that are not done when the stack stops are lost.
    pub(crate) fn invoke_later(self: Arc<Self>, event: Event) -> String {
        let request_id = event.request_id.clone();
        tokio::spawn(async move {
            let ended = self.attempt(&event).await;
            if let Some(destinations) = self.destinations.get() {
                destinations.tell(&self.spec.arn, &event, &ended);
            }
        });
        request_id
    }

    /// Tries until the function succeeds, has failed too often, or the event is too old.
    async fn attempt(self: &Arc<Self>, event: &Event) -> Ended {
        let mut ended = Ended {
            condition: Condition::Success,
            attempts: 0,
            result: None,
        };
        if let Err((condition, why)) = self.attempts(event, &mut ended).await {
            ended.condition = condition;
            tracing::error!(
                function = self.spec.name,
                request = event.request_id,
                why,
                "asynchronous event given up"
            );
        }
        ended
    }

    async fn attempts(self: &Arc<Self>, event: &Event, ended: &mut Ended) -> Result<(), GivenUp> {
        let policy = &self.spec.asynchronous;
        let end = self.host.clock.after(policy.maximum_age);
        let mut waits = WAITS.iter().take(policy.retries);
        loop {
            let place = self.place_before(end).await?;
            let run = self.run(place, event).await;
            ended.attempts += 1;
            let Err(error) = ended.result.insert(run.result) else {
                return Ok(());
            };
            let Some(wait) = waits.next() else {
                return Err((Condition::RetriesExhausted, error.message.clone()));
            };
            let next = self.host.clock.after(*wait);
            if next > end {
                let why = format!("{}; a retry would be {}", error.message, self.too_old());
                return Err((Condition::EventAgeExceeded, why));
            }
            tracing::warn!(
                function = self.spec.name,
                request = event.request_id,
                why = error.message,
                "asynchronous event will be retried"
            );
            sleep_until(next).await;
        }
    }

    /// Waits for a place, and while the function is throttled, longer from time to time.
    async fn place_before(self: &Arc<Self>, end: Instant) -> Result<Place, GivenUp> {
        let too_old = || (Condition::EventAgeExceeded, self.too_old());
        let mut pause = THROTTLED_FIRST;
        loop {
            if let Ok(execution) = self.concurrency.begin() {
                return timeout_at(end, self.place(execution)).await.map_err(|_| too_old());
            }
            if self.concurrency.is_off() {
                let why = "the function reserves no concurrent executions".to_owned();
                return Err((Condition::RetriesExhausted, why));
            }
            let next = self.host.clock.after(pause);
            if next > end {
                return Err(too_old());
            }
            sleep_until(next).await;
            pause = THROTTLED_MOST.min(pause * 2);
        }
    }

    fn too_old(&self) -> String {
        format!("older than {} s", self.spec.asynchronous.maximum_age.as_secs())
    }
}
