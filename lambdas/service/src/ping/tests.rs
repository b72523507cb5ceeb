//! Heartbeats: what they renew, what they find, and what they are told that come too late.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use domain::connection::Standing;
use domain::limits::{REPLACED_GRACE, TOMBSTONE_LIFE};
use serde_json::{Value, json};

use super::*;
use crate::serve::tests::world::{
    END, HEARTBEAT, LEASE, NOW, World, answers, ask, at, change, channel, connected, row, send, subscribed, world,
};

async fn ping(world: &World, who: &Caller, cursors: Value) -> Value {
    ask(world, who, "ping", json!({"cursors": cursors})).await
}

fn behind(pong: &Value) -> Vec<&str> {
    assert_eq!(pong["type"], "pong", "{pong}");
    pong["behind"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect()
}

/// The number of a channel's newest message.
fn head(world: &World, name: &str) -> u64 {
    let channel = channel(name);
    world.table.with_rows(|rows| rows.head(&channel).unwrap().last.number())
}

#[tokio::test]
async fn the_lease_lasts_from_the_ping_on_and_never_beyond_the_end() {
    let millis = |instant: Timestamp| instant.since(NOW).as_millis();
    for (after, lease) in [
        (1, 720_001),
        (240_000, 960_000),
        (719_999, 1_439_999),
        (2_880_000, 3_600_000),
        (2_880_001, 3_600_000),
        (3_599_999, 3_600_000),
    ] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        change(&world, &alice.connection, |row| row.lease = END);
        at(&world, after);
        ask(&world, &alice, "ping", json!({})).await;
        let row = row(&world, &alice.connection).unwrap();
        assert_eq!((millis(row.lease), row.hard_end), (lease, END), "{after}");
    }
}

#[tokio::test]
async fn a_heartbeat_without_cursors_costs_one_write_and_one_list() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    ask(&world, &alice, "ping", json!({})).await;
    let mut calls = world.table.calls().split_off(1);
    calls.sort_unstable();
    assert_eq!(calls, ["directs", "renew"]);
    ping(&world, &alice, json!({"all": 0})).await;
    assert_eq!(world.table.calls().iter().filter(|call| **call == "heads").count(), 1);
}

#[tokio::test]
async fn a_replaced_connection_goes_on_but_its_lease_is_not_renewed() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    let until = NOW.plus(REPLACED_GRACE);
    change(&world, &alice.connection, |row| row.replaced_until = Some(until));
    at(&world, 59_999);
    assert_eq!(ping(&world, &alice, json!({})).await["type"], "pong");
    let row = row(&world, &alice.connection).unwrap();
    assert_eq!((row.lease, row.replaced_until), (NOW.plus(LEASE), Some(until)));
    at(&world, 60_000);
    assert_eq!(ping(&world, &alice, json!({})).await["reason"], "replaced");
}

#[tokio::test]
async fn lif_09_who_is_over_is_told_why_is_closed_and_is_not_revived() {
    let sec = |seconds: u64| NOW.plus(Duration::from_secs(seconds));
    for (what, reason, retry) in [
        ("lapsed", "server", json!(0)),
        ("replaced", "replaced", json!(false)),
        ("ended", "token_expired", json!(0)),
        ("ended and lapsed and replaced", "token_expired", json!(0)),
        ("replaced and lapsed", "replaced", json!(false)),
        ("entombed", "server", json!(0)),
        ("entombed when lapsed", "server", json!(0)),
        ("entombed when replaced", "replaced", json!(false)),
        ("entombed, never registered", "server", json!(0)),
        ("entombed, sent away", "signed_out", json!(false)),
        ("deleted", "server", json!(0)),
    ] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        let id = &alice.connection;
        at(&world, 100_000);
        change(&world, id, |row| {
            if what.contains("lapsed") {
                row.lease = sec(100);
            }
            if what.contains("replaced") {
                row.replaced_until = Some(sec(100));
            }
            if what.starts_with("ended") {
                row.hard_end = sec(100);
            }
        });
        if what.starts_with("entombed") {
            world.table.with_rows(|rows| rows.entomb(id, NOW.plus(TOMBSTONE_LIFE)));
        }
        if what.ends_with("sent away") {
            world
                .table
                .with_rows(|rows| rows.send_away(id, NOW.plus(TOMBSTONE_LIFE)));
        }
        if what.ends_with("never registered") {
            let tomb = (Standing::Entombed(None), END);
            world.table.with_rows(|rows| rows.connections.insert(id.clone(), tomb));
        }
        if what == "deleted" {
            world.table.drop_connection(id);
        }
        let before = world.table.with_rows(|rows| rows.connection(id));
        let told = answers(&world, &alice, "ping", json!({"cursors": {"all": 0}})).await;
        assert_eq!(
            told,
            [json!({"type": "closing", "reason": reason, "retry": retry})],
            "{what}"
        );
        assert_eq!(world.sockets.ended(), std::slice::from_ref(id), "{what}");
        assert_eq!(world.table.with_rows(|rows| rows.connection(id)), before, "{what}");
    }
}

