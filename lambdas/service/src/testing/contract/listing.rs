//! Listing members page by page, and those who watch.

use domain::membership::{Member, Membership};

use super::AllPorts;
use super::world::{NOW, World, membership, ok};
use crate::ports::Moved;

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    pages_hold_everyone_once_and_in_order(world).await;
    a_page_begins_after_anyone(world).await;
    shards_and_channels_are_apart(world).await;
    watchers_are_listed_up_to_a_limit(world).await;
}

/// So many members of a room that is their own, in the order of their ids.
async fn room_of<T: AllPorts>(world: &World<'_, T>, count: usize, watching: bool) -> (Membership, Vec<Member>) {
    let room = Membership {
        watching,
        ..membership(world.room(), 0)
    };
    let mut members = Vec::new();
    for _ in 0..count {
        let connection = world.registered().await;
        assert_eq!(world.join(&connection, &room, NOW).await, Moved::Done);
        members.push(connection.member(NOW));
    }
    members.sort_by(|a, b| a.connection.cmp(&b.connection));
    (room, members)
}

async fn pages_hold_everyone_once_and_in_order<T: AllPorts>(world: &World<'_, T>) {
    let (room, members) = room_of(world, 5, false).await;
    for limit in [1, 2, 4, 5, 6] {
        assert_eq!(world.members(&room.channel, 0, limit).await, members, "{limit} a page");
    }
    let empty = ok(world.table.page(&world.room(), 0, None, 10).await);
    assert!(empty.members.is_empty() && empty.next.is_none());
}

async fn a_page_begins_after_anyone<T: AllPorts>(world: &World<'_, T>) {
    let (room, members) = room_of(world, 3, false).await;
    for (number, member) in members.iter().enumerate() {
        let page = ok(world.table.page(&room.channel, 0, Some(&member.connection), 1).await);
        let following: Vec<_> = members.iter().skip(number + 1).take(1).cloned().collect();
        assert_eq!(page.members, following);
    }
    // Between two pages, the member at which the second begins may have left.
    ok(world.table.remove_member(&room, &members[0].connection).await);
    let page = ok(world
        .table
        .page(&room.channel, 0, Some(&members[0].connection), 1)
        .await);
    assert_eq!(page.members, [members[1].clone()]);
}

async fn shards_and_channels_are_apart<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.registered().await;
    let second = membership(world.room(), 1);
    assert_eq!(world.join(&connection, &second, NOW).await, Moved::Done);
    for (shard, count) in [(0, 0), (1, 1), (10, 0), (11, 0)] {
        assert_eq!(
            world.members(&second.channel, shard, 10).await.len(),
            count,
            "shard {shard}"
        );
    }
    assert!(world.members(&world.room(), 1, 10).await.is_empty());
    assert!(ok(world.table.watchers(&second.channel, 10).await).is_empty());
}

async fn watchers_are_listed_up_to_a_limit<T: AllPorts>(world: &World<'_, T>) {
    let (room, members) = room_of(world, 3, true).await;
    for (limit, count) in [(1, 1), (2, 2), (3, 3), (4, 3)] {
        let watchers = ok(world.table.watchers(&room.channel, limit).await);
        assert_eq!(watchers.len(), count);
        assert!(watchers.iter().all(|watcher| members.contains(watcher)));
    }
}
