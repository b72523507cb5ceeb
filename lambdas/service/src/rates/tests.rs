//! What a connection and a user may send: the first are served, the others told when, the stubborn ended.

#![allow(clippy::unwrap_used)]

use domain::jitter::Jitter;
use domain::limits::SWEEP_CYCLE;
use domain::rate::{Rate, Rates};
use serde_json::{Value, json};

use super::*;
use crate::ports::Posted;
use crate::serve::serve_message;
use crate::serve::tests::world::{World, answers, at, connected, send, subscribed, world};
use crate::sweep::sweep;

/// 10 a second from a connection and 20 from a user, so 50 and 100 at once.
fn limited() -> World {
    let mut world = world();
    world.rules.rates = Rates {
        connection: Rate::new(10).unwrap(),
        user: Rate::new(20).unwrap(),
    };
    world
}

async fn say(world: &World, who: &Caller) -> Value {
    send(world, who, "all", &json!("hello"), None).await
}

/// How many of so many messages are acknowledged; every other answer is the same refusal.
async fn flood(world: &World, who: &Caller, messages: usize) -> usize {
    let mut acknowledged = 0;
    for _ in 0..messages {
        let answer = say(world, who).await;
        match answer["type"].as_str() {
            Some("ack") => acknowledged += 1,
            _ => assert_eq!(
                (&answer["code"], &answer["retryAfterMs"]),
                (&json!("rate_limited"), &json!(100))
            ),
        }
    }
    acknowledged
}

#[tokio::test]
async fn rat_01_of_a_flood_the_first_are_served_the_others_told_when_and_nobody_else_notices() {
    let world = limited();
    let (ada, other, bob) = (
        connected(&world, "ada", 1).await,
        connected(&world, "ada", 2).await,
        connected(&world, "bob", 3).await,
    );
    assert_eq!(flood(&world, &ada, 149).await, 50);
    assert_eq!(say(&world, &bob).await["type"], "ack");
    assert_eq!(
        say(&world, &other).await["type"],
        "ack",
        "refused messages take nothing off the user's"
    );
    at(&world, 100);
    assert_eq!(say(&world, &ada).await["type"], "ack", "it waited as told");
}

#[tokio::test]
async fn rat_02_many_connections_of_a_user_send_no_more_than_the_user_may() {
    let world = limited();
    let mut acknowledged = 0;
    for number in 0..10 {
        let tab = connected(&world, "ada", number).await;
        for _ in 0..15 {
            acknowledged += usize::from(say(&world, &tab).await["type"] == "ack");
        }
    }
    assert_eq!(acknowledged, 100);
    let bob = connected(&world, "bob", 11).await;
    assert_eq!(say(&world, &bob).await["type"], "ack");
}

#[tokio::test]
async fn signals_and_forbidden_messages_count_as_messages_do() {
    let world = limited();
    let ada = subscribed(&world, "ada", 1, "room:a").await;
    for _ in 0..49 {
        answers(&world, &ada, "signal", json!({"channel": "room:a", "content": 1})).await;
    }
    let forbidden = send(&world, &ada, "user:bob", &json!(1), None).await;
    assert_eq!(forbidden["code"], "forbidden");
    let refused = answers(&world, &ada, "signal", json!({"channel": "room:a", "content": 1})).await;
    assert_eq!(refused[0]["code"], "rate_limited", "{refused:?}");
    assert_eq!(say(&world, &ada).await["code"], "rate_limited");
}

/// What a full bucket holds of one connection, of which all but the first count as made up for.
const HELD: usize = 50;
/// Messages after which the next one ends a connection.
const SURVIVED: usize = HELD + HELD - 1 + RATE_REFUSALS_MAX as usize;

#[tokio::test]
async fn who_does_not_wait_as_told_is_ended_and_may_come_back_later() {
    let world = limited();
    let ada = connected(&world, "ada", 1).await;
    flood(&world, &ada, SURVIVED).await;
    assert!(world.sockets.ended().is_empty());
    let closing = say(&world, &ada).await;
    assert_eq!(
        closing,
        json!({"type": "closing", "reason": "rate_limited", "retry": 30_000})
    );
    assert_eq!(world.sockets.ended(), std::slice::from_ref(&ada.connection));
    assert!(world.table.tombstone(&ada.connection).is_some());
    // What was on its way already is told the same, and costs no further tombstone.
    for _ in 0..RATE_REFUSALS_MAX - 1 {
        assert_eq!(say(&world, &ada).await, closing);
    }
    assert_eq!(entombments(&world), 1);
}

