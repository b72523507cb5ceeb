//! Sending a user away: nobody is left, nobody comes in again, and who signed in since is not touched.

#![allow(clippy::unwrap_used)]

mod races;

use domain::connection::{ConnectionRules, Standing};
use domain::handshake::protocols::Offer;
use domain::identity::OriginJti;
use domain::limits::REVOKE_MAX;
use domain::timestamp::Timestamp;
use serde_json::json;

use super::*;
use crate::caller::Caller;
use crate::connect::{Handshake, Outcome, connect};
use crate::serve::tests::world::{NOW, World, ask, at, caller, change, connected, make_unreadable, row, told, world};
use crate::testing::{TestClock, connection_rules};

async fn send_away(world: &World) -> Result<Revoked, RevokeError> {
    let all = Revocation::of_all(world.clock.now());
    revoke_by(world, &all).await
}

async fn revoke_by(world: &World, revocation: &Revocation) -> Result<Revoked, RevokeError> {
    let alice = UserId::parse("alice").unwrap();
    revoke(
        &world.table,
        &world.sockets,
        &world.clock,
        &alice,
        revocation,
        REVOKE_MAX,
    )
    .await
}

/// A handshake of a user who signed in at that second.
async fn handshake(world: &World, who: &Caller, signed_in_at: Timestamp) -> Outcome {
    let mut identity = who.identity.clone().unwrap();
    identity.signed_in_at = signed_in_at;
    let handshake = Handshake {
        connection: who.connection.clone(),
        identity,
        offer: Offer::Nothing,
        replaces: None,
        source: None,
    };
    let rules: ConnectionRules = connection_rules(world.rules.shards.all);
    connect(&world.table, &world.clock, &rules, handshake, 1).await.unwrap()
}

#[tokio::test]
async fn aut_08_every_connection_is_told_entombed_and_closed() {
    let world = world();
    let devices = [
        connected(&world, "alice", 1).await,
        connected(&world, "alice", 2).await,
        connected(&world, "alice", 3).await,
    ];
    let bob = connected(&world, "bob", 1).await;
    assert_eq!(send_away(&world).await.unwrap(), Revoked { closed: 3 });
    let closing = json!({"type": "closing", "reason": "signed_out", "retry": false});
    for device in &devices {
        assert_eq!(told(&world, device, "closing"), std::slice::from_ref(&closing));
        assert!(row(&world, &device.connection).is_none());
    }
    assert_eq!(world.sockets.ended().len(), 3);
    assert!(row(&world, &bob.connection).is_some() && told(&world, &bob, "closing").is_empty());
    for (device, action) in devices.iter().zip(["ping", "subscribe", "unsubscribe"]) {
        let data = if action == "ping" {
            json!({})
        } else {
            json!({"channel": "room:a"})
        };
        let told = ask(&world, device, action, data).await;
        assert_eq!(told, closing, "who missed it is told the same by {action}");
    }
}

#[tokio::test]
async fn aut_08_a_sign_in_up_to_that_second_opens_nothing_any_more() {
    let world = world();
    send_away(&world).await.unwrap();
    let second = |offset: u64| Timestamp::from_seconds(NOW.millis() / 1000 - 1 + offset);
    for (number, offset, outcome) in [
        (1, 0, Outcome::Revoked),
        (2, 1, Outcome::Revoked),
        (3, 2, Outcome::Open),
    ] {
        assert_eq!(
            handshake(&world, &caller("alice", number), second(offset)).await,
            outcome,
            "{offset}"
        );
    }
    assert_eq!(handshake(&world, &caller("bob", 1), second(0)).await, Outcome::Open);
}

#[tokio::test]
async fn aut_08_one_sign_in_is_ended_and_the_user_s_others_stay() {
    let world = world();
    let (phone, laptop) = (OriginJti::parse("phone"), OriginJti::parse("laptop"));
    let devices = [&phone, &laptop, &phone, &None];
    let mut connections = Vec::new();
    for (number, jti) in (1..).zip(devices) {
        let alice = connected(&world, "alice", number).await;
        change(&world, &alice.connection, |row| row.origin_jti.clone_from(jti));
        connections.push(alice);
    }
    let revocation = Revocation::SignIn(phone.clone().unwrap());
    assert_eq!(revoke_by(&world, &revocation).await.unwrap(), Revoked { closed: 2 });
    let are_left = connections.iter().map(|alice| row(&world, &alice.connection).is_some());
    assert_eq!(are_left.collect::<Vec<_>>(), [false, true, false, true]);
    for (number, jti, outcome) in [
        (7, phone, Outcome::Revoked),
        (8, laptop, Outcome::Open),
        (9, None, Outcome::Open),
    ] {
        let mut alice = caller("alice", number);
        alice.identity.as_mut().unwrap().origin_jti = jti;
        assert_eq!(handshake(&world, &alice, NOW).await, outcome, "{number}");
    }
}

