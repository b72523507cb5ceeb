//! Publishing: the order of log, members and acknowledgement, and what a retry repeats.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use domain::channel::Channel;
use domain::content::Content;
use domain::message_id::MessageId;
use domain::wire::ErrorCode;
use serde_json::{Value, json};

use super::*;
use crate::caller::Caller;
use crate::testing::{MemorySockets, MemoryTable, TestClock, caller, register};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const ID: &str = "0123456789abcdef";

type World = Publisher<MemoryTable, MemorySockets, TestClock>;

fn world() -> World {
    Publisher {
        table: MemoryTable::default(),
        sockets: MemorySockets::default(),
        clock: TestClock::at(NOW),
        rules: PublishRules {
            retention: Duration::from_secs(600),
            all_shards: Shards::new(2).unwrap(),
        },
        guesses: Guesses::default(),
    }
}

async fn join(world: &World, user: &str) -> Caller {
    let caller = caller(user, 1, Timestamp::from_seconds(1_003_600)).unwrap();
    register(&world.table, &caller, world.rules.all_shards, NOW)
        .await
        .unwrap();
    caller
}

async fn publish(world: &World, who: &Caller, to: &str, content: &str, id: Option<&str>) -> Result<Value, Refusal> {
    let message = Message {
        id: id.and_then(MessageId::parse),
        recipient: Channel::parse(to).unwrap(),
        content: Content::parse(content).unwrap(),
    };
    let who = who.identity.as_ref().unwrap();
    let frame = world.publish(who, message, NOW, Jitter::seeded(1)).await?;
    Ok(serde_json::from_str(frame.as_str()).unwrap())
}

#[tokio::test]
async fn everyone_gets_it_with_the_server_s_sender_number_and_time_and_so_does_the_sender() {
    let world = world();
    let (alice, bob) = (join(&world, "alice").await, join(&world, "bob").await);
    let ack = publish(&world, &alice, "all", "\"hi\"", None).await.unwrap();
    let number = ack["seq"].clone();
    assert_eq!(
        ack,
        json!({"type": "ack", "channel": "all", "seq": number, "at": NOW.millis()})
    );
    let push = json!({
        "type": "message", "channel": "all", "seq": number, "sender": {"id": "alice", "name": "alice"}, "content": "hi",
        "at": NOW.millis()
    });
    for member in [alice, bob] {
        assert_eq!(world.sockets.frames(&member.connection), std::slice::from_ref(&push));
    }
}

#[tokio::test]
async fn a_retry_gets_the_first_answer_and_nobody_gets_it_twice() {
    let world = world();
    let (alice, bob) = (join(&world, "alice").await, join(&world, "bob").await);
    let first = publish(&world, &alice, "all", "1", Some(ID)).await.unwrap();
    let again = publish(&world, &alice, "all", "1", Some(ID)).await.unwrap();
    assert_eq!((&first["id"], first.get("duplicate")), (&json!(ID), None));
    assert_eq!(
        (&again["seq"], &again["at"], &again["duplicate"]),
        (&first["seq"], &first["at"], &json!(true))
    );
    assert_eq!(world.sockets.frames(&bob.connection).len(), 1);
}

#[tokio::test]
async fn a_retry_tells_the_members_again_while_the_mark_is_missing() {
    let world = world();
    let (alice, bob) = (join(&world, "alice").await, join(&world, "bob").await);
    world.table.fail("mark_handed_over");
    let first = publish(&world, &alice, "all", "1", Some(ID)).await.unwrap();
    world.table.recover();
    let again = publish(&world, &alice, "all", "1", Some(ID)).await.unwrap();
    assert_eq!(again["seq"], first["seq"]);
    let frames = world.sockets.frames(&bob.connection);
    assert_eq!((frames.len(), &frames[0]), (2, &frames[1]));
}

#[tokio::test]
async fn a_retry_tells_the_members_whom_the_first_attempt_did_not_reach() {
    let world = world();
    let (alice, bob) = (join(&world, "alice").await, join(&world, "bob").await);
    world.table.fail("members");
    publish(&world, &alice, "all", "1", Some(ID)).await.unwrap();
    world.table.recover();
    publish(&world, &alice, "all", "1", Some(ID)).await.unwrap();
    assert_eq!(world.sockets.frames(&bob.connection).len(), 1);
}

#[tokio::test]
async fn other_content_under_the_same_id_is_a_conflict() {
    let world = world();
    let alice = join(&world, "alice").await;
    publish(&world, &alice, "all", "1", Some(ID)).await.unwrap();
    assert_eq!(
        publish(&world, &alice, "all", "2", Some(ID)).await.unwrap_err().code,
        ErrorCode::Conflict
    );
}

#[tokio::test]
async fn a_user_s_own_channel_is_for_the_back_end_to_write() {
    let world = world();
    let alice = join(&world, "alice").await;
    for to in ["user:alice", "user:bob"] {
        assert_eq!(
            publish(&world, &alice, to, "1", None).await.unwrap_err().code,
            ErrorCode::Forbidden
        );
        assert!(world.table.log(&Channel::parse(to).unwrap()).is_empty());
    }
}

#[tokio::test]
async fn what_is_in_the_log_is_acknowledged_even_if_no_member_could_be_told() {
    let world = world();
    let alice = join(&world, "alice").await;
    world.table.fail("members");
    assert_eq!(publish(&world, &alice, "all", "1", None).await.unwrap()["type"], "ack");
}

#[tokio::test]
async fn what_may_not_be_in_the_log_is_not_acknowledged_and_nobody_is_told() {
    let world = world();
    let alice = join(&world, "alice").await;
    world.table.fail("append");
    let refusal = publish(&world, &alice, "all", "1", None).await.unwrap_err();
    assert_eq!(
        (refusal.code, refusal.retry_after),
        (ErrorCode::Unavailable, Some(Duration::from_secs(1)))
    );
    assert!(world.sockets.all().is_empty());
}
