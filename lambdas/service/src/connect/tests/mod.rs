//! Registering: what makes a member, what refuses, what a second event does.

#![allow(clippy::unwrap_used)]

mod slots;
mod take_over;

use std::time::Duration;

use domain::channel::Channel;
use domain::connection::Standing;
use domain::identity::OriginJti;
use domain::revocation::Revocation;
use domain::shards::Shards;
use domain::slot::Slot;
use domain::timestamp::Timestamp;

use super::*;
use crate::disconnect::disconnect;
use crate::testing::{MemorySockets, MemoryTable, TestClock, caller, connection_rules};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const END: Timestamp = Timestamp::from_seconds(1_003_600);

/// What handshakes come to, where a user may have so many connections.
struct Door {
    table: MemoryTable,
    clock: TestClock,
    rules: ConnectionRules,
}

impl Door {
    fn with_cap(per_user: u32) -> Self {
        let rules = connection_rules(Shards::new(4).unwrap());
        Self {
            table: MemoryTable::default(),
            clock: TestClock::at(NOW),
            rules: ConnectionRules { per_user, ..rules },
        }
    }

    async fn connect(&self, handshake: Handshake, seed: u64) -> Result<Outcome, TableError> {
        connect(&self.table, &self.clock, &self.rules, handshake, seed).await
    }

    async fn open(&self, user: &str, number: u32) -> Outcome {
        self.connect(handshake(user, number), u64::from(number)).await.unwrap()
    }

    async fn replace(&self, user: &str, number: u32, named: &ConnectionId) -> Outcome {
        let handshake = replacing(user, number, named);
        self.connect(handshake, u64::from(number)).await.unwrap()
    }

    async fn disconnect(&self, id: &ConnectionId) {
        let sockets = MemorySockets::default();
        disconnect(&self.table, &sockets, &self.clock, id).await.unwrap();
    }

    fn after(&self, span: Duration) {
        self.clock.set(NOW.plus(span));
    }

    fn row(&self, id: &ConnectionId) -> Option<Connection> {
        self.table.with_rows(|rows| rows.registered(id).cloned())
    }

    fn change(&self, id: &ConnectionId, change: impl FnOnce(&mut Connection)) {
        self.table.with_rows(|rows| match rows.connections.get_mut(id) {
            Some((Standing::Registered(connection), _)) => change(connection),
            other => panic!("{id} is not registered: {other:?}"),
        });
    }

    /// The slots of a user in the order of their numbers.
    fn slots(&self, user: &str) -> Vec<Slot> {
        let user = identity(user).user;
        self.table.with_rows(|rows| rows.slots(&user))
    }

    fn holders(&self, user: &str) -> Vec<ConnectionId> {
        self.slots(user).into_iter().filter_map(|slot| slot.holder).collect()
    }
}

fn identity(user: &str) -> Identity {
    caller(user, 0, END).unwrap().identity.unwrap()
}

fn id(user: &str, number: u32) -> ConnectionId {
    caller(user, number, END).unwrap().connection
}

fn handshake(user: &str, number: u32) -> Handshake {
    Handshake {
        connection: id(user, number),
        identity: identity(user),
        offer: Offer::Nothing,
        replaces: None,
        source: None,
    }
}

fn replacing(user: &str, number: u32, named: &ConnectionId) -> Handshake {
    Handshake {
        replaces: Some(named.clone()),
        ..handshake(user, number)
    }
}

#[tokio::test]
async fn whoever_is_connected_is_a_member_of_all_and_of_the_own_channel() {
    let door = Door::with_cap(2);
    assert_eq!(door.open("alice", 1).await, Outcome::Open);
    let members = door.table.members();
    let names: Vec<_> = members.iter().map(|(channel, _)| channel.to_string()).collect();
    assert_eq!(names, ["all", "user:alice"]);
    assert!(members.iter().all(|(_, connection)| *connection == id("alice", 1)));
}

#[tokio::test]
async fn what_the_row_tells_is_what_the_authorizer_found_out() {
    let door = Door::with_cap(2);
    let mut handshake = handshake("alice", 1);
    handshake.identity.signed_in_at = Timestamp::from_seconds(999_000);
    handshake.identity.origin_jti = OriginJti::parse("jti");
    door.connect(handshake, 3).await.unwrap();
    let row = door.row(&id("alice", 1)).unwrap();
    assert_eq!((row.registered_at, row.hard_end), (NOW, END));
    assert_eq!(row.lease, NOW.plus(Duration::from_secs(720)), "three heartbeats");
    assert_eq!(row.signed_in_at, Timestamp::from_seconds(999_000));
    assert_eq!(
        (
            row.origin_jti.as_ref().map(OriginJti::as_str),
            row.replaced_until,
            row.slot.number()
        ),
        (Some("jti"), None, 1)
    );
    let all = row.membership(&Channel::All).unwrap();
    assert_eq!(all.shard, row.id.shard(Shards::new(4).unwrap()));
}

