//! Rounds: whose turn it is, what is known of a connection whose row is gone, and what a round does among others at work.

use std::collections::BTreeSet;

use domain::identity::UserId;
use domain::slot::SlotNumber;
use futures_util::future::join;

use super::*;
use crate::serve::tests::world::{after, answers, subscribed};
use crate::testing::TestClock;

/// A round at this instant, and whether it ended a connection of this number whose lease, or which itself, is over.
async fn is_ended_at(number: u32, instant: Timestamp, is_past_its_end: bool) -> bool {
    let world = world();
    let alice = connected(&world, "alice", number).await;
    world.clock.set(instant);
    change(&world, &alice.connection, |row| row.lease = NOW);
    if is_past_its_end {
        change(&world, &alice.connection, |row| row.hard_end = NOW);
        world.table.with_rows(|rows| {
            let all = rows.members.get_mut(&(Channel::All, 0)).unwrap();
            all.get_mut(&alice.connection).unwrap().hard_end = NOW;
        });
    }
    round(&world).await.unwrap();
    !world.sockets.ended().is_empty()
}

#[tokio::test]
async fn leases_are_looked_at_once_or_twice_in_four_rounds_and_hard_ends_in_all() {
    let mut looks = 0;
    for number in 0..24 {
        for turn in 0..4 {
            let instant = NOW.plus(Duration::from_secs(100 + 60 * turn));
            looks += u32::from(is_ended_at(number, instant, false).await);
            assert!(is_ended_at(number, instant, true).await, "{number} {turn}");
        }
    }
    assert!((24..=32).contains(&looks), "a sixth more than once: {looks}");
}

#[tokio::test]
async fn a_clock_that_is_now_early_now_late_leaves_no_connection_out() {
    for number in 0..12 {
        for second in 0..60 {
            let mut is_ended = false;
            for (turn, late) in [0, 9_999, 0, 9_999].into_iter().enumerate() {
                let millis = 60_000 * (turn as u64 + 2) + 1_000 * second + late;
                is_ended |= is_ended_at(number, NOW.plus(Duration::from_millis(millis)), false).await;
            }
            assert!(is_ended, "{number} at {second} s");
        }
    }
}

#[tokio::test]
async fn a_connection_that_lasts_costs_nothing_but_the_look() {
    let world = world();
    for number in 0..8 {
        connected(&world, "alice", number).await;
    }
    let before = world.table.calls().len();
    at(&world, 200_000);
    round(&world).await.unwrap();
    let calls = world.table.calls().split_off(before);
    assert!(
        calls
            .iter()
            .all(|call| ["head", "members", "connections"].contains(call)),
        "{calls:?}"
    );
    assert!(world.sockets.attempts().is_empty() && world.sockets.ended().is_empty());
}

#[tokio::test]
async fn of_a_shard_the_longest_overdue_go_first_even_where_not_all_fit_at_once() {
    let world = world();
    let mut expected = Vec::new();
    for number in 0..50_u32 {
        // 7 and 50 share no divisor: every second once, in no order.
        let seconds = u64::from(number * 7 % 50) + 1;
        let alice = ending(&world, number, seconds).await;
        expected.push((seconds, alice.connection));
    }
    expected.sort();
    at(&world, 60_000);
    round(&world).await.unwrap();
    let expected: Vec<_> = expected.into_iter().map(|(_, id)| id).collect();
    assert_eq!(world.sockets.ended(), expected);
}

#[tokio::test]
async fn out_of_time_is_no_error_and_the_next_round_goes_on() {
    let mut world = world();
    for number in 0..60 {
        ending(&world, number, 10).await;
    }
    at(&world, 60_000);
    world.clock.out_of_time = true;
    round(&world).await.unwrap();
    assert!(world.sockets.ended().len() < 60, "it ended before its work did");
    world.clock.out_of_time = false;
    round(&world).await.unwrap();
    assert!(world.table.members().is_empty());
}

#[tokio::test]
async fn sto_01_what_cannot_be_read_keeps_nobody_else_waiting() {
    for operation in ["head", "members"] {
        let world = world();
        let alice = ending(&world, 1, 10).await;
        at(&world, 60_000);
        world.table.fail(operation);
        assert!(round(&world).await.is_err(), "{operation}");
        world.table.recover();
        assert_eq!(is_forgotten(&world, &alice), operation == "head", "{operation}");
        round(&world).await.unwrap();
        assert!(is_forgotten(&world, &alice), "{operation}");
    }
}

