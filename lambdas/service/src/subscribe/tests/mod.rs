//! Subscribing: who becomes a member, what that writes, and what it refuses. What is told of the log is in `cursors`.

#![allow(clippy::unwrap_used)]

mod cursors;
mod races;

use domain::identity::GroupName;
use domain::limits::CHANNELS_PER_CONNECTION_MAX;
use serde_json::{Value, json};

use super::*;
use crate::serve::tests::world::{
    END, NOW, World, answers, ask, at, caller, channel, connected, members_of, row, send, sharded, subscribed, told,
    watching, world,
};

async fn subscribe(world: &World, who: &Caller, name: &str) -> Value {
    ask(world, who, "subscribe", json!({"channel": name})).await
}

/// How often the table was asked for this.
fn count(world: &World, operation: &str) -> usize {
    world.table.calls().iter().filter(|call| **call == operation).count()
}

fn watchers(world: &World, name: &str) -> Vec<domain::connection_id::ConnectionId> {
    let channel = channel(name);
    let watchers = world.table.with_rows(|rows| rows.watchers(&channel, 1000));
    watchers.into_iter().map(|member| member.connection).collect()
}

#[tokio::test]
async fn who_subscribes_is_a_member_and_gets_what_is_published() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    at(&world, 5000);
    let answer = subscribe(&world, &alice, "room:a").await;
    assert_eq!(
        answer,
        json!({
            "type": "subscribed", "channel": "room:a", "head": 0, "recovered": true, "entries": [], "more": false
        })
    );
    let room = channel("room:a");
    let member = world
        .table
        .with_rows(|rows| rows.page(&room, 0, None, 9).members[0].clone());
    assert_eq!(
        (&member.connection, member.joined_at, member.hard_end),
        (&alice.connection, NOW.plus(std::time::Duration::from_secs(5)), END)
    );
    let bob = subscribed(&world, "bob", 1, "room:a").await;
    send(&world, &bob, "room:a", &json!("hi"), None).await;
    assert_eq!(told(&world, &alice, "message")[0]["content"], "hi");
}

#[tokio::test]
async fn again_has_no_second_effect() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    let first = subscribe(&world, &alice, "room:a").await;
    let joined = row(&world, &alice.connection).unwrap();
    at(&world, 1000);
    assert_eq!(subscribe(&world, &alice, "room:a").await, first);
    assert_eq!(count(&world, "join"), 1);
    assert_eq!(row(&world, &alice.connection), Some(joined));
}

#[tokio::test]
async fn what_one_is_in_from_the_start_and_what_one_only_reads_costs_no_write() {
    for name in ["all", "user:alice", "dm:alice:bob"] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        for data in [json!({"channel": name}), json!({"channel": name, "since": 0})] {
            assert_eq!(ask(&world, &alice, "subscribe", data).await["type"], "subscribed");
        }
        assert_eq!(count(&world, "join"), 0, "{name}");
        assert_eq!(world.table.members().len(), 2, "{name}");
    }
}

#[tokio::test]
async fn rat_05_a_connection_may_be_in_100_rooms_and_groups() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    for number in 0..CHANNELS_PER_CONNECTION_MAX {
        let answer = subscribe(&world, &alice, &format!("room:r{number}")).await;
        assert_eq!(answer["type"], "subscribed", "{number}");
    }
    assert_eq!(subscribe(&world, &alice, "room:more").await["code"], "limit_reached");
    assert!(members_of(&world, &channel("room:more")).is_empty());
    assert_eq!(
        count(&world, "join"),
        CHANNELS_PER_CONNECTION_MAX,
        "refused without a write"
    );
    for name in ["room:r0", "all", "user:alice", "dm:alice:bob"] {
        assert_eq!(subscribe(&world, &alice, name).await["type"], "subscribed", "{name}");
    }
    let upgrade = json!({"channel": "room:r1", "presence": true});
    assert_eq!(ask(&world, &alice, "subscribe", upgrade).await["type"], "subscribed");
    ask(&world, &alice, "unsubscribe", json!({"channel": "room:r0"})).await;
    assert_eq!(subscribe(&world, &alice, "room:more").await["type"], "subscribed");
    assert_eq!(subscribe(&world, &alice, "room:r0").await["code"], "limit_reached");
}

