//! Members that the gateway does not know any more: what is taken away at once, and what is left for the sweeper.

use super::*;
use crate::ports::Standings as _;
use crate::serve::tests::world::{change, send, subscribed, watching};

/// Tells everybody in a room something.
async fn tell_room(world: &World) {
    let telling = Telling {
        channel: &channel("room:a"),
        shards: world.rules.shards.rooms,
        frame: &frame(),
        except: None,
    };
    world.tell(&telling, Jitter::seeded(1)).await.unwrap();
}

fn watchers(world: &World) -> usize {
    world.table.with_rows(|rows| rows.watchers(&channel("room:a"), 9).len())
}

#[tokio::test]
async fn lif_01_it_is_entombed_and_leaves_the_room_at_once_and_is_swept_from_the_rest() {
    let world = sharded(1, 3);
    let alice = watching(&world, "alice", 1, "room:a").await;
    let bob = subscribed(&world, "bob", 1, "room:a").await;
    world.sockets.answer(&alice.connection, Posted::Gone);
    at(&world, 30_001);
    tell_room(&world).await;
    assert!(world.table.tombstone(&alice.connection).is_some());
    assert_eq!(
        members_of(&world, &channel("room:a")),
        std::slice::from_ref(&bob.connection)
    );
    assert_eq!((watchers(&world), world.table.removals()), (0, vec![channel("room:a")]));
    for turn in 0..4 {
        at(&world, 60_000 + turn * 60_000);
        let rules = world.rules.shards;
        world.sockets.answer(&alice.connection, Posted::Gone);
        crate::sweep::sweep(&world.table, &world.sockets, &world.clock, rules)
            .await
            .unwrap();
    }
    assert!(world.table.members().iter().all(|(_, id)| *id == bob.connection));
}

#[tokio::test]
async fn lif_05_it_counts_from_when_it_joined() {
    let world = world(1);
    let alice = connected(&world, "alice", 1).await;
    at(&world, 20_000);
    let wanted = serde_json::json!({"channel": "room:a"});
    crate::serve::tests::world::ask(&world, &alice, "subscribe", wanted).await;
    world.sockets.answer(&alice.connection, Posted::Gone);
    for (millis, members) in [(50_000, 1), (50_001, 0)] {
        at(&world, millis);
        tell_room(&world).await;
        assert_eq!(members_of(&world, &channel("room:a")).len(), members, "{millis}");
    }
}

#[tokio::test]
async fn it_goes_where_it_was_found_whatever_its_row_says() {
    for what in ["deleted", "entombed", "noted elsewhere", "not noted"] {
        let world = world(1);
        let alice = watching(&world, "alice", 1, "room:a").await;
        let id = &alice.connection;
        match what {
            "deleted" => world.table.drop_connection(id),
            "entombed" => world.table.with_rows(|rows| {
                rows.entomb(id, END);
            }),
            "noted elsewhere" => change(&world, id, |row| row.memberships[2].shard = 7),
            _ => change(&world, id, |row| row.memberships.truncate(2)),
        }
        world.sockets.answer(id, Posted::Gone);
        at(&world, 60_000);
        tell_room(&world).await;
        assert!(members_of(&world, &channel("room:a")).is_empty(), "{what}");
        assert!(world.table.tombstone(id).is_some(), "{what}");
        let knew_that_it_watched = what == "entombed" || what == "noted elsewhere";
        assert_eq!(watchers(&world) == 0, knew_that_it_watched, "{what}");
    }
}

#[tokio::test]
async fn by_a_direct_message_it_leaves_its_user_s_channel() {
    let world = world(1);
    let (alice, bob) = (connected(&world, "alice", 1).await, connected(&world, "bob", 1).await);
    world.sockets.answer(&bob.connection, Posted::Gone);
    at(&world, 60_000);
    send(&world, &alice, "dm:alice:bob", &serde_json::json!(1), None).await;
    assert!(members_of(&world, &channel("user:bob")).is_empty());
    assert_eq!(members_of(&world, &Channel::All).len(), 2);
}

#[tokio::test]
async fn sto_01_what_cannot_be_taken_away_is_found_the_next_time() {
    for operation in ["entomb", "remove_member"] {
        let world = world(1);
        let alice = subscribed(&world, "alice", 1, "room:a").await;
        let bob = subscribed(&world, "bob", 1, "room:a").await;
        world.sockets.answer(&alice.connection, Posted::Gone);
        world.table.fail(operation);
        at(&world, 60_000);
        let before = frames(&world, &bob);
        tell_room(&world).await;
        assert_eq!(frames(&world, &bob), before + 1, "{operation}");
        assert_eq!(members_of(&world, &channel("room:a")).len(), 2);
        world.table.recover();
        tell_room(&world).await;
        assert_eq!(members_of(&world, &channel("room:a")), [bob.connection], "{operation}");
    }
}

#[tokio::test]
async fn psh_07_refused_is_a_bug_of_ours_and_nobody_is_forgotten_for_it() {
    for outcome in [Posted::Refused, Posted::Failed, Posted::Throttled] {
        let world = world(1);
        let alice = connected(&world, "alice", 1).await;
        world.sockets.answer(&alice.connection, outcome);
        at(&world, 60_000);
        tell(&world, None).await.unwrap();
        let standing = world.table.connection(&alice.connection).await.unwrap();
        assert!(
            matches!(standing, Some(domain::connection::Standing::Registered(_))),
            "{outcome:?}"
        );
        assert_eq!(world.table.members().len(), 2);
    }
}
