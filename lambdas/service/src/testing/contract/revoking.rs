//! Revocation: whoever signed in too early is refused, and no later word takes that back.

use domain::identity::UserId;
use domain::revocation::NotBefore;
use domain::timestamp::Timestamp;

use super::AllPorts;
use super::world::{LEASE, NOW, World, ok, taking_over};
use crate::ports::{Place, Registered};

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    sign_ins_before_do_not_count(world).await;
    revocations_never_go_back(world).await;
    the_own_row_decides_first_and_then_the_revocation(world).await;
}

/// The second of signing in.
const SECOND: u64 = NOW.millis() / 1000;

async fn revoke<T: AllPorts>(world: &World<'_, T>, user: &UserId, second: u64, life: Timestamp) {
    let not_before = NotBefore::from_seconds(second);
    ok(world.table.revoke(user, not_before, life).await);
}

/// What registering in a slot of its own comes to, for a sign-in of [`SECOND`].
async fn register<T: AllPorts>(world: &World<'_, T>, user: &UserId, slot: u32) -> Registered {
    world.try_register(&world.opened(user, slot), &Place::Free).await
}

async fn sign_ins_before_do_not_count<T: AllPorts>(world: &World<'_, T>) {
    let life = NOW.plus(LEASE);
    for (second, expected) in [
        (SECOND - 1, Registered::Now),
        (SECOND, Registered::Now),
        (SECOND + 1, Registered::Revoked),
    ] {
        let user = world.user();
        revoke(world, &user, second, life).await;
        let told = ok(world.table.not_before(&user).await);
        assert_eq!(
            told,
            Some(NotBefore::from_seconds(second)),
            "whoever asks is told the same"
        );
        let connection = world.opened(&user, 0);
        assert_eq!(world.try_register(&connection, &Place::Free).await, expected);
        let is_there = world.standing(&connection.id).await.is_some();
        assert_eq!(is_there, expected == Registered::Now);
        assert_eq!(ok(world.table.slots(&user).await).len(), usize::from(is_there));
        assert_eq!(
            world.is_member(&connection.memberships[1], &connection.id).await,
            is_there
        );
    }
    let other = world.user();
    assert_eq!(ok(world.table.not_before(&other).await), None);
    assert_eq!(
        register(world, &other, 0).await,
        Registered::Now,
        "other users are not meant"
    );
}

async fn revocations_never_go_back<T: AllPorts>(world: &World<'_, T>) {
    let (soon, late) = (NOW.plus(LEASE), NOW.plus(LEASE * 2));
    for (first, second) in [(soon, late), (late, soon), (soon, soon)] {
        let user = world.user();
        revoke(world, &user, SECOND + 1, first).await;
        revoke(world, &user, SECOND - 5, second).await;
        let told = ok(world.table.not_before(&user).await);
        assert_eq!(told, Some(NotBefore::from_seconds(SECOND + 1)));
        assert_eq!(register(world, &user, 0).await, Registered::Revoked);

        let user = world.user();
        revoke(world, &user, SECOND - 5, first).await;
        assert_eq!(register(world, &user, 0).await, Registered::Now);
        revoke(world, &user, SECOND + 1, second).await;
        assert_eq!(register(world, &user, 1).await, Registered::Revoked);
        revoke(world, &user, SECOND + 1, second).await;
        assert_eq!(
            register(world, &user, 1).await,
            Registered::Revoked,
            "again is harmless"
        );
    }
}

async fn the_own_row_decides_first_and_then_the_revocation<T: AllPorts>(world: &World<'_, T>) {
    let there = world.registered().await;
    let ended = world.opened(&there.user, 1);
    ok(world.table.entomb(&ended.id, NOW).await);
    revoke(world, &there.user, SECOND + 1, NOW.plus(LEASE)).await;
    assert_eq!(world.try_register(&there, &Place::Free).await, Registered::Already);
    assert_eq!(world.try_register(&ended, &Place::Free).await, Registered::Forgotten);
    assert_eq!(
        register(world, &there.user, 0).await,
        Registered::Revoked,
        "before the slot, which is taken"
    );
    let replacing = world.opened(&there.user, 0);
    let place = taking_over(world.slot(&there).await, &there.id, NOW);
    assert_eq!(world.try_register(&replacing, &place).await, Registered::Revoked);
    assert_eq!(world.connection(&there.id).await, there, "nobody is marked");
}
