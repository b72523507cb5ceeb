//! Registering: what makes a member, what refuses, what a second event does.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::disconnect::disconnect;
use crate::testing::{MemoryTable, identity};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

fn handshake(offer: Offer, expires: u64) -> Handshake {
    let identity = identity("alice", Timestamp::from_seconds(expires)).unwrap();
    Handshake {
        connection: id(),
        identity,
        offer,
    }
}

fn id() -> ConnectionId {
    ConnectionId::parse("Zk3dPfYbIAMCJpw=").unwrap()
}

async fn open(table: &MemoryTable, offer: Offer, expires: u64) -> Outcome {
    let shards = Shards::new(4).unwrap();
    connect(table, shards, handshake(offer, expires), NOW).await.unwrap()
}

#[tokio::test]
async fn whoever_is_connected_is_a_member_of_all_and_of_the_own_channel() {
    let table = MemoryTable::default();
    assert_eq!(open(&table, Offer::Nothing, 1_003_600).await, Outcome::Open);
    let names: Vec<_> = table.members().iter().map(|(channel, _)| channel.to_string()).collect();
    assert_eq!(names, ["all", "user:alice"]);
}

#[tokio::test]
async fn our_sub_protocol_is_selected_if_offered_and_others_are_refused_without_a_row() {
    let table = MemoryTable::default();
    assert_eq!(open(&table, Offer::Others, 1_003_600).await, Outcome::NoSuchProtocol);
    assert!(table.members().is_empty());
    assert_eq!(open(&table, Offer::Ours, 1_003_600).await, Outcome::OpenWithProtocol);
}

#[tokio::test]
async fn a_connection_that_ended_on_the_way_is_not_registered() {
    let table = MemoryTable::default();
    for expires in [999_999, 1_000_000] {
        assert_eq!(open(&table, Offer::Nothing, expires).await, Outcome::Ended);
        assert!(table.members().is_empty());
    }
    assert_eq!(open(&table, Offer::Nothing, 1_000_001).await, Outcome::Open);
}

#[tokio::test]
async fn the_same_event_twice_registers_once() {
    let table = MemoryTable::default();
    open(&table, Offer::Nothing, 1_003_600).await;
    assert_eq!(open(&table, Offer::Nothing, 1_003_600).await, Outcome::Open);
    assert_eq!(table.members().len(), 2);
}

#[tokio::test]
async fn connecting_after_disconnecting_fails_and_leaves_nothing() {
    let table = MemoryTable::default();
    disconnect(&table, &id(), NOW).await.unwrap();
    assert_eq!(open(&table, Offer::Nothing, 1_003_600).await, Outcome::AlreadyGone);
    assert!(table.members().is_empty());
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_an_error() {
    let table = MemoryTable::default();
    table.fail("register");
    let shaken = handshake(Offer::Nothing, 1_003_600);
    assert!(connect(&table, Shards::ONE, shaken, NOW).await.is_err());
}
