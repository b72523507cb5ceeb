//! Revocation: whoever signed in too early is refused, and whose sign-in was ended; no later word takes that back.

use domain::connection::Connection;
use domain::identity::{Identity, OriginJti, UserId};
use domain::revocation::{NotBefore, Revocation};
use domain::timestamp::Timestamp;

use super::AllPorts;
use super::world::{LEASE, NOW, World, ok, taking_over};
use crate::ports::{Place, Registered};

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    sign_ins_before_do_not_count(world).await;
    revocations_never_go_back(world).await;
    one_sign_in_is_ended_and_no_other(world).await;
    of_two_revocations_that_of_all_is_told(world).await;
    the_own_row_decides_first_and_then_the_revocation(world).await;
}

/// The second of signing in.
const SECOND: u64 = NOW.millis() / 1000;

async fn revoke<T: AllPorts>(world: &World<'_, T>, user: &UserId, second: u64, life: Timestamp) {
    ok(world.table.revoke(user, &before(second), life).await);
}

fn before(second: u64) -> Revocation {
    Revocation::Before(NotBefore::from_seconds(second))
}

/// Which revocation means who opened this connection.
async fn told<T: AllPorts>(world: &World<'_, T>, connection: &Connection) -> Option<Revocation> {
    let who = Identity {
        user: connection.user.clone(),
        name: connection.name.clone(),
        groups: Vec::new(),
        expires_at: connection.hard_end,
        signed_in_at: connection.signed_in_at,
        origin_jti: connection.origin_jti.clone(),
    };
    ok(world.table.revocation(&who).await)
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
        let connection = world.opened(&user, 0);
        let refused = (expected == Registered::Revoked).then(|| before(second));
        assert_eq!(told(world, &connection).await, refused, "whoever asks is told the same");
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
    assert_eq!(told(world, &world.opened(&other, 0)).await, None);
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
        assert_eq!(told(world, &world.opened(&user, 0)).await, Some(before(SECOND + 1)));
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

async fn one_sign_in_is_ended_and_no_other<T: AllPorts>(world: &World<'_, T>) {
    let user = world.user();
    let ended = OriginJti::parse("ended");
    let revocation = ended.clone().map(Revocation::SignIn);
    let revoked = revocation
        .as_ref()
        .map(|r| world.table.revoke(&user, r, NOW.plus(LEASE)));
    if let Some(revoked) = revoked {
        ok(revoked.await);
    }
    let opened = |user: &UserId, slot, origin_jti| Connection {
        origin_jti,
        // However late: the name alone counts.
        signed_in_at: NOW.plus(LEASE),
        ..world.opened(user, slot)
    };
    let other = world.user();
    for (slot, user, jti, expected) in [
        (0, &user, ended.clone(), Registered::Revoked),
        (0, &user, OriginJti::parse("another"), Registered::Now),
        (1, &user, None, Registered::Now),
        (0, &other, ended, Registered::Now),
    ] {
        let connection = opened(user, slot, jti);
        let refused = (expected == Registered::Revoked).then(|| revocation.clone()).flatten();
        assert_eq!(told(world, &connection).await, refused);
        assert_eq!(world.try_register(&connection, &Place::Free).await, expected);
    }
}

async fn of_two_revocations_that_of_all_is_told<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.opened(&world.user(), 0);
    let Some(jti) = connection.origin_jti.clone() else {
        panic!("a sign-in without a name")
    };
    let one = Revocation::SignIn(jti);
    ok(world.table.revoke(&connection.user, &one, NOW.plus(LEASE)).await);
    assert_eq!(told(world, &connection).await, Some(one));
    revoke(world, &connection.user, SECOND + 1, NOW.plus(LEASE)).await;
    assert_eq!(told(world, &connection).await, Some(before(SECOND + 1)));
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
