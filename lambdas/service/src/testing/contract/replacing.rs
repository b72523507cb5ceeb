//! Taking over a slot from a connection that a handshake names, as often as that handshake fails.

use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::timestamp::Timestamp;

use super::AllPorts;
use super::world::{NOW, World, ok, slot_number};
use crate::ports::{Place, Registered};

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    who_is_replaced_is_marked(world).await;
    the_same_may_be_replaced_again(world).await;
    who_is_entombed_stays_entombed(world).await;
    who_is_not_there_is_not_made_up(world).await;
    another_holder_is_refused(world).await;
    the_same_event_twice_is_known(world).await;
}

fn instead_of(holder: &Connection, named: &ConnectionId, until: Timestamp) -> Place {
    Place::Replaced {
        holder: holder.id.clone(),
        named: named.clone(),
        until,
    }
}

/// A minute after now, and so many milliseconds.
fn in_a_minute(millis: u64) -> Timestamp {
    Timestamp::from_millis(NOW.millis() + 60_000 + millis)
}

async fn who_is_replaced_is_marked<T: AllPorts>(world: &World<'_, T>) {
    let old = world.registered().await;
    let new = world.replace(&old, in_a_minute(7)).await;
    let marked = Connection {
        replaced_until: Some(in_a_minute(7)),
        ..old.clone()
    };
    assert_eq!(
        world.connection(&old.id).await,
        marked,
        "and nothing else of it is changed"
    );
    assert_eq!(world.connection(&new.id).await, new);
    let slots = ok(world.table.slots(&old.user).await);
    assert_eq!(slots.len(), 1);
    assert_eq!((&slots[0].holder, slots[0].replaced.as_ref()), (&new.id, Some(&old.id)));
    for connection in [&old, &new] {
        assert!(world.is_member(&connection.memberships[0], &connection.id).await);
    }
}

async fn the_same_may_be_replaced_again<T: AllPorts>(world: &World<'_, T>) {
    let old = world.registered().await;
    let failed = world.replace(&old, in_a_minute(1)).await;
    let new = world.opened(&old.user, 0);
    world
        .register(&new, &instead_of(&failed, &old.id, in_a_minute(2)))
        .await;
    let until = world.connection(&old.id).await.replaced_until;
    assert_eq!(until, Some(in_a_minute(1)), "marked once and for all");
    assert_eq!(world.connection(&failed.id).await.replaced_until, Some(in_a_minute(2)));
    let slot = ok(world.table.slot(&old.user, old.slot).await);
    assert_eq!(
        slot.map(|slot| (slot.holder, slot.replaced)),
        Some((new.id, Some(old.id)))
    );
}

async fn who_is_entombed_stays_entombed<T: AllPorts>(world: &World<'_, T>) {
    for (holder_is, named_is) in [(true, false), (false, true), (true, true)] {
        let named = world.registered().await;
        let holder = world.replace(&named, in_a_minute(1)).await;
        for (connection, is_entombed) in [(&holder, holder_is), (&named, named_is)] {
            if is_entombed {
                ok(world.table.entomb(&connection.id, NOW).await);
            }
        }
        let before = (world.standing(&holder.id).await, world.standing(&named.id).await);
        let new = world.opened(&named.user, 0);
        world
            .register(&new, &instead_of(&holder, &named.id, in_a_minute(2)))
            .await;
        if holder_is {
            assert_eq!(world.standing(&holder.id).await, before.0);
        } else {
            assert_eq!(world.connection(&holder.id).await.replaced_until, Some(in_a_minute(2)));
        }
        assert_eq!(world.standing(&named.id).await, before.1);
    }
    let only = world.registered().await;
    ok(world.table.entomb(&only.id, NOW).await);
    world.replace(&only, in_a_minute(1)).await;
    assert_eq!(world.standing(&only.id).await, Some(Standing::Entombed(Some(only))));
}

async fn who_is_not_there_is_not_made_up<T: AllPorts>(world: &World<'_, T>) {
    let (holder, nobody) = (world.registered().await, world.id());
    let new = world.opened(&holder.user, 0);
    world
        .register(&new, &instead_of(&holder, &nobody, in_a_minute(1)))
        .await;
    assert_eq!(world.standing(&nobody).await, None);
    assert_eq!(world.connection(&holder.id).await.replaced_until, Some(in_a_minute(1)));
}

async fn another_holder_is_refused<T: AllPorts>(world: &World<'_, T>) {
    let (holder, stranger) = (world.registered().await, world.registered().await);
    let new = world.opened(&holder.user, 0);
    for place in [
        instead_of(&stranger, &stranger.id, in_a_minute(1)),
        instead_of(&stranger, &holder.id, in_a_minute(1)),
    ] {
        assert_eq!(world.try_register(&new, &place).await, Registered::SlotTaken);
    }
    let elsewhere = Connection {
        slot: slot_number(1),
        ..new.clone()
    };
    let place = instead_of(&holder, &holder.id, in_a_minute(1));
    assert_eq!(world.try_register(&elsewhere, &place).await, Registered::SlotTaken);
    assert_eq!(world.standing(&new.id).await, None);
    for connection in [holder, stranger] {
        assert_eq!(world.connection(&connection.id).await, connection, "nobody is marked");
    }
}

async fn the_same_event_twice_is_known<T: AllPorts>(world: &World<'_, T>) {
    let old = world.registered().await;
    let new = world.replace(&old, in_a_minute(1)).await;
    for place in [
        instead_of(&old, &old.id, in_a_minute(2)),
        instead_of(&new, &old.id, in_a_minute(2)),
        instead_of(&new, &new.id, in_a_minute(2)),
    ] {
        assert_eq!(world.try_register(&new, &place).await, Registered::Already);
    }
    assert_eq!(world.connection(&old.id).await.replaced_until, Some(in_a_minute(1)));
    assert_eq!(world.connection(&new.id).await, new);
}
