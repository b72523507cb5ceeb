//! Members of channels, read page by page and never as a whole.

use domain::channel::Channel;
use domain::connection::{ConnectionId, Member};

use super::TableError;

/// Reads members.
pub trait Members: Sync {
    /// One page of a shard's members in the order of their ids, beginning after `after`. Strongly consistent. May hold
    /// members past their end: deletion comes late.
    fn page(
        &self,
        channel: &Channel,
        shard: u32,
        after: Option<&ConnectionId>,
    ) -> impl Future<Output = Result<MemberPage, TableError>> + Send;
}

/// Some members of a shard.
#[derive(Debug, Clone, Default)]
pub struct MemberPage {
    /// The members.
    pub members: Vec<Member>,
    /// Where the next page begins, if there is one.
    pub next: Option<ConnectionId>,
}