#[tokio::test]
async fn sub_02_our_sub_protocol_is_selected_if_offered_and_others_are_refused_without_a_row() {
    for (offer, outcome, rows) in [
        (Offer::Others, Outcome::NoSuchProtocol, 0),
        (Offer::Nothing, Outcome::Open, 2),
        (Offer::Ours, Outcome::OpenWithProtocol, 2),
    ] {
        let door = Door::with_cap(2);
        let handshake = Handshake {
            offer,
            ..handshake("alice", 1)
        };
        assert_eq!(door.connect(handshake, 1).await.unwrap(), outcome);
        assert_eq!(door.table.members().len(), rows, "{outcome:?}");
    }
}

#[tokio::test]
async fn a_connection_that_ended_on_the_way_is_not_registered() {
    for (millis, outcome) in [
        (END.millis() - 1, Outcome::Open),
        (END.millis(), Outcome::Ended),
        (END.millis() + 1, Outcome::Ended),
    ] {
        let door = Door::with_cap(2);
        door.clock.set(Timestamp::from_millis(millis));
        assert_eq!(door.open("alice", 1).await, outcome);
        assert_eq!(door.table.members().is_empty(), outcome == Outcome::Ended);
    }
}

#[tokio::test]
async fn lif_04_the_same_event_twice_is_one_connection_in_one_slot() {
    for cap in [1, 3] {
        let door = Door::with_cap(cap);
        for seed in [0, 1] {
            assert_eq!(
                door.connect(handshake("alice", 1), seed).await.unwrap(),
                Outcome::Open,
                "{cap}"
            );
        }
        assert_eq!(door.table.members().len(), 2);
        assert_eq!(door.holders("alice"), [id("alice", 1)]);
    }
}

#[tokio::test]
async fn lif_04_the_same_event_twice_at_once_is_one_connection_in_one_slot() {
    for seed in 0..10 {
        let door = Door::with_cap(3);
        let twice = [seed, seed + 1].map(|seed| door.connect(handshake("alice", 1), seed));
        let outcomes = futures_util::future::join_all(twice).await;
        assert!(
            outcomes.iter().all(|outcome| matches!(outcome, Ok(Outcome::Open))),
            "{outcomes:?}"
        );
        assert_eq!(door.holders("alice"), [id("alice", 1)]);
    }
}

#[tokio::test]
async fn lif_02_connecting_after_disconnecting_fails_and_leaves_nothing() {
    let door = Door::with_cap(2);
    door.disconnect(&id("alice", 1)).await;
    assert_eq!(door.open("alice", 1).await, Outcome::AlreadyGone);
    assert!(door.table.members().is_empty() && door.holders("alice").is_empty());
}

#[tokio::test]
async fn aut_08_a_sign_in_from_before_a_revocation_opens_nothing() {
    for (signed_in, outcome) in [
        (999_999, Outcome::Revoked),
        (1_000_000, Outcome::Revoked),
        (1_000_001, Outcome::Open),
    ] {
        let door = Door::with_cap(2);
        let alice = identity("alice").user;
        door.table
            .with_rows(|rows| rows.revoke(&alice, &Revocation::of_all(NOW), END));
        let mut handshake = handshake("alice", 1);
        handshake.identity.signed_in_at = Timestamp::from_seconds(signed_in);
        assert_eq!(door.connect(handshake, 1).await.unwrap(), outcome, "{signed_in}");
        assert_eq!(door.holders("alice").is_empty(), outcome == Outcome::Revoked);
        assert_eq!(door.open("bob", 1).await, Outcome::Open, "nobody else's");
    }
}

#[tokio::test]
async fn sto_02_who_meets_others_tries_again_so_often_and_then_is_to_come_back() {
    for (times, outcome) in [
        (1, Outcome::Open),
        (REGISTER_ATTEMPTS_MAX - 1, Outcome::Open),
        (REGISTER_ATTEMPTS_MAX, Outcome::Busy),
    ] {
        let door = Door::with_cap(5);
        door.table.contend("register", times);
        assert_eq!(door.open("alice", 1).await, outcome, "{times}");
        assert_eq!(door.table.members().is_empty(), outcome == Outcome::Busy);
    }
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_an_error_wherever_it_is_asked() {
    for (operation, replaces) in [
        ("register", false),
        ("slots", false),
        ("connections", false),
        ("connection", true),
        ("slot", true),
    ] {
        let door = Door::with_cap(1);
        door.open("alice", 1).await;
        door.table.fail(operation);
        let handshake = if replaces {
            replacing("alice", 2, &id("alice", 1))
        } else {
            handshake("alice", 2)
        };
        assert!(door.connect(handshake, 1).await.is_err(), "{operation}");
        assert_eq!(door.holders("alice"), [id("alice", 1)]);
    }
}

#[tokio::test]
async fn lif_03_a_connection_written_for_a_handshake_that_failed_frees_its_slot_after_a_lease() {
    let door = Door::with_cap(1);
    door.table.lose("register");
    assert!(door.connect(handshake("alice", 1), 1).await.is_err());
    door.table.recover();
    assert_eq!(door.open("alice", 2).await, Outcome::Full);
    door.after(door.rules.lease());
    assert_eq!(door.open("alice", 2).await, Outcome::Open);
}
