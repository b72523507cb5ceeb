//! Buckets of what may be sent.

use domain::rate::Rate;
use domain::timestamp::Timestamp;

use super::Rows;
use crate::ports::{Bucket, Taken};

impl Rows {
    /// See [`crate::ports::Buckets::take`].
    pub fn take(&mut self, bucket: &Bucket, rate: Rate, now: Timestamp) -> Taken {
        let (full_at, refused) = self.buckets.entry(bucket.clone()).or_default();
        let was_full = rate.is_full(*full_at, now);
        if was_full {
            *refused = 0;
        }
        match rate.take(*full_at, now) {
            Ok(then) => {
                *full_at = then;
                *refused -= i64::from(!was_full);
                Taken::Yes
            }
            Err(wait) => Taken::NotFor(wait),
        }
    }

    /// See [`crate::ports::Buckets::count_refusal`].
    pub fn count_refusal(&mut self, bucket: &Bucket) -> u32 {
        let (_, refused) = self.buckets.entry(bucket.clone()).or_default();
        *refused += 1;
        u32::try_from(*refused).unwrap_or(0)
    }
}
