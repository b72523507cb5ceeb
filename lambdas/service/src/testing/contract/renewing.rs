//! Leases: renewed while the connection lasts and nobody took its place, and never brought back.

use domain::connection::{Connection, Standing};
use domain::timestamp::Timestamp;

use super::AllPorts;
use super::world::{LEASE, NOW, World, around, ok};
use crate::ports::Renewed;

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    a_lease_is_renewed(world).await;
    no_lease_is_longer_than_the_connection(world).await;
    what_is_over_is_not_renewed(world).await;
    who_was_replaced_is_not_renewed(world).await;
    what_is_entombed_or_unknown_is_over(world).await;
}

async fn renew<T: AllPorts>(world: &World<'_, T>, of: &Connection, lease: Timestamp, now: Timestamp) -> Renewed {
    match ok(world.table.renew(&of.id, lease, now).await) {
        Renewed::Over(was) => Renewed::Over(was.map(super::world::sorted)),
        other => other,
    }
}

async fn a_lease_is_renewed<T: AllPorts>(world: &World<'_, T>) {
    let mut connection = world.registered().await;
    let last_moment = Timestamp::from_millis(connection.lease.millis() - 1);
    let lease = Timestamp::from_millis(connection.lease.millis() + 5_003);
    assert_eq!(renew(world, &connection, lease, last_moment).await, Renewed::Now);
    connection.lease = lease;
    assert_eq!(
        world.connection(&connection.id).await,
        connection,
        "and nothing else of it is changed"
    );
}

async fn no_lease_is_longer_than_the_connection<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.registered().await;
    for (lease, _) in around(connection.hard_end) {
        assert_eq!(renew(world, &connection, lease, NOW).await, Renewed::Now);
        let renewed = world.connection(&connection.id).await.lease;
        assert_eq!(renewed, lease.min(connection.hard_end));
    }
}

async fn what_is_over_is_not_renewed<T: AllPorts>(world: &World<'_, T>) {
    for connection in [world.registered().await, world.renewed_beyond_its_end().await] {
        for (now, ended) in around(connection.over_at()) {
            let expected = if ended {
                Renewed::Over(Some(connection.clone()))
            } else {
                Renewed::Now
            };
            // To the same lease, so that the end stays where it is.
            assert_eq!(renew(world, &connection, connection.lease, now).await, expected);
        }
        assert_eq!(world.connection(&connection.id).await, connection);
    }
}

async fn who_was_replaced_is_not_renewed<T: AllPorts>(world: &World<'_, T>) {
    let old = world.registered().await;
    let until = NOW.plus(LEASE / 2);
    world.replace(&old, until).await;
    let replaced = Connection {
        replaced_until: Some(until),
        ..old.clone()
    };
    for (now, ended) in around(until) {
        let expected = if ended {
            Renewed::Over(Some(replaced.clone()))
        } else {
            Renewed::Replaced
        };
        assert_eq!(renew(world, &old, NOW.plus(LEASE * 2), now).await, expected);
    }
    assert_eq!(world.connection(&old.id).await, replaced);
}

async fn what_is_entombed_or_unknown_is_over<T: AllPorts>(world: &World<'_, T>) {
    let ended = world.registered().await;
    ok(world.table.entomb(&ended.id, NOW).await);
    let unknown = world.opened(&ended.user, 1);
    let never = world.opened(&ended.user, 2);
    ok(world.table.entomb(&never.id, NOW).await);
    for (connection, was) in [(&ended, Some(ended.clone())), (&unknown, None), (&never, None)] {
        let renewed = renew(world, connection, NOW.plus(LEASE), NOW).await;
        assert_eq!(renewed, Renewed::Over(was));
    }
    assert_eq!(world.standing(&unknown.id).await, None, "nothing is made up");
    assert_eq!(world.standing(&ended.id).await, Some(Standing::Entombed(Some(ended))));
    assert_eq!(world.standing(&never.id).await, Some(Standing::Entombed(None)));
}