#[tokio::test]
async fn rat_05_who_comes_and_goes_too_often_is_told_when_and_may_always_go() {
    let world = world();
    let (alice, bob) = (
        connected(&world, "alice", 1).await,
        watching(&world, "bob", 1, "room:a").await,
    );
    let leave = async || ask(&world, &alice, "unsubscribe", json!({"channel": "room:a"})).await;
    for _ in 0..199 {
        assert_eq!(subscribe(&world, &alice, "room:a").await["type"], "subscribed");
        assert_eq!(leave().await["type"], "unsubscribed");
    }
    assert_eq!(subscribe(&world, &alice, "room:a").await["type"], "subscribed");
    assert_eq!(
        subscribe(&world, &alice, "room:a").await["type"],
        "subscribed",
        "it is there"
    );
    assert_eq!(leave().await["type"], "unsubscribed");
    let (joins, movements) = (count(&world, "join"), told(&world, &bob, "presence").len());
    assert!(movements >= 400, "{movements}");
    let refused = subscribe(&world, &alice, "room:a").await;
    assert_eq!(
        (&refused["code"], &refused["retryAfterMs"]),
        (&json!("rate_limited"), &json!(1_000))
    );
    assert_eq!(count(&world, "join"), joins, "a refusal writes nothing");
    assert_eq!(told(&world, &bob, "presence").len(), movements);
    let other = connected(&world, "alice", 2).await;
    assert_eq!(subscribe(&world, &other, "room:a").await["type"], "subscribed");
    at(&world, 1_000);
    assert_eq!(subscribe(&world, &alice, "room:a").await["type"], "subscribed");
}

#[tokio::test]
async fn aut_01_only_who_may_read_a_channel_gets_in() {
    let world = world();
    let mut alice = connected(&world, "alice", 1).await;
    let team = GroupName::parse("team").unwrap();
    alice.identity.as_mut().unwrap().groups = vec![team];
    for (name, allowed) in [
        ("all", true),
        ("room:a", true),
        ("group:team", true),
        ("group:tea", false),
        ("group:Team", false),
        ("user:alice", true),
        ("user:bob", false),
        ("dm:alice:bob", true),
        ("dm:bob:carol", false),
    ] {
        let answer = subscribe(&world, &alice, name).await;
        let expected = if allowed { Value::Null } else { json!("forbidden") };
        assert_eq!(answer["code"], expected, "{name}");
    }
    assert_eq!(count(&world, "join"), 2, "one room, one group");
}

#[tokio::test]
async fn wanting_to_be_told_who_comes_is_added_and_never_taken_back() {
    for name in ["room:a", "all"] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        let mut writes = Vec::new();
        for presence in [false, true, true, false] {
            let data = json!({"channel": name, "presence": presence});
            ask(&world, &alice, "subscribe", data).await;
            writes.push((count(&world, "join"), watchers(&world, name).len()));
        }
        let first = usize::from(name == "room:a");
        assert_eq!(
            writes,
            [(first, 0), (first + 1, 1), (first + 1, 1), (first + 1, 1)],
            "{name}"
        );
        let members = members_of(&world, &channel(name));
        assert_eq!(members, [alice.connection], "one member all the time");
    }
}

#[tokio::test]
async fn wanting_to_be_told_of_all_leaves_its_member_where_it_stands() {
    let world = sharded(8, 1);
    let alice = connected(&world, "alice", 1).await;
    let before = row(&world, &alice.connection).unwrap();
    let data = json!({"channel": "all", "presence": true});
    ask(&world, &alice, "subscribe", data).await;
    let after = row(&world, &alice.connection).unwrap();
    let shard = |of: &Connection| of.membership(&Channel::All).unwrap().shard;
    assert_eq!(shard(&before), shard(&after));
    assert_eq!(members_of(&world, &Channel::All).len(), 1);
}

#[tokio::test]
async fn who_leaves_and_comes_again_wants_nothing_but_what_it_says() {
    let world = world();
    let alice = watching(&world, "alice", 1, "room:a").await;
    ask(&world, &alice, "unsubscribe", json!({"channel": "room:a"})).await;
    subscribe(&world, &alice, "room:a").await;
    assert!(watchers(&world, "room:a").is_empty());
}

