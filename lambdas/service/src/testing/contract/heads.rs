//! Heads of logs, over how many shards their members are spread, and the lists of direct channels.

use std::time::Duration;

use domain::channel::Channel;
use domain::identity::UserId;
use domain::limits::CURSORS_MAX;
use domain::log::Head;
use domain::shards::Shards;
use domain::timestamp::Timestamp;

use super::AllPorts;
use super::world::{Message, NOW, World, around, ok, some};
use crate::ports::Appended;

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    a_head_is_there_once_something_was_appended(world).await;
    heads_are_read_together(world).await;
    shards_only_grow(world).await;
    an_append_with_the_head_of_before_a_spread_is_refused(world).await;
    both_users_have_a_direct_channel_in_their_lists(world).await;
    a_list_is_renewed_and_never_by_what_was_refused(world).await;
    lists_end_at_a_limit_and_leave_out_what_is_over(world).await;
    a_long_list_begins_anywhere_and_goes_round(world).await;
}

const RETENTION: Duration = Duration::from_secs(600);

fn shards(count: u32) -> Shards {
    some(Shards::new(count))
}

async fn a_head_is_there_once_something_was_appended<T: AllPorts>(world: &World<'_, T>) {
    let room = world.room();
    assert_eq!(world.head(&room).await, None);
    let first = Message::new(&room, None, &world.user());
    assert_eq!(world.append(&first).await, Appended::Done);
    assert_eq!(world.head(&room).await, Some(first.head.clone()));
    let second = Message::new(&room, Some(first.head), &world.user());
    assert_eq!(world.append(&second).await, Appended::Done);
    assert_eq!(world.head(&room).await, Some(second.head));
}

async fn heads_are_read_together<T: AllPorts>(world: &World<'_, T>) {
    assert_eq!(ok(world.table.heads(&[]).await), []);
    let channels: Vec<_> = (0..CURSORS_MAX).map(|_| world.room()).collect();
    assert_eq!(
        ok(world.table.heads(&channels).await),
        [],
        "those without one are left out"
    );
    for channel in &channels[1..] {
        world.say(channel, "1", NOW.plus(RETENTION)).await;
    }
    let mut heads = ok(world.table.heads(&channels).await);
    heads.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut expected = Vec::new();
    for channel in &channels[1..] {
        expected.push((channel.clone(), some(world.head(channel).await)));
    }
    expected.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert_eq!(heads, expected);
}

async fn shards_only_grow<T: AllPorts>(world: &World<'_, T>) {
    let room = world.room();
    ok(world.table.spread(&room, shards(4)).await);
    assert_eq!(world.head(&room).await, None, "no head is made up");
    world.say(&room, "1", NOW.plus(RETENTION)).await;
    for (count, expected) in [(1, 1), (4, 4), (3, 4), (4, 4), (5, 5)] {
        ok(world.table.spread(&room, shards(count)).await);
        let head = some(world.head(&room).await);
        assert_eq!(head.shards, shards(expected), "after {count}");
    }
}

/// A writer that read the head before its channel was spread: whatever it brings itself, it is not to tell fewer shards than
/// there are.
async fn an_append_with_the_head_of_before_a_spread_is_refused<T: AllPorts>(world: &World<'_, T>) {
    for brought in [1, 2, 3, 4, 8] {
        let room = world.room();
        world.say(&room, "1", NOW.plus(RETENTION)).await;
        let before = world.head(&room).await;
        ok(world.table.spread(&room, shards(4)).await);
        let mut late = Message::new(&room, before, &world.user());
        late.head.shards = shards(brought);
        if brought < 4 {
            let spread = some(world.head(&room).await);
            let shown = Appended::HeadMoved(Some(spread.clone()));
            assert_eq!(world.append(&late).await, shown, "{brought} of {:?}", spread.shards);
            assert_eq!(world.log(&room).await.len(), 1, "nothing is written");
            late = Message::new(&room, Some(spread), &world.user());
        }
        assert_eq!(world.append(&late).await, Appended::Done, "{brought}");
        let head = some(world.head(&room).await);
        assert_eq!((head.last, head.shards), (late.head.last, shards(brought.max(4))));
    }
}

async fn directs<T: AllPorts>(world: &World<'_, T>, user: &UserId, limit: usize, now: Timestamp) -> Vec<String> {
    let channels = ok(world.table.directs(user, 0, limit, now).await);
    let mut names: Vec<_> = channels.iter().map(ToString::to_string).collect();
    names.sort();
    names
}

