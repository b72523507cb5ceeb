//! Signals: passed on to everybody but where they came from, kept nowhere, answered only if refused.

#![allow(clippy::unwrap_used)]

use domain::identity::GroupName;
use domain::policy::{Policy, Publishers};
use serde_json::{Value, json};

use super::*;
use crate::serve::tests::world::{NOW, World, answers, at, connected, sharded, subscribed, told, world};

/// What the sender is answered.
async fn signal(world: &World, who: &Caller, to: &str) -> Vec<Value> {
    answers(
        world,
        who,
        "signal",
        json!({"channel": to, "content": {"typing": true}}),
    )
    .await
}

#[tokio::test]
async fn everybody_else_gets_it_with_the_server_s_sender_and_time_and_the_sender_no_answer() {
    let world = sharded(1, 4);
    let phone = subscribed(&world, "alice", 1, "room:a").await;
    let tablet = subscribed(&world, "alice", 2, "room:a").await;
    let bob = subscribed(&world, "bob", 1, "room:a").await;
    let stranger = connected(&world, "carol", 1).await;
    at(&world, 77);
    assert_eq!(signal(&world, &phone, "room:a").await, [Value::Null; 0]);
    let push = json!({
        "type": "signal", "channel": "room:a", "sender": {"id": "alice", "name": "alice"}, "content": {"typing": true},
        "at": NOW.millis() + 77
    });
    for member in [&tablet, &bob] {
        assert_eq!(told(&world, member, "signal"), std::slice::from_ref(&push));
    }
    for other in [&phone, &stranger] {
        assert!(told(&world, other, "signal").is_empty());
    }
}

#[tokio::test]
async fn it_is_stored_nowhere() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    connected(&world, "bob", 1).await;
    for to in ["all", "dm:alice:bob"] {
        let before = world.table.calls().len();
        signal(&world, &alice, to).await;
        let calls = world.table.calls().split_off(before);
        assert!(
            calls.iter().all(|call| ["take", "members"].contains(call)),
            "{to}: {calls:?}"
        );
    }
    let is_empty = |rows: &mut crate::testing::rows::Rows| rows.entries.is_empty() && rows.heads.is_empty();
    assert!(world.table.with_rows(is_empty));
}

#[tokio::test]
async fn a_direct_one_reaches_both_users_devices_but_its_own() {
    let world = world();
    let phone = connected(&world, "alice", 1).await;
    let tablet = connected(&world, "alice", 2).await;
    let bob = connected(&world, "bob", 1).await;
    signal(&world, &phone, "dm:alice:bob").await;
    let counts = [&phone, &tablet, &bob].map(|who| told(&world, who, "signal").len());
    assert_eq!(counts, [0, 1, 1]);
}

#[tokio::test]
async fn msg_12_in_a_room_only_from_a_connection_that_is_subscribed() {
    let world = world();
    let bob = subscribed(&world, "bob", 1, "room:a").await;
    let alice = connected(&world, "alice", 1).await;
    subscribed(&world, "alice", 2, "room:a").await;
    assert_eq!(
        signal(&world, &alice, "room:a").await[0]["code"],
        "not_subscribed",
        "the other device's does not count"
    );
    assert!(told(&world, &bob, "signal").is_empty());
    answers(&world, &alice, "subscribe", json!({"channel": "room:a"})).await;
    assert!(signal(&world, &alice, "room:a").await.is_empty());
    assert_eq!(told(&world, &bob, "signal").len(), 1);
}

#[tokio::test]
async fn aut_01_where_one_may_not_publish_one_may_not_signal() {
    for (turned_around, cases) in [
        (false, [("all", true), ("user:alice", false), ("user:bob", false)]),
        (true, [("all", false), ("user:alice", true), ("user:bob", true)]),
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
        let always = [
            ("group:team", true),
            ("group:tea", false),
            ("dm:alice:bob", true),
            ("dm:bob:carol", false),
        ];
        for (name, allowed) in cases.into_iter().chain(always) {
            let told = signal(&world, &alice, name).await;
            assert_eq!(told.is_empty(), allowed, "{name}");
            assert!(allowed || told[0]["code"] == "forbidden");
        }
    }
}

#[tokio::test]
async fn psh_06_to_many_it_is_handed_over_with_whom_to_leave_out() {
    let mut world = sharded(1, 3);
    world.rules.inline_members = 3;
    world.rules.posts_per_second = 100;
    let mut members = Vec::new();
    for number in 0..30 {
        members.push(subscribed(&world, "alice", number, "room:a").await);
    }
    assert!(signal(&world, &members[0], "room:a").await.is_empty());
    assert!(members.iter().all(|member| told(&world, member, "signal").is_empty()));
    let mut jobs = world.handover.take();
    jobs.sort_by_key(|job| job.shard);
    assert_eq!(jobs.iter().map(|job| job.shard).collect::<Vec<_>>(), [0, 1, 2]);
    for job in jobs {
        assert_eq!(
            (job.except.as_ref(), job.posts_per_second),
            (Some(&members[0].connection), 33)
        );
        crate::fan_out::deliver(&world.table, &world.sockets, &world.clock, &job, Jitter::seeded(1))
            .await
            .unwrap();
    }
    let counts: Vec<_> = members
        .iter()
        .map(|member| told(&world, member, "signal").len())
        .collect();
    assert_eq!(
        (counts[0], counts[1..].iter().all(|count| *count == 1)),
        (0, true),
        "{counts:?}"
    );
}

#[tokio::test]
async fn sto_01_what_cannot_be_passed_on_is_unavailable() {
    for broken in ["connection", "members", "handover"] {
        let mut world = world();
        let alice = subscribed(&world, "alice", 1, "room:a").await;
        if broken == "handover" {
            world.rules.inline_members = 0;
            world.handover.refuse();
        } else {
            world.table.fail(broken);
        }
        let told = signal(&world, &alice, "room:a").await;
        assert_eq!((told.len(), &told[0]["code"]), (1, &json!("unavailable")), "{broken}");
    }
}
