//! Unsubscribing: who leaves is gone from then on, what cannot be left, and what a second time does.

#![allow(clippy::unwrap_used)]

use domain::channel::Channel;
use domain::identity::GroupName;
use futures_util::future::join;
use serde_json::{Value, json};

use super::*;
use crate::serve::tests::world::{
    World, after, answers, ask, caller, channel, connected, members_of, row, send, sharded, subscribed, told, watching,
    world,
};

async fn unsubscribe(world: &World, who: &Caller, name: &str) -> Value {
    ask(world, who, "unsubscribe", json!({"channel": name})).await
}

fn count(world: &World, operation: &str) -> usize {
    world.table.calls().iter().filter(|call| **call == operation).count()
}

#[tokio::test]
async fn aut_04_what_is_published_after_the_answer_is_not_posted_there() {
    let world = sharded(1, 4);
    let bob = subscribed(&world, "bob", 1, "room:a").await;
    let alice = watching(&world, "alice", 1, "room:a").await;
    send(&world, &bob, "room:a", &json!(1), None).await;
    let answer = unsubscribe(&world, &alice, "room:a").await;
    assert_eq!(answer, json!({"type": "unsubscribed", "channel": "room:a"}));
    send(&world, &bob, "room:a", &json!(2), None).await;
    assert_eq!(told(&world, &alice, "message").len(), 1);
    assert_eq!(members_of(&world, &channel("room:a")), [bob.connection]);
    let watchers = world.table.with_rows(|rows| rows.watchers(&channel("room:a"), 9));
    assert!(watchers.is_empty(), "it watches no more either");
    let memberships = row(&world, &alice.connection).unwrap().memberships;
    assert_eq!(memberships.len(), 2, "what it is in from the start");
}

#[tokio::test]
async fn leaving_twice_or_what_one_never_joined_is_harmless() {
    let world = world();
    let alice = subscribed(&world, "alice", 1, "room:a").await;
    for name in ["room:a", "room:a", "room:never"] {
        let answer = unsubscribe(&world, &alice, name).await;
        assert_eq!(answer, json!({"type": "unsubscribed", "channel": name}));
    }
    assert_eq!(count(&world, "leave"), 1);
}

#[tokio::test]
async fn one_device_leaves_and_the_other_stays() {
    let world = world();
    let (phone, tablet) = (
        subscribed(&world, "alice", 1, "room:a").await,
        subscribed(&world, "alice", 2, "room:a").await,
    );
    unsubscribe(&world, &phone, "room:a").await;
    assert_eq!(members_of(&world, &channel("room:a")), [tablet.connection]);
}

#[tokio::test]
async fn what_nobody_leaves_and_what_one_may_not_know_of_is_forbidden() {
    let world = world();
    let mut alice = connected(&world, "alice", 1).await;
    alice.identity.as_mut().unwrap().groups = vec![GroupName::parse("team").unwrap()];
    for (name, allowed) in [
        ("all", false),
        ("user:alice", false),
        ("user:bob", false),
        ("dm:alice:bob", false),
        ("dm:bob:carol", false),
        ("group:tea", false),
        ("group:team", true),
        ("room:a", true),
    ] {
        let answer = unsubscribe(&world, &alice, name).await;
        let expected = if allowed { Value::Null } else { json!("forbidden") };
        assert_eq!(answer["code"], expected, "{name}");
    }
    assert_eq!(world.table.members().len(), 2);
    assert_eq!(count(&world, "leave"), 0);
    assert_eq!(members_of(&world, &Channel::All), [alice.connection]);
}

#[tokio::test]
async fn sto_02_who_meets_others_tries_again_so_often_and_then_is_to_come_back() {
    for (times, answered) in [
        (1, "unsubscribed"),
        (MEMBERSHIP_ATTEMPTS_MAX - 1, "unsubscribed"),
        (MEMBERSHIP_ATTEMPTS_MAX, "error"),
    ] {
        let world = world();
        let alice = subscribed(&world, "alice", 1, "room:a").await;
        world.table.contend("leave", times);
        let answer = unsubscribe(&world, &alice, "room:a").await;
        assert_eq!(answer["type"], answered, "{times}");
        let is_member = !members_of(&world, &channel("room:a")).is_empty();
        assert_eq!(is_member, answered == "error", "{times}");
        assert!(!is_member || answer["code"] == "unavailable");
    }
}

