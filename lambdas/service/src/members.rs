//! The members of a channel as a stream: read page by page as they are needed, never as a whole.

use domain::channel::Channel;
use domain::connection_id::ConnectionId;
use domain::limits::MEMBER_PAGE_ROWS;
use domain::membership::Member;
use domain::shards::Shards;
use futures_util::{Stream, TryStreamExt as _, stream};

use crate::ports::{Members, TableError};

/// One shard of the members who get what is published to some channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) channel: Channel,
    pub(crate) shard: u32,
}

/// Everybody who gets what is published to the channel, whose own members stand in that many shards.
pub(crate) fn everyone(channel: &Channel, shards: Shards) -> Vec<Part> {
    let parts = channel.audiences().into_iter().flat_map(|audience| {
        let count = if audience == *channel { shards.count() } else { 1 };
        (0..count).map(move |shard| Part {
            channel: audience.clone(),
            shard,
        })
    });
    parts.collect()
}

impl Part {
    /// Its members.
    pub(crate) fn members<'a>(
        &'a self,
        table: &'a impl Members,
    ) -> impl Stream<Item = Result<Member, TableError>> + Send + 'a {
        members(table, &self.channel, self.shard)
    }
}

/// The members of this shard.
pub(crate) fn members<'a>(
    table: &'a impl Members,
    channel: &'a Channel,
    shard: u32,
) -> impl Stream<Item = Result<Member, TableError>> + Send + 'a {
    pages(table, channel, shard, MEMBER_PAGE_ROWS)
        .map_ok(|members| stream::iter(members.into_iter().map(Ok)))
        .try_flatten()
}

/// The same, a page at a time.
pub(crate) fn pages<'a>(
    table: &'a impl Members,
    channel: &'a Channel,
    shard: u32,
    rows: usize,
) -> impl Stream<Item = Result<Vec<Member>, TableError>> + Send + 'a {
    let first = Some(None::<ConnectionId>);
    stream::try_unfold(first, move |position| async move {
        let Some(after) = position else { return Ok(None) };
        let page = table.page(channel, shard, after.as_ref(), rows).await?;
        Ok::<_, TableError>(Some((page.members, page.next.map(Some))))
    })
}
