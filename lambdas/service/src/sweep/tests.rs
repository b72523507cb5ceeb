//! The sweeper: ends what is over and nothing else, finishes what others left, and can be broken off anywhere.

#![allow(clippy::unwrap_used)]

mod rounds;

use std::time::Duration;

use domain::limits::TOMBSTONE_LIFE;
use serde_json::json;

use super::*;
use crate::caller::Caller;
use crate::ports::Posted;
use crate::serve::tests::world::{
    NOW, World, ask, at, change, channel, connected, make_unreadable, members_of, row, sharded, told, watching, world,
};
use crate::testing::{self, register};

async fn round(world: &World) -> Result<(), TableError> {
    sweep(&world.table, &world.sockets, &world.clock, world.rules.shards).await
}

/// As many rounds as it takes until it was everybody's turn.
async fn rounds(world: &World, millis: u64) {
    for turn in 0..SWEEP_CYCLE.as_secs() / 60 {
        at(world, millis + turn * 60_000);
        round(world).await.unwrap();
    }
}

/// A connection of this number that ends so many seconds after the beginning.
async fn ending(world: &World, number: u32, seconds: u64) -> Caller {
    let caller = testing::caller("alice", number, NOW.plus(Duration::from_secs(seconds))).unwrap();
    register(&world.table, &caller, world.rules.shards.all, NOW)
        .await
        .unwrap();
    caller
}

fn is_forgotten(world: &World, caller: &Caller) -> bool {
    world.table.members().iter().all(|(_, id)| *id != caller.connection)
        && world.table.tombstone(&caller.connection).is_some()
        && world
            .table
            .with_rows(|rows| rows.slots(&caller.identity.as_ref().unwrap().user).is_empty())
}

#[tokio::test]
async fn lif_01_a_lapsed_connection_is_told_closed_and_forgotten_within_four_rounds() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    let bob = connected(&world, "bob", 1).await;
    at(&world, 500_000);
    ask(&world, &bob, "ping", json!({})).await;
    rounds(&world, 719_999 - 180_000).await;
    assert!(
        row(&world, &alice.connection).is_some(),
        "a lease lasts to its last millisecond"
    );
    rounds(&world, 720_000).await;
    assert_eq!(
        told(&world, &alice, "closing"),
        [json!({"type": "closing", "reason": "server", "retry": 0})]
    );
    assert_eq!(world.sockets.ended(), std::slice::from_ref(&alice.connection));
    assert!(is_forgotten(&world, &alice));
    assert!(row(&world, &bob.connection).is_some());
    assert_eq!(members_of(&world, &channel("all")), [bob.connection]);
    assert_eq!(world.table.removals().last(), Some(&Channel::All));
}

#[tokio::test]
async fn a_connection_is_ended_in_the_first_round_after_its_hard_end() {
    for number in 0..8 {
        let world = world();
        let alice = ending(&world, number, 100).await;
        at(&world, 99_999);
        round(&world).await.unwrap();
        assert!(world.sockets.ended().is_empty());
        at(&world, 100_000);
        round(&world).await.unwrap();
        assert_eq!(told(&world, &alice, "closing")[0]["reason"], "token_expired");
        assert_eq!(world.sockets.ended(), std::slice::from_ref(&alice.connection));
        assert!(is_forgotten(&world, &alice));
    }
}

#[tokio::test]
async fn a_replaced_connection_is_ended_when_its_grace_is_over() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    change(&world, &alice.connection, |row| {
        row.replaced_until = Some(NOW.plus(Duration::from_secs(300)));
    });
    rounds(&world, 0).await;
    assert!(world.sockets.ended().is_empty());
    rounds(&world, 300_000).await;
    assert_eq!(
        told(&world, &alice, "closing"),
        [json!({"type": "closing", "reason": "replaced", "retry": false})]
    );
    assert!(is_forgotten(&world, &alice));
}

#[tokio::test]
async fn what_a_clean_up_left_is_taken_away_without_a_word() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    world
        .table
        .entomb(&alice.connection, NOW.plus(TOMBSTONE_LIFE))
        .await
        .unwrap();
    rounds(&world, 60_000).await;
    assert!(told(&world, &alice, "closing").is_empty());
    assert_eq!(world.sockets.ended(), std::slice::from_ref(&alice.connection));
    assert!(is_forgotten(&world, &alice));
}

