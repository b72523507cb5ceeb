//! Publishing: the order of log, members and acknowledgement; who may; and that many are told by others.

#![allow(clippy::unwrap_used)]

mod handing_over;
mod retries;

use domain::channel::Channel;
use domain::identity::GroupName;
use domain::policy::{Policy, Publishers};
use domain::timestamp::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::serve::tests::world::{ID, NOW, World, at, channel, connected, send, sharded, subscribed, told, world};

/// The numbers of a channel's log.
fn log(world: &World, name: &str) -> Vec<u64> {
    let entries = world.table.log(&channel(name));
    entries.iter().map(|entry| entry.sequence.number()).collect()
}

#[tokio::test]
async fn everyone_gets_it_with_the_server_s_sender_number_and_time_and_so_does_the_sender() {
    let world = sharded(2, 1);
    let (alice, bob) = (connected(&world, "alice", 1).await, connected(&world, "bob", 1).await);
    at(&world, 1234);
    let ack = send(&world, &alice, "all", &json!("hi"), None).await;
    let number = log(&world, "all")[0];
    let now = NOW.millis() + 1234;
    assert_eq!(ack, json!({"type": "ack", "channel": "all", "seq": number, "at": now}));
    let push = json!({
        "type": "message", "channel": "all", "seq": number, "sender": {"id": "alice", "name": "alice"}, "content": "hi",
        "at": now
    });
    for member in [alice, bob] {
        assert_eq!(told(&world, &member, "message"), std::slice::from_ref(&push));
    }
}

#[tokio::test]
async fn the_log_comes_first_then_the_members_then_the_answer() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    let before = world.table.calls().len();
    send(&world, &alice, "all", &json!(1), Some(ID)).await;
    let calls = world.table.calls().split_off(before);
    assert_eq!(calls, ["take", "take", "head", "append", "members", "mark_handed_over"]);
    let kinds: Vec<_> = world
        .sockets
        .frames(&alice.connection)
        .iter()
        .map(|f| f["type"].clone())
        .collect();
    assert_eq!(kinds, ["message", "ack"]);
}

#[tokio::test]
async fn the_table_of_rights() {
    for (turned_around, name, code) in [
        (false, "all", Value::Null),
        (true, "all", json!("forbidden")),
        (false, "user:alice", json!("forbidden")),
        (false, "user:bob", json!("forbidden")),
        (true, "user:alice", Value::Null),
        (true, "user:bob", Value::Null),
        (false, "group:team", Value::Null),
        (false, "group:tea", json!("forbidden")),
        (false, "dm:alice:bob", Value::Null),
        (false, "dm:bob:carol", json!("forbidden")),
        (false, "room:a", json!("not_subscribed")),
    ] {
        let mut world = world();
        if turned_around {
            world.rules.policy = Policy {
                all: Publishers::BackEnd,
                user: Publishers::Everyone,
            };
        }
        let mut alice = connected(&world, "alice", 1).await;
        alice.identity.as_mut().unwrap().groups = vec![GroupName::parse("team").unwrap()];
        let answer = send(&world, &alice, name, &json!(1), None).await;
        assert_eq!(answer["code"], code, "{name} {turned_around}");
        assert_eq!(log(&world, name).len(), usize::from(code == Value::Null), "{name}");
    }
}

#[tokio::test]
async fn msg_12_in_a_room_only_from_a_connection_that_is_subscribed() {
    let world = world();
    let phone = subscribed(&world, "alice", 1, "room:a").await;
    let tablet = connected(&world, "alice", 2).await;
    let answer = send(&world, &tablet, "room:a", &json!(1), None).await;
    assert_eq!(answer["code"], "not_subscribed", "each connection for itself");
    let answer = send(&world, &tablet, "room:a", &json!(1), Some(ID)).await;
    assert_eq!(
        (&answer["code"], &answer["id"]),
        (&json!("not_subscribed"), &json!(ID)),
        "with an id that nobody knows, too"
    );
    assert!(log(&world, "room:a").is_empty());
    assert_eq!(send(&world, &phone, "room:a", &json!(1), None).await["type"], "ack");
    crate::serve::tests::world::ask(&world, &phone, "unsubscribe", json!({"channel": "room:a"})).await;
    let answer = send(&world, &phone, "room:a", &json!(2), None).await;
    assert_eq!(answer["code"], "not_subscribed", "lif_11: who left is no sender");
    assert_eq!(log(&world, "room:a").len(), 1);
}

#[tokio::test]
async fn a_group_needs_no_subscription_to_send_to_and_one_to_get_it() {
    let world = world();
    let mut alice = connected(&world, "alice", 1).await;
    alice.identity.as_mut().unwrap().groups = vec![GroupName::parse("team").unwrap()];
    assert_eq!(send(&world, &alice, "group:team", &json!(1), None).await["type"], "ack");
    assert!(told(&world, &alice, "message").is_empty());
    crate::serve::tests::world::ask(&world, &alice, "subscribe", json!({"channel": "group:team"})).await;
    send(&world, &alice, "group:team", &json!(2), None).await;
    assert_eq!(told(&world, &alice, "message").len(), 1);
}

