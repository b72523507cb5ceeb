//! Who came and who left: told once per user, to those who asked and no more of them than the bound.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use domain::timestamp::Timestamp;
use futures_util::future::join;
use serde_json::{Value, json};

use super::Movements;
use crate::caller::Caller;
use crate::ports::{Clock, Posted};
use crate::serve::tests::world::{
    NOW, World, after, ask, at, caller, channel, connected, row, subscribed, told, watching, world,
};
use crate::testing::TestClock;

fn joined(events: &[Value]) -> usize {
    events.iter().filter(|event| event.get("joined").is_some()).count()
}

async fn join_room(world: &World, who: &Caller) {
    ask(world, who, "subscribe", json!({"channel": "room:a"})).await;
}

#[tokio::test]
async fn who_asked_is_told_who_came_and_when_and_others_are_not() {
    let world = world();
    let bob = watching(&world, "bob", 1, "room:a").await;
    let carol = subscribed(&world, "carol", 1, "room:a").await;
    let alice = connected(&world, "alice", 1).await;
    let before = told(&world, &bob, "presence").len();
    at(&world, 7);
    join_room(&world, &alice).await;
    let event = json!({
        "type": "presence", "channel": "room:a", "joined": {"id": "alice", "name": "alice"}, "at": NOW.millis() + 7
    });
    assert_eq!(told(&world, &bob, "presence").split_off(before), [event]);
    assert!(told(&world, &carol, "presence").is_empty() && told(&world, &alice, "presence").is_empty());
}

#[tokio::test]
async fn nobody_is_told_of_the_own_coming() {
    let world = world();
    let alice = watching(&world, "alice", 1, "room:a").await;
    assert!(told(&world, &alice, "presence").is_empty());
}

#[tokio::test]
async fn a_user_s_coming_is_told_once_whatever_the_number_of_devices() {
    let world = world();
    let bob = watching(&world, "bob", 1, "room:a").await;
    for number in 0..5 {
        subscribed(&world, "alice", number, "room:a").await;
    }
    assert_eq!(joined(&told(&world, &bob, "presence")), 1);
    for number in 0..4 {
        let device = caller("alice", number);
        ask(&world, &device, "unsubscribe", json!({"channel": "room:a"})).await;
    }
    assert_eq!(told(&world, &bob, "presence").len(), 1, "the fifth is still there");
    ask(&world, &caller("alice", 4), "unsubscribe", json!({"channel": "room:a"})).await;
    let events = told(&world, &bob, "presence");
    assert_eq!((events.len(), &events[1]["left"]["id"]), (2, &json!("alice")));
}

#[tokio::test]
async fn of_two_devices_that_come_at_once_one_tells() {
    for steps in 0..20 {
        for (first, second) in [(0, 1), (1, 0)] {
            let world = world();
            let bob = watching(&world, "bob", 1, "room:a").await;
            let devices = [connected(&world, "alice", 1).await, connected(&world, "alice", 2).await];
            join(
                join_room(&world, &devices[first]),
                after(steps, join_room(&world, &devices[second])),
            )
            .await;
            let told = joined(&told(&world, &bob, "presence"));
            // Within a millisecond their order is that of their ids: once more, which is harmless, is better than never.
            let at_most = if steps == 0 || first == 0 { 1 } else { 2 };
            assert!((1..=at_most).contains(&told), "{steps} {first}: {told}");
        }
    }
}

#[tokio::test]
async fn a_device_that_joins_later_is_no_news_whichever_was_registered_first() {
    for registered_first in [1, 2] {
        let world = world();
        let bob = watching(&world, "bob", 1, "room:a").await;
        for number in [registered_first, 3 - registered_first] {
            connected(&world, "alice", number).await;
            at(&world, 1);
        }
        for (later, number) in [(2, 2), (3, 1), (4, 2)] {
            at(&world, later);
            let data = json!({"channel": "room:a", "presence": later == 4});
            ask(&world, &caller("alice", number), "subscribe", data).await;
        }
        assert_eq!(joined(&told(&world, &bob, "presence")), 1, "{registered_first}");
    }
}

#[tokio::test]
async fn rat_05_as_many_as_200_are_told_and_of_one_more_nobody() {
    for (watchers, told) in [(1, 1), (199, 199), (200, 200), (201, 0)] {
        let world = world();
        for number in 0..watchers {
            watching(&world, &format!("w{number}"), 1, "room:a").await;
        }
        let before = world.sockets.all().len();
        subscribed(&world, "alice", 1, "room:a").await;
        // The answer to alice is the one further frame.
        assert_eq!(world.sockets.all().len() - before, told + 1, "{watchers}");
    }
}

#[tokio::test]
async fn psh_01_whoever_cannot_be_told_holds_up_nobody_and_is_not_tried_again() {
    for outcome in [Posted::Gone, Posted::Throttled, Posted::Failed, Posted::Refused] {
        let world = world();
        let bob = watching(&world, "bob", 1, "room:a").await;
        let carol = watching(&world, "carol", 1, "room:a").await;
        world.sockets.answer(&bob.connection, outcome);
        at(&world, 60_000);
        subscribed(&world, "alice", 1, "room:a").await;
        assert_eq!(joined(&told(&world, &carol, "presence")), 1, "{outcome:?}");
        let attempts = world.sockets.attempts();
        let to_bob = attempts.iter().filter(|id| **id == bob.connection).count();
        assert_eq!(to_bob, 3, "{outcome:?}: his own answer, carol, alice");
        assert!(row(&world, &bob.connection).is_some(), "a hint decides nothing");
    }
}

