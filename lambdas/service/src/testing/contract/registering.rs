//! Registering: all or nothing, once, and only into a slot that is as it is thought to be.

use domain::connection::{Connection, Standing};
use domain::slot::Slot;
use domain::timestamp::Timestamp;

use super::AllPorts;
use super::world::{LEASE, NOW, World, around, in_order, membership, ok, slot_number};
use crate::ports::{Place, Registered};

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    everything_is_written(world).await;
    twice_is_once(world).await;
    what_was_forgotten_stays_so(world).await;
    a_taken_slot_is_refused(world).await;
    slots_of_users_are_their_own(world).await;
    many_slots_are_listed(world).await;
    a_slot_is_free_once_its_holder_is_over(world).await;
    a_slot_whose_holder_is_entombed_is_free(world).await;
    a_lapsed_slot_has_the_holder_it_is_thought_to_have(world).await;
}

async fn everything_is_written<T: AllPorts>(world: &World<'_, T>) {
    let user = world.user();
    let mut connection = world.opened(&user, 7);
    let mut watched = membership(world.room(), 2);
    watched.watching = true;
    connection.memberships.push(watched.clone());
    world.register(&connection, &Place::Free).await;

    let standing = Some(in_order(Standing::Registered(connection.clone())));
    assert_eq!(world.standing(&connection.id).await, standing);
    let both = [connection.id.clone(), world.id()];
    let many = ok(world.table.connections(&both).await);
    assert_eq!(many.len(), 1, "those that the table says nothing of are left out");
    assert_eq!(
        (&many[0].0, Some(in_order(many[0].1.clone()))),
        (&connection.id, standing)
    );
    for membership in &connection.memberships {
        let member = world.member(membership, &connection.id).await;
        assert_eq!(member, Some(connection.member(connection.registered_at)));
    }
    assert!(world.watches(&watched.channel, &connection.id).await);
    let slot = Slot {
        number: slot_number(7),
        holder: Some(connection.id.clone()),
        replaced: None,
    };
    assert_eq!(ok(world.table.slots(&user).await), std::slice::from_ref(&slot));
    assert_eq!(ok(world.table.slot(&user, slot_number(7)).await), Some(slot));
    assert_eq!(ok(world.table.slot(&user, slot_number(8)).await), None);
}

async fn nothing_is_written<T: AllPorts>(world: &World<'_, T>, connection: &Connection) {
    for membership in &connection.memberships {
        assert!(!world.is_member(membership, &connection.id).await);
    }
    let slots = ok(world.table.slots(&connection.user).await);
    assert!(slots.iter().all(|slot| slot.holder.as_ref() != Some(&connection.id)));
}

async fn twice_is_once<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.registered().await;
    assert_eq!(world.try_register(&connection, &Place::Free).await, Registered::Already);
    let elsewhere = Connection {
        slot: slot_number(1),
        ..connection.clone()
    };
    assert_eq!(world.try_register(&elsewhere, &Place::Free).await, Registered::Already);
    assert_eq!(ok(world.table.slots(&connection.user).await).len(), 1);
    assert_eq!(world.connection(&connection.id).await, connection);
}

async fn what_was_forgotten_stays_so<T: AllPorts>(world: &World<'_, T>) {
    let early = world.opened(&world.user(), 0);
    assert_eq!(ok(world.table.entomb(&early.id, NOW).await), None);
    assert_eq!(world.try_register(&early, &Place::Free).await, Registered::Forgotten);
    nothing_is_written(world, &early).await;

    let ended = world.registered().await;
    ok(world.table.entomb(&ended.id, NOW).await);
    ok(world.table.free_slot(&ended.user, ended.slot, &ended.id, NOW).await);
    assert_eq!(world.try_register(&ended, &Place::Free).await, Registered::Forgotten);
    assert!(matches!(world.standing(&ended.id).await, Some(Standing::Entombed(_))));
}

