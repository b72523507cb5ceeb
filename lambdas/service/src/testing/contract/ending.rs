//! Ending a connection piece by piece, and doing it again after having been broken off.

use domain::connection::{Connection, Standing};
use domain::membership::Membership;
use domain::rate::Rate;
use domain::slot::Slot;
use domain::timestamp::Timestamp;

use super::AllPorts;
use super::world::{LEASE, NOW, World, around, membership, ok, slot_number, sorted};
use crate::ports::{Moved, Place};

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    a_tombstone_keeps_what_was(world).await;
    a_tombstone_says_that_its_user_was_sent_away(world).await;
    a_tombstone_stands_where_nothing_stood(world).await;
    only_what_is_over_is_entombed(world).await;
    members_are_removed_one_by_one(world).await;
    a_slot_is_freed_by_its_holder_alone(world).await;
    a_slot_is_not_free_while_whom_its_holder_replaced_has_time(world).await;
    many_are_looked_at_together(world).await;
}

fn tombstone_life() -> Timestamp {
    NOW.plus(LEASE * 3)
}

async fn entomb<T: AllPorts>(world: &World<'_, T>, connection: &Connection) -> Option<Connection> {
    ok(world.table.entomb(&connection.id, tombstone_life()).await).map(sorted)
}

async fn a_tombstone_keeps_what_was<T: AllPorts>(world: &World<'_, T>) {
    let mut connection = world.registered().await;
    let mut watched = membership(world.room(), 1);
    watched.watching = true;
    assert_eq!(world.join(&connection, &watched, NOW).await, Moved::Done);
    connection.memberships.push(watched);
    connection.joins_full_at = NOW.plus(Rate::JOINS.step());
    world.replace(&connection, NOW.plus(LEASE / 2)).await;
    connection.replaced_until = Some(NOW.plus(LEASE / 2));
    let was = Some(sorted(connection.clone()));
    for _ in 0..3 {
        assert_eq!(entomb(world, &connection).await, was, "as often as it is asked for");
        assert_eq!(
            world.standing(&connection.id).await,
            Some(Standing::Entombed(was.clone()))
        );
    }
    for membership in &connection.memberships {
        assert!(
            world.is_member(membership, &connection.id).await,
            "the rest is not touched"
        );
    }
}

/// Before it is entombed in another way, or after.
async fn a_tombstone_says_that_its_user_was_sent_away<T: AllPorts>(world: &World<'_, T>) {
    for entombed_first in [true, false] {
        let connection = world.registered().await;
        if entombed_first {
            assert_eq!(entomb(world, &connection).await, Some(connection.clone()));
        }
        let sent_away = Some(Connection {
            sent_away: true,
            ..connection.clone()
        });
        let told = ok(world.table.send_away(&connection.id, tombstone_life()).await);
        assert_eq!(told.map(sorted), sent_away);
        assert_eq!(entomb(world, &connection).await, sent_away);
        assert_eq!(
            world.standing(&connection.id).await,
            Some(Standing::Entombed(sent_away))
        );
    }
    let unknown = world.id();
    assert_eq!(ok(world.table.send_away(&unknown, tombstone_life()).await), None);
    assert_eq!(world.standing(&unknown).await, Some(Standing::Entombed(None)));
}

async fn a_tombstone_stands_where_nothing_stood<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.opened(&world.user(), 0);
    assert_eq!(entomb(world, &connection).await, None);
    assert_eq!(world.standing(&connection.id).await, Some(Standing::Entombed(None)));
    assert_eq!(entomb(world, &connection).await, None);
}

async fn only_what_is_over_is_entombed<T: AllPorts>(world: &World<'_, T>) {
    let lapsing = world.registered().await;
    let to_the_end = world.renewed_beyond_its_end().await;
    let replaced = world.registered().await;
    world.replace(&replaced, NOW.plus(LEASE / 2)).await;
    for id in [lapsing.id, to_the_end.id, replaced.id] {
        let connection = world.connection(&id).await;
        for (now, ended) in around(connection.over_at()) {
            let was = ok(world.table.entomb_if_over(&id, tombstone_life(), now).await).map(sorted);
            if ended {
                assert_eq!(was, Some(connection.clone()));
                break;
            }
            assert_eq!(was, None);
            assert_eq!(world.connection(&id).await, connection);
        }
        assert_eq!(world.standing(&id).await, Some(Standing::Entombed(Some(connection))));
        let again = world
            .table
            .entomb_if_over(&id, tombstone_life(), NOW.plus(LEASE * 9))
            .await;
        assert_eq!(ok(again), None, "a tombstone is registered no more");
    }
    let unknown = world.id();
    let nothing = world
        .table
        .entomb_if_over(&unknown, tombstone_life(), NOW.plus(LEASE * 9))
        .await;
    assert_eq!(ok(nothing), None);
    assert_eq!(
        world.standing(&unknown).await,
        None,
        "and none is made of what never was"
    );
}

