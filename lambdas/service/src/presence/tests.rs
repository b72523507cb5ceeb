//! Who is there: each user once, nobody past the end, no more than a frame and a read can bear.

#![allow(clippy::unwrap_used)]

use domain::connection_id::ConnectionId;
use domain::identity::{DisplayName, GroupName, UserId};
use domain::membership::Member;
use serde_json::{Value, json};

use super::*;
use crate::serve::tests::world::{END, NOW, World, ask, at, change, channel, connected, sharded, subscribed, world};
use crate::testing::MemoryTable;

async fn presence(world: &World, who: &Caller, name: &str) -> Value {
    ask(world, who, "presence", json!({"channel": name})).await
}

fn users(answer: &Value) -> Vec<&str> {
    assert_eq!(answer["type"], "presence", "{answer}");
    let users = answer["users"].as_array().unwrap();
    users.iter().map(|user| user["id"].as_str().unwrap()).collect()
}

/// Puts so many members of so many users into a room, in a world that reads whole pages.
fn crowded(members: usize, users: usize) -> World {
    let mut world = world();
    world.table = MemoryTable::with_whole_pages();
    world.table.with_rows(|rows| {
        let room = rows.members.entry((channel("room:a"), 0)).or_default();
        for number in 0..members {
            let user = UserId::parse(&format!("u{:04}", number % users)).unwrap();
            let connection = ConnectionId::parse(&format!("c{number:05}")).unwrap();
            let member = Member {
                connection: connection.clone(),
                name: DisplayName::new("", &user),
                user,
                joined_at: NOW,
                hard_end: END,
            };
            room.insert(connection, member);
        }
    });
    world
}

#[tokio::test]
async fn each_user_is_listed_once_with_name_whatever_the_devices_and_shards() {
    let world = sharded(1, 8);
    for number in 0..5 {
        subscribed(&world, "bob", number, "room:a").await;
        subscribed(&world, "alice", number, "room:a").await;
    }
    let carol = connected(&world, "carol", 1).await;
    let answer = presence(&world, &carol, "room:a").await;
    assert_eq!(
        answer,
        json!({
            "type": "presence", "channel": "room:a", "more": false,
            "users": [{"id": "alice", "name": "alice"}, {"id": "bob", "name": "bob"}]
        })
    );
    assert_eq!(users(&presence(&world, &carol, "all").await), ["alice", "bob", "carol"]);
}

#[tokio::test]
async fn lif_11_an_empty_room_looks_like_one_that_never_was() {
    let world = world();
    let alice = subscribed(&world, "alice", 1, "room:a").await;
    ask(&world, &alice, "unsubscribe", json!({"channel": "room:a"})).await;
    for name in ["room:a", "room:never"] {
        assert!(users(&presence(&world, &alice, name).await).is_empty(), "{name}");
    }
}

#[tokio::test]
async fn lif_07_nobody_is_listed_from_the_instant_of_the_end() {
    let world = world();
    let early = crate::testing::caller("bob", 1, NOW.plus(std::time::Duration::from_secs(10))).unwrap();
    crate::testing::register(&world.table, &early, world.rules.shards.all, NOW)
        .await
        .unwrap();
    let alice = connected(&world, "alice", 1).await;
    at(&world, 9_999);
    assert_eq!(users(&presence(&world, &alice, "all").await), ["alice", "bob"]);
    at(&world, 10_000);
    assert_eq!(users(&presence(&world, &alice, "all").await), ["alice"]);
}

#[tokio::test]
async fn who_vanished_is_listed_until_somebody_ended_the_connection() {
    let world = world();
    let bob = connected(&world, "bob", 1).await;
    let alice = connected(&world, "alice", 1).await;
    change(&world, &bob.connection, |row| row.lease = NOW);
    assert_eq!(users(&presence(&world, &alice, "all").await), ["alice", "bob"]);
    crate::disconnect::disconnect(&world.table, &world.sockets, &world.clock, &bob.connection)
        .await
        .unwrap();
    assert_eq!(users(&presence(&world, &alice, "all").await), ["alice"]);
}

#[tokio::test]
async fn of_a_direct_channel_it_tells_which_of_the_two_are_connected() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    connected(&world, "carol", 1).await;
    assert_eq!(users(&presence(&world, &alice, "dm:alice:bob").await), ["alice"]);
    connected(&world, "bob", 1).await;
    assert_eq!(users(&presence(&world, &alice, "dm:alice:bob").await), ["alice", "bob"]);
}

#[tokio::test]
async fn rat_05_as_many_as_200_users_are_listed() {
    for (there, more) in [(199, false), (200, false), (201, true)] {
        let world = crowded(there, there);
        let alice = connected(&world, "alice", 1).await;
        let answer = presence(&world, &alice, "room:a").await;
        assert_eq!(
            (users(&answer).len(), &answer["more"]),
            (there.min(200), &json!(more)),
            "{there}"
        );
    }
}

#[tokio::test]
async fn rat_05_as_many_as_2000_members_are_looked_at() {
    for (there, more) in [
        (PRESENCE_MEMBERS_MAX - 1, false),
        (PRESENCE_MEMBERS_MAX, false),
        (PRESENCE_MEMBERS_MAX + 1, true),
    ] {
        let world = crowded(there, 7);
        let alice = connected(&world, "alice", 1).await;
        let answer = presence(&world, &alice, "room:a").await;
        assert_eq!((users(&answer).len(), &answer["more"]), (7, &json!(more)), "{there}");
    }
}

#[tokio::test]
async fn aut_01_only_who_may_read_a_channel_learns_who_is_there() {
    let world = world();
    let mut alice = connected(&world, "alice", 1).await;
    alice.identity.as_mut().unwrap().groups = vec![GroupName::parse("team").unwrap()];
    for (name, allowed) in [
        ("all", true),
        ("room:a", true),
        ("group:team", true),
        ("group:tea", false),
        ("user:alice", true),
        ("user:bob", false),
        ("dm:alice:bob", true),
        ("dm:bob:carol", false),
    ] {
        let answer = presence(&world, &alice, name).await;
        let expected = if allowed { Value::Null } else { json!("forbidden") };
        assert_eq!(answer["code"], expected, "{name}");
    }
}

#[tokio::test]
async fn sto_01_a_table_that_does_not_answer_is_unavailable() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    world.table.fail("members");
    assert_eq!(presence(&world, &alice, "all").await["code"], "unavailable");
}
