//! Appending: numbers without holes that are never given twice, and ids that are remembered.

use domain::identity::UserId;
use domain::log::{Head, Sender};
use domain::timestamp::Timestamp;

use super::AllPorts;
use super::world::{Message, NOW, World, around, ok, some};
use crate::ports::Appended;

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    an_append_is_refused_unless_the_head_is_as_it_was(world).await;
    an_id_is_remembered(world).await;
    a_known_id_is_told_first_and_nothing_is_written(world).await;
    an_id_counts_until_the_end_of_its_life(world).await;
    ids_of_senders_are_their_own(world).await;
    the_back_end_is_a_sender_like_any_other(world).await;
    handing_over_is_noted(world).await;
}

async fn an_append_is_refused_unless_the_head_is_as_it_was<T: AllPorts>(world: &World<'_, T>) {
    let (room, user) = (world.room(), world.user());
    let first = Message::new(&room, None, &user);
    let unfounded = Message::new(&room, Some(first.head.clone()), &user).with_id(&world.message_id());
    assert_eq!(
        world.append(&unfounded).await,
        Appended::HeadMoved(None),
        "there is none yet"
    );
    assert_eq!(world.head(&room).await, None, "and none is made up");
    assert_eq!(world.append(&first).await, Appended::Done);
    let second = Message::new(&room, Some(first.head.clone()), &user);
    assert_eq!(world.append(&second).await, Appended::Done);

    let shown = Appended::HeadMoved(Some(second.head.clone()));
    for previous in [None, Some(first.head.clone())] {
        let mut late = Message::new(&room, previous, &user).with_id(&world.message_id());
        late.entry.content = some(domain::content::Content::parse(r#""late""#).ok());
        assert_eq!(world.append(&late).await, shown);
        let id = some(late.entry.id.clone());
        assert_eq!(ok(world.table.sent(&user, &id).await), None);
    }
    let ahead = Message::new(
        &room,
        Some(Head::after(Some(&second.head), NOW, second.head.shards)),
        &user,
    );
    assert_eq!(world.append(&ahead).await, shown);
    assert_eq!(world.head(&room).await, Some(second.head));
    assert_eq!(world.log(&room).await, [first.entry, second.entry]);
}

async fn an_id_is_remembered<T: AllPorts>(world: &World<'_, T>) {
    let (room, user, id) = (world.room(), world.user(), world.message_id());
    assert_eq!(ok(world.table.sent(&user, &id).await), None);
    let message = Message::new(&room, None, &user).with_id(&id);
    assert_eq!(world.append(&message).await, Appended::Done);
    assert_eq!(ok(world.table.sent(&user, &id).await), message.remembered());
    assert_eq!(world.log(&room).await, [message.entry]);
}

async fn a_known_id_is_told_first_and_nothing_is_written<T: AllPorts>(world: &World<'_, T>) {
    let (room, user, id) = (world.room(), world.user(), world.message_id());
    let first = Message::new(&room, None, &user).with_id(&id);
    assert_eq!(world.append(&first).await, Appended::Done);
    let elsewhere = world.room();
    for again in [
        Message::new(&room, Some(first.head.clone()), &user),
        Message::new(&room, None, &user),
        Message::new(&elsewhere, None, &user),
        Message::new(&elsewhere, Some(first.head.clone()), &user),
    ] {
        assert_eq!(world.append(&again.with_id(&id)).await, Appended::IdKnown);
    }
    assert_eq!(world.head(&room).await, Some(first.head.clone()));
    assert_eq!(world.head(&elsewhere).await, None);
    assert_eq!(ok(world.table.sent(&user, &id).await), first.remembered());
    assert_eq!(world.log(&room).await, [first.entry]);
    let direct = world.direct(&user, &world.user());
    let mut listing = Message::new(&direct, None, &user).with_id(&id);
    listing.head.listed_until = NOW.plus(std::time::Duration::from_secs(60));
    assert_eq!(world.append(&listing).await, Appended::IdKnown);
    assert_eq!(ok(world.table.directs(&user, 0, 10, NOW).await), []);
}

async fn an_id_counts_until_the_end_of_its_life<T: AllPorts>(world: &World<'_, T>) {
    let (room, user, id) = (world.room(), world.user(), world.message_id());
    let first = Message::new(&room, None, &user).with_id(&id);
    assert_eq!(world.append(&first).await, Appended::Done);
    let life = some(first.remembered()).life;
    for (now, ended) in around(life) {
        let head = world.head(&room).await;
        let mut again = Message::new(&room, head, &user).with_id(&id);
        again.now = now;
        again.entry.life = Timestamp::from_millis(life.millis() + 1_000_000);
        if !ended {
            assert_eq!(world.append(&again).await, Appended::IdKnown);
            continue;
        }
        assert_eq!(world.append(&again).await, Appended::Done);
        assert_eq!(ok(world.table.sent(&user, &id).await), again.remembered());
        break;
    }
    assert_eq!(world.log(&room).await.len(), 2);
}

async fn ids_of_senders_are_their_own<T: AllPorts>(world: &World<'_, T>) {
    let (room, id) = (world.room(), world.message_id());
    let mut head = None;
    for _ in 0..2 {
        let message = Message::new(&room, head, &world.user()).with_id(&id);
        assert_eq!(world.append(&message).await, Appended::Done);
        head = Some(message.head);
    }
}

async fn the_back_end_is_a_sender_like_any_other<T: AllPorts>(world: &World<'_, T>) {
    let (room, id) = (world.room(), world.message_id());
    let sender = UserId::back_end();
    let mut message = Message::new(&room, None, &sender).with_id(&id);
    message.entry.sender = Sender::back_end(Some("Shop"));
    assert_eq!(world.append(&message).await, Appended::Done);
    assert_eq!(ok(world.table.sent(&sender, &id).await), message.remembered());
    assert_eq!(world.log(&room).await, [message.entry.clone()]);
    let again = Message::new(&room, Some(message.head), &sender).with_id(&id);
    assert_eq!(world.append(&again).await, Appended::IdKnown);
}

async fn handing_over_is_noted<T: AllPorts>(world: &World<'_, T>) {
    let (room, user, id) = (world.room(), world.user(), world.message_id());
    ok(world.table.mark_handed_over(&user, &id).await);
    assert_eq!(ok(world.table.sent(&user, &id).await), None, "nothing is made up");
    let message = Message::new(&room, None, &user).with_id(&id);
    assert_eq!(world.append(&message).await, Appended::Done);
    for _ in 0..2 {
        ok(world.table.mark_handed_over(&user, &id).await);
        let mut expected = some(message.remembered());
        expected.handed_over = true;
        assert_eq!(ok(world.table.sent(&user, &id).await), Some(expected));
    }
}