async fn a_taken_slot_is_refused<T: AllPorts>(world: &World<'_, T>) {
    let holder = world.registered().await;
    let second = world.opened(&holder.user, 0);
    assert_eq!(world.try_register(&second, &Place::Free).await, Registered::SlotTaken);
    assert_eq!(world.standing(&second.id).await, None);
    nothing_is_written(world, &second).await;
    let third = world.opened(&holder.user, 1);
    world.register(&third, &Place::Free).await;
}

async fn slots_of_users_are_their_own<T: AllPorts>(world: &World<'_, T>) {
    let (one, other) = (world.registered().await, world.registered().await);
    assert_eq!(one.slot, other.slot);
    for connection in [one, other] {
        let slots = ok(world.table.slots(&connection.user).await);
        assert_eq!(slots.len(), 1);
        assert_eq!(slots[0].holder.as_ref(), Some(&connection.id));
    }
}

async fn many_slots_are_listed<T: AllPorts>(world: &World<'_, T>) {
    let user = world.user();
    for number in [0, 9, 10, 99, 100, 999] {
        world.register(&world.opened(&user, number), &Place::Free).await;
    }
    let mut numbers: Vec<_> = ok(world.table.slots(&user).await)
        .iter()
        .map(|slot| slot.number.number())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [0, 9, 10, 99, 100, 999]);
}

fn lapsed(holder: &Connection, now: Timestamp) -> Place {
    Place::Lapsed {
        slot: Slot {
            number: holder.slot,
            holder: Some(holder.id.clone()),
            replaced: None,
        },
        now,
        tombstone_life: NOW.plus(LEASE * 3),
    }
}

async fn a_slot_is_free_once_its_holder_is_over<T: AllPorts>(world: &World<'_, T>) {
    // Who was replaced stands in no slot.
    for holder in [world.registered().await, world.renewed_beyond_its_end().await] {
        for (now, ended) in around(holder.over_at()) {
            let successor = world.opened(&holder.user, holder.slot.number());
            let registered = world.try_register(&successor, &lapsed(&holder, now)).await;
            if !ended {
                assert_eq!(registered, Registered::SlotTaken);
                assert_eq!(world.connection(&holder.id).await, holder);
                nothing_is_written(world, &successor).await;
                continue;
            }
            assert_eq!(registered, Registered::Now);
            let entombed = Some(Standing::Entombed(Some(holder.clone())));
            assert_eq!(world.standing(&holder.id).await, entombed, "it keeps what it was");
            let slot = ok(world.table.slot(&holder.user, holder.slot).await);
            assert_eq!(
                slot.map(|slot| (slot.holder, slot.replaced)),
                Some((Some(successor.id), None))
            );
            break;
        }
    }
}

async fn a_slot_whose_holder_is_entombed_is_free<T: AllPorts>(world: &World<'_, T>) {
    let holder = world.registered().await;
    ok(world.table.entomb(&holder.id, NOW).await);
    let successor = world.opened(&holder.user, 0);
    world.register(&successor, &lapsed(&holder, NOW)).await;
    assert_eq!(
        world.standing(&holder.id).await,
        Some(Standing::Entombed(Some(holder.clone())))
    );
    assert!(world.is_member(&successor.memberships[1], &successor.id).await);
}

async fn a_lapsed_slot_has_the_holder_it_is_thought_to_have<T: AllPorts>(world: &World<'_, T>) {
    let holder = world.registered().await;
    let late = holder.hard_end;
    let stranger = world.registered().await;
    let successor = world.opened(&holder.user, 0);
    let refused = world.try_register(&successor, &lapsed(&stranger, late)).await;
    assert_eq!(refused, Registered::SlotTaken);
    assert_eq!(
        world.connection(&stranger.id).await,
        stranger,
        "nothing is entombed for nothing"
    );
    let empty = world.opened(&holder.user, 1);
    assert_eq!(
        world.try_register(&empty, &lapsed(&holder, late)).await,
        Registered::SlotTaken
    );
    assert_eq!(world.connection(&holder.id).await, holder);
}