#[tokio::test]
async fn sto_01_every_shard_is_swept_but_the_one_that_cannot_be_read() {
    let mut failed = BTreeSet::new();
    for minute in 1..=4 {
        let world = sharded(4, 1);
        for number in 0..40 {
            ending(&world, number, 10).await;
        }
        at(&world, 60_000 * minute);
        world.table.fail_once("members");
        assert!(round(&world).await.is_err(), "{minute}");
        let left = members_of(&world, &channel("all"));
        let shards: BTreeSet<_> = left.iter().map(|id| id.shard(world.rules.shards.all)).collect();
        assert_eq!(shards.len(), 1, "{minute}: {left:?}");
        failed.extend(shards);
        round(&world).await.unwrap();
        assert!(world.table.members().is_empty(), "{minute}");
    }
    assert_eq!(failed.len(), 4, "another shard comes first in each minute");
}

#[tokio::test]
async fn a_failure_before_the_time_is_up_is_not_forgotten() {
    let mut world = world();
    for number in 0..60 {
        ending(&world, number, 10).await;
    }
    at(&world, 60_000);
    world.clock.out_of_time = true;
    world.table.fail("head");
    assert!(round(&world).await.is_err());
}

#[tokio::test]
async fn sto_03_a_clean_up_whose_answer_was_lost_is_finished_by_a_later_round() {
    for operation in ["entomb_if_over", "free_slot", "remove_member"] {
        let world = world();
        let alice = watching(&world, "alice", 1, "room:a").await;
        at(&world, 720_000);
        world.table.lose(operation);
        rounds(&world, 720_000).await;
        world.table.recover();
        rounds(&world, 1_000_000).await;
        assert!(is_forgotten(&world, &alice), "{operation}");
        let watchers = world.table.with_rows(|rows| rows.watchers(&channel("room:a"), 9));
        assert!(watchers.is_empty(), "{operation}");
    }
}

#[tokio::test]
async fn rooms_of_a_connection_go_with_it_and_the_member_of_all_goes_last() {
    let world = sharded(4, 4);
    let alice = subscribed(&world, "alice", 1, "room:a").await;
    watching(&world, "bob", 1, "room:b").await;
    at(&world, 720_000);
    rounds(&world, 720_000).await;
    assert!(is_forgotten(&world, &alice));
    let removals = world.table.removals();
    assert_eq!(removals.iter().filter(|channel| **channel == Channel::All).count(), 2);
    assert!(world.table.members().is_empty());
    assert_eq!(removals.last(), Some(&Channel::All));
}

#[tokio::test]
async fn a_slot_that_another_one_got_is_not_freed_for_the_one_swept() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    let user = UserId::parse("alice").unwrap();
    let other = crate::serve::tests::world::caller("alice", 2).connection;
    let number = SlotNumber::new(1).unwrap();
    world.table.with_rows(|rows| {
        let slots = rows.slots.get_mut(&user).unwrap();
        slots.get_mut(&number).unwrap().holder = Some(other.clone());
    });
    rounds(&world, 720_000).await;
    assert_eq!(members_of(&world, &channel("all")).len(), 0);
    let holder = world
        .table
        .with_rows(|rows| rows.slot(&user, number))
        .unwrap()
        .holder
        .unwrap();
    assert_eq!((holder, row(&world, &alice.connection)), (other, None));
}

#[tokio::test]
async fn a_ping_at_the_last_instant_is_answered_or_the_connection_is_closed_but_never_both() {
    for steps in 0..16 {
        for sweeper_first in [true, false] {
            let world = world();
            let alice = connected(&world, "alice", 1).await;
            // The ping is of the last millisecond of the lease, the round of the next one.
            world.clock.set(NOW.plus(Duration::from_millis(719_999)));
            let pinging = answers(&world, &alice, "ping", json!({}));
            let late = TestClock::at(NOW.plus(Duration::from_millis(720_000 + 120_000)));
            let sweeping = sweep(&world.table, &world.sockets, &late, world.rules.shards);
            let told = if sweeper_first {
                let (told, swept) = join(after(steps, pinging), sweeping).await;
                swept.unwrap();
                told
            } else {
                let (told, swept) = join(pinging, after(steps, sweeping)).await;
                swept.unwrap();
                told
            };
            let pong = told.iter().any(|frame| frame["type"] == "pong");
            assert_ne!(
                pong,
                row(&world, &alice.connection).is_none(),
                "{steps} {sweeper_first}: {told:?}"
            );
            assert!(!pong || world.sockets.ended().is_empty(), "{steps} {sweeper_first}");
        }
    }
}

#[tokio::test]
async fn of_two_rounds_at_once_neither_harms_the_other() {
    for steps in 0..10 {
        let world = world();
        let mut callers = Vec::new();
        for number in 0..10 {
            callers.push(ending(&world, number, 10).await);
        }
        at(&world, 60_000);
        let (first, second) = join(round(&world), after(steps, round(&world))).await;
        first.and(second).unwrap();
        assert!(callers.iter().all(|caller| is_forgotten(&world, caller)), "{steps}");
    }
}
