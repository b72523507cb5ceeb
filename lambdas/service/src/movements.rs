//! Tells who watches a channel that somebody came or left: hints, told once per user whatever the number of devices, and
//! lost without harm, since `presence` tells the truth.

use domain::channel::Channel;
use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::limits::{CONNECTIONS_PER_USER_MAX, FAN_OUT_CONCURRENCY, PRESENCE_WATCHERS_MAX, STANDINGS_MAX};
use domain::log::Sender;
use domain::membership::Member;
use domain::wire::{Frame, Movement};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::describe::describe;
use crate::members::members;
use crate::ports::{Clock, Members, Sockets, Standings, TableError};

/// What is needed to tell of movements.
pub(crate) struct Movements<'a, T, S, C> {
    pub(crate) table: &'a T,
    pub(crate) sockets: &'a S,
    pub(crate) clock: &'a C,
}

/// The other connections of a user, once they were asked for.
type Others = Option<Vec<Connection>>;

impl<T: Members + Standings, S: Sockets, C: Clock> Movements<'_, T, S, C> {
    /// The connection has become a member of the channel.
    pub(crate) async fn joined(&self, connection: &Connection, channel: &Channel) {
        self.tell(connection, channel, Movement::Joined, &mut None).await;
    }

    /// The connection is no member of these channels any more.
    pub(crate) async fn left(&self, connection: &Connection, channels: &[&Channel]) {
        let mut others = None;
        for channel in channels {
            self.tell(connection, channel, Movement::Left, &mut others).await;
        }
    }

    async fn tell(&self, connection: &Connection, channel: &Channel, movement: Movement, others: &mut Others) {
        if !channel.tells_presence() {
            return;
        }
        if let Err(error) = self.try_to_tell(connection, channel, movement, others).await {
            tracing::warn!(connection = %connection.id, error = describe(&error), "movement.not_told");
        }
    }

    async fn try_to_tell(
        &self,
        connection: &Connection,
        channel: &Channel,
        movement: Movement,
        others: &mut Others,
    ) -> Result<(), TableError> {
        let watchers = self.table.watchers(channel, PRESENCE_WATCHERS_MAX + 1).await?;
        if watchers.is_empty() || watchers.len() > PRESENCE_WATCHERS_MAX {
            return Ok(());
        }
        if self.is_there_anyway(connection, channel, movement, others).await? {
            return Ok(());
        }
        let who = Sender {
            id: connection.user.clone(),
            name: connection.name.clone(),
        };
        let now = self.clock.now();
        let frame = Frame::moved(movement, channel, &who, now);
        let others = watchers
            .iter()
            .filter(|watcher| watcher.connection != connection.id && watcher.is_live(now));
        stream::iter(others)
            .for_each_concurrent(FAN_OUT_CONCURRENCY, |watcher| self.post(watcher, &frame))
            .await;
        Ok(())
    }

    async fn post(&self, watcher: &Member, frame: &Frame) {
        // A hint: whatever comes of it is logged by the adapter, and nothing depends on it.
        let _ = self.sockets.post(&watcher.connection, frame).await;
    }

    /// Whether the user stays in the channel by another connection, or came to it by one before. Of two that come at the
    /// same time, each sees the other, and the one registered first tells.
    async fn is_there_anyway(
        &self,
        connection: &Connection,
        channel: &Channel,
        movement: Movement,
        others: &mut Others,
    ) -> Result<bool, TableError> {
        let now = self.clock.now();
        let order = |one: &Connection| (one.registered_at, one.id.clone());
        let counts = |other: &Connection| {
            !other.is_over(now)
                && other.membership(channel).is_some()
                && (movement == Movement::Left || order(other) < order(connection))
        };
        let known = match others.take() {
            Some(known) => known,
            None => self.other_devices(connection).await?,
        };
        let found = known.iter().any(counts);
        *others = Some(known);
        Ok(found)
    }

    async fn other_devices(&self, connection: &Connection) -> Result<Vec<Connection>, TableError> {
        let own = Channel::User(connection.user.clone());
        let devices = members(self.table, &own, 0)
            .take(CONNECTIONS_PER_USER_MAX as usize)
            .map_ok(|member| member.connection);
        let mut devices: Vec<ConnectionId> = devices.try_collect().await?;
        devices.retain(|id| *id != connection.id);
        let mut registered = Vec::new();
        for part in devices.chunks(STANDINGS_MAX) {
            let standings = self.table.connections(part).await?;
            registered.extend(standings.into_iter().filter_map(|(_, standing)| match standing {
                Standing::Registered(other) => Some(other),
                Standing::Entombed(_) | Standing::Unreadable => None,
            }));
        }
        Ok(registered)
    }
}

#[cfg(test)]
mod tests;
