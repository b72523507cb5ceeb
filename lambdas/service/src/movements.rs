//! Tells who watches a channel that somebody came or left: hints, told once per user whatever the number of devices, and
//! lost without harm, since `presence` tells the truth.

use domain::channel::Channel;
use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::limits::{CONNECTIONS_PER_USER_MAX, FAN_OUT_CONCURRENCY, PRESENCE_WATCHERS_MAX, STANDINGS_MAX};
use domain::log::Sender;
use domain::membership::{Member, Membership};
use domain::timestamp::Timestamp;
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
    /// The connection has become a member of the channel, at this instant.
    pub(crate) async fn joined(&self, connection: &Connection, channel: &Channel, at: Timestamp) {
        self.tell(connection, channel, Some(at), &mut None).await;
    }

    /// The connection is no member of these channels any more.
    pub(crate) async fn left(&self, connection: &Connection, channels: &[&Channel]) {
        let mut others = None;
        for channel in channels {
            self.tell(connection, channel, None, &mut others).await;
        }
    }

    async fn tell(&self, connection: &Connection, channel: &Channel, joined: Option<Timestamp>, others: &mut Others) {
        if !channel.tells_presence() {
            return;
        }
        if let Err(error) = self.try_to_tell(connection, channel, joined, others).await {
            tracing::warn!(connection = %connection.id, error = describe(&error), "movement.not_told");
        }
    }

    async fn try_to_tell(
        &self,
        connection: &Connection,
        channel: &Channel,
        joined: Option<Timestamp>,
        others: &mut Others,
    ) -> Result<(), TableError> {
        let watchers = self.table.watchers(channel, PRESENCE_WATCHERS_MAX + 1).await?;
        if watchers.is_empty() || watchers.len() > PRESENCE_WATCHERS_MAX {
            return Ok(());
        }
        if self.is_there_anyway(connection, channel, joined, others).await? {
            return Ok(());
        }
        let who = Sender {
            id: connection.user.clone(),
            name: connection.name.clone(),
        };
        let movement = joined.map_or(Movement::Left, |_| Movement::Joined);
        let frame = Frame::moved(movement, channel, &who, self.clock.now());
        let others = watchers.iter().filter(|watcher| watcher.connection != connection.id);
        stream::iter(others)
            .for_each_concurrent(FAN_OUT_CONCURRENCY, |watcher| self.post(watcher, &frame))
            .await;
        Ok(())
    }

    async fn post(&self, watcher: &Member, frame: &Frame) {
        // It may have waited for others.
        if watcher.is_live(self.clock.now()) {
            // A hint: whatever comes of it is logged by the adapter, and nothing depends on it.
            let _ = self.sockets.post(&watcher.connection, frame).await;
        }
    }

    /// Whether the user stays in the channel by another connection, or came to it by one before. Of two that come at the
    /// same time, each sees the other, and the one that joined first tells.
    async fn is_there_anyway(
        &self,
        connection: &Connection,
        channel: &Channel,
        joined: Option<Timestamp>,
        others: &mut Others,
    ) -> Result<bool, TableError> {
        let known = match others.take() {
            Some(known) => known,
            None => self.other_devices(connection).await?,
        };
        let found = self.counts_any(&known, connection, channel, joined).await;
        *others = Some(known);
        found
    }

    /// Whether one of these connections is a member already, or, of one that `joined` now, was so before.
    async fn counts_any(
        &self,
        others: &[Connection],
        connection: &Connection,
        channel: &Channel,
        joined: Option<Timestamp>,
    ) -> Result<bool, TableError> {
        let now = self.clock.now();
        for other in others.iter().filter(|other| !other.is_over(now)) {
            let Some(membership) = other.membership(channel) else {
                continue;
            };
            let Some(joined) = joined else { return Ok(true) };
            let before = self.joined_at(other, membership).await?;
            if before.is_some_and(|before| (before, &other.id) < (joined, &connection.id)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// When the connection joined: from the start, or by its member row, which is written anew only to watch.
    async fn joined_at(&self, other: &Connection, membership: &Membership) -> Result<Option<Timestamp>, TableError> {
        if !membership.channel.is_joined_by_choice() {
            return Ok(Some(other.registered_at));
        }
        let member = self.table.member(membership, &other.id).await?;
        Ok(member.map(|member| member.joined_at))
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
