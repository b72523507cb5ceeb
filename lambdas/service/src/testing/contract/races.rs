//! Several at once: what may happen once happens once, whoever comes first.

use std::time::Duration;

use domain::connection::Standing;
use domain::connection_id::ConnectionId;
use domain::membership::Membership;
use futures_util::future::{join, join_all};

use super::AllPorts;
use super::world::{Message, NOW, World, membership, ok, taking_over};
use crate::ports::{Appended, Moved, Place, Registered};

/// How many come at once.
const CROWD: usize = 8;

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    one_of_many_gets_the_slot(world).await;
    one_of_many_takes_over(world).await;
    one_of_many_moves_the_head(world).await;
    many_that_insist_are_all_appended(world).await;
    one_message_sent_many_times_is_appended_once(world).await;
    many_rooms_are_joined_at_once(world).await;
    whoever_joined_is_told_of_by_the_tombstone(world).await;
}

async fn one_of_many_gets_the_slot<T: AllPorts>(world: &World<'_, T>) {
    let user = world.user();
    let attempts = (0..CROWD).map(|_| async {
        let connection = world.opened(&user, 0);
        (
            insist_on_registering(world, &connection, &Place::Free).await,
            connection.id,
        )
    });
    only_one_holds_the_slot(world, &user, &join_all(attempts).await).await;
}

async fn one_of_many_takes_over<T: AllPorts>(world: &World<'_, T>) {
    let old = world.registered().await;
    let slot = world.slot(&old).await;
    let slot = &slot;
    let attempts = (0..CROWD).map(|_| async {
        let connection = world.opened(&old.user, 0);
        let place = taking_over(slot.clone(), &old.id, NOW.plus(Duration::from_secs(60)));
        (insist_on_registering(world, &connection, &place).await, connection.id)
    });
    only_one_holds_the_slot(world, &old.user, &join_all(attempts).await).await;
    assert!(world.connection(&old.id).await.replaced_until.is_some());
}

async fn insist_on_registering<T: AllPorts>(
    world: &World<'_, T>,
    connection: &domain::connection::Connection,
    place: &Place,
) -> Registered {
    loop {
        match world.try_register(connection, place).await {
            Registered::Contended => {}
            other => return other,
        }
    }
}

async fn only_one_holds_the_slot<T: AllPorts>(
    world: &World<'_, T>,
    user: &domain::identity::UserId,
    outcomes: &[(Registered, ConnectionId)],
) {
    let winners: Vec<_> = outcomes
        .iter()
        .filter(|(registered, _)| *registered == Registered::Now)
        .map(|(_, id)| id)
        .collect();
    assert_eq!(winners.len(), 1, "{outcomes:?}");
    for (registered, id) in outcomes {
        assert!(
            matches!(registered, Registered::Now | Registered::SlotTaken),
            "{registered:?}"
        );
        assert_eq!(world.standing(id).await.is_some(), winners.contains(&id));
    }
    let slots = ok(world.table.slots(user).await);
    assert_eq!(
        slots.iter().filter_map(|slot| slot.holder.as_ref()).collect::<Vec<_>>(),
        winners
    );
}

async fn one_of_many_moves_the_head<T: AllPorts>(world: &World<'_, T>) {
    let room = world.room();
    let mut head = None;
    for round in 1..=2 {
        let attempts = (0..CROWD).map(|_| async {
            let message = Message::new(&room, head.clone(), &world.user());
            (world.append(&message).await, message.head)
        });
        let outcomes = join_all(attempts).await;
        let done = outcomes.iter().filter(|(appended, _)| *appended == Appended::Done);
        // In a crowd everyone may have been in everyone's way.
        assert!(done.count() <= 1, "{outcomes:?}");
        for (appended, _) in &outcomes {
            assert!(!matches!(appended, Appended::IdKnown));
        }
        if world.log(&room).await.len() < round {
            world.say(&room, "1", NOW.plus(Duration::from_secs(600))).await;
        }
        assert_eq!(world.log(&room).await.len(), round);
        head = world.head(&room).await;
    }
}

async fn many_that_insist_are_all_appended<T: AllPorts>(world: &World<'_, T>) {
    let room = world.room();
    let writers = (0..CROWD).map(|_| async {
        let mut head = world.head(&room).await;
        loop {
            let message = Message::new(&room, head.clone(), &world.user());
            match world.append(&message).await {
                Appended::Done => return message.entry.sequence.number(),
                Appended::HeadMoved(shown) => head = shown,
                Appended::Contended => {}
                Appended::IdKnown => panic!("there is no id"),
            }
        }
    });
    let mut given = join_all(writers).await;
    given.sort_unstable();
    let numbers: Vec<_> = world.log(&room).await.iter().map(|e| e.sequence.number()).collect();
    assert_eq!(given, numbers, "every number given is in the log, and none twice");
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "without a hole");
}

async fn one_message_sent_many_times_is_appended_once<T: AllPorts>(world: &World<'_, T>) {
    let (room, user, id) = (world.room(), world.user(), world.message_id());
    let attempts = (0..CROWD).map(|_| async {
        let mut head = world.head(&room).await;
        loop {
            let message = Message::new(&room, head.clone(), &user).with_id(&id);
            match world.append(&message).await {
                Appended::HeadMoved(shown) => head = shown,
                Appended::Contended => {}
                other => return other,
            }
        }
    });
    let outcomes = join_all(attempts).await;
    let done = outcomes.iter().filter(|outcome| **outcome == Appended::Done);
    assert_eq!(done.count(), 1, "{outcomes:?}");
    assert_eq!(world.log(&room).await.len(), 1);
}

async fn many_rooms_are_joined_at_once<T: AllPorts>(world: &World<'_, T>) {
    let connection = world.registered().await;
    let rooms: Vec<_> = (0..CROWD).map(|_| membership(world.room(), 0)).collect();
    let joining = rooms.iter().map(|room| insist_on_joining(world, &connection, room));
    assert!(join_all(joining).await.iter().all(|moved| *moved == Moved::Done));
    let noted = world.connection(&connection.id).await;
    for room in &rooms {
        assert_eq!(noted.membership(&room.channel), Some(room));
        assert!(world.is_member(room, &connection.id).await);
    }
}

async fn insist_on_joining<T: AllPorts>(
    world: &World<'_, T>,
    connection: &domain::connection::Connection,
    room: &Membership,
) -> Moved {
    loop {
        match world.join(connection, room, NOW).await {
            Moved::Contended => {}
            other => return other,
        }
    }
}

/// A clean-up goes by what the tombstone tells: a member that it does not know of would stay.
async fn whoever_joined_is_told_of_by_the_tombstone<T: AllPorts>(world: &World<'_, T>) {
    for _ in 0..CROWD {
        let connection = world.registered().await;
        let room = membership(world.room(), 0);
        let (moved, was) = join(insist_on_joining(world, &connection, &room), async {
            ok(world.table.entomb(&connection.id, NOW).await)
        })
        .await;
        let told = was.is_some_and(|was| was.membership(&room.channel).is_some());
        assert_eq!(told, moved == Moved::Done);
        assert_eq!(world.is_member(&room, &connection.id).await, moved == Moved::Done);
        assert!(matches!(
            world.standing(&connection.id).await,
            Some(Standing::Entombed(Some(_)))
        ));
    }
}
