//! Who is in a channel, as a client keeps it: asked for after every `subscribe`, and moved by events meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Client, id_of};
use crate::facts::Name;
use crate::time::Micros;
use crate::world::World;

/// What a client believes of one channel.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) users: BTreeSet<String>,
    /// When a question was last answered.
    pub(crate) answered: Option<Micros>,
    /// The time of the last event of each user: an older one that comes later counts no more.
    moved: BTreeMap<String, u64>,
    asked: Option<u64>,
    /// Events since the question, which the answer may not know of.
    since: Vec<(String, bool)>,
}

/// Asks, if the application wants to know.
pub(crate) fn ask(world: &mut World, index: usize, channel: &str) {
    let number = world.fresh();
    let client = &mut world.clients[index];
    if !client.wishes.get(channel).is_some_and(|wish| wish.presence) {
        return;
    }
    let Some(socket) = client.current else { return };
    let seen = client.present.entry(Arc::from(channel)).or_default();
    seen.asked = Some(number);
    seen.since.clear();
    let body = json!({"action": "presence", "id": id_of(number), "data": {"channel": channel}});
    world.client_sends(socket, "presence", body.to_string());
}

/// `presence`: an answer or an event.
pub(crate) fn received(world: &mut World, index: usize, channel: &Name, frame: &Value, number: u64) {
    let now = world.now;
    let Some(seen) = world.clients[index].present.get_mut(channel) else {
        return;
    };
    if let Some(users) = frame["users"].as_array() {
        if seen.asked == Some(number) {
            seen.answer(users);
            seen.answered = Some(now);
        }
        return;
    }
    let at = frame["at"].as_u64().unwrap_or_default();
    for (kind, is_there) in [("joined", true), ("left", false)] {
        if let Some(user) = frame[kind]["id"].as_str() {
            seen.moved(user, is_there, at);
        }
    }
}

impl Seen {
    fn answer(&mut self, users: &[Value]) {
        self.asked = None;
        self.users = users
            .iter()
            .filter_map(|user| Some(user["id"].as_str()?.to_owned()))
            .collect();
        for (user, is_there) in std::mem::take(&mut self.since) {
            self.set(&user, is_there);
        }
    }

    fn moved(&mut self, user: &str, is_there: bool, at: u64) {
        let last = self.moved.entry(user.to_owned()).or_default();
        if at < *last {
            return;
        }
        *last = at;
        self.set(user, is_there);
        if self.asked.is_some() {
            self.since.push((user.to_owned(), is_there));
        }
    }

    fn set(&mut self, user: &str, is_there: bool) {
        if is_there {
            self.users.insert(user.to_owned());
        } else {
            self.users.remove(user);
        }
    }
}

impl Client {
    /// The users it believes to be in the channel, if it was ever told, and when it was.
    pub(crate) fn believes(&self, channel: &str) -> Option<(&BTreeSet<String>, Micros)> {
        let seen = self.present.get(channel)?;
        Some((&seen.users, seen.answered?))
    }
}