#[tokio::test]
async fn lif_07_a_watcher_past_its_end_is_told_nothing() {
    let world = world();
    let bob = watching(&world, "bob", 1, "room:a").await;
    let room = channel("room:a");
    for (millis, told_by_then) in [(999, 1), (1000, 1)] {
        world.table.with_rows(|rows| {
            let watchers = rows.watchers.get_mut(&room).unwrap();
            watchers.get_mut(&bob.connection).unwrap().hard_end = NOW.plus(Duration::from_secs(1));
        });
        at(&world, millis);
        subscribed(&world, &format!("u{millis}"), 1, "room:a").await;
        assert_eq!(joined(&told(&world, &bob, "presence")), told_by_then, "{millis}");
    }
}

/// Goes on by a second whenever it is looked at.
struct Hurried<'a>(&'a TestClock);

impl Clock for Hurried<'_> {
    fn now(&self) -> Timestamp {
        let now = self.0.now();
        self.0.set(now.plus(Duration::from_secs(1)));
        now
    }

    async fn sleep(&self, span: Duration) {
        self.0.sleep(span).await;
    }
}

#[tokio::test]
async fn lif_07_a_watcher_whose_end_comes_while_others_are_told_is_told_nothing() {
    let world = world();
    let mut watchers = Vec::new();
    for number in 0..100 {
        watchers.push(watching(&world, &format!("w{number}"), 1, "room:a").await);
    }
    let room = channel("room:a");
    world.table.with_rows(|rows| {
        for watcher in rows.watchers.get_mut(&room).unwrap().values_mut() {
            watcher.hard_end = NOW.plus(Duration::from_secs(50));
        }
    });
    let alice = connected(&world, "alice", 1).await;
    let movements = Movements {
        table: &world.table,
        sockets: &world.sockets,
        clock: &Hurried(&world.clock),
    };
    let before = world.sockets.attempts().len();
    movements
        .joined(&row(&world, &alice.connection).unwrap(), &room, NOW)
        .await;
    let told = world.sockets.attempts().len() - before;
    assert!((1..=50).contains(&told), "{told}");
}

#[tokio::test]
async fn nobody_is_told_of_what_a_user_gets_personally() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    for name in ["user:alice", "dm:alice:bob"] {
        ask(&world, &alice, "subscribe", json!({"channel": name})).await;
    }
    assert!(!world.table.calls().contains(&"watchers"), "{:?}", world.table.calls());
}

#[tokio::test]
async fn of_all_a_user_s_coming_is_told_when_its_client_first_subscribes() {
    let world = world();
    let bob = watching(&world, "bob", 1, "all").await;
    let alice = connected(&world, "alice", 1).await;
    assert_eq!(
        joined(&told(&world, &bob, "presence")),
        0,
        "not by the handshake, which nobody may be told of yet"
    );
    ask(&world, &alice, "subscribe", json!({"channel": "all"})).await;
    assert_eq!(joined(&told(&world, &bob, "presence")), 1);
    let tablet = connected(&world, "alice", 2).await;
    ask(&world, &tablet, "subscribe", json!({"channel": "all"})).await;
    assert_eq!(joined(&told(&world, &bob, "presence")), 1, "one user");
    at(&world, 30_001);
    ask(&world, &alice, "subscribe", json!({"channel": "all"})).await;
    assert_eq!(
        joined(&told(&world, &bob, "presence")),
        1,
        "a repair long afterwards is no coming"
    );
    ask(&world, &alice, "subscribe", json!({"channel": "all", "presence": true})).await;
    assert_eq!(
        joined(&told(&world, &bob, "presence")),
        1,
        "nor is asking for presence then"
    );
}

#[tokio::test]
async fn other_devices_are_found_on_every_page() {
    let world = world();
    let bob = watching(&world, "bob", 1, "room:a").await;
    for number in 0..250 {
        connected(&world, "alice", number).await;
    }
    join_room(&world, &caller("alice", 249)).await;
    assert_eq!(joined(&told(&world, &bob, "presence")), 1);
    connected(&world, "alice", 250).await;
    join_room(&world, &caller("alice", 250)).await;
    assert_eq!(
        joined(&told(&world, &bob, "presence")),
        1,
        "the 250th of the devices is there"
    );
}

#[tokio::test]
async fn that_nobody_can_be_told_keeps_nobody_from_coming_or_leaving() {
    for operation in ["watchers", "members", "connections"] {
        let world = world();
        watching(&world, "bob", 1, "room:a").await;
        let alice = connected(&world, "alice", 1).await;
        world.table.fail(operation);
        let answer = ask(&world, &alice, "subscribe", json!({"channel": "room:a"})).await;
        assert_eq!(answer["type"], "subscribed", "{operation}");
        let answer = ask(&world, &alice, "unsubscribe", json!({"channel": "room:a"})).await;
        assert_eq!(answer["type"], "unsubscribed", "{operation}");
    }
}
