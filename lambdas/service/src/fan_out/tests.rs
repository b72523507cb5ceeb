//! Fan-out: everyone who lives is told once, nobody waits for another, and gone counts only when it means gone.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use domain::content::Content;
use domain::timestamp::Timestamp;

use super::*;
use crate::caller::Caller;
use crate::testing::{MemorySockets, MemoryTable, TestClock, caller, register};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

struct World {
    table: MemoryTable,
    sockets: MemorySockets,
    clock: TestClock,
    shards: Shards,
}

impl World {
    fn new() -> Self {
        let shards = Shards::new(3).unwrap();
        Self {
            table: MemoryTable::default(),
            sockets: MemorySockets::default(),
            clock: TestClock::at(NOW),
            shards,
        }
    }

    async fn connect(&self, user: &str, number: u32, expires: u64) -> Caller {
        let caller = caller(user, number, Timestamp::from_seconds(expires)).unwrap();
        register(&self.table, &caller, self.shards, NOW).await.unwrap();
        caller
    }

    async fn tell(&self) -> bool {
        let frame = Frame::echo(None, &Content::parse("1").unwrap());
        let fan_out = FanOut {
            table: &self.table,
            sockets: &self.sockets,
            clock: &self.clock,
        };
        fan_out.tell(&Channel::All, self.shards, &frame).await
    }

    fn told(&self, caller: &Caller) -> usize {
        self.sockets.frames(&caller.connection).len()
    }

    fn after(&self, millis: u64) {
        self.clock.set(NOW.plus(Duration::from_millis(millis)));
    }
}

#[tokio::test]
async fn every_member_of_every_shard_and_page_is_told_once() {
    let world = World::new();
    let mut callers = Vec::new();
    for number in 0..50 {
        callers.push(world.connect("alice", number, 1_003_600).await);
    }
    assert!(world.tell().await);
    assert!(callers.iter().all(|caller| world.told(caller) == 1));
    assert_eq!(world.sockets.all().len(), 50);
}

#[tokio::test]
async fn nobody_is_told_from_the_instant_of_the_hard_end() {
    let world = World::new();
    let alice = world.connect("alice", 1, 1_000_010).await;
    world.after(9_999);
    world.tell().await;
    assert_eq!(world.told(&alice), 1);
    world.after(10_000);
    world.tell().await;
    assert_eq!(world.told(&alice), 1);
}

#[tokio::test]
async fn gone_within_30_seconds_means_not_open_yet() {
    let world = World::new();
    let alice = world.connect("alice", 1, 1_003_600).await;
    world.sockets.answer(&alice.connection, Posted::Gone);
    world.after(30_000);
    assert!(world.tell().await);
    assert_eq!(world.table.members().len(), 2);
    assert_eq!(world.table.tombstone(&alice.connection), None);
}

#[tokio::test]
async fn gone_after_30_seconds_is_forgotten_with_all_it_was_a_member_of() {
    let world = World::new();
    let alice = world.connect("alice", 1, 1_003_600).await;
    let bob = world.connect("bob", 1, 1_003_600).await;
    world.sockets.answer(&alice.connection, Posted::Gone);
    world.after(30_001);
    assert!(world.tell().await);
    assert!(world.table.tombstone(&alice.connection).is_some());
    assert!(world.table.members().iter().all(|(_, id)| *id == bob.connection));
    assert_eq!(world.table.removals().last(), Some(&Channel::All));
    assert_eq!(world.told(&bob), 1);
}

#[tokio::test]
async fn one_bad_socket_or_row_hurts_nobody_else() {
    let world = World::new();
    let [alice, bob, carol] = [
        world.connect("alice", 1, 1_003_600).await,
        world.connect("bob", 1, 1_003_600).await,
        world.connect("carol", 1, 1_003_600).await,
    ];
    world.sockets.answer(&alice.connection, Posted::Failed);
    world.sockets.answer(&bob.connection, Posted::Throttled);
    assert!(world.tell().await);
    assert_eq!(world.told(&carol), 1);
    assert_eq!(world.table.members().len(), 6, "only gone is gone");
}

#[tokio::test]
async fn what_cannot_be_cleaned_up_does_not_end_the_fan_out() {
    let world = World::new();
    let alice = world.connect("alice", 1, 1_003_600).await;
    let bob = world.connect("bob", 1, 1_003_600).await;
    world.sockets.answer(&alice.connection, Posted::Gone);
    world.table.fail("entomb");
    world.after(60_000);
    assert!(world.tell().await);
    assert_eq!(world.told(&bob), 1);
}

#[tokio::test]
async fn running_out_of_time_or_of_a_table_is_told() {
    let mut world = World::new();
    for number in 0..50 {
        world.connect("alice", number, 1_003_600).await;
    }
    world.table.fail("members");
    assert!(!world.tell().await);
    world.table.recover();
    world.clock.out_of_time = true;
    assert!(!world.tell().await);
}