#[tokio::test]
async fn psh_03_exactly_the_channels_whose_newest_message_is_another_are_named() {
    let world = world();
    let alice = subscribed(&world, "alice", 1, "room:a").await;
    send(&world, &alice, "room:a", &json!(1), None).await;
    send(&world, &alice, "all", &json!(1), None).await;
    let (room, all) = (head(&world, "room:a"), head(&world, "all"));
    for (cursors, expected) in [
        (json!({}), vec![]),
        (json!({"room:a": room, "all": all}), vec![]),
        (json!({"room:a": room - 1, "all": all}), vec!["room:a"]),
        (json!({"room:a": room + 1, "all": all}), vec!["room:a"]),
        (json!({"room:a": 0, "all": 0}), vec!["all", "room:a"]),
        (json!({"room:empty": 0, "user:alice": 0}), vec![]),
        (json!({"room:empty": 1}), vec!["room:empty"]),
    ] {
        let pong = ping(&world, &alice, cursors.clone()).await;
        let mut named = behind(&pong);
        named.sort_unstable();
        assert_eq!(named, expected, "{cursors}");
    }
}

#[tokio::test]
async fn a_channel_needs_no_subscription_to_be_asked_for() {
    let world = world();
    let bob = subscribed(&world, "bob", 1, "room:a").await;
    send(&world, &bob, "room:a", &json!(1), None).await;
    let alice = connected(&world, "alice", 1).await;
    assert_eq!(behind(&ping(&world, &alice, json!({"room:a": 0})).await), ["room:a"]);
}

#[tokio::test]
async fn direct_channels_the_client_did_not_name_are_named_to_it_and_to_nobody_else() {
    let world = world();
    let (alice, bob) = (connected(&world, "alice", 1).await, connected(&world, "bob", 1).await);
    let carol = connected(&world, "carol", 1).await;
    send(&world, &bob, "dm:alice:bob", &json!(1), None).await;
    for who in [&alice, &bob] {
        assert_eq!(behind(&ping(&world, who, json!({})).await), ["dm:alice:bob"]);
    }
    assert!(behind(&ping(&world, &carol, json!({})).await).is_empty());
    let cursor = head(&world, "dm:alice:bob");
    for (cursors, named) in [
        (json!({"dm:alice:bob": cursor}), 0),
        (json!({"dm:alice:bob": cursor - 1}), 1),
        (json!({"dm:alice:bob": 0}), 1),
        (json!({"dm:alice:carol": 0}), 1),
    ] {
        let pong = ping(&world, &alice, cursors.clone()).await;
        assert_eq!(behind(&pong), vec!["dm:alice:bob"; named], "{cursors}");
    }
}

#[tokio::test]
async fn a_direct_channel_is_named_as_long_as_anything_of_it_is_kept() {
    let world = world();
    let (alice, bob) = (connected(&world, "alice", 1).await, connected(&world, "bob", 1).await);
    change(&world, &alice.connection, |row| row.lease = END);
    send(&world, &bob, "dm:alice:bob", &json!(1), None).await;
    at(&world, 590_000);
    send(&world, &bob, "dm:alice:bob", &json!(2), None).await;
    at(&world, 590_000 + 599_999);
    assert_eq!(behind(&ping(&world, &alice, json!({})).await), ["dm:alice:bob"]);
    // Listed for twice the retention at most, which is ten minutes here.
    at(&world, 590_000 + 1_200_000);
    assert!(behind(&ping(&world, &alice, json!({})).await).is_empty());
}

