//! Sending away while handshakes are under way, what is left of others' work, and in which order it is done.

use domain::limits::{REVOCATION_LIFE, TOMBSTONE_LIFE};
use futures_util::future::join;

use super::*;
use crate::serve::tests::world::{END, after};

#[tokio::test]
async fn aut_08_whoever_handshakes_meanwhile_is_refused_or_closed_before_it_is_acknowledged() {
    for steps in 0..20 {
        for handshake_first in [true, false] {
            let world = world();
            for number in 10..13 {
                connected(&world, "alice", number).await;
            }
            let alice = caller("alice", 1);
            let before = Timestamp::from_seconds(999_000);
            let connecting = handshake(&world, &alice, before);
            let (outcome, revoked) = if handshake_first {
                join(connecting, after(steps, send_away(&world))).await
            } else {
                join(after(steps, connecting), send_away(&world)).await
            };
            revoked.unwrap();
            let is_closed = world.sockets.ended().contains(&alice.connection);
            match outcome {
                Outcome::Open => assert!(is_closed, "{steps} {handshake_first}"),
                other => assert_eq!(other, Outcome::Revoked, "{steps} {handshake_first}"),
            }
            assert!(row(&world, &alice.connection).is_none());
        }
    }
}

#[tokio::test]
async fn the_door_is_shut_before_anybody_is_looked_for() {
    let world = world();
    connected(&world, "alice", 1).await;
    let before = world.table.calls().len();
    send_away(&world).await.unwrap();
    let calls = world.table.calls().split_off(before);
    assert_eq!(calls, ["revoke", "members", "connection", "send_away"]);
}

#[tokio::test]
async fn what_is_remembered_lasts_as_long_as_such_a_sign_in_may_come_back() {
    let world = world();
    send_away(&world).await.unwrap();
    let rows = world.table.with_rows(|rows| rows.revoked.clone());
    let (_, (_, life)) = rows.first_key_value().unwrap();
    assert_eq!(*life, NOW.plus(REVOCATION_LIFE));
}

#[tokio::test]
async fn every_device_of_many_pages_is_ended() {
    let world = world();
    for number in 0..150 {
        connected(&world, "alice", number).await;
    }
    assert_eq!(send_away(&world).await.unwrap(), Revoked { closed: 150 });
    assert_eq!(world.sockets.ended().len(), 150);
}

#[tokio::test]
async fn a_member_whose_connection_is_entombed_or_deleted_is_closed_without_a_word() {
    for what in ["entombed", "deleted"] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        match what {
            "entombed" => world.table.with_rows(|rows| {
                rows.entomb(&alice.connection, NOW.plus(TOMBSTONE_LIFE));
            }),
            _ => world.table.drop_connection(&alice.connection),
        }
        assert_eq!(send_away(&world).await.unwrap(), Revoked { closed: 1 }, "{what}");
        assert!(told(&world, &alice, "closing").is_empty());
    }
}

#[tokio::test]
async fn past_its_end_a_connection_is_ended_without_a_word() {
    for (millis, words) in [(END.millis() - 1, 1), (END.millis(), 0), (END.millis() + 1, 0)] {
        let world = world();
        let alice = connected(&world, "alice", 1).await;
        world.clock.set(Timestamp::from_millis(millis));
        send_away(&world).await.unwrap();
        assert_eq!(told(&world, &alice, "closing").len(), words, "{millis}");
        assert_eq!(world.sockets.ended(), [alice.connection]);
    }
}

#[tokio::test]
async fn one_that_cannot_be_told_why_is_closed_all_the_same() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    world.sockets.answer_next(&alice.connection, &[Posted::Failed]);
    assert_eq!(send_away(&world).await.unwrap(), Revoked { closed: 1 });
}

#[tokio::test]
async fn one_that_cannot_be_closed_keeps_no_other_open() {
    let mut world = world();
    world.clock = TestClock::going_from(NOW);
    let mut devices = Vec::new();
    for number in 0..10 {
        devices.push(connected(&world, "alice", number).await);
    }
    world.sockets.answer(&devices[3].connection, Posted::Failed);
    assert!(matches!(send_away(&world).await, Err(RevokeError::OutOfTime)));
    assert_eq!(world.sockets.ended().len(), 9);
    world.sockets.answer(&devices[3].connection, Posted::Accepted);
    send_away(&world).await.unwrap();
    assert!(world.sockets.ended().contains(&devices[3].connection), "again is safe");
}

#[tokio::test]
async fn who_has_no_connection_is_sent_away_too() {
    let world = world();
    assert_eq!(send_away(&world).await.unwrap(), Revoked { closed: 0 });
    let outcome = handshake(&world, &caller("alice", 1), NOW).await;
    assert_eq!(outcome, Outcome::Revoked);
}
