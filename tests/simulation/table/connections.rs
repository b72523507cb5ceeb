//! Connection rows: reading, renewing and ending them.

use domain::channel::Channel;
use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::membership::Membership;
use domain::slot::SlotNumber;
use domain::timestamp::Timestamp;
use service::ports::{Connections, Leases, Renewed, Standings, TableError};

use super::SimTable;
use crate::bugs::Bug;
use crate::functions::Function;
use crate::world::World;

impl Standings for SimTable {
    async fn connection(&self, id: &ConnectionId) -> Result<Option<Standing>, TableError> {
        let id = id.clone();
        self.ask("connection", move |world| world.standing(&id)).await
    }

    /// Rows of one request are read one after the other, and those that the table did not manage are asked for again.
    async fn connections(&self, ids: &[ConnectionId]) -> Result<Vec<(ConnectionId, Standing)>, TableError> {
        let mut standings = Vec::new();
        for part in ids.chunks(ids.len().div_ceil(2).max(1)) {
            let ids = part.to_vec();
            let effect = move |world: &mut World| {
                let standing = |id: &ConnectionId| Some((id.clone(), world.standing(id)?));
                ids.iter().filter_map(standing).collect::<Vec<_>>()
            };
            standings.extend(self.ask("connections", effect).await?);
        }
        Ok(standings)
    }
}

impl Connections for SimTable {
    async fn entomb(&self, id: &ConnectionId, life: Timestamp) -> Result<Option<Connection>, TableError> {
        let (id, tells) = (id.clone(), self.is_telling());
        let effect = move |world: &mut World| {
            if tells && world.is_planted(Bug::GoneUnmarked) {
                return world.table.rows.registered(&id).cloned();
            }
            world.table.rows.entomb(&id, life)
        };
        self.ask("entomb", effect).await
    }

    async fn send_away(&self, id: &ConnectionId, life: Timestamp) -> Result<Option<Connection>, TableError> {
        let id = id.clone();
        let effect = move |world: &mut World| world.table.rows.send_away(&id, life);
        self.ask("send_away", effect).await
    }

    async fn entomb_if_over(
        &self,
        id: &ConnectionId,
        life: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Connection>, TableError> {
        let id = id.clone();
        let effect = move |world: &mut World| world.table.rows.entomb_if_over(&id, life, now);
        self.ask("entomb_if_over", effect).await
    }

    async fn remove_member(&self, membership: &Membership, id: &ConnectionId) -> Result<(), TableError> {
        let (membership, id, tells) = (membership.clone(), id.clone(), self.is_telling());
        let effect = move |world: &mut World| world.remove_member(&membership, &id, tells);
        self.ask("remove_member", effect).await
    }

    async fn free_slot(
        &self,
        user: &UserId,
        slot: SlotNumber,
        id: &ConnectionId,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let (user, id) = (user.clone(), id.clone());
        let effect = move |world: &mut World| {
            world.table.rows.free_slot(&user, slot, &id, now);
            if world.is_planted(Bug::IndexFirst) {
                world.remove_from_all(&id);
            }
        };
        self.ask("free_slot", effect).await
    }
}

impl Leases for SimTable {
    async fn renew(&self, id: &ConnectionId, lease: Timestamp, now: Timestamp) -> Result<Renewed, TableError> {
        let id = id.clone();
        let effect = move |world: &mut World| {
            if world.is_planted(Bug::LateRenewal) {
                world.revive(&id);
                return world.table.rows.renew(&id, lease, Timestamp::default());
            }
            if world.is_planted(Bug::LeaseUnwritten) {
                return world.table.rows.clone().renew(&id, lease, now);
            }
            world.table.rows.renew(&id, lease, now)
        };
        self.ask("renew", effect).await
    }
}

impl SimTable {
    /// Whether this process tells members of messages.
    fn is_telling(&self) -> bool {
        matches!(
            self.0.process.function,
            Function::Message | Function::FanOut | Function::Push
        )
    }
}

impl World {
    fn standing(&self, id: &ConnectionId) -> Option<Standing> {
        let standing = self.table.rows.connection(id)?;
        Some(match standing {
            Standing::Registered(connection) if self.is_planted(Bug::LeaseEndless) => {
                let lease = connection.hard_end;
                Standing::Registered(Connection {
                    lease,
                    replaced_until: None,
                    ..connection
                })
            }
            other => other,
        })
    }

    /// The bug: what is entombed is registered again.
    fn revive(&mut self, id: &ConnectionId) {
        if let Some((standing, _)) = self.table.rows.connections.get_mut(id)
            && let Standing::Entombed(Some(was)) = standing
        {
            *standing = Standing::Registered(was.clone());
        }
    }

    fn remove_member(&mut self, membership: &Membership, id: &ConnectionId, tells: bool) {
        let mut membership = membership.clone();
        if self.is_planted(Bug::WatcherStays) {
            membership.watching = false;
        }
        self.table.rows.remove_member(&membership, id);
        if tells && self.is_planted(Bug::GoneUnmarked) {
            self.remove_from_all(id);
        }
    }

    fn remove_from_all(&mut self, id: &ConnectionId) {
        for ((channel, _), members) in &mut self.table.rows.members {
            if *channel == Channel::All {
                members.remove(id);
            }
        }
    }
}