#[tokio::test]
async fn rat_05_100_direct_channels_are_named_whatever_cursors_come_with_the_ping() {
    for (there, sent, named) in [
        (99, 0, 99),
        (100, 0, 100),
        (101, 0, 100),
        (119, 20, 99),
        (120, 20, 100),
        (121, 20, 100),
    ] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        let name = |number: usize| format!("dm:alice:u{number:03}");
        for number in 0..there {
            send(&world, &alice, &name(number), &json!(1), None).await;
        }
        let cursors: serde_json::Map<_, _> = (0..sent)
            .map(|number| (name(number), json!(head(&world, &name(number)))))
            .collect();
        let pong = ping(&world, &alice, Value::Object(cursors)).await;
        assert_eq!(behind(&pong).len(), named, "{there} {sent}");
    }
}

#[tokio::test]
async fn rat_05_cursors_of_other_channels_make_no_room_for_further_names() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    for number in 0..=DIRECT_NAMED_MAX {
        send(&world, &alice, &format!("dm:alice:u{number:03}"), &json!(1), None).await;
    }
    let pong = ping(&world, &alice, json!({"all": 0, "room:a": 0})).await;
    assert_eq!(behind(&pong).len(), DIRECT_NAMED_MAX);
}

#[tokio::test]
async fn aut_01_of_a_channel_one_may_not_read_only_that_is_told_and_the_rest_is_served() {
    for (name, exists) in [
        ("user:bob", true),
        ("group:team", true),
        ("group:team", false),
        ("dm:bob:carol", true),
    ] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        send(&world, &alice, "all", &json!(1), None).await;
        if exists {
            let all = world.table.with_rows(|rows| rows.head(&Channel::All).unwrap());
            world.table.with_rows(|rows| rows.heads.insert(channel(name), all));
        }
        at(&world, 1);
        let pong = ping(&world, &alice, json!({"all": 0, name: 0, "room:a": 0})).await;
        assert_eq!(behind(&pong), ["all"], "{name}");
        assert_eq!(pong["forbidden"], json!([name]));
        let lease = row(&world, &alice.connection).unwrap().lease;
        assert_eq!(lease, NOW.plus(LEASE).plus(Duration::from_millis(1)), "renewed");
        let pong = ping(&world, &alice, json!({"all": 0})).await;
        assert_eq!(pong.get("forbidden"), None);
    }
}

#[tokio::test]
async fn sto_01_a_table_that_does_not_answer_is_unavailable_and_nobody_is_closed() {
    for operation in ["renew", "heads", "directs"] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        world.table.fail(operation);
        let answer = ping(&world, &alice, json!({"all": 0})).await;
        assert_eq!(answer["code"], "unavailable", "{operation}");
        assert!(world.sockets.ended().is_empty());
    }
}

#[tokio::test]
async fn of_more_direct_channels_than_one_pong_names_each_is_named_within_some_heartbeats() {
    const THERE: usize = 3 * DIRECT_NAMED_MAX;
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    for number in 0..THERE {
        send(&world, &alice, &format!("dm:alice:u{number:03}"), &json!(1), None).await;
    }
    let mut named = BTreeSet::new();
    for heartbeat in 0..20 {
        let ping = Ping { cursors: Vec::new() };
        let answer = world
            .ping(&alice, None, &ping, HEARTBEAT, Jitter::seeded(heartbeat))
            .await;
        let Ok(Answer::Frame(frame)) = answer else {
            panic!("{answer:?}");
        };
        let pong: Value = serde_json::from_str(frame.as_str()).unwrap();
        named.extend(behind(&pong).into_iter().map(str::to_owned));
    }
    assert_eq!(named.len(), THERE);
}
