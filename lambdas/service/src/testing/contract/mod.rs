//! What the ports promise of a table, written once as tests and run against every table there is: the one in memory, which
//! all other tests and the simulation rest on, and the adapter over the wire protocol of a real store.
//!
//! Hard ends and lives are whole seconds here, as they are everywhere: rows keep no more of them.

mod appending;
mod buckets;
mod ending;
mod heads;
mod joining;
mod listing;
mod races;
mod reading;
mod registering;
mod renewing;
mod replacing;
mod revoking;
mod world;

use crate::ports::{Buckets, Connections, Leases, Log, LogReader, Members, Memberships, Registry, Revocations};
use world::World;

/// A table that serves every port.
pub trait AllPorts:
    Registry + Connections + Leases + Memberships + Members + Log + LogReader + Revocations + Buckets
{
}
impl<T> AllPorts for T where
    T: Registry + Connections + Leases + Memberships + Members + Log + LogReader + Revocations + Buckets
{
}

/// Checks everything. Runs with different seeds meet no rows of each other, so that they can share a table.
///
/// # Panics
/// When a promise is not kept.
pub async fn run<T: AllPorts>(table: &T, seed: u64) {
    let world = World::new(table, seed);
    registering::check(&world).await;
    replacing::check(&world).await;
    revoking::check(&world).await;
    renewing::check(&world).await;
    ending::check(&world).await;
    joining::check(&world).await;
    listing::check(&world).await;
    heads::check(&world).await;
    appending::check(&world).await;
    reading::check(&world).await;
    buckets::check(&world).await;
    races::check(&world).await;
}

#[cfg(test)]
mod tests {
    use crate::testing::MemoryTable;

    #[tokio::test]
    async fn the_table_in_memory_keeps_every_promise() {
        for table in [MemoryTable::default(), MemoryTable::with_whole_pages()] {
            super::run(&table, 1).await;
            super::run(&table, 2).await;
        }
    }
}
