//! Heartbeats: they keep the connection, tell the client its name, and find what pushes missed.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Ping, dialing, id_of, is_direct, membership};
use crate::bugs::Bug;
use crate::facts::Name;
use crate::world::World;

/// Seconds after which an unanswered ping is repeated.
const PATIENCE: f64 = 20.0;
/// Pings in a row without an answer that mean a dead connection.
const TRIES: u32 = 2;
/// Cursors in one ping: fewer than the protocol's 20, so that several pings are usual.
const CURSORS: usize = 4;

/// Sends a heartbeat now and from now on.
pub(crate) fn beat(world: &mut World, index: usize, socket: usize) {
    if world.clients[index].current != Some(socket) || !world.socket(socket).is_open() {
        return;
    }
    let next = world.rules.heartbeat as f64 * world.random.uniform(0.8, 1.0);
    world.after(next, move |world| beat(world, index, socket));
    ask_all(world, index, socket);
}

/// Sends as many pings as the channels need.
pub(crate) fn ask_all(world: &mut World, index: usize, socket: usize) {
    let client = &world.clients[index];
    if client.gone {
        return;
    }
    let held = client.cursors.keys().filter(|channel| client.wants(channel));
    let channels: Vec<Name> = held.cloned().collect();
    let mut parts: Vec<BTreeSet<Name>> = channels
        .chunks(CURSORS)
        .map(|part| part.iter().cloned().collect())
        .collect();
    if parts.is_empty() {
        parts.push(BTreeSet::new());
    }
    for part in parts {
        ask(world, index, socket, part, 1);
    }
}

fn ask(world: &mut World, index: usize, socket: usize, channels: BTreeSet<Name>, turn: u32) {
    let number = world.fresh();
    let client = &mut world.clients[index];
    let cursors: Map<String, Value> = channels
        .iter()
        .filter_map(|channel| Some((channel.to_string(), Value::from(*client.cursors.get(channel)?))))
        .collect();
    client.pings.insert(number, Ping { channels });
    let body = json!({"action": "ping", "id": id_of(number), "data": {"cursors": cursors}}).to_string();
    world.client_sends(socket, "ping", body);
    world.after(PATIENCE, move |world| unanswered(world, index, socket, number, turn));
}

fn unanswered(world: &mut World, index: usize, socket: usize, number: u64, turn: u32) {
    let client = &mut world.clients[index];
    if client.current != Some(socket) || client.gone {
        return;
    }
    let Some(ping) = client.pings.remove(&number) else {
        return;
    };
    if turn < TRIES {
        return ask(world, index, socket, ping.channels, turn + 1);
    }
    dialing::forget_current(world, index);
    world.close(socket);
    world.after(1.0, move |world| dialing::dial(world, index, None));
}

/// `pong`
pub(crate) fn answered(world: &mut World, index: usize, frame: &Value, number: u64) {
    let Some(ping) = world.clients[index].pings.remove(&number) else {
        return;
    };
    if world.is_planted(Bug::NeverBehind) {
        return;
    }
    for channel in frame["behind"].as_array().into_iter().flatten() {
        let channel: Name = Arc::from(channel.as_str().unwrap_or_default());
        // A direct channel that another ping asked for is named by each of them.
        let asked_elsewhere = is_direct(&channel)
            && !ping.channels.contains(&channel)
            && world.clients[index].cursors.contains_key(&channel);
        if !asked_elsewhere {
            membership::behind(world, index, &channel);
        }
    }
}
