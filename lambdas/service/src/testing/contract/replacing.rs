//! Taking over a slot from a connection that a handshake names, as often as that handshake fails.

use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::slot::{Replaced, Slot};
use domain::timestamp::Timestamp;

use super::AllPorts;
use super::world::{LEASE, NOW, World, ok, slot_number, some, taking_over};
use crate::ports::{Place, Registered};

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    who_is_replaced_is_marked(world).await;
    the_same_may_be_replaced_again(world).await;
    who_is_entombed_stays_entombed(world).await;
    who_is_not_there_is_not_made_up(world).await;
    another_holder_is_refused(world).await;
    the_same_event_twice_is_known(world).await;
    a_chain_leaves_two(world).await;
    who_has_no_time_left_is_not_touched(world).await;
    whoever_takes_a_slot_that_lapsed_ends_whom_its_holder_replaced(world).await;
    a_slot_that_was_left_is_taken_as_it_was_read(world).await;
    a_slot_that_was_freed_remembers_again(world).await;
}

/// In the place of that holder, who may have replaced the one named.
fn instead_of(holder: &Connection, named: &ConnectionId, until: Timestamp) -> Place {
    let replaced = Replaced {
        connection: named.clone(),
        until: in_a_minute(1),
    };
    let slot = Slot {
        number: holder.slot,
        holder: Some(holder.id.clone()),
        replaced: (*named != holder.id).then_some(replaced),
    };
    taking_over(Some(slot), named, until)
}

async fn replaced_until<T: AllPorts>(world: &World<'_, T>, connection: &Connection) -> Option<Timestamp> {
    world.connection(&connection.id).await.replaced_until
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
    let remembered = Replaced {
        connection: old.id.clone(),
        until: in_a_minute(7),
    };
    assert_eq!(slots[0].holder.as_ref(), Some(&new.id));
    assert_eq!(slots[0].replaced, Some(remembered));
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
    let until = replaced_until(world, &old).await;
    assert_eq!(until, Some(in_a_minute(1)), "marked once and for all");
    assert_eq!(replaced_until(world, &failed).await, Some(NOW), "it never was of use");
    let slot = world.slot(&old).await;
    assert!(slot.is_some_and(|slot| slot.holder == Some(new.id) && slot.stands_for(&old.id)));
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
            assert_eq!(replaced_until(world, &holder).await, Some(NOW));
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
    assert_eq!(replaced_until(world, &holder).await, Some(NOW));
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

async fn a_chain_leaves_two<T: AllPorts>(world: &World<'_, T>) {
    let first = world.registered().await;
    let second = world.replace(&first, in_a_minute(1)).await;
    let third = world.replace(&second, in_a_minute(2)).await;
    assert_eq!(
        replaced_until(world, &first).await,
        Some(NOW),
        "it had a minute, and no more"
    );
    assert_eq!(replaced_until(world, &second).await, Some(in_a_minute(2)));
    assert_eq!(replaced_until(world, &third).await, None);
    ok(world.table.entomb(&second.id, NOW).await);
    let entombed = world.standing(&second.id).await;
    let fourth = world.replace(&third, in_a_minute(3)).await;
    assert_eq!(world.standing(&second.id).await, entombed);
    assert_eq!(replaced_until(world, &fourth).await, None);
}

async fn who_has_no_time_left_is_not_touched<T: AllPorts>(world: &World<'_, T>) {
    let first = world.registered().await;
    let second = world.replace(&first, NOW).await;
    let before = world.connection(&first.id).await;
    world.replace(&second, in_a_minute(2)).await;
    assert_eq!(world.connection(&first.id).await, before);
}

async fn whoever_takes_a_slot_that_lapsed_ends_whom_its_holder_replaced<T: AllPorts>(world: &World<'_, T>) {
    for has_left in [false, true] {
        let old = world.registered().await;
        let holder = world.replace(&old, in_a_minute(1)).await;
        ok(world.table.entomb(&holder.id, NOW).await);
        if has_left {
            ok(world.table.free_slot(&old.user, old.slot, &holder.id, NOW).await);
        }
        let read = world.slot(&old).await;
        let place = read.map(|slot| Place::Lapsed {
            slot,
            now: NOW,
            tombstone_life: NOW.plus(LEASE),
        });
        let new = world.opened(&old.user, 0);
        assert_eq!(world.try_register(&new, &Place::Free).await, Registered::SlotTaken);
        world.register(&new, &some(place)).await;
        assert_eq!(replaced_until(world, &old).await, Some(NOW), "{has_left}");
        let slot = world.slot(&old).await;
        assert!(slot.is_some_and(|slot| slot.holder == Some(new.id) && slot.replaced.is_none()));
    }
}

async fn a_slot_that_was_left_is_taken_as_it_was_read<T: AllPorts>(world: &World<'_, T>) {
    let old = world.registered().await;
    let failed = world.replace(&old, in_a_minute(1)).await;
    let held = world.slot(&old).await;
    ok(world.table.entomb(&failed.id, NOW).await);
    ok(world.table.free_slot(&old.user, old.slot, &failed.id, NOW).await);
    let left = world.slot(&old).await;
    let other = left.clone().map(|slot| Slot {
        replaced: slot.replaced.map(|replaced| Replaced {
            connection: world.id(),
            ..replaced
        }),
        ..slot
    });
    let new = world.opened(&old.user, 0);
    for slot in [None, held, other] {
        let place = taking_over(slot, &old.id, in_a_minute(2));
        assert_eq!(
            world.try_register(&new, &place).await,
            Registered::SlotTaken,
            "{place:?}"
        );
    }
    world.register(&new, &taking_over(left, &old.id, in_a_minute(2))).await;
    assert_eq!(
        replaced_until(world, &old).await,
        Some(in_a_minute(1)),
        "its minute goes on"
    );
    let slot = world.slot(&old).await;
    assert!(slot.is_some_and(|slot| slot.holder == Some(new.id) && slot.stands_for(&old.id)));
}

async fn a_slot_that_was_freed_remembers_again<T: AllPorts>(world: &World<'_, T>) {
    let old = world.registered().await;
    ok(world.table.entomb(&old.id, NOW).await);
    let was = world.standing(&old.id).await;
    ok(world.table.free_slot(&old.user, old.slot, &old.id, NOW).await);
    let place = Place::Replaced {
        slot: None,
        named: Replaced {
            connection: old.id.clone(),
            until: in_a_minute(1),
        },
        is_entombed: true,
        now: NOW,
    };
    let new = world.opened(&old.user, 0);
    world.register(&new, &place).await;
    assert_eq!(world.standing(&old.id).await, was);
    let slot = world.slot(&old).await;
    assert!(slot.is_some_and(|slot| slot.holder == Some(new.id) && slot.stands_for(&old.id)));
    let late = world.opened(&old.user, 0);
    assert_eq!(world.try_register(&late, &place).await, Registered::SlotTaken);
}
