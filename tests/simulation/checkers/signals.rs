//! Signals: to members alone, and never to where they came from.

use std::collections::{BTreeMap, BTreeSet};

use service::ports::Posted;

use super::{Promise, Verdict, broken};
use crate::client::{is_chosen, is_direct};
use crate::facts::{Fact, Kind, Mark, Name, Post};
use crate::time::Micros;
use crate::world::World;

#[derive(Debug, Default)]
pub(super) struct Signals {
    sent: BTreeMap<Mark, (usize, Micros)>,
    joined: BTreeSet<(usize, Name)>,
    left: BTreeMap<(usize, Name), Micros>,
}

impl Signals {
    pub(super) fn see(&mut self, world: &World, fact: &Fact) -> Verdict {
        match fact {
            Fact::Signalled { socket, mark } => {
                self.sent.insert(*mark, (*socket, world.now));
            }
            Fact::Joining { socket, channel } => {
                self.joined.insert((*socket, channel.clone()));
                self.left.remove(&(*socket, channel.clone()));
            }
            Fact::Left { socket, channel } => {
                self.left.insert((*socket, channel.clone()), world.now);
            }
            Fact::Posted(post) if post.kind == Kind::Signal && post.outcome == Posted::Accepted => {
                return self.post(world, post);
            }
            _ => {}
        }
        Ok(())
    }

    fn post(&self, world: &World, post: &Post) -> Verdict {
        let (Some((origin, when)), Some(channel)) = (self.sent.get(&post.mark), &post.channel) else {
            return broken(Promise::Signals, format!("nobody sent {}", post.text));
        };
        let socket = world.socket(post.socket);
        let name = (post.socket, channel.clone());
        if post.socket == *origin {
            return broken(Promise::Signals, format!("{} got its own signal", socket.id));
        }
        let is_stranger = if is_chosen(channel) {
            !self.joined.contains(&name)
        } else {
            is_direct(channel) && !channel.split(':').any(|part| part == socket.identity.user.as_str())
        };
        if is_stranger || self.left.get(&name).is_some_and(|left| left < when) {
            return broken(
                Promise::Signals,
                format!("{} is no member and got {}", socket.id, post.text),
            );
        }
        Ok(())
    }
}
