//! Buckets of what may be sent.

use domain::rate::Rate;
use domain::timestamp::Timestamp;
use service::ports::{Bucket, Buckets, TableError, Taken};

use super::SimTable;
use crate::world::World;

impl Buckets for SimTable {
    async fn take(&self, bucket: &Bucket, rate: Rate, now: Timestamp) -> Result<Taken, TableError> {
        let bucket = bucket.clone();
        let effect = move |world: &mut World| world.table.rows.take(&bucket, rate, now);
        self.ask("take", effect).await
    }

    async fn count_refusal(&self, bucket: &Bucket, _: Timestamp) -> Result<u32, TableError> {
        let bucket = bucket.clone();
        let effect = move |world: &mut World| world.table.rows.count_refusal(&bucket);
        self.ask("count_refusal", effect).await
    }
}
