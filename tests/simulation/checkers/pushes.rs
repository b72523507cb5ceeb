//! How soon a message is there: within a heartbeat whatever is lost, at once if nothing is.

use std::collections::VecDeque;

use service::ports::Posted;

use super::history::History;
use super::{Promise, Verdict, broken};
use crate::client::{Client, is_direct};
use crate::facts::{Appended, Fact, Name, Post};
use crate::time::{Micros, seconds, stamp};
use crate::world::World;

/// What a heartbeat may take beyond its period: lost pings, slow functions, repairs.
const HEARTBEAT_EXTRA: f64 = 150.0;
/// What "at once" may take: less than the shortest heartbeat less its jitter.
const AT_ONCE: f64 = 30.0;

/// That a client has an entry, in time.
#[derive(Debug)]
struct Expectation {
    due: Micros,
    client: usize,
    channel: Name,
    number: u64,
    /// On this connection, without having been away.
    socket: Option<usize>,
    absences: u32,
}

#[derive(Debug, Default)]
pub(super) struct Pushes {
    by_heartbeat: VecDeque<Expectation>,
    at_once: VecDeque<Expectation>,
}

impl Pushes {
    pub(super) fn see(&mut self, world: &World, fact: &Fact) -> Verdict {
        match fact {
            Fact::Appended(entry) => self.expect(world, entry),
            Fact::Posted(post) if world.rules.calm && has_no_reason(post) => {
                let id = &world.socket(post.socket).id;
                return broken(
                    Promise::Unended,
                    format!("{id} is ended without a reason: {}", post.text),
                );
            }
            _ => {}
        }
        Ok(())
    }

    fn expect(&mut self, world: &World, entry: &Appended) {
        for (index, client) in world.clients.iter().enumerate() {
            let expectation = |span: f64| Expectation {
                due: world.now + seconds(span),
                client: index,
                channel: entry.channel.clone(),
                number: entry.number,
                socket: client.current,
                absences: client.absences,
            };
            if is_to_have(world, client, &entry.channel) {
                let span = heartbeat(world);
                self.by_heartbeat.push_back(expectation(span));
            }
            if world.rules.calm && client.wishes.contains_key(&entry.channel) {
                self.at_once.push_back(expectation(AT_ONCE));
            }
        }
    }

    /// Holds what is due to what is there.
    pub(super) fn due(&mut self, world: &World, history: &History) -> Verdict {
        while let Some(next) = pop_due(&mut self.by_heartbeat, world.now) {
            let client = &world.clients[next.client];
            let wish = client.wishes.get(&next.channel);
            let is_same = client.current == next.socket && client.absences == next.absences && client.is_present(world);
            let wanted = wish.is_some_and(|w| w.wanted && w.since + seconds(heartbeat(world)) < world.now);
            let kept = history
                .entry(&next.channel, next.number)
                .is_some_and(|truth| truth.entry.life > stamp(world.now));
            if is_same && wanted && kept && !has(client, &next) {
                return broken(Promise::Heartbeat, words(&next));
            }
        }
        while let Some(next) = pop_due(&mut self.at_once, world.now) {
            let client = &world.clients[next.client];
            let settled = client
                .memberships
                .get(&next.channel)
                .map(|membership| membership.settled);
            let is_in = client.is_present(world)
                && client.wants(&next.channel)
                && client.is_settled_in(&next.channel)
                && settled.is_some_and(|since| since + seconds(20.0) < world.now);
            if is_in && !has(client, &next) {
                return broken(Promise::Calm, words(&next));
            }
        }
        Ok(())
    }
}

fn heartbeat(world: &World) -> f64 {
    world.rules.heartbeat as f64 + HEARTBEAT_EXTRA
}

/// Whether a client is there for it.
fn is_to_have(world: &World, client: &Client, channel: &str) -> bool {
    if !client.is_present(world) {
        return false;
    }
    let opened = client.current.and_then(|socket| world.socket(socket).opened);
    if is_direct(channel) {
        client.wants(channel) && opened.is_some_and(|opened| opened + seconds(60.0) < world.now)
    } else {
        client.wants(channel) && client.is_settled_in(channel)
    }
}

fn has(client: &Client, next: &Expectation) -> bool {
    client
        .cursors
        .get(&next.channel)
        .is_some_and(|cursor| *cursor >= next.number)
}

fn pop_due(queue: &mut VecDeque<Expectation>, now: Micros) -> Option<Expectation> {
    if queue.front()?.due <= now {
        queue.pop_front()
    } else {
        None
    }
}

fn words(next: &Expectation) -> String {
    format!("client {} has not got {} of {}", next.client, next.number, next.channel)
}

/// Whether a client was told that it is ended, and none of the reasons that it can do something about.
fn has_no_reason(post: &Post) -> bool {
    post.outcome == Posted::Accepted && post.text.contains("\"reason\":\"server\"")
}
