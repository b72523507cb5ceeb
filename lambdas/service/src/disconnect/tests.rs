//! Forgetting: everything goes, in the right order, however often and however it was interrupted.

#![allow(clippy::unwrap_used)]

use domain::connection::Shards;

use super::*;
use crate::testing::{MemoryTable, caller, register};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

async fn connected() -> (MemoryTable, ConnectionId) {
    let table = MemoryTable::default();
    let alice = caller("alice", 1, Timestamp::from_seconds(1_003_600)).unwrap();
    register(&table, &alice, Shards::new(4).unwrap(), NOW).await.unwrap();
    (table, alice.connection)
}

#[tokio::test]
async fn all_rows_go_and_that_of_all_goes_last() {
    let (table, id) = connected().await;
    disconnect(&table, &id, NOW).await.unwrap();
    assert!(table.members().is_empty());
    assert_eq!(table.removals().last(), Some(&Channel::All));
    assert_eq!(table.tombstone(&id), Some(Timestamp::from_seconds(1_000_300)));
}

#[tokio::test]
async fn twice_is_as_good_as_once() {
    let (table, id) = connected().await;
    disconnect(&table, &id, NOW).await.unwrap();
    disconnect(&table, &id, NOW).await.unwrap();
    assert!(table.members().is_empty());
}

#[tokio::test]
async fn a_clean_up_that_broke_off_can_be_done_again() {
    let (table, id) = connected().await;
    table.fail("remove_member");
    assert!(disconnect(&table, &id, NOW).await.is_err());
    assert_eq!(table.members().len(), 2);
    table.recover();
    disconnect(&table, &id, NOW).await.unwrap();
    assert!(table.members().is_empty(), "the tombstone kept the channels");
}

#[tokio::test]
async fn an_unknown_connection_gets_a_tombstone_and_no_error() {
    let table = MemoryTable::default();
    let id = ConnectionId::parse("unknown=").unwrap();
    disconnect(&table, &id, NOW).await.unwrap();
    assert!(table.tombstone(&id).is_some());
}

#[tokio::test]
async fn a_member_found_gone_is_forgotten_even_if_its_connection_row_is_deleted() {
    let (table, id) = connected().await;
    table.drop_connection(&id);
    let shard = id.shard(Shards::new(4).unwrap());
    let alice = caller("alice", 1, Timestamp::from_seconds(1_003_600))
        .unwrap()
        .identity
        .unwrap();
    let member = Member {
        connection: id,
        user: alice.user,
        name: alice.name,
        joined_at: NOW,
        hard_end: NOW,
    };
    forget_gone(
        &table,
        &member,
        Membership {
            channel: Channel::All,
            shard,
        },
        NOW,
    )
    .await
    .unwrap();
    assert!(table.members().is_empty());
}