#[tokio::test]
async fn lif_07_members_whose_connection_row_is_deleted_go_too() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    world.table.drop_connection(&alice.connection);
    rounds(&world, 60_000).await;
    assert!(world.table.members().is_empty());
    assert_eq!(world.sockets.ended(), [alice.connection]);
}

#[tokio::test]
async fn gone_within_30_seconds_of_registering_waits_for_another_round() {
    for (millis, forgotten) in [(20_000, false), (30_000, false), (30_001, true)] {
        let world = world();
        let alice = ending(&world, 1, 10).await;
        world.sockets.answer(&alice.connection, Posted::Gone);
        at(&world, millis);
        round(&world).await.unwrap();
        assert_eq!(world.table.members().is_empty(), forgotten, "{millis}");
        at(&world, 60_000);
        round(&world).await.unwrap();
        assert!(is_forgotten(&world, &alice));
    }
}

#[tokio::test]
async fn who_could_not_be_closed_is_kept_for_another_round() {
    let world = world();
    let alice = ending(&world, 1, 10).await;
    world.sockets.answer(&alice.connection, Posted::Failed);
    at(&world, 60_000);
    round(&world).await.unwrap();
    assert_eq!(
        members_of(&world, &channel("all")),
        std::slice::from_ref(&alice.connection)
    );
    world.sockets.answer(&alice.connection, Posted::Accepted);
    at(&world, 120_000);
    round(&world).await.unwrap();
    assert!(is_forgotten(&world, &alice));
}

#[tokio::test]
async fn a_round_that_the_table_breaks_off_is_made_good_by_another() {
    for operation in ["entomb_if_over", "free_slot", "remove_member", "connections"] {
        let world = world();
        let alice = ending(&world, 1, 10).await;
        world.table.fail(operation);
        at(&world, 60_000);
        let result = round(&world).await;
        assert_eq!(result.is_err(), operation == "connections", "{operation}");
        assert!(
            members_of(&world, &channel("all")).contains(&alice.connection),
            "{operation}"
        );
        world.table.recover();
        at(&world, 120_000);
        round(&world).await.unwrap();
        assert!(is_forgotten(&world, &alice), "{operation}");
    }
}

#[tokio::test]
async fn one_that_cannot_be_ended_holds_up_nobody_and_the_longest_overdue_goes_first() {
    let world = world();
    let late = ending(&world, 1, 40).await;
    let stuck = ending(&world, 2, 20).await;
    let early = ending(&world, 3, 10).await;
    world.sockets.answer(&stuck.connection, Posted::Throttled);
    at(&world, 60_000);
    round(&world).await.unwrap();
    assert_eq!(world.sockets.ended(), [early.connection, late.connection]);
}

#[tokio::test]
async fn members_in_shards_of_former_rules_are_found() {
    let mut world = sharded(8, 1);
    let mut callers = Vec::new();
    for number in 0..24 {
        callers.push(connected(&world, "alice", number).await);
    }
    world.rules.shards = sharded(1, 1).rules.shards;
    rounds(&world, 720_000).await;
    assert_eq!(world.sockets.ended().len(), callers.len());
    assert!(world.table.members().is_empty());
}

#[tokio::test]
async fn who_watches_hears_that_a_lapsed_user_left() {
    let world = world();
    connected(&world, "alice", 1).await;
    at(&world, 700_000);
    let bob = watching(&world, "bob", 1, "all").await;
    rounds(&world, 720_000).await;
    let left: Vec<_> = told(&world, &bob, "presence")
        .into_iter()
        .filter(|event| event.get("left").is_some())
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0]["left"]["id"], "alice");
}

#[tokio::test]
async fn a_connection_whose_row_cannot_be_read_is_left_alone_until_its_end() {
    let world = world();
    let alice = ending(&world, 1, 3_000).await;
    make_unreadable(&world, &alice);
    rounds(&world, 2_999_999 - 180_000).await;
    assert!(world.sockets.attempts().is_empty() && world.sockets.ended().is_empty());
    assert_eq!(
        members_of(&world, &channel("all")),
        std::slice::from_ref(&alice.connection)
    );
    at(&world, 3_000_000);
    round(&world).await.unwrap();
    assert_eq!(world.sockets.ended(), std::slice::from_ref(&alice.connection));
    assert!(members_of(&world, &channel("all")).is_empty());
}
