//! Rows: none outlives its connection for long, and whoever is connected has all of theirs.

use std::collections::BTreeSet;

use domain::channel::Channel;
use domain::connection::Standing;
use domain::connection_id::ConnectionId;

use super::{Promise, Verdict, broken};
use crate::client::{Client, State, is_direct};
use crate::facts::Fact;
use crate::time::{Micros, seconds};
use crate::world::World;

#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Connections whose `$disconnect` was served.
    forgotten: BTreeSet<usize>,
}

impl Rows {
    pub(super) fn see(&mut self, world: &World, fact: &Fact) -> Verdict {
        match fact {
            Fact::Forgotten { socket } => {
                self.forgotten.insert(*socket);
                Ok(())
            }
            Fact::Registered { socket } if self.forgotten.contains(socket) => {
                let id = &world.socket(*socket).id;
                broken(Promise::Forgotten, format!("{id} is registered after it was forgotten"))
            }
            Fact::Opened { socket } => is_indexed(world, *socket),
            Fact::Minute => {
                (0..world.gateway.sockets.len()).try_for_each(|socket| is_indexed(world, socket))?;
                // Without faults a member is one from the answer on, whatever happens meanwhile.
                if world.rules.calm {
                    everybody_stands(world, seconds(5.0))?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn end(world: &World) -> Verdict {
    let patience = seconds(world.rules.lease() + world.rules.sweeps());
    for ((channel, shard), members) in &world.table.rows.members {
        let orphan = members.keys().find(|id| is_dead(world, id, patience));
        if let Some(id) = orphan {
            let words = format!("{channel} in shard {shard} has a member of a dead connection, {id}");
            return broken(Promise::Rows, words);
        }
    }
    for (channel, watchers) in &world.table.rows.watchers {
        if let Some(id) = watchers.keys().find(|id| is_dead(world, id, patience)) {
            return broken(
                Promise::Rows,
                format!("{channel} has a watcher of a dead connection, {id}"),
            );
        }
    }
    for slot in world.table.rows.slots.values().flat_map(|slots| slots.values()) {
        if slot
            .holder
            .as_ref()
            .is_some_and(|holder| is_dead(world, holder, patience))
        {
            return broken(Promise::Rows, format!("a dead connection holds {slot:?}"));
        }
    }
    for (id, (standing, _)) in &world.table.rows.connections {
        if matches!(standing, Standing::Registered(_)) && is_dead(world, id, patience) {
            return broken(Promise::Rows, format!("a dead connection is registered, {id}"));
        }
    }
    everybody_stands(world, seconds(120.0))
}

/// Whoever is connected is a member of `all`, without which nobody would ever find the connection to end it.
fn is_indexed(world: &World, socket: usize) -> Verdict {
    let socket = world.socket(socket);
    // Its rows may be deleted before the sweeper has come round, where everything fails all the time.
    let may_be_deleted = socket.hard_end() + seconds(world.rules.margin) <= world.now;
    if socket.is_open() && !may_be_deleted && !stands(world, "all", &socket.id).0 {
        return broken(Promise::Rows, format!("{} is open and is no member of all", socket.id));
    }
    Ok(())
}

/// Whether the connection has been closed for that long, or never opened.
fn is_dead(world: &World, id: &ConnectionId, patience: Micros) -> bool {
    let Some(index) = world.gateway.find(id) else {
        return true;
    };
    let socket = world.socket(index);
    let since = socket.closed.unwrap_or(socket.started);
    !socket.is_open() && since + patience < world.now
}

/// Every client's memberships are rows, and the channels it left have none.
fn everybody_stands(world: &World, patience: Micros) -> Verdict {
    for (index, client) in world.clients.iter().enumerate() {
        let Some(socket) = client.current.map(|socket| world.socket(socket)) else {
            continue;
        };
        let is_fresh = socket.opened.is_none_or(|opened| opened + patience > world.now);
        if is_fresh || !client.is_present(world) {
            continue;
        }
        for (name, membership) in &client.memberships {
            if is_direct(name) || membership.outstanding.is_some() || membership.settled + patience > world.now {
                continue;
            }
            let stands = stands(world, name, &socket.id);
            match membership.state {
                State::In if stands == (false, stands.1) => {
                    return broken(Promise::Rows, format!("client {index} is no member of {name}"));
                }
                State::In if !stands.1 && wants_to_watch(client, name) => {
                    return broken(Promise::Rows, format!("client {index} is no watcher of {name}"));
                }
                State::Out if stands != (false, false) => {
                    return broken(Promise::Rows, format!("client {index} left {name} and stands there"));
                }
                State::In | State::Out | State::Unknown => {}
            }
        }
    }
    Ok(())
}

fn wants_to_watch(client: &Client, name: &str) -> bool {
    client.wishes.get(name).is_some_and(|wish| wish.presence)
}

/// Whether the connection is a member, and a watcher.
fn stands(world: &World, name: &str, id: &ConnectionId) -> (bool, bool) {
    let Some(wanted) = Channel::parse(name) else {
        return (false, false);
    };
    let rows = &world.table.rows;
    let mut shards = rows.members.iter().filter(|((channel, _), _)| *channel == wanted);
    let is_member = shards.any(|(_, members)| members.contains_key(id));
    let watches = rows
        .watchers
        .get(&wanted)
        .is_some_and(|watchers| watchers.contains_key(id));
    (is_member, watches)
}
