//! Presence: what is answered is the truth once nothing moves, and without faults so is what events told.

use std::collections::{BTreeMap, BTreeSet};

use super::{Promise, Verdict, broken};
use crate::facts::{Fact, Name};
use crate::time::{Micros, seconds};
use crate::world::World;

/// Two movements of a user nearer than this may be told in the wrong order, or not at all: they are hints.
const APART: f64 = 10.0;

#[derive(Debug, Default)]
pub(super) struct Presence {
    /// The last two movements of a user.
    moved: BTreeMap<usize, (Micros, Micros)>,
}

impl Presence {
    pub(super) fn see(&mut self, world: &World, fact: &Fact) -> Verdict {
        match fact {
            Fact::Joining { socket, .. }
            | Fact::Left { socket, .. }
            | Fact::Opened { socket }
            | Fact::Closed { socket } => {
                let last = self.moved.entry(world.socket(*socket).user).or_default();
                *last = (last.1, world.now);
                Ok(())
            }
            Fact::Minute | Fact::Settled if world.rules.calm => self.compare(world, "after events", true),
            _ => Ok(()),
        }
    }

    pub(super) fn end(&self, world: &World) -> Verdict {
        self.compare(world, "after an answer", false)
    }

    fn compare(&self, world: &World, when: &str, by_events: bool) -> Verdict {
        for (index, client) in world.clients.iter().enumerate() {
            if !self.is_certain(world, client.user_id.as_str(), false) {
                continue;
            }
            for channel in client.wishes.keys().filter(|channel| client.is_settled_in(channel)) {
                let Some(believed) = client.believes(channel) else {
                    continue;
                };
                let truth = truth(world, channel);
                let differing = believed.symmetric_difference(&truth);
                let differing: Vec<_> = differing
                    .filter(|user| self.is_certain(world, user, by_events))
                    .collect();
                if !differing.is_empty() {
                    let words = format!("client {index} believes {believed:?} in {channel} {when}, not {truth:?}");
                    return broken(Promise::Presence, words);
                }
            }
        }
        Ok(())
    }

    /// Whether the user is not on the move, and the last movement was told for certain, if that is what matters.
    fn is_certain(&self, world: &World, user: &str, by_events: bool) -> bool {
        let user = world
            .clients
            .iter()
            .find(|client| client.user_id.as_str() == user)
            .map(|client| client.user);
        let moved = user.and_then(|user| self.moved.get(&user));
        moved.is_none_or(|(last_but_one, last)| {
            last + seconds(APART) < world.now && (!by_events || last - last_but_one > seconds(APART))
        })
    }
}

/// The users who are in the channel.
fn truth(world: &World, channel: &Name) -> BTreeSet<String> {
    let there = world
        .clients
        .iter()
        .filter(|client| client.is_present(world) && client.is_settled_in(channel));
    there.map(|client| client.user_id.to_string()).collect()
}
