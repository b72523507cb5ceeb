//! Signals of a client: sent now and then, of no further interest to it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{State, id_of, is_chosen};
use crate::bugs::Bug;
use crate::checkers::Promise;
use crate::facts::{Fact, Name, mark};
use crate::world::World;

/// Signals at random times.
pub(crate) fn plan(world: &mut World, index: usize) {
    if !world.rules.signals {
        return;
    }
    for _ in 0..6 {
        let when = world.random.uniform(30.0, world.rules.act);
        world.after(when, move |world| signal(world, index));
    }
}

fn signal(world: &mut World, index: usize) {
    let client = &world.clients[index];
    let mut channels: Vec<Name> = vec![Arc::from("all")];
    channels.extend(super::chosen_channels(world));
    channels.extend(super::direct_channels(world, client.user));
    let channel = Arc::clone(&channels[world.random.below(channels.len())]);
    let client = &world.clients[index];
    let is_member = client.memberships.get(&channel).is_some_and(|m| m.state == State::In);
    let Some(socket) = client
        .current
        .filter(|_| !client.gone && (is_member || !is_chosen(&channel)))
    else {
        return;
    };
    let number = world.fresh();
    let content = json!({"n": number, "signal": true});
    world.note(Fact::Signalled { socket, mark: number });
    world.gateway.signals.insert(number, socket);
    let (action, data) = if world.is_planted(Bug::SignalStored) {
        ("message", json!({"recipient": &*channel, "content": content}))
    } else {
        ("signal", json!({"channel": &*channel, "content": content}))
    };
    let body = json!({"action": action, "id": id_of(number), "data": data});
    world.client_sends(socket, action, body.to_string());
}

/// `signal`
pub(crate) fn received(world: &mut World, index: usize, channel: &Name, frame: &Value) {
    let content = &frame["content"];
    if mark(content) == 0 || content["signal"] != true {
        let words = format!("client {index} got a signal in {channel} that nobody sent: {frame}");
        world.note(Fact::Wrong {
            promise: Promise::Signals,
            words,
        });
    }
}
