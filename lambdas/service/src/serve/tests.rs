//! Routes: every frame gets exactly one answer, and a frame without a valid identity does nothing else.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use domain::channel::Channel;
use domain::connection::Shards;
use serde_json::{Value, json};

use super::*;
use crate::guesses::Guesses;
use crate::publish::PublishRules;
use crate::testing::{MemorySockets, MemoryTable, TestClock, caller};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const EXPIRES: Timestamp = Timestamp::from_seconds(1_000_060);
const HELLO: &str = r#"{"action":"message","data":{"content":"Hello world","recipient":"all"}}"#;

type World = Publisher<MemoryTable, MemorySockets, TestClock>;

fn world() -> World {
    Publisher {
        table: MemoryTable::default(),
        sockets: MemorySockets::default(),
        clock: TestClock::at(NOW),
        rules: PublishRules {
            retention: Duration::from_secs(600),
            all_shards: Shards::ONE,
        },
        guesses: Guesses::default(),
    }
}

fn alice() -> Caller {
    caller("alice", 1, EXPIRES).unwrap()
}

fn only_answer(sockets: &MemorySockets) -> Value {
    let frames = sockets.frames(&alice().connection);
    assert_eq!(frames.len(), 1, "{frames:?}");
    frames[0].clone()
}

async fn message(body: &str) -> Value {
    let world = world();
    serve_message(&world, &alice(), body, NOW, Jitter::seeded(1)).await;
    only_answer(&world.sockets)
}

async fn channel(body: &str) -> Value {
    let world = world();
    serve_channel(&world.table, &world.sockets, &alice(), body, NOW).await;
    only_answer(&world.sockets)
}

async fn default(body: &str) -> Value {
    let world = world();
    serve_default(&world.sockets, &alice(), body, NOW).await;
    only_answer(&world.sockets)
}

#[tokio::test]
async fn each_route_answers_its_own_actions() {
    assert_eq!(message(HELLO).await["type"], "ack");
    let echo = message(r#"{"action":"echo","id":"i1","data":{"content":"marco"}}"#).await;
    assert_eq!(echo, json!({"type": "echo", "id": "i1", "content": "marco"}));
    let history = channel(r#"{"action":"history","id":"i1","data":{"channel":"all"}}"#).await;
    assert_eq!(
        history,
        json!({"type": "history", "id": "i1", "channel": "all", "entries": [], "more": false})
    );
}

#[tokio::test]
async fn errors_carry_code_id_and_request() {
    let error = message(r#"{"action":"echo","id":"i1","data":{}}"#).await;
    assert_eq!(
        (&error["code"], &error["id"], &error["details"]),
        (&json!("invalid_field"), &json!("i1"), &json!({"field": "data.content"}))
    );
    assert_eq!(error["requestId"], "request=");
    let forbidden = channel(r#"{"action":"history","id":"i1","data":{"channel":"user:bob"}}"#).await;
    assert_eq!(
        (&forbidden["code"], &forbidden["id"]),
        (&json!("forbidden"), &json!("i1"))
    );
}

#[tokio::test]
async fn a_route_does_nothing_for_another_s_action() {
    let world = world();
    serve_channel(&world.table, &world.sockets, &alice(), HELLO, NOW).await;
    assert_eq!(only_answer(&world.sockets)["code"], "unknown_action");
    assert!(world.table.log(&Channel::All).is_empty());
    assert_eq!(
        message(r#"{"action":"history","data":{"channel":"all"}}"#).await["code"],
        "unknown_action"
    );
}

#[tokio::test]
async fn whatever_nobody_understands_is_told_what_is_wrong() {
    for (body, code) in [
        ("", "invalid_json"),
        ("hello", "invalid_json"),
        ("[]", "invalid_json"),
        ("{}", "unknown_action"),
        (r#"{"action":"$disconnect"}"#, "unknown_action"),
        (r#"{"action":"Message"}"#, "unknown_action"),
        (HELLO, "unknown_action"),
    ] {
        assert_eq!(default(body).await["code"], code, "{body}");
    }
    let error = default(r#"{"action":"x","id":"i1"}"#).await;
    assert_eq!(error["id"], "i1");
    assert!(
        ["message", "echo", "history"]
            .iter()
            .all(|action| error["message"].as_str().unwrap().contains(action))
    );
}

#[tokio::test]
async fn from_the_instant_the_token_ends_nothing_is_done() {
    let world = world();
    let last = Timestamp::from_millis(EXPIRES.millis() - 1);
    serve_message(&world, &alice(), HELLO, last, Jitter::seeded(1)).await;
    assert_eq!(world.table.log(&Channel::All).len(), 1);
    serve_message(&world, &alice(), HELLO, EXPIRES, Jitter::seeded(1)).await;
    serve_channel(
        &world.table,
        &world.sockets,
        &alice(),
        r#"{"action":"history","data":{"channel":"all"}}"#,
        EXPIRES,
    )
    .await;
    serve_default(&world.sockets, &alice(), "x", EXPIRES).await;
    assert_eq!(world.table.log(&Channel::All).len(), 1);
    let codes: Vec<_> = world
        .sockets
        .frames(&alice().connection)
        .iter()
        .skip(1)
        .map(|f| f["code"].clone())
        .collect();
    assert_eq!(codes, ["token_expired", "token_expired", "token_expired"]);
}

#[tokio::test]
async fn without_an_identity_everything_is_forbidden() {
    let world = world();
    let nobody = Caller {
        identity: None,
        ..alice()
    };
    serve_message(&world, &nobody, HELLO, NOW, Jitter::seeded(1)).await;
    assert_eq!(only_answer(&world.sockets)["code"], "forbidden");
    assert!(world.table.log(&Channel::All).is_empty());
}
