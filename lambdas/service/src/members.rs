//! The members of a channel's shard as a stream: read as they are needed, never as a whole.

use domain::channel::Channel;
use domain::connection::{ConnectionId, Member};
use futures_util::{Stream, TryStreamExt as _, stream};

use crate::ports::{Members, TableError};

/// The members of this shard, page by page.
pub(crate) fn members<'a>(
    table: &'a impl Members,
    channel: &'a Channel,
    shard: u32,
) -> impl Stream<Item = Result<Member, TableError>> + Send + 'a {
    let first = Some(None::<ConnectionId>);
    let pages = stream::try_unfold(first, move |position| async move {
        let Some(after) = position else { return Ok(None) };
        let page = table.page(channel, shard, after.as_ref()).await?;
        Ok::<_, TableError>(Some((page.members, page.next.map(Some))))
    });
    pages
        .map_ok(|members| stream::iter(members.into_iter().map(Ok)))
        .try_flatten()
}
