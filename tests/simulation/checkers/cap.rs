//! The cap of connections per user: it holds, it locks nobody out longer than a lease, and a connection can be replaced at it.

use std::collections::BTreeMap;

use domain::connection::Standing;

use super::{Promise, Verdict, broken};
use crate::client::Refusal;
use crate::facts::Fact;
use crate::gateway::Socket;
use crate::time::{Micros, SECOND, instant, seconds, stamp};
use crate::world::World;

/// How long a replaced connection is left to its client.
const REPLACED: Micros = 60 * SECOND;

/// How far two clocks may be apart, at most.
const CLOCKS: Micros = 2 * SECOND;

/// How much longer than a lease somebody may be refused: two attempts of a handshake that take as long as they may.
const PATIENCE: f64 = 65.0;

#[derive(Debug, Default)]
pub(super) struct Cap {
    /// From when on connections do not count and are to be ended: their place went to another, or their lease is over.
    over: BTreeMap<usize, Micros>,
    /// The same of those alone whose place went to another.
    replaced: BTreeMap<usize, Micros>,
}

impl Cap {
    pub(super) fn see(&mut self, world: &World, fact: &Fact) -> Verdict {
        match fact {
            Fact::Replaced { user, spared, ended } => {
                let spared = spared.iter().map(|socket| (*socket, world.now + REPLACED));
                for (socket, end) in spared.chain(ended.iter().map(|socket| (*socket, world.now))) {
                    self.ends(socket, end);
                    let known = self.replaced.entry(socket).or_insert(end);
                    *known = end.min(*known);
                }
                at_most_twice(world, user)
            }
            Fact::Refused { socket, refusal } if *refusal == Refusal::Full => refused(world, world.socket(*socket)),
            Fact::Minute => {
                self.replaced_are_closed(world)?;
                self.count(world)
            }
            _ => Ok(()),
        }
    }

    fn ends(&mut self, socket: usize, end: Micros) {
        let known = self.over.entry(socket).or_insert(end);
        *known = end.min(*known);
    }

    /// Who is replaced is left a minute at most, and then ended.
    fn replaced_are_closed(&mut self, world: &World) -> Verdict {
        self.replaced.retain(|socket, _| world.socket(*socket).is_open());
        match self.replaced.iter().find(|(_, end)| world.ended_by(**end) <= world.now) {
            Some((socket, _)) => {
                let id = &world.socket(*socket).id;
                broken(Promise::Cap, format!("{id} is open long after it was replaced"))
            }
            None => Ok(()),
        }
    }

    /// Nobody has more connections than allowed, beside those that the sweeper is about to end.
    fn count(&mut self, world: &World) -> Verdict {
        let mut counts: BTreeMap<usize, u32> = BTreeMap::new();
        for (index, socket) in world.gateway.sockets.iter().enumerate() {
            if !socket.is_open() {
                continue;
            }
            let row = world.table.rows.registered(&socket.id);
            if row.is_none_or(|row| row.replaced_until.is_some() || row.lease <= stamp(world.now)) {
                self.ends(index, world.now + REPLACED);
            }
            let counts_still = |end: &Micros| world.ended_by(*end) <= world.now;
            if self.over.get(&index).is_none_or(counts_still) {
                *counts.entry(socket.user).or_default() += 1;
            }
        }
        let over = counts.into_iter().find(|(_, count)| *count > world.rules.cap);
        match over {
            Some((user, count)) => broken(Promise::Cap, format!("user {user} has {count} connections")),
            None => Ok(()),
        }
    }

    pub(super) fn end(&mut self, world: &World) -> Verdict {
        self.count(world)?;
        let out = world.clients.iter().position(|client| !client.is_present(world));
        match out {
            Some(index) => broken(Promise::Cap, format!("client {index} cannot connect in the end")),
            None => Ok(()),
        }
    }
}

/// Beside each connection that has a place, at most one that was replaced has time left.
fn at_most_twice(world: &World, user: &str) -> Verdict {
    let rows = world.table.rows.connections.values();
    let registered = rows.filter_map(|(standing, _)| match standing {
        Standing::Registered(connection) => Some(connection),
        Standing::Entombed(_) | Standing::Unreadable => None,
    });
    // Functions' clocks are not the world's.
    let soon = stamp(world.now + CLOCKS);
    let own = registered.filter(|connection| connection.user.as_str() == user && !connection.is_over(soon));
    let (replaced, others): (Vec<_>, Vec<_>) = own.partition(|connection| connection.replaced_until.is_some());
    if replaced.len().max(others.len()) > world.rules.cap as usize {
        let words = format!(
            "{user} has {} connections, and {} replaced ones",
            others.len(),
            replaced.len()
        );
        return broken(Promise::Cap, words);
    }
    Ok(())
}

fn refused(world: &World, socket: &Socket) -> Verdict {
    if let Some(old) = &socket.replaces {
        let known = world.gateway.find(old).map(|index| world.socket(index));
        let lasts = known.is_some_and(|old| old.is_open() && old.hard_end() > world.now + 30 * SECOND);
        let slots = world.table.rows.slots(&socket.identity.user);
        let raw = slots.iter().any(|slot| slot.stands_for(old));
        if lasts && raw {
            return broken(Promise::Cap, format!("{} could not replace {old}", socket.id));
        }
    }
    let lease = seconds(world.rules.lease() + PATIENCE);
    // The gateway tells the checkers before the client counts this refusal: what stands there is from an earlier one.
    let since = world.clients[socket.client].full_since.unwrap_or(world.now);
    let newest = world
        .table
        .rows
        .connections
        .values()
        .filter_map(|(standing, _)| match standing {
            Standing::Registered(c) | Standing::Entombed(Some(c)) => Some(c),
            Standing::Entombed(None) | Standing::Unreadable => None,
        })
        .filter(|c| c.user == socket.identity.user)
        .map(|c| instant(c.registered_at))
        .max();
    let others_sleep = world
        .gateway
        .sockets
        .iter()
        .any(|other| other.is_open() && other.user == socket.user && world.clients[other.client].gone);
    let since = since.max(newest.unwrap_or_default());
    if !others_sleep && world.now.saturating_sub(since) > lease {
        return broken(
            Promise::Cap,
            format!("client {} is locked out for longer than a lease", socket.client),
        );
    }
    Ok(())
}
