//! What an acknowledgement says beside "stored": everybody who was a member was posted to, with whatever outcome, or their
//! shard was handed over.

use std::collections::BTreeSet;

use super::history::{Committed, History};
use super::{Promise, Verdict, broken};
use crate::client::is_direct;
use crate::facts::{Fact, Kind, Name, Post};
use crate::time::{Micros, seconds};
use crate::world::World;

#[derive(Debug, Default)]
pub(super) struct Told {
    posted: BTreeSet<(Name, u64, usize)>,
    handed_over: BTreeSet<(Name, u64)>,
}

impl Told {
    pub(super) fn see(&mut self, world: &World, history: &History, fact: &Fact) -> Verdict {
        match fact {
            Fact::Posted(post) if post.kind == Kind::Message => {
                self.posted
                    .extend(name(post).map(|(channel, number)| (channel, number, post.socket)));
                Ok(())
            }
            Fact::HandedOver(post) => {
                self.handed_over.extend(name(post));
                Ok(())
            }
            Fact::Acknowledged { channel, number, .. } => match history.entry(channel, *number) {
                Some(committed) => self.everybody(world, channel, committed),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn everybody(&self, world: &World, channel: &Name, committed: &Committed) -> Verdict {
        let number = committed.entry.number;
        // A post that was throttled on its way is not seen here, and members under other rules are found by heartbeat.
        let is_seen = world.rules.throttled == 0.0 && world.rules.deployments.is_empty();
        if !is_seen || self.handed_over.contains(&(channel.clone(), number)) {
            return Ok(());
        }
        for (index, socket) in world.gateway.sockets.iter().enumerate() {
            let is_old = socket.is_open() && socket.opened.is_some_and(|opened| opened < committed.when);
            let is_live = socket.hard_end() > world.now + seconds(2.0);
            let was_told = self.posted.contains(&(channel.clone(), number, index));
            if is_old && is_live && !was_told && is_member_since(world, index, channel, committed.when) {
                return broken(
                    Promise::Told,
                    format!(
                        "{} was not told of {number} in {channel}, which is acknowledged",
                        socket.id
                    ),
                );
            }
        }
        Ok(())
    }
}

fn name(post: &Post) -> Option<(Name, u64)> {
    Some((post.channel.clone()?, post.number))
}

/// Whether the connection has been a member since before that instant, for all that its client knows.
fn is_member_since(world: &World, index: usize, channel: &Name, when: Micros) -> bool {
    let socket = world.socket(index);
    let client = &world.clients[socket.client];
    if world.table.rows.registered(&socket.id).is_none() {
        return false;
    }
    if is_direct(channel) || channel.starts_with("user:") {
        return channel.split(':').any(|part| part == socket.identity.user.as_str());
    }
    let membership = client.memberships.get(channel);
    let since = membership.filter(|_| client.current == Some(index) && client.is_settled_in(channel));
    &**channel == "all" || since.is_some_and(|membership| membership.joined < when)
}
