//! Memberships of a client: one request a channel at a time, repeated until it is answered, its opposite only when no copy can
//! have an effect any more.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{FATE, Request, State, id_of, is_chosen, is_direct, presence};
use crate::bugs::Bug;
use crate::facts::{Fact, Name, mark};
use crate::time::{SECOND, seconds};
use crate::world::World;

/// Seconds after which an unanswered request is repeated.
const PATIENCE: f64 = 8.0;

/// Leaves and joins at random times.
pub(crate) fn plan(world: &mut World, index: usize) {
    for _ in 0..world.rules.flips {
        let when = world.random.uniform(30.0, world.rules.act);
        world.after(when, move |world| flip(world, index));
    }
}

/// Changes its mind, once or twice.
fn flip(world: &mut World, index: usize) {
    let rooms = super::chosen_channels(world);
    let room = Arc::clone(&rooms[world.random.below(rooms.len())]);
    let all_at_once = world.random.chance(0.3);
    for (turn, room) in world.random.pick(&[&[0][..], &[0], &[0, 1]]).iter().flat_map(|turn| {
        let flipped = if all_at_once {
            rooms.clone()
        } else {
            vec![Arc::clone(&room)]
        };
        flipped.into_iter().map(move |room| (*turn, room))
    }) {
        let when = f64::from(turn) * world.random.uniform(1.0, 12.0);
        world.after(when, move |world| {
            let now = world.now;
            if let Some(wish) = world.clients[index].wishes.get_mut(&room) {
                wish.wanted = !wish.wanted;
                wish.since = now;
            }
            go_on(world, index, &room);
        });
    }
}

/// Sends the request that is due for a channel, if one is.
pub(crate) fn go_on(world: &mut World, index: usize, channel: &str) {
    let Some(socket) = world.clients[index].current else {
        return;
    };
    if !world.clients[index].is_present(world) {
        return;
    }
    let impatient = world.is_planted(Bug::Impatient);
    let client = &world.clients[index];
    let wanted = client.wants(channel);
    let Some(membership) = client.memberships.get(channel) else {
        return;
    };
    if membership.outstanding.is_some() {
        return;
    }
    let request = match (wanted, membership.state) {
        (true, State::In) if !membership.repair => return,
        (true, _) => Request::Subscribe,
        (false, State::Out) => return,
        (false, _) => Request::Unsubscribe,
    };
    let until = membership
        .copies
        .iter()
        .filter(|(_, kind, _)| *kind != request)
        .map(|(_, _, sent)| sent + seconds(FATE))
        .filter(|end| *end > world.now)
        .max();
    if let Some(until) = until.filter(|_| !impatient) {
        let channel: Name = Arc::from(channel);
        return world.at(until + SECOND / 100, move |world| {
            if world.clients[index].current == Some(socket) {
                go_on(world, index, &channel);
            }
        });
    }
    send(world, index, socket, channel, request);
}

fn send(world: &mut World, index: usize, socket: usize, channel: &str, request: Request) {
    let number = world.fresh();
    let now = world.now;
    let reads_only = world.is_planted(Bug::RepairReads);
    let client = &mut world.clients[index];
    let since = client.cursors.get(channel).copied();
    let watches = client.wishes.get(channel).is_some_and(|wish| wish.presence);
    let Some(membership) = client.memberships.get_mut(channel) else {
        return;
    };
    membership.outstanding = Some((request, number));
    membership.copies.push((number, request, now));
    membership.since = since;
    if membership.state == State::Out {
        membership.state = State::Unknown;
    }
    let repairs = membership.state == State::In && since.is_some();
    let name: Name = Arc::from(channel);
    let (action, mut data) = match request {
        Request::Unsubscribe => ("unsubscribe", json!({"channel": channel})),
        Request::Subscribe if repairs && reads_only => ("history", json!({"channel": channel, "after": since})),
        Request::Subscribe => ("subscribe", json!({"channel": channel})),
    };
    if action == "unsubscribe" {
        world.note(Fact::Leaving {
            socket,
            channel: Arc::clone(&name),
        });
    }
    if action == "subscribe" {
        if let Some(since) = since {
            data["since"] = since.into();
        }
        if watches {
            data["presence"] = true.into();
        }
        world.note(Fact::Joining {
            socket,
            channel: Arc::clone(&name),
        });
    }
    let body = json!({"action": action, "id": id_of(number), "data": data}).to_string();
    world.client_sends(socket, action, body);
    world.after(PATIENCE, move |world| {
        repeat(world, index, socket, &name, (request, number));
    });
}

/// No answer came: its state is unknown, and the same is sent again.
fn repeat(world: &mut World, index: usize, socket: usize, channel: &str, sent: (Request, u64)) {
    let client = &mut world.clients[index];
    if client.current != Some(socket) {
        return;
    }
    if let Some(membership) = client.memberships.get_mut(channel)
        && membership.outstanding == Some(sent)
    {
        membership.outstanding = None;
        if sent.0 == Request::Unsubscribe {
            membership.state = State::Unknown;
        }
        go_on(world, index, channel);
    }
}

/// The server says that it could not do it just now: unknown until the repetition is answered.
pub(crate) fn unavailable(world: &mut World, index: usize, number: u64) {
    let client = &world.clients[index];
    let asked = client.memberships.iter().find_map(|(channel, m)| {
        m.outstanding
            .filter(|(_, n)| *n == number)
            .map(|sent| (Arc::clone(channel), sent))
    });
    if let (Some((channel, sent)), Some(socket)) = (asked, client.current) {
        world.after(1.0, move |world| repeat(world, index, socket, &channel, sent));
    }
}

