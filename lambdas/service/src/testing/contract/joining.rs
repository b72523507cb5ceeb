//! Joining and leaving: the connection's row and the channel's, both or neither.

use domain::channel::Channel;
use domain::connection::{Connection, Standing};
use domain::limits::CHANNELS_PER_CONNECTION_MAX;
use domain::membership::Membership;
use domain::rate::Rate;
use domain::timestamp::Timestamp;

use super::AllPorts;
use super::world::{LEASE, NOW, World, around, membership, ok};
use crate::ports::{Moved, Place};

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    joining_is_noted_on_both_sides(world).await;
    joining_again_overwrites(world).await;
    joining_again_leaves_nothing_stale(world).await;
    a_member_from_the_start_can_watch(world).await;
    what_is_over_joins_nothing(world).await;
    what_is_entombed_or_unknown_joins_and_leaves_nothing(world).await;
    leaving_takes_away_both_sides(world).await;
    what_is_over_may_still_leave(world).await;
    only_what_stands_there_is_left(world).await;
    only_what_stands_there_is_overwritten(world).await;
    a_connection_may_be_in_many_channels_and_in_no_more(world).await;
    a_connection_comes_so_often_and_then_as_fast_as_its_bucket_fills(world).await;
    a_bucket_that_is_not_as_it_was_read_is_read_again(world).await;
}

fn watching(membership: &Membership) -> Membership {
    Membership {
        watching: true,
        ..membership.clone()
    }
}

async fn memberships<T: AllPorts>(world: &World<'_, T>, connection: &Connection) -> Vec<Membership> {
    let mut memberships = world.connection(&connection.id).await.memberships;
    memberships.retain(|membership| membership.channel.is_joined_by_choice());
    memberships
}

async fn joining_is_noted_on_both_sides<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.registered().await;
    let at = Timestamp::from_millis(NOW.millis() + 1_234);
    let room = membership(world.room(), 5);
    assert_eq!(world.join(&connection, &room, at).await, Moved::Done);
    assert_eq!(world.member(&room, &connection.id).await, Some(connection.member(at)));
    assert!(!world.watches(&room.channel, &connection.id).await);
    let with_presence = watching(&membership(world.room(), 0));
    assert_eq!(world.join(&connection, &with_presence, at).await, Moved::Done);
    let watchers = ok(world.table.watchers(&with_presence.channel, 10).await);
    assert_eq!(watchers, [connection.member(at)]);
    let mut expected = connection.clone();
    expected.memberships.extend([room, with_presence]);
    expected.joins_full_at = at.plus(Rate::JOINS.step() * 2);
    assert_eq!(world.connection(&connection.id).await, super::world::sorted(expected));
}

async fn joining_again_overwrites<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.registered().await;
    for (at, step) in steps(world) {
        assert_eq!(world.join(&connection, &step, at).await, Moved::Done);
        assert_eq!(memberships(world, &connection).await, std::slice::from_ref(&step));
        let member = world.member(&step, &connection.id).await;
        assert_eq!(member, Some(connection.member(at)));
        assert!(!step.watching || world.watches(&step.channel, &connection.id).await);
    }
}

/// The same, and nothing is left of what stood there before: not in another shard, and not as a watcher.
async fn joining_again_leaves_nothing_stale<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.registered().await;
    for (at, step) in steps(world) {
        assert_eq!(world.join(&connection, &step, at).await, Moved::Done);
        assert_eq!(
            world.watches(&step.channel, &connection.id).await,
            step.watching,
            "{step:?}"
        );
        for shard in 0..2 {
            let is_there = world
                .is_member(&Membership { shard, ..step.clone() }, &connection.id)
                .await;
            assert_eq!(is_there, shard == step.shard, "{step:?}");
        }
    }
}

/// One room joined again and again: to watch and not to, in one shard and another, and as it was.
fn steps<T: AllPorts>(world: &World<'_, T>) -> Vec<(Timestamp, Membership)> {
    let room = world.room();
    let steps = [
        (0, false),
        (0, true),
        (0, true),
        (0, false),
        (1, true),
        (0, false),
        (1, false),
        (1, false),
        (0, true),
    ];
    let step = |(later, (shard, watching))| {
        let membership = Membership {
            channel: room.clone(),
            shard,
            watching,
        };
        (Timestamp::from_millis(NOW.millis() + later), membership)
    };
    (0..).zip(steps).map(step).collect()
}

async fn a_member_from_the_start_can_watch<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.registered().await;
    let all = watching(&connection.memberships[0]);
    assert_eq!(world.join(&connection, &all, NOW).await, Moved::Done);
    let standing = world.connection(&connection.id).await;
    assert_eq!(standing.membership(&all.channel), Some(&all));
    assert!(world.is_member(&all, &connection.id).await);
    ok(world.table.remove_member(&all, &connection.id).await);
    assert!(!world.watches(&all.channel, &connection.id).await);
}

