//! Registering connections, and revoking sign-ins.

use domain::connection::Connection;
use domain::connection_id::ConnectionId;
use domain::identity::{Identity, UserId};
use domain::membership::Membership;
use domain::revocation::Revocation;
use domain::slot::{Slot, SlotNumber};
use domain::timestamp::Timestamp;
use service::ports::{Place, Registered, Registry, Revocations, TableError};

use super::{Key, SimTable};
use crate::bugs::Bug;
use crate::facts::Fact;
use crate::world::World;

impl Registry for SimTable {
    async fn slots(&self, user: &UserId) -> Result<Vec<Slot>, TableError> {
        let user = user.clone();
        let effect = move |world: &mut World| {
            let slots = world.table.rows.slots(&user);
            slots.into_iter().map(|slot| world.shown(slot)).collect::<Vec<_>>()
        };
        self.ask("slots", effect).await
    }

    async fn slot(&self, user: &UserId, number: SlotNumber) -> Result<Option<Slot>, TableError> {
        let user = user.clone();
        let effect = move |world: &mut World| {
            let slot = world.table.rows.slot(&user, number);
            slot.map(|slot| world.shown(slot))
        };
        self.ask("slot", effect).await
    }

    async fn register(&self, connection: &Connection, place: &Place) -> Result<Registered, TableError> {
        let (connection, place) = (connection.clone(), place.clone());
        let keys = keys(&connection, &place);
        let effect = move |world: &mut World| world.register(&connection, &place);
        self.transact("register", keys, Registered::Contended, effect).await
    }
}

impl Revocations for SimTable {
    async fn revocation(&self, who: &Identity) -> Result<Option<Revocation>, TableError> {
        let who = who.clone();
        let effect = move |world: &mut World| {
            let rows = &world.table.rows;
            rows.revocation(&who.user, who.signed_in_at, who.origin_jti.as_ref())
        };
        self.ask("revocation", effect).await
    }

    async fn revoke(&self, user: &UserId, revocation: &Revocation, life: Timestamp) -> Result<(), TableError> {
        let (user, revocation) = (user.clone(), revocation.clone());
        let effect = move |world: &mut World| {
            if !world.is_planted(Bug::RevocationForgotten) {
                world.table.rows.revoke(&user, &revocation, life);
            }
        };
        self.ask("revoke", effect).await
    }
}

fn keys(connection: &Connection, place: &Place) -> Vec<Key> {
    let mut keys = vec![
        Key::Connection(connection.id.clone()),
        Key::User(connection.user.clone()),
        Key::Slot(connection.user.clone(), connection.slot),
    ];
    let members = connection.memberships.iter();
    keys.extend(members.map(|m| Key::Member(m.channel.clone(), connection.id.clone())));
    let (spared, ended) = replaced(place);
    keys.extend(spared.into_iter().chain(ended).map(Key::Connection));
    keys
}

impl World {
    fn shown(&self, slot: Slot) -> Slot {
        if self.is_planted(Bug::Unchained) {
            Slot { replaced: None, ..slot }
        } else {
            slot
        }
    }

    fn register(&mut self, connection: &Connection, place: &Place) -> Registered {
        let (spared, ended) = replaced(place);
        let (registered, spared, ended) = if self.is_planted(Bug::TakenUnmarked) {
            (self.register_unmarked(connection, place), spared, ended)
        } else if self.is_planted(Bug::SlotShared) {
            self.table.rows.slots.remove(&connection.user);
            (self.table.rows.register(connection, &Place::Free), None, Vec::new())
        } else {
            if self.is_planted(Bug::TombstoneIgnored) && self.table.rows.registered(&connection.id).is_none() {
                self.table.rows.connections.remove(&connection.id);
            }
            (self.table.rows.register(connection, place), spared, ended)
        };
        if registered != Registered::Now {
            return registered;
        }
        if let Some(socket) = self.gateway.find(&connection.id) {
            self.note(Fact::Registered { socket });
        }
        let key = (connection.user.clone(), connection.slot);
        self.table.slot_lives.insert(key, connection.hard_end);
        self.note(Fact::Replaced {
            user: connection.user.to_string(),
            spared: spared.and_then(|id| self.gateway.find(&id)),
            ended: ended.iter().filter_map(|id| self.gateway.find(id)).collect(),
        });
        if self.is_planted(Bug::MembersLater) {
            self.put_members_later(connection);
        }
        registered
    }

    /// The bug: whoever stood in the slot is not touched.
    fn register_unmarked(&mut self, connection: &Connection, place: &Place) -> Registered {
        let (spared, ended) = replaced(place);
        let before: Vec<_> = spared
            .into_iter()
            .chain(ended)
            .filter_map(|id| Some((id.clone(), self.table.rows.connections.get(&id)?.clone())))
            .collect();
        let registered = self.table.rows.register(connection, place);
        self.table.rows.connections.extend(before);
        registered
    }

    /// The bug: the members follow after the transaction.
    fn put_members_later(&mut self, connection: &Connection) {
        for membership in connection.memberships.clone() {
            let key = (membership.channel.clone(), membership.shard);
            let members = self.table.rows.members.entry(key).or_default();
            if let Some(member) = members.remove(&connection.id) {
                let when = self.random.uniform(0.5, 3.0);
                self.after(when, move |world| world.put_member(&membership, member));
            }
        }
    }

    fn put_member(&mut self, membership: &Membership, member: domain::membership::Member) {
        let key = (membership.channel.clone(), membership.shard);
        let members = self.table.rows.members.entry(key).or_default();
        members.insert(member.connection.clone(), member);
    }
}

/// Who is left time where the connection goes, and who is not, by what it was told.
fn replaced(place: &Place) -> (Option<ConnectionId>, Vec<ConnectionId>) {
    let spared = place.remembered().map(|named| named.connection.clone());
    let holder = place.slot().and_then(|slot| slot.holder.as_ref());
    let surplus = place.surplus().map(|(id, _)| id);
    let mut ended: Vec<_> = holder.into_iter().chain(surplus).cloned().collect();
    ended.dedup();
    ended.retain(|id| Some(id) != spared.as_ref());
    (spared, ended)
}
