//! Presence: what is answered is the truth once nothing moves, and without faults so is what events told.

use std::collections::{BTreeMap, BTreeSet};

use domain::channel::Channel;

use super::{Promise, Verdict, broken};
use crate::facts::{Fact, Name};
use crate::time::{Micros, seconds};
use crate::world::World;

/// Two movements of a user nearer than this may be told in the wrong order, or not at all: they are hints.
const APART: f64 = 10.0;

#[derive(Debug, Default)]
pub(super) struct Presence {
    users: BTreeMap<(usize, Name), Movements>,
}

/// How a user moved in a channel.
#[derive(Debug, Default)]
struct Movements {
    last: Micros,
    /// When two movements were last too near.
    uncertain: Micros,
}

impl Movements {
    fn begin(&mut self, now: Micros) {
        if now - self.last < seconds(APART) {
            self.uncertain = now;
        }
        self.last = now;
    }
}

impl Presence {
    pub(super) fn see(&mut self, world: &World, fact: &Fact) -> Verdict {
        match fact {
            Fact::Joining { socket, channel } | Fact::Leaving { socket, channel } => {
                let key = (world.socket(*socket).user, channel.clone());
                self.users.entry(key).or_default().begin(world.now);
                Ok(())
            }
            Fact::Left { socket, channel } => {
                let key = (world.socket(*socket).user, channel.clone());
                self.users.entry(key).or_default().last = world.now;
                Ok(())
            }
            Fact::Closed { socket } => {
                let user = world.socket(*socket).user;
                let own = self.users.iter_mut().filter(|((moved, _), _)| *moved == user);
                own.for_each(|(_, movements)| movements.begin(world.now));
                Ok(())
            }
            Fact::Minute | Fact::Settled if world.rules.calm => self.compare(world, "after events"),
            _ => Ok(()),
        }
    }

    pub(super) fn end(&self, world: &World) -> Verdict {
        self.compare(world, "in the end")
    }

    fn compare(&self, world: &World, when: &str) -> Verdict {
        for (index, client) in world.clients.iter().enumerate() {
            let is_still = |channel: &&Name| {
                can_be_told(world, channel)
                    && client.is_settled_in(channel)
                    && self.is_still(world, client.user, channel)
            };
            for channel in client.wishes.keys().filter(is_still) {
                let Some((believed, asked)) = client.believes(channel) else {
                    continue;
                };
                let truth = truth(world, channel);
                let mut differing = believed.symmetric_difference(&truth);
                if differing.any(|user| self.is_certain(world, user, channel, asked)) {
                    let words = format!("client {index} believes {believed:?} in {channel} {when}, not {truth:?}");
                    return broken(Promise::Presence, words);
                }
            }
        }
        Ok(())
    }

    /// Whether it is certain that who asked at that time was told of every movement of the user since.
    fn is_certain(&self, world: &World, id: &str, channel: &Name, asked: Micros) -> bool {
        let Some(client) = world.clients.iter().find(|client| client.user_id.as_str() == id) else {
            return true;
        };
        let movements = self.users.get(&(client.user, channel.clone()));
        let uncertain = movements.map_or(0, |movements| movements.uncertain);
        self.is_still(world, client.user, channel) && uncertain + seconds(APART) < asked
    }

    /// Whether the user has not moved for a while, and no connection is where its client may have left.
    fn is_still(&self, world: &World, user: usize, channel: &Name) -> bool {
        let last = self
            .users
            .get(&(user, channel.clone()))
            .map_or(0, |movements| movements.last);
        last + seconds(APART) < world.now && !lingers(world, user)
    }
}

/// Where nothing was ever published, nothing says under which numbers of shards members have joined: those of a deployment
/// with more than today are missed until they connect anew.
fn can_be_told(world: &World, channel: &str) -> bool {
    let head = Channel::parse(channel).and_then(|channel| world.table.rows.head(&channel));
    head.is_some() || world.rules.deployments.is_empty()
}

/// Whether a connection of the user is open that its client has replaced: it is where its client may have left.
fn lingers(world: &World, user: usize) -> bool {
    let mut sockets = world.gateway.sockets.iter().enumerate();
    sockets.any(|(index, socket)| {
        socket.is_open() && socket.user == user && world.clients[socket.client].current != Some(index)
    })
}

/// The users who are in the channel.
fn truth(world: &World, channel: &Name) -> BTreeSet<String> {
    let there = world
        .clients
        .iter()
        .filter(|client| client.is_present(world) && client.is_settled_in(channel));
    there.map(|client| client.user_id.to_string()).collect()
}
