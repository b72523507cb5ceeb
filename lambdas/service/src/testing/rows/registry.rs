//! Registering a connection, and revoking sign-ins.

use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::identity::{OriginJti, UserId};
use domain::revocation::Revocation;
use domain::slot::{Slot, SlotNumber};
use domain::timestamp::Timestamp;

use super::Rows;
use crate::ports::{Place, Registered};

impl Rows {
    /// See [`crate::ports::Registry::slots`].
    pub fn slots(&self, user: &UserId) -> Vec<Slot> {
        let slots = self.slots.get(user).into_iter().flat_map(|slots| slots.values());
        slots.cloned().collect()
    }

    /// See [`crate::ports::Registry::slot`].
    pub fn slot(&self, user: &UserId, number: SlotNumber) -> Option<Slot> {
        self.slots.get(user)?.get(&number).cloned()
    }

    /// See [`crate::ports::Registry::register`].
    pub fn register(&mut self, connection: &Connection, place: &Place) -> Registered {
        if let Some(refusal) = self.objection(connection, place) {
            return refusal;
        }
        self.make_room(place);
        let slot = Slot {
            number: connection.slot,
            holder: Some(connection.id.clone()),
            replaced: place.remembered().cloned(),
        };
        self.slots
            .entry(connection.user.clone())
            .or_default()
            .insert(slot.number, slot);
        for membership in &connection.memberships {
            let member = connection.member(connection.registered_at);
            self.put_member(membership, member);
        }
        let row = (Standing::Registered(connection.clone()), Timestamp::default());
        self.connections.insert(connection.id.clone(), row);
        Registered::Now
    }

    /// See [`crate::ports::Revocations::revocation`].
    pub fn revocation(
        &self,
        user: &UserId,
        signed_in_at: Timestamp,
        origin_jti: Option<&OriginJti>,
    ) -> Option<Revocation> {
        let of_all = self
            .revoked
            .get(user)
            .map(|(not_before, _)| Revocation::Before(*not_before));
        let of_one = origin_jti
            .filter(|jti| self.ended_sign_ins.contains_key(&(user.clone(), (*jti).clone())))
            .map(|jti| Revocation::SignIn(jti.clone()));
        [of_all, of_one]
            .into_iter()
            .flatten()
            .find(|revocation| revocation.means(signed_in_at, origin_jti))
    }

    /// See [`crate::ports::Revocations::revoke`].
    pub fn revoke(&mut self, user: &UserId, revocation: &Revocation, life: Timestamp) {
        match revocation {
            Revocation::Before(not_before) => {
                let row = self.revoked.entry(user.clone()).or_insert((*not_before, life));
                *row = (row.0.max(*not_before), row.1.max(life));
            }
            Revocation::SignIn(jti) => {
                self.ended_sign_ins.insert((user.clone(), jti.clone()), life);
            }
        }
    }

    /// Why the connection cannot be registered there.
    fn objection(&self, connection: &Connection, place: &Place) -> Option<Registered> {
        match self.connections.get(&connection.id) {
            Some((Standing::Registered(_) | Standing::Unreadable, _)) => return Some(Registered::Already),
            Some((Standing::Entombed(_), _)) => return Some(Registered::Forgotten),
            None => {}
        }
        let jti = connection.origin_jti.as_ref();
        if self
            .revocation(&connection.user, connection.signed_in_at, jti)
            .is_some()
        {
            return Some(Registered::Revoked);
        }
        let slot = self.slot(&connection.user, connection.slot);
        let lasts = match place {
            Place::Lapsed { slot, now, .. } => slot.holder.as_ref().is_some_and(|holder| self.lasts(holder, *now)),
            Place::Free | Place::Replaced { .. } => false,
        };
        (lasts || !is_as_read(place.slot(), slot.as_ref())).then_some(Registered::SlotTaken)
    }

    fn lasts(&self, id: &ConnectionId, now: Timestamp) -> bool {
        match self.connection(id) {
            Some(Standing::Registered(connection)) => !connection.is_over(now),
            Some(Standing::Unreadable) => true,
            Some(Standing::Entombed(_)) | None => false,
        }
    }

    fn make_room(&mut self, place: &Place) {
        if let Place::Lapsed {
            slot, tombstone_life, ..
        } = place
            && let Some(holder) = &slot.holder
        {
            self.entomb(holder, *tombstone_life);
        }
        if let Some(spared) = place.spared()
            && let Some(connection) = self.registered_mut(&spared.connection)
        {
            connection.replaced_until.get_or_insert(spared.until);
        }
        if let Some((surplus, now)) = place.surplus()
            && let Some(connection) = self.registered_mut(surplus)
        {
            connection.replaced_until = Some(now);
        }
    }
}

/// A holder stands in a slot once, and so tells all of it.
fn is_as_read(read: Option<&Slot>, slot: Option<&Slot>) -> bool {
    match (read, slot) {
        (None, None) => true,
        (Some(read), Some(slot)) => read.holder == slot.holder && (read.holder.is_some() || read == slot),
        _ => false,
    }
}
