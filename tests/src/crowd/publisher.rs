//! The one who publishes: each message until it is acknowledged, the next one only then.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::gauge::Gauge;
use super::wire::Wire;
use crate::{Stack, TestResult, failure};

/// Time after which a message without an answer is sent again.
const UNANSWERED: Duration = Duration::from_secs(10);

/// Who publishes.
pub(super) struct Publisher {
    wire: Wire,
    channel: String,
}

impl Publisher {
    pub(super) async fn open(stack: &Stack, token: &str, channel: &str) -> TestResult<Self> {
        let wire = Wire::open(&stack.endpoint("/websocket"), &stack.endpoint("/web"), token).await?;
        let mut publisher = Self {
            wire,
            channel: channel.to_owned(),
        };
        publisher.subscribe().await?;
        // Followers begin at this one: of a channel that is empty, everybody would have to ask for the first message.
        publisher.publish(&json!("opening")).await?;
        Ok(publisher)
    }

    async fn subscribe(&mut self) -> TestResult {
        let subscribe = json!({"action": "subscribe", "data": {"channel": self.channel}});
        self.wire.send(&subscribe).await?;
        self.answer(|frame| frame["type"] == "subscribed").await.map(drop)
    }

    /// Publishes them all, and gives the time from the first sending of each to its acknowledgement.
    pub(super) async fn publish_all(
        mut self,
        messages: usize,
        progress: &watch::Sender<usize>,
        gauge: &Gauge,
    ) -> TestResult<Vec<Duration>> {
        let mut latencies = Vec::with_capacity(messages);
        for number in 0..messages {
            let began = Instant::now();
            self.publish(&json!({"number": number})).await?;
            latencies.push(began.elapsed());
            progress.send_replace(number + 1);
            Gauge::add(&gauge.published);
        }
        Ok(latencies)
    }

    async fn publish(&mut self, content: &Value) -> TestResult {
        let id = format!("{:032x}", rand::random::<u128>());
        let data = json!({"recipient": self.channel, "content": content});
        let message = json!({"action": "message", "id": id, "data": data});
        loop {
            self.wire.send(&message).await?;
            let wanted = |frame: &Value| {
                frame["id"] == id && frame["type"] != "message"
                    || frame.get("type").is_none() && frame.get("message").is_some()
            };
            match tokio::time::timeout(UNANSWERED, self.answer(wanted)).await {
                Ok(answer) if answer.as_ref().is_ok_and(|answer| answer["type"] == "ack") => return Ok(()),
                Ok(Ok(answer)) if answer["type"] == "error" && answer["code"] != "unavailable" => {
                    return Err(failure(format!("message {content} was refused: {answer}")));
                }
                Ok(Ok(_)) => tokio::time::sleep(Duration::from_millis(100)).await,
                Ok(Err(error)) => return Err(error),
                // No answer came in time.
                Err(_) => {}
            }
        }
    }

    async fn answer(&mut self, wanted: impl Fn(&Value) -> bool) -> TestResult<Value> {
        loop {
            match self.wire.next().await {
                Some(frame) if wanted(&frame) => return Ok(frame),
                Some(_) => {}
                None => return Err(failure("the publisher's connection was closed")),
            }
        }
    }
}