/// An answer that counts only if it is that to the request under way.
fn settle(world: &mut World, index: usize, channel: &str, answer: (Request, u64)) -> bool {
    let now = world.now;
    let Some(membership) = world.clients[index].memberships.get_mut(channel) else {
        return false;
    };
    membership.copies.retain(|(number, _, _)| *number != answer.1);
    if membership.outstanding != Some(answer) {
        return false;
    }
    membership.outstanding = None;
    membership.repair = false;
    membership.settled = now;
    if membership.state != State::In {
        membership.joined = now;
    }
    membership.state = match answer.0 {
        Request::Subscribe => State::In,
        Request::Unsubscribe => State::Out,
    };
    true
}

/// `unsubscribed`
pub(crate) fn left(world: &mut World, index: usize, socket: usize, frame: &Value, number: u64) {
    let channel: Name = Arc::from(frame["channel"].as_str().unwrap_or_default());
    if !settle(world, index, &channel, (Request::Unsubscribe, number)) {
        return;
    }
    let client = &mut world.clients[index];
    client.cursors.remove(&channel);
    client.present.remove(&channel);
    world.note(Fact::Left {
        socket,
        channel: Arc::clone(&channel),
    });
    go_on(world, index, &channel);
}

/// `subscribed`, and `history` where it stands for it.
pub(crate) fn joined(world: &mut World, index: usize, frame: &Value, number: u64, posted: u64) {
    let channel: Name = Arc::from(frame["channel"].as_str().unwrap_or_default());
    if !settle(world, index, &channel, (Request::Subscribe, number)) {
        return;
    }
    let head = frame["head"].as_u64();
    let recovered = frame["recovered"].as_bool().unwrap_or(true);
    let entries = entries(frame);
    take_stock(world, index, &channel, head, recovered, &entries, posted);
    for (number, mark) in entries {
        take(world, index, &channel, number, mark);
    }
    let client = &mut world.clients[index];
    let cursor = client.cursors.get(&channel).copied().unwrap_or_default();
    if let Some(membership) = client.memberships.get_mut(&channel) {
        membership.repair |= frame["more"] == true || membership.highest > cursor;
    }
    if is_chosen(&channel) || &*channel == "all" {
        presence::ask(world, index, &channel);
    }
    go_on(world, index, &channel);
}

fn entries(frame: &Value) -> Vec<(u64, u64)> {
    let entries = frame["entries"].as_array().into_iter().flatten();
    entries
        .map(|entry| (entry["seq"].as_u64().unwrap_or_default(), mark(&entry["content"])))
        .collect()
}

/// Where the cursor stands after an answer, before its entries.
fn take_stock(
    world: &mut World,
    index: usize,
    channel: &Name,
    head: Option<u64>,
    recovered: bool,
    entries: &[(u64, u64)],
    posted: u64,
) {
    let client = &mut world.clients[index];
    let Some(membership) = client.memberships.get_mut(channel) else {
        return;
    };
    let cursor = client.cursors.get(channel).copied();
    let first = entries.first().map(|(number, _)| *number);
    let gap =
        recovered && cursor.is_some_and(|c| c > 0 && head.is_some_and(|h| h > c) && first.is_some_and(|f| f > c + 1));
    membership.fruitless = if gap { membership.fruitless + 1 } else { 0 };
    let stuck = membership.fruitless > 20;
    let since = membership.since;
    match (cursor, since) {
        (None, _) => {
            client.cursors.insert(Arc::clone(channel), head.unwrap_or_default());
        }
        (Some(cursor), Some(since)) if !recovered => {
            let new = first.map_or(head.unwrap_or_default(), |first| first - 1);
            let beyond = head.is_some_and(|head| since > head);
            let next = if beyond { new } else { cursor.max(new) };
            client.cursors.insert(Arc::clone(channel), next);
            world.note(Fact::Reloaded {
                client: index,
                channel: Arc::clone(channel),
                since,
                posted,
            });
        }
        (Some(0), _) => {
            if let Some(first) = first {
                client.cursors.insert(Arc::clone(channel), first - 1);
            }
        }
        (Some(_), _) => {}
    }
    if stuck {
        world.note(Fact::Stuck {
            client: index,
            channel: Arc::clone(channel),
        });
    }
}

/// A message, pushed or read: delivered if it is the next one, else a reason to ask.
pub(crate) fn take(world: &mut World, index: usize, channel: &Name, number: u64, mark: u64) {
    let client = &mut world.clients[index];
    if is_direct(channel) && client.wishes.contains_key(channel) {
        // Nobody subscribes to it: it is had from its beginning.
        client.cursors.entry(Arc::clone(channel)).or_insert(0);
    }
    let cursor = client.cursors.get(channel).copied();
    let wanted = client.wants(channel);
    let Some(membership) = client.memberships.get_mut(channel) else {
        return;
    };
    let Some(cursor) = cursor else {
        membership.highest = membership.highest.max(number);
        return;
    };
    if !wanted || number <= cursor {
        return;
    }
    if number == cursor + 1 {
        client.cursors.insert(Arc::clone(channel), number);
        world.note(Fact::Delivered {
            client: index,
            channel: Arc::clone(channel),
            number,
            mark,
        });
    } else {
        membership.repair = true;
        membership.highest = membership.highest.max(number);
        go_on(world, index, channel);
    }
}

/// A heartbeat says that something is missing.
pub(crate) fn behind(world: &mut World, index: usize, channel: &str) {
    let client = &mut world.clients[index];
    if is_direct(channel) && client.wishes.contains_key(channel) {
        client.cursors.entry(Arc::from(channel)).or_insert(0);
    }
    if let Some(membership) = client.memberships.get_mut(channel) {
        membership.repair = true;
        go_on(world, index, channel);
    }
}
