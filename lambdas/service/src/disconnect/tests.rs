//! Forgetting: everything goes, in the right order, however often and however it was interrupted; and who watches is told.

#![allow(clippy::unwrap_used)]

use domain::channel::Channel;
use domain::limits::REPLACED_GRACE;
use serde_json::json;

use super::*;
use crate::connect::{Handshake, Outcome, connect};
use crate::serve::tests::world::{
    END, NOW, World, after, ask, at, caller, change, channel, connected, members_of, row, sharded, subscribed, told,
    watching, world,
};
use crate::testing::connection_rules;

async fn forget(world: &World, id: &ConnectionId) -> Result<(), TableError> {
    disconnect(&world.table, &world.sockets, &world.clock, id).await
}

fn slots(world: &World, user: &str) -> usize {
    let user = caller(user, 0).identity.unwrap().user;
    world.table.with_rows(|rows| rows.slots(&user).len())
}

fn watchers(world: &World, name: &str) -> usize {
    let channel = channel(name);
    world.table.with_rows(|rows| rows.watchers(&channel, 1000).len())
}

#[tokio::test]
async fn all_rows_go_and_that_of_all_goes_last() {
    let world = sharded(4, 3);
    let alice = watching(&world, "alice", 1, "room:a").await.connection;
    forget(&world, &alice).await.unwrap();
    assert!(world.table.members().is_empty());
    assert_eq!((watchers(&world, "room:a"), slots(&world, "alice")), (0, 0));
    assert_eq!(world.table.removals().len(), 3);
    assert_eq!(world.table.removals().last(), Some(&Channel::All));
    assert_eq!(world.table.tombstone(&alice), Some(NOW.plus(TOMBSTONE_LIFE)));
}

#[tokio::test]
async fn lif_02_twice_is_as_good_as_once_even_at_once() {
    for steps in 0..12 {
        let world = world();
        let alice = subscribed(&world, "alice", 1, "room:a").await.connection;
        let twice = futures_util::future::join(forget(&world, &alice), after(steps, forget(&world, &alice)));
        assert!(matches!(twice.await, (Ok(()), Ok(()))), "{steps}");
        assert!(world.table.members().is_empty());
        assert_eq!(slots(&world, "alice"), 0);
    }
}

#[tokio::test]
async fn sto_03_a_clean_up_that_broke_off_anywhere_can_be_done_again() {
    for operation in ["entomb", "free_slot", "remove_member"] {
        for lost in [false, true] {
            let world = world();
            let alice = watching(&world, "alice", 1, "room:a").await.connection;
            if lost {
                world.table.lose(operation);
            } else {
                world.table.fail(operation);
            }
            assert!(forget(&world, &alice).await.is_err(), "{operation} {lost}");
            let still_listed = members_of(&world, &Channel::All).len() == 1;
            assert!(still_listed, "the sweeper finds it by its member of all");
            world.table.recover();
            forget(&world, &alice).await.unwrap();
            assert!(
                world.table.members().is_empty(),
                "{operation}: the tombstone kept the channels"
            );
            assert_eq!((watchers(&world, "room:a"), slots(&world, "alice")), (0, 0));
        }
    }
}

#[tokio::test]
async fn lif_02_an_unknown_connection_gets_a_tombstone_and_no_error() {
    let world = world();
    let id = ConnectionId::parse("unknown=").unwrap();
    forget(&world, &id).await.unwrap();
    assert_eq!(world.table.tombstone(&id), Some(NOW.plus(TOMBSTONE_LIFE)));
    assert_eq!(world.table.calls(), ["entomb"]);
}

#[tokio::test]
async fn lif_02_while_connecting_either_nothing_is_left_or_it_is_open_no_more() {
    for steps in 0..6 {
        for first in ["connect", "disconnect"] {
            let world = world();
            let alice = caller("alice", 1);
            let handshake = Handshake {
                connection: alice.connection.clone(),
                identity: alice.identity.clone().unwrap(),
                offer: domain::handshake::protocols::Offer::Nothing,
                replaces: None,
                source: None,
            };
            let rules = connection_rules(world.rules.shards.all);
            let connecting = connect(&world.table, &world.clock, &rules, handshake, 1);
            let forgetting = forget(&world, &alice.connection);
            let (outcome, ()) = if first == "connect" {
                let (outcome, forgotten) = futures_util::future::join(connecting, after(steps, forgetting)).await;
                (outcome, forgotten.unwrap())
            } else {
                let (outcome, forgotten) = futures_util::future::join(after(steps, connecting), forgetting).await;
                (outcome, forgotten.unwrap())
            };
            assert!(matches!(outcome, Ok(Outcome::Open | Outcome::AlreadyGone)));
            assert!(world.table.members().is_empty(), "{first} {steps}");
            assert_eq!(slots(&world, "alice"), 0);
        }
    }
}

#[tokio::test]
async fn a_slot_that_another_connection_stands_in_by_now_stays_taken() {
    let world = world();
    let rules = domain::connection::ConnectionRules {
        per_user: 1,
        ..connection_rules(world.rules.shards.all)
    };
    let open = async |number: u32, replaces: Option<ConnectionId>| {
        let alice = caller("alice", number);
        let handshake = Handshake {
            connection: alice.connection,
            identity: alice.identity.unwrap(),
            offer: domain::handshake::protocols::Offer::Nothing,
            replaces,
            source: None,
        };
        connect(&world.table, &world.clock, &rules, handshake, 1).await.unwrap()
    };
    let first = caller("alice", 1).connection;
    assert_eq!(open(1, None).await, Outcome::Open);
    assert_eq!(open(2, Some(first.clone())).await, Outcome::Open);
    forget(&world, &first).await.unwrap();
    assert_eq!(slots(&world, "alice"), 1);
    assert_eq!(open(3, None).await, Outcome::Full);
    forget(&world, &caller("alice", 2).connection).await.unwrap();
    assert_eq!(open(3, None).await, Outcome::Open);
}

