//! Buckets: how much may be sent, kept where all processes see it.

use std::time::Duration;

use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::rate::Rate;
use domain::timestamp::Timestamp;

use super::TableError;

/// Whose messages a bucket counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bucket {
    /// This user's.
    pub user: UserId,
    /// Only those of this connection, if it names one.
    pub connection: Option<ConnectionId>,
}

/// Takes messages from buckets.
pub trait Buckets: Sync {
    /// Takes one message from a bucket that fills at `rate`. However many processes do so at once, no more are taken than it
    /// holds. One write, or two while it is not full. An answer lost on the way may cost a further message.
    fn take(
        &self,
        bucket: &Bucket,
        rate: Rate,
        now: Timestamp,
    ) -> impl Future<Output = Result<Taken, TableError>> + Send;

    /// Counts a refusal, and gives how many more there were than messages taken since the bucket was last full. One write.
    fn count_refusal(&self, bucket: &Bucket, now: Timestamp) -> impl Future<Output = Result<u32, TableError>> + Send;
}

/// What came of taking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The message is taken.
    Yes,
    /// The bucket is empty for so long.
    NotFor(Duration),
}
