//! Members of channels, read page by page and never as a whole.

use domain::channel::Channel;
use domain::connection_id::ConnectionId;
use domain::membership::{Member, Membership};

use super::TableError;

/// Reads members.
pub trait Members: Sync {
    /// One page of at most `limit` of a shard's members in the order of their ids, beginning after `after`. Strongly
    /// consistent. May hold members past their end: deletion comes late. May hold fewer than `limit` even if more follow.
    fn page(
        &self,
        channel: &Channel,
        shard: u32,
        after: Option<&ConnectionId>,
        limit: usize,
    ) -> impl Future<Output = Result<MemberPage, TableError>> + Send;

    /// What stands of a connection in a channel, if it is a member there. Strongly consistent.
    fn member(
        &self,
        membership: &Membership,
        id: &ConnectionId,
    ) -> impl Future<Output = Result<Option<Member>, TableError>> + Send;

    /// The members, at most `limit` of them, that want to be told who comes and goes. Strongly consistent.
    fn watchers(&self, channel: &Channel, limit: usize)
    -> impl Future<Output = Result<Vec<Member>, TableError>> + Send;
}

/// Some members of a shard.
#[derive(Debug, Clone, Default)]
pub struct MemberPage {
    /// The members.
    pub members: Vec<Member>,
    /// Where the next page begins, if there is one.
    pub next: Option<ConnectionId>,
}