#[tokio::test]
async fn sto_01_a_table_that_does_not_answer_is_unavailable_and_the_next_try_does_it() {
    for (operation, lost) in [("connection", false), ("leave", false), ("leave", true)] {
        let world = world();
        let alice = subscribed(&world, "alice", 1, "room:a").await;
        if lost {
            world.table.lose(operation);
        } else {
            world.table.fail(operation);
        }
        let answer = unsubscribe(&world, &alice, "room:a").await;
        assert_eq!(answer["code"], "unavailable", "{operation} {lost}");
        world.table.recover();
        assert_eq!(unsubscribe(&world, &alice, "room:a").await["type"], "unsubscribed");
        assert!(members_of(&world, &channel("room:a")).is_empty());
    }
}

#[tokio::test]
async fn lif_11_who_watches_is_told_and_who_leaves_is_not() {
    let world = world();
    let bob = watching(&world, "bob", 1, "room:a").await;
    let alice = watching(&world, "alice", 1, "room:a").await;
    unsubscribe(&world, &alice, "room:a").await;
    let heard = told(&world, &bob, "presence");
    assert_eq!(heard.last().unwrap()["left"]["id"], "alice");
    assert!(told(&world, &alice, "presence").is_empty());
    unsubscribe(&world, &alice, "room:a").await;
    assert_eq!(told(&world, &bob, "presence"), heard, "once");
}

#[tokio::test]
async fn lif_02_while_it_vanishes_nothing_is_left_and_it_is_answered() {
    for steps in 0..10 {
        let world = world();
        let alice = watching(&world, "alice", 1, "room:a").await;
        let leaving = answers(&world, &alice, "unsubscribe", json!({"channel": "room:a"}));
        let vanishing = crate::disconnect::disconnect(&world.table, &world.sockets, &world.clock, &alice.connection);
        let (told, gone) = join(after(steps, leaving), after(10 - steps, vanishing)).await;
        gone.unwrap();
        assert!(
            told[0]["type"] == "unsubscribed" || told[0]["type"] == "closing",
            "{told:?}"
        );
        assert!(world.table.members().is_empty(), "{steps}");
    }
}

#[tokio::test]
async fn one_more_room_is_free_again() {
    let world = world();
    let alice = caller("alice", 1);
    connected(&world, "alice", 1).await;
    for round in 0..3 {
        let name = format!("room:r{round}");
        assert_eq!(
            ask(&world, &alice, "subscribe", json!({"channel": name})).await["type"],
            "subscribed"
        );
        unsubscribe(&world, &alice, &name).await;
    }
    assert_eq!(row(&world, &alice.connection).unwrap().memberships.len(), 2);
}

#[tokio::test]
async fn lif_06_while_it_subscribes_with_presence_it_is_a_member_with_every_row_or_with_none() {
    for steps in 0..10 {
        let world = sharded(1, 4);
        let alice = subscribed(&world, "alice", 1, "room:a").await;
        // Time enough for a whole subscribing between what leaving reads and what it writes.
        world.table.slow_down("leave", 4);
        let leaving = answers(&world, &alice, "unsubscribe", json!({"channel": "room:a"}));
        let data = json!({"channel": "room:a", "presence": true});
        let subscribing = answers(&world, &alice, "subscribe", data);
        join(after(10 - steps, leaving), after(steps, subscribing)).await;
        let noted = row(&world, &alice.connection).unwrap();
        let watchers = world.table.with_rows(|rows| rows.watchers(&channel("room:a"), 9));
        let noted = noted.membership(&channel("room:a"));
        assert_eq!(
            noted.is_some(),
            !members_of(&world, &channel("room:a")).is_empty(),
            "{steps}"
        );
        assert_eq!(
            noted.is_some_and(|noted| noted.watching),
            !watchers.is_empty(),
            "{steps}"
        );
    }
}
