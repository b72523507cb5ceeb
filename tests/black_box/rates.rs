//! What may be sent in a time: a flood is served up to the bound, told when to go on, and ended when it does not listen.

use std::time::Instant;

use serde_json::{Value, json};
use tests::{Incoming, Socket, Stack, StackOptions, TestResult, carillon_template_with};

use crate::frames::{ask, frame, open};

/// One message a second, so that five come at once.
const BURST: usize = 5;

async fn start(settings: &[&str]) -> TestResult<Stack> {
    Stack::start_with(StackOptions {
        template: Some(carillon_template_with(settings)?),
        ..StackOptions::default()
    })
    .await
}

fn hello() -> Value {
    json!({ "recipient": "all", "content": "hello" })
}

/// What became of a flood.
#[derive(Debug, Default)]
struct Flood {
    acknowledged: usize,
    refused: Vec<Value>,
    closing: Option<Value>,
}

impl Flood {
    fn note(&mut self, answer: Value) {
        match answer["type"].as_str() {
            Some("ack") => self.acknowledged += 1,
            Some("error") => self.refused.push(answer),
            Some("closing") => self.closing = Some(answer),
            _ => {}
        }
    }

    fn answers(&self) -> usize {
        self.acknowledged + self.refused.len()
    }

    /// No more than came at once and in the time since, and nothing but told when to go on.
    fn is_within_bounds(&self, began: Instant) {
        let most = BURST + usize::try_from(began.elapsed().as_secs()).unwrap_or(usize::MAX) + 1;
        // A second, and for how long others took of the bucket since its function read the clock.
        let longest = 1_000 + began.elapsed().as_millis();
        assert!((BURST..=most).contains(&self.acknowledged), "{self:?}");
        for refused in &self.refused {
            assert_eq!(refused["code"], "rate_limited", "{refused}");
            assert!(
                refused["retryAfterMs"]
                    .as_u64()
                    .is_some_and(|wait| (1..=longest).contains(&wait.into())),
                "{refused}"
            );
        }
    }
}

async fn send(socket: &mut Socket, messages: usize) -> TestResult {
    for _ in 0..messages {
        socket.send(frame("message", &hello())).await?;
    }
    Ok(())
}

#[tokio::test]
async fn rat_01_a_flood_is_served_up_to_the_bound_and_ended_while_others_notice_nothing() -> TestResult {
    let stack = start(&["messagesPerSecond=1"]).await?;
    let (mut alice, mut bob) = (open(&stack, "alice").await?, open(&stack, "bob").await?);
    let (began, mut flood) = (Instant::now(), Flood::default());
    send(&mut alice, 1_000).await?;
    assert_eq!(ask(&mut bob, "message", &hello()).await?["type"], "ack");
    while let Incoming::Frame(answer) = alice.incoming().await? {
        flood.note(answer);
    }
    flood.is_within_bounds(began);
    let closing = flood.closing.unwrap_or_default();
    assert_eq!(
        (&closing["reason"], &closing["retry"]),
        (&json!("rate_limited"), &json!(30_000))
    );
    assert_eq!(ask(&mut bob, "message", &hello()).await?["type"], "ack");
    let kept = stack.rows_of_kind("entry").await?.len();
    assert!(kept >= flood.acknowledged + 2, "what is acknowledged is kept: {kept}");
    Ok(())
}

#[tokio::test]
async fn rat_02_many_connections_of_a_user_share_one_bound() -> TestResult {
    let stack = start(&["userMessagesPerSecond=1"]).await?;
    let (began, mut flood) = (Instant::now(), Flood::default());
    for _ in 0..10 {
        let mut tab = open(&stack, "alice").await?;
        let answers = flood.answers() + 3;
        send(&mut tab, 3).await?;
        while flood.answers() < answers {
            flood.note(tab.next().await?);
        }
    }
    flood.is_within_bounds(began);
    assert!(!flood.refused.is_empty());
    let mut bob = open(&stack, "bob").await?;
    assert_eq!(ask(&mut bob, "message", &hello()).await?["type"], "ack");
    Ok(())
}
