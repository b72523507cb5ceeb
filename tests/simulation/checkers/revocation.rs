//! Revocations: once one is promised, nobody who signed in before it is connected, or ever will be.

use std::collections::BTreeMap;

use super::{Promise, Verdict, broken};
use crate::facts::Fact;
use crate::gateway::Socket;
use crate::world::World;

#[derive(Debug, Default)]
pub(super) struct Revocation {
    /// The first second in which a sign-in counts.
    promised: BTreeMap<String, u64>,
}

impl Revocation {
    pub(super) fn see(&mut self, world: &World, fact: &Fact) -> Verdict {
        match fact {
            Fact::Revoked { user, not_before } => {
                let promised = self.promised.entry(user.clone()).or_default();
                *promised = (*promised).max(*not_before);
                let left = world
                    .gateway
                    .sockets
                    .iter()
                    .find(|socket| socket.is_open() && self.is_out(socket));
                match left {
                    Some(socket) => broken(Promise::Revocation, format!("{} is still open", socket.id)),
                    None => Ok(()),
                }
            }
            Fact::Opened { socket } if self.is_out(world.socket(*socket)) => {
                let id = &world.socket(*socket).id;
                broken(Promise::Revocation, format!("{id} opened after the revocation"))
            }
            _ => Ok(()),
        }
    }

    fn is_out(&self, socket: &Socket) -> bool {
        let promised = self.promised.get(socket.identity.user.as_str());
        promised.is_some_and(|promised| socket.identity.signed_in_at.millis() / 1000 < *promised)
    }
}