#[tokio::test]
async fn lif_11_who_watches_is_told_of_each_channel_once_nothing_is_left() {
    let world = world();
    let bob = watching(&world, "bob", 1, "room:a").await;
    watching(&world, "bob", 1, "all").await;
    let alice = subscribed(&world, "alice", 1, "room:a").await.connection;
    subscribed(&world, "alice", 1, "room:b").await;
    let before = told(&world, &bob, "presence").len();
    at(&world, 5000);
    forget(&world, &alice).await.unwrap();
    let left = |channel: &str| {
        json!({
            "type": "presence", "channel": channel, "left": {"id": "alice", "name": "alice"}, "at": NOW.millis() + 5000
        })
    };
    let heard = told(&world, &bob, "presence").split_off(before);
    assert_eq!(heard, [left("room:a"), left("all")]);
}

#[tokio::test]
async fn nobody_is_told_that_a_user_left_who_is_there_on_another_device() {
    for (other, is_there) in [
        ("in the room", true),
        ("elsewhere", false),
        ("lapsed", false),
        ("ended", false),
        ("entombed", false),
        ("replaced a while ago", false),
        ("replaced just now", true),
        ("deleted", false),
    ] {
        let world = world();
        let bob = watching(&world, "bob", 1, "room:a").await;
        let alice = subscribed(&world, "alice", 1, "room:a").await.connection;
        let tablet = match other {
            "elsewhere" => subscribed(&world, "alice", 2, "room:b").await.connection,
            _ => subscribed(&world, "alice", 2, "room:a").await.connection,
        };
        match other {
            "lapsed" => change(&world, &tablet, |row| row.lease = NOW),
            "ended" => change(&world, &tablet, |row| row.hard_end = NOW),
            "replaced a while ago" => change(&world, &tablet, |row| row.replaced_until = Some(NOW)),
            "replaced just now" => {
                change(&world, &tablet, |row| {
                    row.replaced_until = Some(NOW.plus(REPLACED_GRACE));
                });
            }
            "entombed" => world.table.with_rows(|rows| {
                rows.entomb(&tablet, END);
            }),
            "deleted" => world.table.drop_connection(&tablet),
            _ => assert!(row(&world, &tablet).is_some()),
        }
        forget(&world, &alice).await.unwrap();
        let heard = told(&world, &bob, "presence");
        let left = heard.iter().filter(|event| event.get("left").is_some()).count();
        assert_eq!(left, usize::from(!is_there), "{other}: {heard:?}");
    }
}

#[tokio::test]
async fn of_two_devices_that_vanish_at_once_at_least_one_is_told_of() {
    for steps in 0..20 {
        let world = world();
        let bob = watching(&world, "bob", 1, "room:a").await;
        let phone = subscribed(&world, "alice", 1, "room:a").await.connection;
        let tablet = subscribed(&world, "alice", 2, "room:a").await.connection;
        let both = futures_util::future::join(forget(&world, &phone), after(steps, forget(&world, &tablet)));
        assert!(matches!(both.await, (Ok(()), Ok(()))));
        let heard = told(&world, &bob, "presence");
        assert!(heard.iter().any(|event| event.get("left").is_some()), "{steps}");
    }
}

#[tokio::test]
async fn that_nobody_can_be_told_is_no_error_and_keeps_nothing() {
    for operation in ["watchers", "members", "connections"] {
        let world = world();
        watching(&world, "bob", 1, "room:a").await;
        let alice = subscribed(&world, "alice", 1, "room:a").await.connection;
        world.table.fail(operation);
        forget(&world, &alice).await.unwrap();
        let left = world.table.members().into_iter().filter(|(_, id)| *id == alice);
        assert_eq!(left.count(), 0, "{operation}");
    }
}

#[tokio::test]
async fn a_lonely_connection_costs_no_look_at_other_devices() {
    let world = world();
    let alice = connected(&world, "alice", 1).await.connection;
    forget(&world, &alice).await.unwrap();
    let calls = world.table.calls();
    assert_eq!(
        calls[1..],
        ["entomb", "free_slot", "remove_member", "remove_member", "watchers"]
    );
}

#[tokio::test]
async fn the_user_s_other_devices_are_looked_at_once_for_all_channels() {
    let world = world();
    let phone = connected(&world, "alice", 1).await;
    for name in ["room:a", "room:b", "room:c"] {
        watching(&world, &format!("bob-{}", &name[5..]), 1, name).await;
        ask(&world, &phone, "subscribe", json!({"channel": name})).await;
    }
    subscribed(&world, "alice", 2, "room:b").await;
    let before = world.table.calls().len();
    forget(&world, &phone.connection).await.unwrap();
    let calls = world.table.calls().split_off(before);
    let count = |operation| calls.iter().filter(|call| **call == operation).count();
    assert_eq!((count("members"), count("connections")), (1, 1), "{calls:?}");
    for (watcher, hears) in [("bob-a", true), ("bob-b", false), ("bob-c", true)] {
        let told = told(&world, &caller(watcher, 1), "presence");
        assert_eq!(told.iter().any(|event| event.get("left").is_some()), hears, "{watcher}");
    }
}
