//! The table: the service's own rows in memory, behind calls that take time and fail, with conflicts and late deletion.

mod buckets;
mod conflicts;
mod connections;
pub(crate) mod deletion;
mod log;
mod members;
mod registry;

use std::collections::BTreeMap;
use std::fmt::Debug;

use domain::channel::Channel;
use domain::identity::UserId;
use domain::slot::SlotNumber;
use domain::timestamp::Timestamp;
use service::ports::TableError;
use service::testing::rows::Rows;

use crate::call::{Port, Repetition};
use crate::time::Micros;
use crate::world::World;

pub(crate) use conflicts::Key;

/// What stands in it, and what is known of it beside.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) rows: Rows,
    /// Until when a transaction holds a row.
    held: BTreeMap<Key, Micros>,
    /// When the life of a slot ends: with its holder's hard end.
    slot_lives: BTreeMap<(UserId, SlotNumber), Timestamp>,
    /// For a planted bug: entries that live on for readers, with their true life.
    true_lives: BTreeMap<(Channel, u64), Timestamp>,
}

/// The table as one process reaches it.
#[derive(Clone)]
pub(crate) struct SimTable(pub(crate) Port);

impl SimTable {
    /// One request.
    async fn ask<R, F>(&self, name: &'static str, effect: F) -> Result<R, TableError>
    where
        R: Clone + Debug + Send + 'static,
        F: FnMut(&mut World) -> R + Send + 'static,
    {
        let called = self.0.call(name, Repetition::Again, effect);
        called
            .await
            .map_err(|fault| TableError::new(name, format!("{fault:?}")))
    }

    /// One transaction, with a token, over rows that no other may touch meanwhile; `contended` is what is told if one does.
    async fn transact<R, F>(
        &self,
        name: &'static str,
        keys: Vec<Key>,
        contended: R,
        mut effect: F,
    ) -> Result<R, TableError>
    where
        R: Clone + Debug + Send + 'static,
        F: FnMut(&mut World) -> R + Send + 'static,
    {
        let effect = move |world: &mut World| {
            if world.hold(&keys) {
                effect(world)
            } else {
                contended.clone()
            }
        };
        let called = self.0.call(name, Repetition::Remembered, effect);
        called
            .await
            .map_err(|fault| TableError::new(name, format!("{fault:?}")))
    }
}
