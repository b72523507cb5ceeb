//! From the instant of its end a connection is told only that; what its row says ends it, too.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use domain::channel::Channel;
use domain::jitter::Jitter;
use domain::limits::{REPLY_PAUSE, TOMBSTONE_LIFE};
use domain::timestamp::Timestamp;
use serde_json::{Value, json};

use super::world::{END, ID, NOW, change, connected, make_unreadable, world};
use super::{HELLO, Route, World, serve};
use crate::caller::Caller;
use crate::messaging::Messaging;
use crate::ports::{Clock, Posted};
use crate::serve::{serve_channel, serve_default, serve_message};
use crate::testing::{TestClock, messaging};

/// Every action, by the route that serves it, with the code of its answer while the connection lasts.
fn every_action() -> [(Route, String, Value); 10] {
    let with = |action: &str, data: &str| format!(r#"{{"action":"{action}","id":"{ID}","data":{data}}}"#);
    let of_all = r#"{"channel":"all"}"#;
    [
        (
            Route::Message,
            with("message", r#"{"content":1,"recipient":"all"}"#),
            Value::Null,
        ),
        // What is wrong with a frame matters less than who sends it.
        (Route::Message, with("echo", of_all), json!("invalid_field")),
        (Route::Channel, with("history", of_all), Value::Null),
        (Route::Channel, with("ping", "{}"), Value::Null),
        (Route::Channel, with("subscribe", of_all), Value::Null),
        (Route::Channel, with("unsubscribe", of_all), json!("forbidden")),
        (Route::Channel, with("presence", of_all), Value::Null),
        (
            Route::Channel,
            with("signal", r#"{"channel":"user:bob","content":1}"#),
            json!("forbidden"),
        ),
        (Route::Channel, "x".to_owned(), json!("invalid_json")),
        (Route::Default, with("x", of_all), json!("unknown_action")),
    ]
}

/// What this caller is answered to every action.
async fn every_answer(world: &World, caller: &Caller) -> Vec<Value> {
    for (route, body, _) in every_action() {
        serve(world, route, caller, &body).await;
    }
    let mut frames = world.sockets.frames(&caller.connection);
    frames.retain(|frame| frame["type"] != "message");
    assert_eq!(frames.len(), every_action().len(), "one answer each");
    frames
}

#[tokio::test]
async fn aut_06_from_the_instant_of_its_end_a_connection_is_told_only_that() {
    for (millis, logged, lasts) in [
        (END.millis() - 1, 1, true),
        (END.millis(), 0, false),
        (END.millis() + 1, 0, false),
    ] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        change(&world, &alice.connection, |row| row.lease = END);
        world.clock.set(Timestamp::from_millis(millis));
        let answers = every_answer(&world, &alice).await;
        for (answer, (_, body, code)) in answers.iter().zip(every_action()) {
            let expected = if lasts { code } else { json!("token_expired") };
            assert_eq!(answer["code"], expected, "{millis} {body}");
            assert!(body == "x" || answer["id"] == ID, "{body}");
        }
        assert_eq!(world.table.log(&Channel::All).len(), logged);
        assert!(
            lasts || world.table.calls() == ["register"],
            "{:?}",
            world.table.calls()
        );
    }
}

#[tokio::test]
async fn evt_07_without_an_identity_everything_is_forbidden() {
    let world = world();
    let nobody = Caller {
        identity: None,
        ..connected(&world, "alice", 1).await
    };
    for (answer, (_, body, _)) in every_answer(&world, &nobody).await.iter().zip(every_action()) {
        let expected = if body == "x" { "invalid_json" } else { "forbidden" };
        assert!(answer["code"] == "forbidden" || answer["code"] == expected, "{body}");
        assert!(body == "x" || answer["id"] == ID);
    }
    assert_eq!(world.table.calls(), ["register"], "nothing was read or written");
}

#[tokio::test]
async fn msg_01_a_frame_whose_id_cannot_be_read_is_refused_without_one() {
    for body in ["x", "[]", r#"{"id":7}"#, r#"{"id":"not valid"}"#] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        world.clock.set(END);
        serve(&world, Route::Default, &alice, body).await;
        let answers = world.sockets.frames(&alice.connection);
        assert_eq!(answers.len(), 1);
        assert_eq!(
            (&answers[0]["code"], answers[0].get("id")),
            (&json!("token_expired"), None),
            "{body}"
        );
    }
}

#[tokio::test]
async fn lif_10_a_connection_that_is_over_by_its_row_is_told_why_and_closed() {
    for (what, reason, retry) in [
        ("lapsed", "server", json!(0)),
        ("replaced", "replaced", json!(false)),
        ("ended", "token_expired", json!(0)),
        ("entombed", "server", json!(0)),
        ("entombed when lapsed", "server", json!(0)),
        ("entombed when replaced", "replaced", json!(false)),
        ("entombed when ended", "token_expired", json!(0)),
        ("entombed and sent away", "signed_out", json!(false)),
        ("deleted", "server", json!(0)),
        ("unreadable", "server", json!(0)),
    ] {
        for body in [
            r#"{"action":"subscribe","data":{"channel":"room:a"}}"#,
            r#"{"action":"unsubscribe","data":{"channel":"room:a"}}"#,
            r#"{"action":"signal","data":{"channel":"room:a","content":1}}"#,
            r#"{"action":"ping"}"#,
            r#"{"action":"message","data":{"recipient":"room:a","content":1}}"#,
        ] {
            let world = world();
            let alice = connected(&world, "alice", 1).await;
            let id = &alice.connection;
            match what.split(' ').next_back() {
                Some("lapsed") => change(&world, id, |row| row.lease = NOW),
                Some("replaced") => change(&world, id, |row| row.replaced_until = Some(NOW)),
                Some("ended") => change(&world, id, |row| row.hard_end = NOW),
                Some("away") => world.table.with_rows(|rows| {
                    rows.send_away(id, NOW.plus(TOMBSTONE_LIFE));
                }),
                Some("unreadable") => make_unreadable(&world, &alice),
                Some("deleted") => world.table.drop_connection(id),
                _ => {}
            }
            if what.starts_with("entombed") {
                world.table.with_rows(|rows| rows.entomb(id, NOW.plus(TOMBSTONE_LIFE)));
            }
            let route = if body.contains("message") {
                Route::Message
            } else {
                Route::Channel
            };
            serve(&world, route, &alice, body).await;
            let closing = json!({"type": "closing", "reason": reason, "retry": retry});
            assert_eq!(world.sockets.frames(id), [closing], "{what} {body}");
            assert_eq!(world.sockets.ended(), std::slice::from_ref(id), "{what} {body}");
            assert!(world.table.log(&super::channel("room:a")).is_empty());
        }
    }
}

#[tokio::test]
async fn a_client_that_cannot_be_told_why_is_closed_all_the_same() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    world.table.drop_connection(&alice.connection);
    world.sockets.answer_next(&alice.connection, &[Posted::Failed]);
    serve(&world, Route::Channel, &alice, r#"{"action":"ping"}"#).await;
    assert_eq!(world.sockets.ended(), [alice.connection]);
}

#[tokio::test]
async fn an_answer_that_has_to_be_tried_again_is_not_sent_after_the_end() {
    for (before_the_end, answered) in [(REPLY_PAUSE + Duration::from_millis(1), 1), (REPLY_PAUSE, 0)] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        let clock = TestClock::going_from(Timestamp::from_millis(
            END.millis() - u64::try_from(before_the_end.as_millis()).unwrap(),
        ));
        world
            .sockets
            .answer_next(&alice.connection, &[Posted::Throttled, Posted::Accepted]);
        serve_default(&world.sockets, &clock, &alice, "x").await;
        assert_eq!(
            world.sockets.frames(&alice.connection).len(),
            answered,
            "{before_the_end:?}"
        );
    }
}

/// Shows `NOW` the first so many times it is looked at, and `then` ever after: what a frame's work takes.
struct SlowWork {
    looks: AtomicU32,
    then: Timestamp,
}

impl Clock for SlowWork {
    fn now(&self) -> Timestamp {
        let in_time = self
            .looks
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if in_time.is_ok() { NOW } else { self.then }
    }

    async fn sleep(&self, _span: Duration) {
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
async fn an_answer_that_is_not_ready_by_the_end_is_not_sent() {
    let history = r#"{"action":"history","data":{"channel":"all"}}"#;
    for (millis, answered) in [(END.millis() - 1, 1), (END.millis(), 0), (END.millis() + 1, 0)] {
        for (route, body) in [
            (Route::Message, r#"{"action":"echo","data":{"content":1}}"#),
            (Route::Message, "x"),
            (Route::Channel, history),
            (Route::Default, "x"),
        ] {
            let (world, alice) = slow(1, millis);
            let jitter = Jitter::seeded(1);
            match route {
                Route::Message => serve_message(&world, &alice, body, jitter).await,
                Route::Channel => serve_channel(&world, super::HEARTBEAT, &alice, body, jitter).await,
                Route::Default => serve_default(&world.sockets, &world.clock, &alice, body).await,
            }
            assert_eq!(
                world.sockets.frames(&alice.connection).len(),
                answered,
                "{millis} {body}"
            );
        }
    }
}

#[tokio::test]
async fn what_was_done_by_then_stays_done() {
    for (millis, answered) in [(END.millis() - 1, 1), (END.millis(), 0)] {
        // Twice before it is stored: when the frame is read, and when its place in the log is taken.
        let (world, alice) = slow(2, millis);
        serve_message(&world, &alice, HELLO, Jitter::seeded(1)).await;
        assert_eq!(world.table.log(&Channel::All).len(), 1);
        assert_eq!(world.sockets.frames(&alice.connection).len(), answered, "{millis}");
    }
}

type SlowWorld =
    Messaging<crate::testing::MemoryTable, crate::testing::MemorySockets, crate::testing::MemoryHandover, SlowWork>;

/// A world in which the first so many looks at the clock show `NOW`.
fn slow(looks: u32, millis: u64) -> (SlowWorld, Caller) {
    let World {
        table,
        sockets,
        handover,
        rules,
        guesses,
        ..
    } = messaging(NOW);
    let clock = SlowWork {
        looks: AtomicU32::new(looks),
        then: Timestamp::from_millis(millis),
    };
    let world = Messaging {
        table,
        sockets,
        handover,
        clock,
        rules,
        guesses,
    };
    (world, super::world::caller("alice", 1))
}
