//! EventBridge's default bus: rules that run functions by a schedule, or on events that somebody puts.

mod api;

pub(crate) use api::router;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::clock::Clock;
use crate::faults::Faults;
use crate::identifiers;
use crate::lambda::{self, Functions};
use crate::template::{Place, RuleSpec};
use crate::timestamps::iso_8601_seconds;

const MINUTE: Duration = Duration::from_secs(60);

/// The bus of a stack.
#[derive(Debug)]
pub(crate) struct EventBus {
    place: Place,
    rules: Vec<RuleSpec>,
    functions: Arc<Functions>,
    faults: Faults,
}

/// What an event is about; the bus adds the rest.
#[derive(Debug)]
struct Event {
    id: String,
    detail_type: String,
    source: String,
    /// Seconds since the epoch.
    time: u64,
    resources: Vec<String>,
    detail: Value,
}

impl EventBus {
    pub(crate) fn new(place: Place, rules: Vec<RuleSpec>, functions: Arc<Functions>, faults: Faults) -> Self {
        Self {
            place,
            rules,
            functions,
            faults,
        }
    }

    /// Runs the schedules until the program ends, each for the first time when its period has passed once.
    pub(crate) fn run_schedules(self: &Arc<Self>, clock: Clock) {
        for (index, rule) in self.rules.iter().enumerate() {
            let Some(minutes) = rule.every_minutes else { continue };
            let (bus, period) = (Arc::clone(self), clock.real(MINUTE * minutes));
            tokio::spawn(async move {
                let mut times = interval_at(Instant::now() + period, period);
                // A laptop that was asleep runs once when it wakes.
                times.set_missed_tick_behavior(MissedTickBehavior::Skip);
                loop {
                    times.tick().await;
                    bus.fire(&bus.rules[index]);
                }
            });
        }
    }

    fn fire(&self, rule: &RuleSpec) {
        let event = self.shape(Event {
            id: identifiers::uuid(),
            detail_type: "Scheduled Event".to_owned(),
            source: "aws.events".to_owned(),
            time: self.faults.told_now() / 1_000,
            resources: vec![rule.arn.clone()],
            detail: json!({}),
        });
        self.send(rule, &event);
    }

    /// Hands an event to the rules that it matches.
    fn put(&self, event: Event) {
        let event = self.shape(event);
        for rule in &self.rules {
            if rule.pattern.as_ref().is_some_and(|pattern| pattern.matches(&event)) {
                self.send(rule, &event);
            }
        }
    }

    /// The event as functions get it (<https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>).
    fn shape(&self, event: Event) -> Value {
        json!({
            "version": "0",
            "id": event.id,
            "detail-type": event.detail_type,
            "source": event.source,
            "account": self.place.account,
            "time": iso_8601_seconds(event.time),
            "region": self.place.region,
            "resources": event.resources,
            "detail": event.detail,
        })
    }

    fn send(&self, rule: &RuleSpec, event: &Value) {
        for target in &rule.targets {
            if let Some(function) = self.functions.find(&target.function) {
                let payload = target.input.clone().unwrap_or_else(|| event.to_string());
                let request = function.invoke_later(lambda::Event::new(payload.into()));
                tracing::debug!(rule = rule.arn, function = target.function, request, "rule fired");
            }
        }
    }
}
