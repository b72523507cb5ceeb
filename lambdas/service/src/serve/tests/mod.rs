//! Routes: every frame gets exactly one answer, and a frame without a valid identity does nothing else; none after the end.

#![allow(clippy::unwrap_used)]

mod ends;
mod fuzz;
pub(crate) mod world;

use serde_json::{Value, json};

use self::world::{HEARTBEAT, World, channel, connected, told, world};
use super::*;

const HELLO: &str = r#"{"action":"message","data":{"content":"Hello world","recipient":"all"}}"#;

/// Which function serves.
#[derive(Clone, Copy, Debug)]
enum Route {
    Message,
    Channel,
    Default,
}

/// The frames that a connection gets for this frame.
async fn answers(route: Route, body: &str) -> Vec<Value> {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    serve(&world, route, &alice, body).await;
    let mut frames = world.sockets.frames(&alice.connection);
    frames.retain(|frame| frame["type"] != "message");
    frames
}

async fn answer(route: Route, body: &str) -> Value {
    let mut frames = answers(route, body).await;
    assert_eq!(frames.len(), 1, "{body}: {frames:?}");
    frames.remove(0)
}

async fn serve(world: &World, route: Route, caller: &Caller, body: &str) {
    let jitter = Jitter::seeded(1);
    match route {
        Route::Message => serve_message(world, caller, body, jitter).await,
        Route::Channel => serve_channel(world, HEARTBEAT, caller, body, jitter).await,
        Route::Default => serve_default(&world.sockets, &world.clock, caller, body).await,
    }
}