#[tokio::test]
async fn a_direct_message_reaches_both_users_on_every_device_and_nobody_else() {
    let world = sharded(4, 4);
    let mut both = Vec::new();
    for (user, number) in [("alice", 1), ("alice", 2), ("alice", 3), ("bob", 1), ("bob", 2)] {
        both.push(connected(&world, user, number).await);
    }
    let carol = connected(&world, "carol", 1).await;
    let ack = send(&world, &both[0], "dm:alice:bob", &json!("psst"), None).await;
    for device in &both {
        let messages = told(&world, device, "message");
        assert_eq!(messages.len(), 1, "{}", device.connection);
        assert_eq!(
            (&messages[0]["channel"], &messages[0]["seq"]),
            (&json!("dm:alice:bob"), &ack["seq"])
        );
    }
    assert!(told(&world, &carol, "message").is_empty());
}

#[tokio::test]
async fn a_direct_channel_stands_in_both_users_lists_as_long_as_anything_of_it_is_kept() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    let retention = world.rules.retention;
    let lists = |world: &World, now: Timestamp| {
        ["alice", "bob", "carol"].map(|user| {
            let user = domain::identity::UserId::parse(user).unwrap();
            world.table.with_rows(|rows| rows.directs(&user, 0, 9, now)).len()
        })
    };
    assert_eq!(lists(&world, NOW), [0, 0, 0]);
    send(&world, &alice, "dm:alice:bob", &json!(1), None).await;
    let last_kept = Timestamp::from_millis(NOW.plus(retention).millis() - 1);
    assert_eq!(lists(&world, last_kept), [1, 1, 0]);
    // A message at the end of what the list still covers renews it.
    for round in 1..=5 {
        at(&world, round * 599_000);
        send(&world, &alice, "dm:alice:bob", &json!(round), None).await;
        let kept = Timestamp::from_millis(NOW.millis() + round * 599_000).plus(retention);
        let last_kept = Timestamp::from_millis(kept.millis() - 1);
        assert_eq!(lists(&world, last_kept), [1, 1, 0], "{round}");
    }
}

#[tokio::test]
async fn what_may_not_be_in_the_log_is_not_acknowledged_and_nobody_is_told() {
    for (operation, room) in [("head", false), ("append", false), ("connection", true)] {
        let world = world();
        let alice = subscribed(&world, "alice", 1, "room:a").await;
        let bob = subscribed(&world, "bob", 1, "room:a").await;
        world.table.fail(operation);
        let to = if room { "room:a" } else { "all" };
        let answer = send(&world, &alice, to, &json!(1), Some(ID)).await;
        assert_eq!(
            (&answer["code"], &answer["retryAfterMs"], &answer["id"]),
            (&json!("unavailable"), &json!(1000), &json!(ID)),
            "{operation}"
        );
        assert!(told(&world, &bob, "message").is_empty(), "{operation}");
    }
}

#[tokio::test]
async fn psh_02_members_who_cannot_be_told_keep_nobody_from_the_acknowledgement() {
    use crate::ports::Posted::{Failed, Gone, Refused, Throttled};
    for outcome in [Gone, Throttled, Failed, Refused] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        let mut others = Vec::new();
        for number in 0..20 {
            let other = connected(&world, "bob", number).await;
            world.sockets.answer(&other.connection, outcome);
            others.push(other);
        }
        let ack = send(&world, &alice, "all", &json!(1), None).await;
        assert_eq!(ack["type"], "ack", "{outcome:?}");
        world
            .sockets
            .answer(&others[0].connection, crate::ports::Posted::Accepted);
        let data = json!({"channel": "all", "since": ack["seq"].as_u64().unwrap() - 1});
        let resumed = crate::serve::tests::world::ask(&world, &others[0], "subscribe", data).await;
        assert_eq!(resumed["entries"][0]["seq"], ack["seq"], "it waits in the log");
    }
}

#[tokio::test]
async fn psh_05_what_there_was_no_time_to_tell_is_handed_over_before_it_is_acknowledged() {
    for refusing in [false, true] {
        let mut world = sharded(2, 1);
        let alice = connected(&world, "alice", 1).await;
        for number in 0..100 {
            connected(&world, "bob", number).await;
        }
        world.clock.out_of_time = true;
        if refusing {
            world.handover.refuse();
        }
        let answer = send(&world, &alice, "all", &json!(1), None).await;
        assert_eq!(answer["type"], if refusing { "error" } else { "ack" });
        assert_eq!(world.handover.take().len(), if refusing { 0 } else { 2 });
        assert_eq!(log(&world, "all").len(), 1);
    }
}

#[tokio::test]
async fn msg_13_what_a_client_claims_of_sender_number_and_time_is_refused() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    for field in ["seq", "sender", "at", "channel"] {
        let body = format!(r#"{{"action":"message","data":{{"recipient":"all","content":1,"{field}":1}}}}"#);
        crate::serve::serve_message(&world, &alice, &body, Jitter::seeded(1)).await;
        let error = told(&world, &alice, "error").pop().unwrap();
        assert_eq!(
            (&error["code"], &error["details"]["field"]),
            (&json!("invalid_field"), &json!(format!("data.{field}")))
        );
    }
    assert!(world.table.log(&Channel::All).is_empty());
}
