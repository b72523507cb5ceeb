//! Routes: every frame gets exactly one answer, and a frame without a valid identity does nothing else; none after the end.

#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicBool, Ordering};
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
    serve_message(&world, &alice(), body, Jitter::seeded(1)).await;
    only_answer(&world.sockets)
}

async fn channel(body: &str) -> Value {
    let world = world();
    serve_channel(&world.table, &world.sockets, &world.clock, &alice(), body).await;
    only_answer(&world.sockets)
}

async fn default(body: &str) -> Value {
    let world = world();
    serve_default(&world.sockets, &world.clock, &alice(), body).await;
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
    let pong = channel(r#"{"action":"ping","id":"i1"}"#).await;
    assert_eq!(
        pong,
        json!({"type": "pong", "id": "i1", "at": NOW.millis(), "expiresAt": EXPIRES.millis()})
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
    serve_channel(&world.table, &world.sockets, &world.clock, &alice(), HELLO).await;
    assert_eq!(only_answer(&world.sockets)["code"], "unknown_action");
    assert!(world.table.log(&Channel::All).is_empty());
    assert_eq!(
        message(r#"{"action":"history","data":{"channel":"all"}}"#).await["code"],
        "unknown_action"
    );
    assert_eq!(message(r#"{"action":"ping"}"#).await["code"], "unknown_action");
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
        ["message", "echo", "history", "ping"]
            .iter()
            .all(|action| error["message"].as_str().unwrap().contains(action))
    );
}

/// Has every route serve a frame of this caller, and gives what it was answered.
async fn every_route(world: &World, caller: &Caller) -> Vec<Value> {
    let with = |action: &str| format!(r#"{{"action":"{action}","id":"0123456789abcdef","data":{{"channel":"all"}}}}"#);
    let hello = r#"{"action":"message","id":"0123456789abcdef","data":{"content":1,"recipient":"all"}}"#;
    serve_message(world, caller, hello, Jitter::seeded(1)).await;
    // What is wrong with a frame matters less than who sends it.
    serve_message(world, caller, &with("echo"), Jitter::seeded(1)).await;
    serve_channel(&world.table, &world.sockets, &world.clock, caller, &with("history")).await;
    let ping = r#"{"action":"ping","id":"0123456789abcdef"}"#;
    serve_channel(&world.table, &world.sockets, &world.clock, caller, ping).await;
    serve_default(&world.sockets, &world.clock, caller, &with("x")).await;
    world.sockets.frames(&caller.connection)
}

#[tokio::test]
async fn from_the_instant_of_its_end_a_connection_is_told_only_that() {
    for (instant, logged, codes) in [
        (
            Timestamp::from_millis(EXPIRES.millis() - 1),
            1,
            [
                Value::Null,
                json!("invalid_field"),
                Value::Null,
                Value::Null,
                json!("unknown_action"),
            ],
        ),
        (EXPIRES, 0, [(); 5].map(|()| json!("token_expired"))),
        (
            Timestamp::from_millis(EXPIRES.millis() + 1),
            0,
            [(); 5].map(|()| json!("token_expired")),
        ),
    ] {
        let world = world();
        world.clock.set(instant);
        let answers = every_route(&world, &alice()).await;
        assert_eq!(answers.iter().map(|a| a["code"].clone()).collect::<Vec<_>>(), codes);
        assert!(answers.iter().all(|answer| answer["id"] == "0123456789abcdef"));
        assert_eq!(world.table.log(&Channel::All).len(), logged);
    }
}

#[tokio::test]
async fn without_an_identity_everything_is_forbidden() {
    let world = world();
    let nobody = Caller {
        identity: None,
        ..alice()
    };
    let answers = every_route(&world, &nobody).await;
    assert_eq!(answers.len(), 5);
    for answer in answers {
        assert_eq!(
            (&answer["code"], &answer["id"]),
            (&json!("forbidden"), &json!("0123456789abcdef"))
        );
    }
    assert!(world.table.log(&Channel::All).is_empty());
}

#[tokio::test]
async fn a_frame_whose_id_cannot_be_read_is_refused_without_one() {
    for body in ["x", "[]", r#"{"id":7}"#, r#"{"id":"not valid"}"#] {
        let world = world();
        world.clock.set(EXPIRES);
        serve_default(&world.sockets, &world.clock, &alice(), body).await;
        let answer = only_answer(&world.sockets);
        assert_eq!(
            (&answer["code"], answer.get("id")),
            (&json!("token_expired"), None),
            "{body}"
        );
    }
}

/// Shows `NOW` when it is first looked at, and `then` ever after: what a frame's work takes.
struct SlowWork {
    looked: AtomicBool,
    then: Timestamp,
}

impl Clock for SlowWork {
    fn now(&self) -> Timestamp {
        let again = self.looked.swap(true, Ordering::SeqCst);
        if again { self.then } else { NOW }
    }

    async fn sleep(&self, _span: Duration) {
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
async fn an_answer_that_is_not_ready_by_the_end_is_not_sent() {
    let history = r#"{"action":"history","data":{"channel":"all"}}"#;
    for (millis, told) in [
        (EXPIRES.millis() - 1, 1),
        (EXPIRES.millis(), 0),
        (EXPIRES.millis() + 1, 0),
    ] {
        for (body, logged) in [(HELLO, 1), ("x", 0)] {
            let world = Publisher {
                table: MemoryTable::default(),
                sockets: MemorySockets::default(),
                clock: slow(millis),
                rules: world().rules,
                guesses: Guesses::default(),
            };
            serve_message(&world, &alice(), body, Jitter::seeded(1)).await;
            assert_eq!(world.sockets.frames(&alice().connection).len(), told, "{body}");
            assert_eq!(world.table.log(&Channel::All).len(), logged);
        }
        let World { table, sockets, .. } = world();
        serve_channel(&table, &sockets, &slow(millis), &alice(), history).await;
        assert_eq!(sockets.frames(&alice().connection).len(), told);
        let sockets = MemorySockets::default();
        serve_default(&sockets, &slow(millis), &alice(), "x").await;
        assert_eq!(sockets.frames(&alice().connection).len(), told);
    }
}

fn slow(millis: u64) -> SlowWork {
    SlowWork {
        looked: AtomicBool::new(false),
        then: Timestamp::from_millis(millis),
    }
}
