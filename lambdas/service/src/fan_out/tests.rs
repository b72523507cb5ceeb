//! Fan-out: everyone who lives is told once, by this function or by one for each shard; nobody waits for another.

#![allow(clippy::unwrap_used)]

mod delivering;
mod gone;

use std::time::Duration;

use domain::content::Content;
use domain::limits::{RETRY_FLOOR, SHARD_PAGE_ROWS};
use domain::timestamp::Timestamp;

use super::*;
use crate::caller::Caller;
use crate::ports::Posted;
use crate::serve::tests::world::{END, NOW, World, at, channel, connected, members_of, sharded};
use crate::testing::{self, MemoryTable, TestClock, register};

/// A world whose table gives whole pages, with members of `all` in that many shards.
fn world(shards: u32) -> World {
    let mut world = sharded(shards, 1);
    world.table = MemoryTable::with_whole_pages();
    world
}

async fn crowd(world: &World, count: u32) -> Vec<Caller> {
    let mut callers = Vec::new();
    for number in 0..count {
        callers.push(connected(world, "alice", number).await);
    }
    callers
}

fn frame() -> Frame {
    Frame::echo(None, &Content::parse("1").unwrap())
}

async fn tell(world: &World, except: Option<&ConnectionId>) -> Result<(), NotTold> {
    let telling = Telling {
        channel: &Channel::All,
        shards: world.rules.shards.all,
        frame: &frame(),
        except,
    };
    world.tell(&telling, Jitter::seeded(1)).await
}

fn job(posts_per_second: u32) -> FanOutJob {
    FanOutJob {
        channel: Channel::All,
        shard: 0,
        posts_per_second,
        except: None,
        frame: frame(),
    }
}

async fn delivered(world: &World, job: &FanOutJob) -> Result<(), TableError> {
    deliver(&world.table, &world.sockets, &world.clock, job, Jitter::seeded(1)).await
}

fn frames(world: &World, caller: &Caller) -> usize {
    world.sockets.frames(&caller.connection).len()
}

#[tokio::test]
async fn up_to_the_bound_this_function_tells_and_beyond_it_one_for_each_shard() {
    for (count, here) in [(0, true), (1, true), (9, true), (10, true), (11, false), (30, false)] {
        let mut world = world(1);
        world.rules.inline_members = 10;
        let callers = crowd(&world, count).await;
        tell(&world, None).await.unwrap();
        let jobs = world.handover.take();
        assert_eq!(jobs.is_empty(), here, "{count}");
        assert!(
            callers.iter().all(|caller| frames(&world, caller) == usize::from(here)),
            "{count}"
        );
    }
}

#[tokio::test]
async fn sto_05_small_pages_are_read_until_the_bound_and_no_further() {
    let mut world = sharded(1, 1);
    world.rules.inline_members = 5;
    let callers = crowd(&world, 5).await;
    tell(&world, None).await.unwrap();
    assert!(callers.iter().all(|caller| frames(&world, caller) == 1));
    connected(&world, "bob", 9).await;
    let before = world.table.calls().len();
    tell(&world, None).await.unwrap();
    assert_eq!(world.handover.take().len(), 1);
    assert_eq!(world.table.calls().len() - before, 3, "pages of two, and six members");
}

#[tokio::test]
async fn each_shard_is_handed_over_with_its_share_of_the_pace_and_the_frame_itself() {
    let mut world = world(4);
    world.rules.inline_members = 8;
    let callers = crowd(&world, 40).await;
    tell(&world, Some(&callers[0].connection)).await.unwrap();
    let jobs = world.handover.take();
    let shards: Vec<_> = jobs.iter().map(|job| job.shard).collect();
    assert_eq!(shards, [0, 1, 2, 3]);
    for job in &jobs {
        assert_eq!((job.posts_per_second, &job.frame), (1250, &frame()));
        assert_eq!(job.except.as_ref(), Some(&callers[0].connection));
        delivered(&world, job).await.unwrap();
    }
    assert_eq!(frames(&world, &callers[0]), 0);
    assert!(callers[1..].iter().all(|caller| frames(&world, caller) == 1));
}

#[tokio::test]
async fn a_channel_seen_large_is_handed_over_unread_for_a_minute() {
    let mut world = world(1);
    world.rules.inline_members = 2;
    crowd(&world, 3).await;
    let reads = |world: &World| world.table.calls().iter().filter(|call| **call == "members").count();
    for (millis, expected) in [(0, 1), (1, 1), (59_999, 1), (60_000, 2)] {
        at(&world, millis);
        tell(&world, None).await.unwrap();
        assert_eq!(reads(&world), expected, "{millis}");
    }
}

#[tokio::test]
async fn a_shard_that_is_not_taken_and_members_that_cannot_be_read_are_told_of() {
    let mut world = world(2);
    world.rules.inline_members = 2;
    crowd(&world, 9).await;
    world.handover.refuse();
    assert!(matches!(tell(&world, None).await, Err(NotTold::Handover(_))));
    let world = self::world(1);
    world.table.fail("members");
    assert!(matches!(tell(&world, None).await, Err(NotTold::Table(_))));
}

