//! Connection rows: reading, renewing and ending them.

use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::membership::Membership;
use domain::slot::SlotNumber;
use domain::timestamp::Timestamp;

use super::Rows;
use crate::ports::Renewed;

impl Rows {
    /// See [`crate::ports::Standings::connection`].
    pub fn connection(&self, id: &ConnectionId) -> Option<Standing> {
        self.connections.get(id).map(|(standing, _)| standing.clone())
    }

    /// See [`crate::ports::Standings::connections`].
    pub fn connections(&self, ids: &[ConnectionId]) -> Vec<(ConnectionId, Standing)> {
        let standing = |id: &ConnectionId| Some((id.clone(), self.connection(id)?));
        ids.iter().filter_map(standing).collect()
    }

    /// See [`crate::ports::Connections::entomb`].
    pub fn entomb(&mut self, id: &ConnectionId, life: Timestamp) -> Option<Connection> {
        let was = match self.connection(id) {
            Some(Standing::Registered(connection)) => Some(connection),
            Some(Standing::Entombed(was)) => was,
            Some(Standing::Unreadable) | None => None,
        };
        let tomb = (Standing::Entombed(was.clone()), life);
        self.connections.insert(id.clone(), tomb);
        was
    }

    /// See [`crate::ports::Connections::send_away`].
    pub fn send_away(&mut self, id: &ConnectionId, life: Timestamp) -> Option<Connection> {
        if let Some((Standing::Registered(connection) | Standing::Entombed(Some(connection)), _)) =
            self.connections.get_mut(id)
        {
            connection.sent_away = true;
        }
        self.entomb(id, life)
    }

    /// See [`crate::ports::Connections::entomb_if_over`].
    pub fn entomb_if_over(&mut self, id: &ConnectionId, life: Timestamp, now: Timestamp) -> Option<Connection> {
        self.registered(id).filter(|connection| connection.is_over(now))?;
        self.entomb(id, life)
    }

    /// See [`crate::ports::Connections::remove_member`].
    pub fn remove_member(&mut self, membership: &Membership, id: &ConnectionId) {
        let key = (membership.channel.clone(), membership.shard);
        if let Some(members) = self.members.get_mut(&key) {
            members.remove(id);
        }
        if membership.watching
            && let Some(watchers) = self.watchers.get_mut(&membership.channel)
        {
            watchers.remove(id);
        }
    }

    /// See [`crate::ports::Connections::free_slot`].
    pub fn free_slot(&mut self, user: &UserId, number: SlotNumber, id: &ConnectionId, now: Timestamp) {
        let Some(slots) = self.slots.get_mut(user) else {
            return;
        };
        let Some(slot) = slots.get_mut(&number).filter(|slot| slot.stands_for(id)) else {
            return;
        };
        match &slot.holder {
            Some(holder) if holder != id => {}
            Some(_) if slot.leaving(now).is_some() => slot.holder = None,
            Some(_) | None => drop(slots.remove(&number)),
        }
    }

    /// See [`crate::ports::Leases::renew`].
    pub fn renew(&mut self, id: &ConnectionId, lease: Timestamp, now: Timestamp) -> Renewed {
        match self.connections.get_mut(id) {
            Some((Standing::Registered(connection), _)) if !connection.is_over(now) => {
                if connection.replaced_until.is_some() {
                    return Renewed::Replaced;
                }
                connection.lease = lease.min(connection.hard_end);
                Renewed::Now
            }
            Some((Standing::Registered(connection), _)) => Renewed::Over(Some(connection.clone())),
            Some((Standing::Entombed(was), _)) => Renewed::Over(was.clone()),
            Some((Standing::Unreadable, _)) | None => Renewed::Over(None),
        }
    }

    /// The connection, if it is registered and nobody has ended it.
    pub fn registered(&self, id: &ConnectionId) -> Option<&Connection> {
        match self.connections.get(id) {
            Some((Standing::Registered(connection), _)) => Some(connection),
            _ => None,
        }
    }

    pub(super) fn registered_mut(&mut self, id: &ConnectionId) -> Option<&mut Connection> {
        match self.connections.get_mut(id) {
            Some((Standing::Registered(connection), _)) => Some(connection),
            _ => None,
        }
    }
}
