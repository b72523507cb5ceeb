//! Messages of a client: one unacknowledged in a channel at a time, tried again under the same id until its time is over.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Pending, State, id_of, is_chosen, membership};
use crate::facts::{Fact, Name};
use crate::time::seconds;
use crate::world::World;

/// Seconds after which a message without an answer is sent again.
const PATIENCE: f64 = 10.0;

/// Publishes at random times; in some worlds everybody begins at once.
pub(crate) fn plan(world: &mut World, index: usize) {
    let act = world.rules.act;
    if world.rules.simultaneous {
        world.after(6.0, move |world| publish_anywhere(world, index));
    }
    for _ in 0..(act / world.rules.pace) as usize {
        let when = world.random.uniform(5.0, act);
        world.after(when, move |world| publish_anywhere(world, index));
    }
}

fn publish_anywhere(world: &mut World, index: usize) {
    let mut channels: Vec<Name> = vec![Arc::from("all")];
    channels.extend(super::chosen_channels(world));
    channels.extend(super::direct_channels(world, world.clients[index].user));
    if world.rules.user_publishers == domain::policy::Publishers::Everyone {
        let other = world.random.below(world.rules.users);
        channels.push(Arc::from(format!("user:u{other}")));
    }
    let channel = Arc::clone(&channels[world.random.below(channels.len())]);
    publish(world, index, channel);
}

fn publish(world: &mut World, index: usize, channel: Name) {
    let client = &world.clients[index];
    let is_member = client.memberships.get(&channel).is_some_and(|m| m.state == State::In);
    if client.gone || client.pending.contains_key(&channel) || world.quiet || (is_chosen(&channel) && !is_member) {
        return;
    }
    let mark = world.fresh();
    let id = world.random.chance(0.8).then(|| id_of(mark));
    let first = world.now;
    world.clients[index]
        .pending
        .insert(Arc::clone(&channel), Pending { id, mark, first });
    send(world, index, channel, mark, true);
}

/// Everything that is unacknowledged, once more.
pub(crate) fn again(world: &mut World, index: usize) {
    let pending: Vec<_> = world.clients[index]
        .pending
        .iter()
        .map(|(c, p)| (Arc::clone(c), p.mark))
        .collect();
    for (channel, mark) in pending {
        send(world, index, channel, mark, false);
    }
}

fn send(world: &mut World, index: usize, channel: Name, mark: u64, is_first: bool) {
    let now = world.now;
    let client = &world.clients[index];
    let Some(pending) = client.pending.get(&channel).filter(|pending| pending.mark == mark) else {
        return;
    };
    let patience = seconds(give_up_after(world.rules.retention));
    if now > pending.first + patience || (pending.id.is_none() && !is_first) {
        world.clients[index].pending.remove(&channel);
        return;
    }
    // A message sent again has the same content, byte for byte.
    let padding = if world.rules.bulky && mark.is_multiple_of(5) {
        9000
    } else {
        0
    };
    let content = json!({"n": mark, "from": index, "padding": "x".repeat(padding)});
    let data = json!({"recipient": &*channel, "content": content});
    let body = match &pending.id {
        Some(id) => json!({"action": "message", "id": id, "data": data}),
        None => json!({"action": "message", "data": data}),
    };
    let body = body.to_string();
    let has_id = pending.id.is_some();
    let mut sockets: Vec<usize> = client.current.into_iter().collect();
    if has_id && let Some(old) = client.old.filter(|_| !client.gone) {
        sockets.extend(world.random.chance(0.3).then_some(old));
    }
    if !world.clients[index].gone {
        for socket in sockets {
            let twice = has_id && world.random.chance(0.15);
            for _ in 0..=u8::from(twice) {
                world.client_sends(socket, "message", body.clone());
            }
        }
    }
    world.after(PATIENCE, move |world| send(world, index, channel, mark, false));
}

/// How long a message is tried, in seconds: well within the time that its id is remembered.
fn give_up_after(retention: f64) -> f64 {
    if retention > 7200.0 {
        retention - 3600.0
    } else {
        retention / 2.0
    }
}

/// `ack`
pub(crate) fn acknowledged(world: &mut World, index: usize, channel: &Name, frame: &Value) {
    let client = &world.clients[index];
    let id = frame["id"].as_str();
    let mark = id.and_then(super::number_of);
    let fact = Fact::Acknowledged {
        sender: client.user_id.to_string(),
        channel: Arc::clone(channel),
        number: frame["seq"].as_u64().unwrap_or_default(),
        mark,
    };
    let is_pending = client
        .pending
        .get(channel)
        .is_some_and(|pending| pending.id.as_deref() == id);
    world.note(fact);
    if is_pending {
        world.clients[index].pending.remove(channel);
    }
}

/// The room was left meanwhile, or the connection is another: the first is final, the second is put right.
pub(crate) fn not_subscribed(world: &mut World, index: usize, mark: u64) {
    let client = &mut world.clients[index];
    let pending = client.pending.iter().find(|(_, pending)| pending.mark == mark);
    let Some(channel) = pending.map(|(channel, _)| Arc::clone(channel)) else {
        return;
    };
    if !client.wants(&channel) {
        client.pending.remove(&channel);
    } else if let Some(membership) = client.memberships.get_mut(&channel) {
        membership.repair = true;
        membership::go_on(world, index, &channel);
    }
}