#[tokio::test]
async fn each_route_answers_its_own_actions() {
    assert_eq!(answer(Route::Message, HELLO).await["type"], "ack");
    let echo = answer(
        Route::Message,
        r#"{"action":"echo","id":"i1","data":{"content":"marco"}}"#,
    )
    .await;
    assert_eq!(echo, json!({"type": "echo", "id": "i1", "content": "marco"}));
    for (action, answered) in [
        (
            "history",
            json!({"type": "history", "id": "i1", "channel": "all", "entries": [], "more": false}),
        ),
        (
            "subscribe",
            json!({
                "type": "subscribed", "id": "i1", "channel": "all", "head": 0, "recovered": true, "entries": [], "more": false
            }),
        ),
        (
            "presence",
            json!({
                "type": "presence", "id": "i1", "channel": "all", "users": [{"id": "alice", "name": "alice"}], "more": false
            }),
        ),
    ] {
        let body = format!(r#"{{"action":"{action}","id":"i1","data":{{"channel":"all"}}}}"#);
        assert_eq!(answer(Route::Channel, &body).await, answered, "{action}");
    }
    let left = answer(
        Route::Channel,
        r#"{"action":"unsubscribe","id":"i1","data":{"channel":"room:a"}}"#,
    )
    .await;
    assert_eq!(left, json!({"type": "unsubscribed", "id": "i1", "channel": "room:a"}));
    let pong = answer(Route::Channel, r#"{"action":"ping","id":"i1"}"#).await;
    assert_eq!(
        pong,
        json!({
            "type": "pong", "id": "i1", "at": world::NOW.millis(), "expiresAt": world::END.millis(), "behind": [],
            "connection": "alice0001=", "heartbeatMs": 240_000, "retentionMs": 600_000
        })
    );
}

#[tokio::test]
async fn a_signal_that_is_passed_on_is_the_one_frame_without_an_answer() {
    let signal = r#"{"action":"signal","id":"i1","data":{"channel":"all","content":1}}"#;
    assert_eq!(answers(Route::Channel, signal).await, [Value::Null; 0]);
    let refused = r#"{"action":"signal","id":"i1","data":{"channel":"user:bob","content":1}}"#;
    let error = answer(Route::Channel, refused).await;
    assert_eq!((&error["code"], &error["id"]), (&json!("forbidden"), &json!("i1")));
}

#[tokio::test]
async fn msg_06_errors_carry_code_id_and_request() {
    let error = answer(Route::Message, r#"{"action":"echo","id":"i1","data":{}}"#).await;
    assert_eq!(
        (&error["code"], &error["id"], &error["details"]),
        (&json!("invalid_field"), &json!("i1"), &json!({"field": "data.content"}))
    );
    assert_eq!(error["requestId"], "request=");
}

#[tokio::test]
async fn aut_01_whoever_may_not_reads_the_same_text_whether_or_not_the_channel_exists() {
    let world = world();
    let (alice, bob) = (connected(&world, "alice", 1).await, connected(&world, "bob", 1).await);
    world::send(&world, &bob, "dm:bob:carol", &json!(1), None).await;
    let bodies = ["history", "subscribe", "unsubscribe", "presence"]
        .into_iter()
        .flat_map(|action| {
            ["user:bob", "group:team", "dm:bob:carol", "dm:bob:dave"]
                .map(|name| format!(r#"{{"action":"{action}","id":"i1","data":{{"channel":"{name}"}}}}"#))
        });
    let signals = ["user:bob", "dm:bob:carol"]
        .map(|name| format!(r#"{{"action":"signal","id":"i1","data":{{"channel":"{name}","content":1}}}}"#));
    let mut asked = 0;
    for body in bodies.chain(signals) {
        serve(&world, Route::Channel, &alice, &body).await;
        asked += 1;
    }
    let errors = told(&world, &alice, "error");
    assert_eq!(errors.len(), asked);
    assert_eq!(errors[0]["code"], "forbidden");
    assert!(errors.iter().all(|error| *error == errors[0]), "{errors:?}");
}

#[tokio::test]
async fn evt_05_a_route_does_nothing_for_another_s_action() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    serve(&world, Route::Channel, &alice, HELLO).await;
    assert_eq!(told(&world, &alice, "error")[0]["code"], "unknown_action");
    assert!(world.table.log(&channel("all")).is_empty());
    for action in [
        "history",
        "subscribe",
        "unsubscribe",
        "presence",
        "signal",
        "ping",
        "$connect",
    ] {
        let data = match action {
            "signal" => r#"{"channel":"all","content":1}"#,
            "ping" => "{}",
            _ => r#"{"channel":"all"}"#,
        };
        let body = format!(r#"{{"action":"{action}","data":{data}}}"#);
        assert_eq!(answer(Route::Message, &body).await["code"], "unknown_action", "{body}");
    }
}

#[tokio::test]
async fn msg_03_whatever_nobody_understands_is_told_what_is_wrong() {
    for (body, code) in [
        ("", "invalid_json"),
        ("hello", "invalid_json"),
        ("[]", "invalid_json"),
        ("{}", "unknown_action"),
        (r#"{"action":"$disconnect"}"#, "unknown_action"),
        (r#"{"action":"Message"}"#, "unknown_action"),
        (HELLO, "unknown_action"),
    ] {
        assert_eq!(answer(Route::Default, body).await["code"], code, "{body}");
    }
    let error = answer(Route::Default, r#"{"action":"x","id":"i1"}"#).await;
    assert_eq!(error["id"], "i1");
    for action in [
        "message",
        "echo",
        "history",
        "ping",
        "subscribe",
        "unsubscribe",
        "presence",
        "signal",
    ] {
        assert!(error["message"].as_str().unwrap().contains(action), "{action}");
    }
}

#[tokio::test]
async fn an_answer_that_may_pass_is_posted_once_more_and_no_more() {
    use crate::ports::Posted::{Accepted, Failed, Gone, Refused, Throttled};
    for (outcomes, posts, arrived) in [
        (&[Accepted][..], 1, 1),
        (&[Throttled, Accepted], 2, 1),
        (&[Failed, Accepted], 2, 1),
        (&[Failed, Throttled, Accepted], 2, 0),
        (&[Gone, Accepted], 1, 0),
        (&[Refused, Accepted], 1, 0),
    ] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        world.sockets.answer_next(&alice.connection, outcomes);
        serve(&world, Route::Default, &alice, "x").await;
        assert_eq!(world.sockets.attempts().len(), posts, "{outcomes:?}");
        assert_eq!(world.sockets.frames(&alice.connection).len(), arrived, "{outcomes:?}");
    }
}
