//! Subscribing while others publish, leave or vanish: nothing published is missed, and nobody is left a member.

use futures_util::future::join;

use super::*;
use crate::disconnect::disconnect;
use crate::serve::tests::world::after;

#[tokio::test]
async fn it_is_a_member_before_the_log_is_read() {
    let world = world();
    let bob = subscribed(&world, "bob", 1, "room:a").await;
    send(&world, &bob, "room:a", &json!(1), None).await;
    let alice = connected(&world, "alice", 1).await;
    let before = world.table.calls().len();
    ask(&world, &alice, "subscribe", json!({"channel": "room:a", "since": 0})).await;
    let mut calls = world.table.calls().split_off(before);
    calls.retain(|call| *call != "watchers");
    assert_eq!(calls, ["connection", "join", "head", "entries"]);
}

#[tokio::test]
async fn without_any_fault_what_is_published_meanwhile_is_among_the_entries_or_pushed() {
    for (subscriber_waits, publisher_waits) in (0..16).map(|n| (0, n)).chain((0..16).map(|n| (n, 0))) {
        for first in [true, false] {
            let world = world();
            let bob = subscribed(&world, "bob", 1, "room:a").await;
            if !first {
                send(&world, &bob, "room:a", &json!("before"), None).await;
            }
            let alice = connected(&world, "alice", 1).await;
            let data = json!({"channel": "room:a", "since": 0});
            let subscribing = answers(&world, &alice, "subscribe", data);
            let content = json!("meanwhile");
            let publishing = send(&world, &bob, "room:a", &content, None);
            let (_, ack) = join(after(subscriber_waits, subscribing), after(publisher_waits, publishing)).await;
            let frames = world.sockets.frames(&alice.connection);
            let pushed = frames
                .iter()
                .filter(|frame| frame["type"] == "message")
                .map(|push| &push["seq"]);
            let subscribed = frames.iter().find(|frame| frame["type"] == "subscribed").unwrap();
            let read = subscribed["entries"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| &entry["seq"]);
            assert!(
                pushed.chain(read).any(|number| *number == ack["seq"]),
                "{subscriber_waits} {publisher_waits} {first}: {frames:?}"
            );
        }
    }
}

#[tokio::test]
async fn lif_02_whoever_vanishes_meanwhile_is_left_a_member_of_nothing() {
    for steps in 0..12 {
        for subscriber_first in [true, false] {
            let world = world();
            let alice = connected(&world, "alice", 1).await;
            let data = json!({"channel": "room:a", "presence": true});
            let subscribing = answers(&world, &alice, "subscribe", data);
            let vanishing = disconnect(&world.table, &world.sockets, &world.clock, &alice.connection);
            let (told, gone) = if subscriber_first {
                join(subscribing, after(steps, vanishing)).await
            } else {
                join(after(steps, subscribing), vanishing).await
            };
            gone.unwrap();
            assert!(
                told[0]["type"] == "subscribed" || told[0]["type"] == "closing",
                "{told:?}"
            );
            assert!(world.table.members().is_empty(), "{steps} {subscriber_first}");
            assert!(watchers(&world, "room:a").is_empty());
        }
    }
}

#[tokio::test]
async fn rat_05_of_two_at_once_for_the_last_place_one_gets_it() {
    for steps in 0..6 {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        for number in 0..CHANNELS_PER_CONNECTION_MAX - 1 {
            subscribe(&world, &alice, &format!("room:r{number}")).await;
        }
        let before = world.sockets.frames(&alice.connection).len();
        let (x, y) = (json!({"channel": "room:x"}), json!({"channel": "room:y"}));
        join(
            answers(&world, &alice, "subscribe", x),
            after(steps, answers(&world, &alice, "subscribe", y)),
        )
        .await;
        let answers = world.sockets.frames(&alice.connection).split_off(before);
        let refused = answers
            .iter()
            .filter(|answer| answer["code"] == "limit_reached")
            .count();
        assert_eq!((answers.len(), refused), (2, 1), "{steps}: {answers:?}");
        let memberships = row(&world, &alice.connection).unwrap().memberships;
        assert_eq!(memberships.len(), CHANNELS_PER_CONNECTION_MAX + 2);
    }
}
