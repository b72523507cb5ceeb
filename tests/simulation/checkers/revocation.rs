//! Revocations: once one is promised, nobody of the sign-ins that it means is connected, or ever will be.

use std::collections::BTreeMap;

use domain::revocation::Revocation;

use super::{Promise, Verdict, broken};
use crate::facts::Fact;
use crate::gateway::Socket;
use crate::world::World;

#[derive(Debug, Default)]
pub(super) struct Revocations {
    /// By user.
    promised: BTreeMap<String, Vec<Revocation>>,
}

impl Revocations {
    pub(super) fn see(&mut self, world: &World, fact: &Fact) -> Verdict {
        match fact {
            Fact::Revoked { user, revocation } => {
                let promised = self.promised.entry(user.clone()).or_default();
                promised.push(revocation.clone());
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
        let who = &socket.identity;
        let promised = self.promised.get(who.user.as_str());
        let mut promised = promised.into_iter().flatten();
        promised.any(|revocation| revocation.means(who.signed_in_at, who.origin_jti.as_ref()))
    }
}
