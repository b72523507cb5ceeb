//! What is posted to whom: nothing that was appended after the connection left the channel or came to its end.

use std::collections::BTreeMap;

use service::ports::Posted;

use super::history::History;
use super::{Promise, Verdict, broken};
use crate::facts::{Fact, Kind, Name, Post};
use crate::time::{Micros, SECOND};
use crate::world::World;

#[derive(Debug, Default)]
pub(super) struct Removal {
    left: BTreeMap<(usize, Name), Micros>,
}

impl Removal {
    pub(super) fn see(&mut self, world: &World, history: &History, fact: &Fact) -> Verdict {
        match fact {
            Fact::Left { socket, channel } => {
                self.left.insert((*socket, channel.clone()), world.now);
            }
            Fact::Joining { socket, channel } => {
                self.left.remove(&(*socket, channel.clone()));
            }
            Fact::Posted(post) if post.kind == Kind::Message && post.outcome == Posted::Accepted => {
                return self.post(world, history, post);
            }
            Fact::Minute => return none_outlives_its_end(world),
            _ => {}
        }
        Ok(())
    }

    fn post(&self, world: &World, history: &History, post: &Post) -> Verdict {
        let Some(channel) = &post.channel else { return Ok(()) };
        let Some(committed) = history.entry(channel, post.number) else {
            return broken(Promise::Log, format!("posted, but never appended: {}", post.text));
        };
        let socket = world.socket(post.socket);
        let left = self.left.get(&(post.socket, channel.clone()));
        if left.is_some_and(|left| *left < committed.when) {
            let words = format!("{} left {channel} and got {}", socket.id, post.number);
            return broken(Promise::Removal, words);
        }
        // Two clocks are in it: that of who set the end, and that of who compares with it.
        if socket.hard_end() + 2 * SECOND < committed.when {
            let words = format!("{} was over and got {} of {channel}", socket.id, post.number);
            return broken(Promise::Expiry, words);
        }
        Ok(())
    }
}

fn none_outlives_its_end(world: &World) -> Verdict {
    for socket in &world.gateway.sockets {
        if socket.is_open() && world.ended_by(socket.hard_end()) < world.now {
            return broken(Promise::Expiry, format!("{} is open long after its end", socket.id));
        }
    }
    Ok(())
}