#[tokio::test]
async fn what_this_function_has_no_time_for_is_handed_over() {
    let mut world = world(1);
    crowd(&world, 150).await;
    world.clock.out_of_time = true;
    tell(&world, None).await.unwrap();
    assert_eq!(world.handover.take().len(), 1);
}

#[tokio::test]
async fn a_direct_channel_is_told_to_both_users_and_to_nobody_else() {
    let world = world(1);
    let pair = [connected(&world, "alice", 1).await, connected(&world, "bob", 1).await];
    let carol = connected(&world, "carol", 1).await;
    let telling = Telling {
        channel: &channel("dm:alice:bob"),
        shards: Shards::ONE,
        frame: &frame(),
        except: None,
    };
    world.tell(&telling, Jitter::seeded(1)).await.unwrap();
    assert!(pair.iter().all(|caller| frames(&world, caller) == 1));
    assert_eq!(frames(&world, &carol), 0);
}

#[tokio::test]
async fn nobody_is_told_from_the_instant_of_the_hard_end() {
    let world = world(1);
    let alice = connected(&world, "alice", 1).await;
    world.clock.set(Timestamp::from_millis(END.millis() - 1));
    tell(&world, None).await.unwrap();
    world.clock.set(END);
    tell(&world, None).await.unwrap();
    assert_eq!(frames(&world, &alice), 1);
}

#[tokio::test]
async fn lif_05_gone_within_30_seconds_means_not_open_yet() {
    for (millis, gone) in [(0, false), (30_000, false), (30_001, true)] {
        let world = world(1);
        let alice = connected(&world, "alice", 1).await;
        world.sockets.answer(&alice.connection, Posted::Gone);
        at(&world, millis);
        tell(&world, None).await.unwrap();
        assert_eq!(world.table.tombstone(&alice.connection).is_some(), gone, "{millis}");
        assert_eq!(
            members_of(&world, &Channel::All),
            [alice.connection],
            "for the sweeper to find the rest by"
        );
    }
}

#[tokio::test]
async fn psh_01_one_bad_socket_or_row_hurts_nobody_else() {
    for outcome in [Posted::Gone, Posted::Throttled, Posted::Failed, Posted::Refused] {
        let world = world(1);
        let [bad, good] = [connected(&world, "alice", 1).await, connected(&world, "bob", 1).await];
        world.sockets.answer(&bad.connection, outcome);
        world.table.fail("entomb");
        at(&world, 60_000);
        tell(&world, None).await.unwrap();
        assert_eq!(frames(&world, &good), 1, "{outcome:?}");
        let tries = world
            .sockets
            .attempts()
            .iter()
            .filter(|id| **id == bad.connection)
            .count();
        assert_eq!(tries, 1 + usize::from(outcome.may_pass()), "{outcome:?}");
    }
}

#[tokio::test]
async fn psh_02_when_everything_fails_a_tenth_is_tried_again() {
    for (count, retries) in [(5, 5), (10, 10), (11, 10), (150, 15)] {
        let world = world(1);
        for caller in crowd(&world, count).await {
            world.sockets.answer(&caller.connection, Posted::Throttled);
        }
        tell(&world, None).await.unwrap();
        let attempts = world.sockets.attempts().len() as u64;
        assert!(
            attempts - u64::from(count) <= retries.max(RETRY_FLOOR),
            "{count}: {attempts}"
        );
        assert!(
            attempts - u64::from(count) >= retries.min(RETRY_FLOOR),
            "{count}: {attempts}"
        );
    }
}

#[tokio::test]
async fn psh_06_every_member_of_every_page_is_told_at_the_given_pace() {
    let mut world = world(1);
    world.clock = TestClock::going_from(NOW);
    let count = u32::try_from(SHARD_PAGE_ROWS * 2 + 1).unwrap();
    let callers = crowd(&world, count).await;
    delivered(&world, &job(500)).await.unwrap();
    assert!(callers.iter().all(|caller| frames(&world, caller) == 1));
    let took = world.clock.now().since(NOW);
    assert_eq!(
        took,
        Duration::from_secs(1),
        "two pages at 500 a second; nobody waits after the last"
    );
}

#[tokio::test]
async fn psh_05_a_shard_out_of_time_ends_without_an_error_and_a_table_that_fails_with_one() {
    let mut world = world(1);
    let alice = testing::caller("alice", 1, END).unwrap();
    register(&world.table, &alice, Shards::ONE, NOW).await.unwrap();
    world.clock.out_of_time = true;
    delivered(&world, &job(500)).await.unwrap();
    world.clock.out_of_time = false;
    world.table.fail("members");
    assert!(delivered(&world, &job(500)).await.is_err());
}