async fn members_are_removed_one_by_one<T: AllPorts>(world: &World<'_, T>) {
    let (one, other) = (world.registered().await, world.registered().await);
    let watched = Membership {
        watching: true,
        ..membership(world.room(), 3)
    };
    for connection in [&one, &other] {
        assert_eq!(world.join(connection, &watched, NOW).await, Moved::Done);
    }
    for _ in 0..2 {
        ok(world.table.remove_member(&watched, &one.id).await);
        assert!(!world.is_member(&watched, &one.id).await && !world.watches(&watched.channel, &one.id).await);
    }
    assert!(world.is_member(&watched, &other.id).await && world.watches(&watched.channel, &other.id).await);
    assert!(
        world.is_member(&one.memberships[0], &one.id).await,
        "other channels are not meant"
    );
    assert!(
        world.connection(&one.id).await.membership(&watched.channel).is_some(),
        "nor is the connection"
    );
}

async fn a_slot_is_freed_by_its_holder_alone<T: AllPorts>(world: &World<'_, T>) {
    let (holder, stranger) = (world.registered().await, world.id());
    let free = async |number, id| ok(world.table.free_slot(&holder.user, slot_number(number), id, NOW).await);
    free(0, &stranger).await;
    free(1, &holder.id).await;
    assert_eq!(ok(world.table.slots(&holder.user).await).len(), 1);
    let successor = world.replace(&holder, NOW).await;
    free(0, &holder.id).await;
    assert_eq!(
        ok(world.table.slots(&holder.user).await).len(),
        1,
        "it is the successor's now"
    );
    free(0, &successor.id).await;
    free(0, &successor.id).await;
    assert_eq!(ok(world.table.slots(&holder.user).await), []);
    assert_eq!(world.connection(&successor.id).await, successor);
    world.register(&world.opened(&holder.user, 0), &Place::Free).await;
}

async fn a_slot_is_not_free_while_whom_its_holder_replaced_has_time<T: AllPorts>(world: &World<'_, T>) {
    for (now, is_free) in around(NOW.plus(LEASE)) {
        let old = world.registered().await;
        let holder = world.replace(&old, NOW.plus(LEASE)).await;
        let free = async |id| ok(world.table.free_slot(&old.user, old.slot, id, now).await);
        let before = world.slot(&old).await;
        free(&old.id).await;
        assert_eq!(world.slot(&old).await, before, "it is the holder's");
        for _ in 0..2 {
            free(&holder.id).await;
            let kept = before.clone().map(|slot| Slot { holder: None, ..slot });
            assert_eq!(world.slot(&old).await, kept.filter(|_| !is_free));
        }
        free(&old.id).await;
        assert_eq!(world.slot(&old).await, None, "now nobody is left");
    }
}

async fn many_are_looked_at_together<T: AllPorts>(world: &World<'_, T>) {
    assert_eq!(ok(world.table.connections(&[]).await), []);
    let mut ids: Vec<_> = (0..101).map(|_| world.id()).collect();
    let (there, gone) = (world.registered().await, world.registered().await);
    ok(world.table.entomb(&gone.id, tombstone_life()).await);
    ids.push(there.id.clone());
    ids.insert(50, gone.id.clone());
    let mut found = ok(world.table.connections(&ids).await);
    found.sort_by(|(_, a), (_, b)| matches!(a, Standing::Entombed(_)).cmp(&matches!(b, Standing::Entombed(_))));
    let found: Vec<_> = found
        .into_iter()
        .map(|(id, standing)| (id, super::world::in_order(standing)))
        .collect();
    let expected = [
        (there.id.clone(), Standing::Registered(there)),
        (gone.id.clone(), Standing::Entombed(Some(gone))),
    ];
    assert_eq!(found, expected);
}