async fn what_is_over_joins_nothing<T: AllPorts>(world: &World<'_, T>) {
    let lapsing = world.registered().await;
    let to_the_end = world.renewed_beyond_its_end().await;
    let replaced = world.registered().await;
    world.replace(&replaced, NOW.plus(LEASE / 2)).await;
    for id in [lapsing.id, to_the_end.id, replaced.id] {
        let connection = world.connection(&id).await;
        for (now, ended) in around(connection.over_at()) {
            let room = watching(&membership(world.room(), 0));
            let expected = if ended { Moved::Gone } else { Moved::Done };
            assert_eq!(world.join(&connection, &room, now).await, expected);
            assert_eq!(world.is_member(&room, &id).await, !ended);
            assert_eq!(world.watches(&room.channel, &id).await, !ended);
            let noted = world.connection(&id).await;
            assert_eq!(noted.membership(&room.channel).is_some(), !ended);
        }
    }
}

async fn what_is_entombed_or_unknown_joins_and_leaves_nothing<T: AllPorts>(world: &World<'_, T>) {
    let room = membership(world.room(), 0);
    let (ended, unknown) = (world.registered().await, world.opened(&world.user(), 0));
    assert_eq!(world.join(&ended, &room, NOW).await, Moved::Done);
    ok(world.table.entomb(&ended.id, NOW).await);
    let stands = world.standing(&ended.id).await;
    for connection in [&ended, &unknown] {
        let other = watching(&membership(world.room(), 0));
        assert_eq!(world.join(connection, &other, NOW).await, Moved::Gone);
        assert!(!world.is_member(&other, &connection.id).await);
        assert!(!world.watches(&other.channel, &connection.id).await);
        assert_eq!(ok(world.table.leave(&room, &connection.id).await), Moved::Gone);
    }
    assert_eq!(
        world.standing(&ended.id).await,
        stands,
        "the tombstone tells of all its channels"
    );
    assert!(matches!(stands, Some(Standing::Entombed(Some(_)))));
    assert!(world.is_member(&room, &ended.id).await);
    assert_eq!(world.standing(&unknown.id).await, None, "nothing is made up");
}

async fn leaving_takes_away_both_sides<T: AllPorts>(world: &World<'_, T>) {
    let (connection, other) = (world.registered().await, world.registered().await);
    for room in [membership(world.room(), 2), watching(&membership(world.room(), 2))] {
        for joining in [&connection, &other] {
            assert_eq!(world.join(joining, &room, NOW).await, Moved::Done);
        }
        assert_eq!(ok(world.table.leave(&room, &connection.id).await), Moved::Done);
        let left = world.connection(&connection.id).await;
        assert_eq!(left.memberships, connection.memberships);
        assert!(!world.is_member(&room, &connection.id).await);
        assert!(!world.watches(&room.channel, &connection.id).await);
        assert!(world.is_member(&room, &other.id).await, "others are not meant");
        assert_eq!(world.watches(&room.channel, &other.id).await, room.watching);
    }
    let again = membership(world.room(), 2);
    for room in [watching(&again), again.clone(), watching(&again)] {
        assert_eq!(
            world.join(&connection, &room, NOW).await,
            Moved::Done,
            "as if for the first time"
        );
        assert_eq!(memberships(world, &connection).await, std::slice::from_ref(&room));
        assert_eq!(world.watches(&room.channel, &connection.id).await, room.watching);
        assert_eq!(ok(world.table.leave(&room, &connection.id).await), Moved::Done);
    }
    let user = &connection.memberships[1];
    assert!(world.is_member(user, &connection.id).await, "nor are other channels");
}

async fn what_is_over_may_still_leave<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.registered().await;
    let room = membership(world.room(), 0);
    assert_eq!(world.join(&connection, &room, NOW).await, Moved::Done);
    world.replace(&connection, NOW).await;
    assert!(world.connection(&connection.id).await.is_over(NOW));
    assert_eq!(ok(world.table.leave(&room, &connection.id).await), Moved::Done);
}

/// Every membership that a connection can have of a channel in two shards.
fn variants(channel: &Channel) -> [Membership; 4] {
    let [plain, elsewhere] = [0, 1].map(|shard| membership(channel.clone(), shard));
    [watching(&plain), plain, watching(&elsewhere), elsewhere]
}

/// Somebody read a membership that has changed since: rows that it does not know of would stay.
async fn only_what_stands_there_is_left<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.registered().await;
    let everything = variants(&world.room());
    for stands in &everything {
        assert_eq!(world.join(&connection, stands, NOW).await, Moved::Done);
        for read in everything.iter().filter(|read| *read != stands) {
            let left = ok(world.table.leave(read, &connection.id).await);
            assert_eq!(left, Moved::Contended, "{read:?} of {stands:?}");
            assert_eq!(memberships(world, &connection).await, std::slice::from_ref(stands));
            assert!(world.is_member(stands, &connection.id).await);
            assert_eq!(world.watches(&stands.channel, &connection.id).await, stands.watching);
        }
        assert_eq!(ok(world.table.leave(stands, &connection.id).await), Moved::Done);
        let again = ok(world.table.leave(stands, &connection.id).await);
        assert_eq!(again, Moved::Contended, "it has been left by somebody else");
    }
}