#[tokio::test]
async fn aut_08_whose_row_cannot_be_read_is_ended_and_may_come_back() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    make_unreadable(&world, &alice);
    assert_eq!(send_away(&world).await.unwrap(), Revoked { closed: 1 });
    assert_eq!(
        told(&world, &alice, "closing"),
        [json!({"type": "closing", "reason": "server", "retry": 0})]
    );
    assert!(world.table.tombstone(&alice.connection).is_some());
    let calls = world.table.calls();
    assert!(
        calls.contains(&"entomb") && !calls.contains(&"send_away"),
        "nothing is said of it that may be wrong: {calls:?}"
    );
}

#[tokio::test]
async fn who_signed_in_since_stays() {
    let world = world();
    let old = connected(&world, "alice", 1).await;
    let new = connected(&world, "alice", 2).await;
    change(&world, &new.connection, |row| {
        row.signed_in_at = NOW.plus(Duration::from_secs(1));
    });
    assert_eq!(send_away(&world).await.unwrap(), Revoked { closed: 1 });
    assert_eq!(world.sockets.ended(), [old.connection]);
    assert!(row(&world, &new.connection).is_some());
}

#[tokio::test]
async fn a_revocation_never_goes_back_to_an_earlier_one() {
    let world = world();
    at(&world, 10_000);
    send_away(&world).await.unwrap();
    at(&world, 0);
    send_away(&world).await.unwrap();
    let signed_in = NOW.plus(Duration::from_secs(5));
    assert_eq!(
        handshake(&world, &caller("alice", 1), signed_in).await,
        Outcome::Revoked
    );
}

#[tokio::test]
async fn a_handshake_under_way_is_waited_for_until_it_is_open_and_closed() {
    let mut world = world();
    world.clock = TestClock::going_from(NOW);
    let alice = connected(&world, "alice", 1).await;
    world
        .sockets
        .answer_next(&alice.connection, &[Posted::Gone, Posted::Gone, Posted::Gone]);
    assert_eq!(send_away(&world).await.unwrap(), Revoked { closed: 1 });
    assert_eq!(world.sockets.ended(), [alice.connection]);
}

#[tokio::test]
async fn gone_counts_more_than_30_seconds_after_registering() {
    let mut world = world();
    world.clock = TestClock::going_from(NOW);
    let alice = connected(&world, "alice", 1).await;
    world.sockets.answer(&alice.connection, Posted::Gone);
    assert_eq!(send_away(&world).await.unwrap(), Revoked { closed: 1 });
    let waited = crate::serve::tests::world::now(&world).since(NOW);
    assert!(
        waited > Duration::from_secs(30) && waited <= Duration::from_secs(32),
        "{waited:?}"
    );
    let standing = world.table.with_rows(|rows| rows.connection(&alice.connection));
    assert!(matches!(standing, Some(Standing::Entombed(_))));
}

#[tokio::test]
async fn whoever_closes_when_told_is_counted_and_not_waited_for() {
    let mut world = world();
    world.clock = TestClock::going_from(NOW);
    let alice = connected(&world, "alice", 1).await;
    world
        .sockets
        .answer_next(&alice.connection, &[Posted::Accepted, Posted::Gone]);
    assert_eq!(send_away(&world).await.unwrap(), Revoked { closed: 1 });
    assert_eq!(crate::serve::tests::world::now(&world), NOW, "it was open, and is gone");
}

#[tokio::test]
async fn what_another_entombed_and_nobody_closes_here_is_not_counted() {
    let mut world = world();
    world.clock = TestClock::going_from(NOW);
    let alice = connected(&world, "alice", 1).await;
    world.table.drop_connection(&alice.connection);
    world.sockets.answer(&alice.connection, Posted::Gone);
    assert_eq!(send_away(&world).await.unwrap(), Revoked { closed: 0 });
}

#[tokio::test]
async fn what_cannot_be_closed_in_time_is_no_success() {
    let mut world = world();
    world.clock = TestClock::going_from(NOW);
    let alice = connected(&world, "alice", 1).await;
    world.sockets.answer(&alice.connection, Posted::Failed);
    assert!(matches!(send_away(&world).await, Err(RevokeError::OutOfTime)));
}

#[tokio::test]
async fn a_table_that_fails_is_no_success_and_the_next_attempt_is() {
    for operation in ["revoke", "members", "connection", "send_away"] {
        let world = world();
        connected(&world, "alice", 1).await;
        world.table.fail(operation);
        assert!(
            matches!(send_away(&world).await, Err(RevokeError::Table(_))),
            "{operation}"
        );
        world.table.recover();
        assert!(send_away(&world).await.is_ok(), "{operation}");
        assert_eq!(world.sockets.ended().len(), 1, "{operation}");
    }
}