#[tokio::test]
async fn sto_08_members_of_a_room_spread_over_its_shards_and_its_head_says_so() {
    let mut world = world();
    let bob = subscribed(&world, "bob", 1, "room:a").await;
    send(&world, &bob, "room:a", &json!(1), None).await;
    let room = channel("room:a");
    let shards = |world: &World| world.table.with_rows(|rows| rows.head(&room).unwrap().shards.count());
    assert_eq!((shards(&world), count(&world, "spread")), (1, 0));
    world.rules.shards.rooms = domain::shards::Shards::new(4).unwrap();
    let mut callers = Vec::new();
    for number in 0..20 {
        callers.push(subscribed(&world, "alice", number, "room:a").await);
    }
    assert_eq!((shards(&world), count(&world, "spread")), (4, 1), "once is enough");
    let used: std::collections::BTreeSet<_> = world.table.with_rows(|rows| {
        let keys = rows
            .members
            .iter()
            .filter(|((of, _), members)| *of == room && !members.is_empty());
        keys.map(|((_, shard), _)| *shard).collect()
    });
    assert_eq!(used.len(), 4);
    // A process with the rules of before, which knows no head yet.
    world.rules.shards.rooms = domain::shards::Shards::ONE;
    world.guesses = crate::guesses::Guesses::default();
    send(&world, &bob, "room:a", &json!(2), None).await;
    for caller in callers {
        assert_eq!(told(&world, &caller, "message").len(), 1, "{}", caller.connection);
    }
}

#[tokio::test]
async fn a_room_without_a_head_has_nothing_to_say_of_its_shards() {
    let world = sharded(1, 4);
    subscribed(&world, "alice", 1, "room:a").await;
    assert_eq!(count(&world, "spread"), 0);
}

#[tokio::test]
async fn sto_02_who_meets_others_tries_again_so_often_and_then_is_to_come_back() {
    for (times, answered) in [
        (1, json!("subscribed")),
        (MEMBERSHIP_ATTEMPTS_MAX - 1, json!("subscribed")),
        (MEMBERSHIP_ATTEMPTS_MAX, json!("error")),
    ] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        world.table.contend("join", times);
        let answer = subscribe(&world, &alice, "room:a").await;
        assert_eq!(answer["type"], answered, "{times}");
        if answered == "error" {
            assert_eq!(
                (&answer["code"], &answer["retryAfterMs"]),
                (&json!("unavailable"), &json!(1000))
            );
            assert!(members_of(&world, &channel("room:a")).is_empty());
        }
    }
}

#[tokio::test]
async fn sto_01_a_table_that_does_not_answer_is_unavailable_wherever_it_is_asked() {
    for operation in ["connection", "join", "head", "spread", "entries"] {
        let mut world = world();
        let bob = subscribed(&world, "bob", 1, "room:a").await;
        send(&world, &bob, "room:a", &json!(1), None).await;
        world.rules.shards.rooms = domain::shards::Shards::new(2).unwrap();
        let alice = connected(&world, "alice", 1).await;
        world.table.fail(operation);
        let data = json!({"channel": "room:a", "since": 0});
        let answer = ask(&world, &alice, "subscribe", data.clone()).await;
        assert_eq!(answer["code"], "unavailable", "{operation}");
        world.table.recover();
        let answer = ask(&world, &alice, "subscribe", data).await;
        assert_eq!(answer["entries"].as_array().unwrap().len(), 1, "{operation}");
    }
}

#[tokio::test]
async fn sto_03_a_membership_whose_answer_was_lost_is_there_the_next_time() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    world.table.lose("join");
    assert_eq!(subscribe(&world, &alice, "room:a").await["code"], "unavailable");
    world.table.recover();
    assert_eq!(subscribe(&world, &alice, "room:a").await["type"], "subscribed");
    assert_eq!(count(&world, "join"), 1);
    assert_eq!(members_of(&world, &channel("room:a")), [alice.connection]);
}

#[tokio::test]
async fn a_connection_over_by_its_row_becomes_no_member() {
    let world = world();
    let alice = caller("alice", 1);
    let told = answers(&world, &alice, "subscribe", json!({"channel": "room:a"})).await;
    assert_eq!(told, [json!({"type": "closing", "reason": "server", "retry": 0})]);
    assert_eq!(world.sockets.ended(), [alice.connection]);
    assert_eq!(count(&world, "join"), 0);
}