fn entombments(world: &World) -> usize {
    let calls = world.table.calls();
    calls.iter().filter(|call| **call == "entomb").count()
}

#[tokio::test]
async fn an_end_that_fails_is_tried_once_more() {
    let world = limited();
    let ada = connected(&world, "ada", 1).await;
    flood(&world, &ada, SURVIVED).await;
    let outcomes = [Posted::Accepted, Posted::Failed, Posted::Accepted];
    world.sockets.answer_next(&ada.connection, &outcomes);
    assert_eq!(say(&world, &ada).await["type"], "closing");
    assert_eq!(world.sockets.ended(), [ada.connection]);
}

#[tokio::test]
async fn a_connection_that_cannot_be_closed_is_in_no_room_any_more_and_left_to_the_sweeper() {
    let world = limited();
    let ada = subscribed(&world, "ada", 1, "room:a").await;
    flood(&world, &ada, SURVIVED).await;
    world.sockets.answer(&ada.connection, Posted::Failed);
    let body = json!({"action": "message", "data": {"recipient": "all", "content": 1}}).to_string();
    serve_message(&world, &ada, &body, Jitter::seeded(1)).await;
    assert!(world.sockets.ended().is_empty());
    world.sockets.answer(&ada.connection, Posted::Accepted);
    // Its bucket is full again, and it is over nevertheless.
    at(&world, 10_000);
    world
        .sockets
        .answer_next(&ada.connection, &[Posted::Accepted, Posted::Failed, Posted::Failed]);
    assert_eq!(send(&world, &ada, "room:a", &json!(1), None).await["type"], "closing");
    assert!(world.sockets.ended().is_empty());
    for minute in 1..=SWEEP_CYCLE.as_secs() / 60 {
        at(&world, minute * 60_000);
        sweep(&world.table, &world.sockets, &world.clock, world.rules.shards)
            .await
            .unwrap();
    }
    assert_eq!(world.sockets.ended(), [ada.connection]);
    assert!(world.table.members().is_empty());
}

#[tokio::test]
async fn a_connection_that_cannot_be_entombed_is_closed_and_entombed_later() {
    let world = limited();
    let ada = connected(&world, "ada", 1).await;
    flood(&world, &ada, SURVIVED).await;
    world.table.fail_once("entomb");
    assert_eq!(say(&world, &ada).await["type"], "closing");
    assert_eq!(world.sockets.ended(), std::slice::from_ref(&ada.connection));
    assert_eq!(world.table.tombstone(&ada.connection), None);
    for _ in 0..RATE_REFUSALS_MAX {
        say(&world, &ada).await;
    }
    assert!(world.table.tombstone(&ada.connection).is_some());
}

#[tokio::test]
async fn who_waits_as_told_is_never_ended_however_much_there_is_to_send() {
    let world = limited();
    let ada = connected(&world, "ada", 1).await;
    flood(&world, &ada, HELD).await;
    for turn in 1..=u64::from(RATE_REFUSALS_MAX) * 3 {
        assert_eq!(say(&world, &ada).await["code"], "rate_limited");
        at(&world, turn * 100);
        assert_eq!(say(&world, &ada).await["type"], "ack");
    }
    assert!(world.sockets.ended().is_empty());
}

#[tokio::test]
async fn no_connection_is_ended_for_what_others_of_its_user_send() {
    let world = limited();
    for number in 0..10 {
        let tab = connected(&world, "ada", number).await;
        for _ in 0..HELD {
            say(&world, &tab).await;
        }
    }
    assert!(world.sockets.ended().is_empty());
}

#[tokio::test]
async fn a_pause_that_fills_the_bucket_makes_up_for_refusals() {
    let world = limited();
    let ada = connected(&world, "ada", 1).await;
    for pause in 0..5 {
        at(&world, pause * 10_000);
        assert_eq!(flood(&world, &ada, SURVIVED).await, HELD);
    }
    assert!(world.sockets.ended().is_empty());
}

#[tokio::test]
async fn a_table_that_does_not_answer_lets_nobody_past() {
    let world = limited();
    let ada = connected(&world, "ada", 1).await;
    world.table.fail_once("take");
    assert_eq!(say(&world, &ada).await["code"], "unavailable");
    assert!(world.table.log(&domain::channel::Channel::All).is_empty());
    flood(&world, &ada, 50).await;
    world.table.fail("count_refusal");
    assert_eq!(say(&world, &ada).await["code"], "rate_limited");
}