async fn both_users_have_a_direct_channel_in_their_lists<T: AllPorts>(world: &World<'_, T>) {
    let (one, other, third) = (world.user(), world.user(), world.user());
    let direct = world.direct(&one, &other);
    let mut first = Message::new(&direct, None, &one);
    first.head = first.head.listing(&direct, RETENTION);
    assert_eq!(world.append(&first).await, Appended::Done);
    assert_eq!(
        world.head(&direct).await,
        Some(first.head.clone()),
        "the head knows until when"
    );
    for (now, ended) in around(first.head.listed_until) {
        for user in [&one, &other] {
            let expected = if ended { vec![] } else { vec![direct.to_string()] };
            assert_eq!(directs(world, user, 10, now).await, expected);
        }
    }
    assert!(directs(world, &third, 10, NOW).await.is_empty());
    let mut second = Message::new(&direct, Some(first.head.clone()), &other);
    second.head = second.head.listing(&direct, RETENTION);
    assert_eq!(world.append(&second).await, Appended::Done);
    assert_eq!(
        second.head.listed_until, first.head.listed_until,
        "not every message renews it"
    );
    assert_eq!(directs(world, &one, 10, NOW).await, [direct.to_string()]);
}

async fn a_list_is_renewed_and_never_by_what_was_refused<T: AllPorts>(world: &World<'_, T>) {
    let (one, other) = (world.user(), world.user());
    let direct = world.direct(&one, &other);
    let listed = |head: Head, millis: u64| Head {
        listed_until: Timestamp::from_millis(NOW.millis() + millis),
        ..head
    };
    let mut refused = Message::new(&direct, None, &one);
    refused.previous = Some(refused.head.clone());
    refused.head = listed(refused.head, 9_000);
    assert_eq!(world.append(&refused).await, Appended::HeadMoved(None));
    assert!(directs(world, &one, 10, NOW).await.is_empty());

    let mut head = None;
    for millis in [5_000, 9_000] {
        let mut message = Message::new(&direct, head.clone(), &one);
        message.head = listed(message.head, millis);
        assert_eq!(world.append(&message).await, Appended::Done);
        head = Some(message.head);
    }
    let at = |millis: u64| Timestamp::from_millis(NOW.millis() + millis);
    assert_eq!(directs(world, &other, 10, at(8_999)).await, [direct.to_string()]);
    assert!(directs(world, &other, 10, at(9_000)).await.is_empty());
    assert_eq!(world.head(&direct).await, head);
}

async fn lists_end_at_a_limit_and_leave_out_what_is_over<T: AllPorts>(world: &World<'_, T>) {
    let user = world.user();
    let mut kept = Vec::new();
    for number in 0..7 {
        let direct = world.direct(&user, &world.user());
        let mut message = Message::new(&direct, None, &user);
        let is_over = number % 2 == 0;
        message.head.listed_until = NOW.plus(if is_over { RETENTION } else { RETENTION * 2 });
        assert_eq!(world.append(&message).await, Appended::Done);
        if !is_over {
            kept.push(direct.to_string());
        }
    }
    kept.sort();
    let now = NOW.plus(RETENTION);
    for (limit, count) in [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3)] {
        let listed = directs(world, &user, limit, now).await;
        assert_eq!(listed.len(), count, "at most {limit}");
        assert!(listed.iter().all(|name| kept.contains(name)));
    }
    assert_eq!(directs(world, &user, 10, NOW).await.len(), 7);
}

async fn a_long_list_begins_anywhere_and_goes_round<T: AllPorts>(world: &World<'_, T>) {
    let user = world.user();
    let mut all = Vec::new();
    for _ in 0..7 {
        let direct = world.direct(&user, &world.user());
        let mut message = Message::new(&direct, None, &user);
        message.head.listed_until = NOW.plus(RETENTION);
        assert_eq!(world.append(&message).await, Appended::Done);
        all.push(direct);
    }
    all.sort_by_key(Channel::place);
    for (index, first) in all.iter().enumerate() {
        for from in [first.place(), first.place() - 1] {
            let expected: Vec<_> = all.iter().cycle().skip(index).take(3).cloned().collect();
            let listed = ok(world.table.directs(&user, from, 3, NOW).await);
            assert_eq!(listed, expected, "from {from:x}");
        }
        let after = ok(world.table.directs(&user, first.place() + 1, 1, NOW).await);
        assert_eq!(after, [all[(index + 1) % all.len()].clone()]);
        let whole = ok(world.table.directs(&user, first.place(), 8, NOW).await);
        assert_eq!(whole.len(), 7);
    }
}