async fn only_what_stands_there_is_overwritten<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.registered().await;
    let everything = variants(&world.room());
    for stands in &everything {
        assert_eq!(world.join(&connection, stands, NOW).await, Moved::Done);
        let others = everything.iter().filter(|read| *read != stands).map(Some);
        for read in others.chain([None]) {
            for wanted in &everything {
                let joined = world.join_from(&connection, read, wanted, NOW).await;
                assert_eq!(joined, Moved::Contended, "{read:?} of {stands:?}");
            }
        }
        assert_eq!(memberships(world, &connection).await, std::slice::from_ref(stands));
        for membership in &everything {
            let is_there = world.is_member(membership, &connection.id).await;
            assert_eq!(is_there, membership.shard == stands.shard);
        }
        assert_eq!(world.watches(&stands.channel, &connection.id).await, stands.watching);
        let again = world.join_from(&connection, Some(stands), stands, NOW).await;
        assert_eq!(again, Moved::Done);
    }
    let never = membership(world.room(), 0);
    let joined = world.join_from(&connection, Some(&never), &never, NOW).await;
    assert_eq!(joined, Moved::Contended, "it has been left by somebody else");
}

async fn a_connection_may_be_in_many_channels_and_in_no_more<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.registered().await;
    let mut rooms = Vec::new();
    for number in 0..CHANNELS_PER_CONNECTION_MAX {
        let room = membership(world.room(), 0);
        let room = if number % 2 == 0 { room } else { watching(&room) };
        assert_eq!(world.join(&connection, &room, NOW).await, Moved::Done);
        rooms.push(room);
    }
    let further = membership(world.room(), 0);
    assert_eq!(world.join(&connection, &further, NOW).await, Moved::Full);
    assert_eq!(world.member(&further, &connection.id).await, None);
    assert_eq!(world.join(&connection, &rooms[0], NOW).await, Moved::Done);
    rooms.sort_by(|a, b| a.channel.cmp(&b.channel));
    assert_eq!(memberships(world, &connection).await, rooms);
    let was = ok(world.table.entomb(&connection.id, NOW).await);
    assert_eq!(
        was.map(|was| was.memberships.len()),
        Some(CHANNELS_PER_CONNECTION_MAX + 2)
    );
}

/// Joins and leaves as often as it can, within reason: a bucket without an end is to fail, and not to last.
async fn come_and_go<T: AllPorts>(world: &World<'_, T>, connection: &Connection, now: Timestamp) -> usize {
    let room = membership(world.room(), 0);
    let mut times = 0;
    while times < 3 * CHANNELS_PER_CONNECTION_MAX && world.join(connection, &room, now).await == Moved::Done {
        assert_eq!(ok(world.table.leave(&room, &connection.id).await), Moved::Done);
        times += 1;
    }
    times
}

async fn a_connection_comes_so_often_and_then_as_fast_as_its_bucket_fills<T: AllPorts>(world: &World<'_, T>) {
    let (connection, other) = (world.registered().await, world.registered().await);
    let times = come_and_go(world, &connection, NOW).await;
    assert_eq!(times, 2 * CHANNELS_PER_CONNECTION_MAX);
    let step = Rate::JOINS.step();
    let read = world.connection(&connection.id).await;
    assert_eq!(read.may_join(NOW), Err(step));
    assert_eq!(world.member(&membership(world.room(), 0), &connection.id).await, None);
    assert_eq!(come_and_go(world, &connection, NOW.plus(step * 3)).await, 3);
    let room = membership(world.room(), 0);
    assert_eq!(
        world.join(&other, &room, NOW).await,
        Moved::Done,
        "others are not meant"
    );
}

async fn a_bucket_that_is_not_as_it_was_read_is_read_again<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.registered().await;
    let (full, partly) = (Timestamp::default(), NOW.plus(Rate::JOINS.step()));
    let (room, other) = (membership(world.room(), 0), membership(world.room(), 0));
    for (membership, read, expected) in [
        (&room, partly, Moved::Contended),
        (&room, full, Moved::Done),
        (&other, full, Moved::Contended),
        (&other, partly, Moved::Done),
    ] {
        let joined = world.join_with(&connection, None, membership, NOW, read).await;
        assert_eq!(joined, expected, "{read:?}");
        assert_eq!(
            world.is_member(membership, &connection.id).await,
            expected == Moved::Done
        );
    }
    let ahead = Rate::JOINS.emptied_by_another_clock(NOW);
    for (far, expected) in [(ahead, Moved::Contended), (ahead.plus(Rate::JOINS.step()), Moved::Done)] {
        let clocked = Connection {
            joins_full_at: far,
            ..world.opened(&world.user(), 0)
        };
        world.register(&clocked, &Place::Free).await;
        let room = membership(world.room(), 0);
        assert_eq!(world.join(&clocked, &room, NOW).await, expected, "{far:?}");
    }
}
