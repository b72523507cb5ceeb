//! Reads a page of a channel's log.

use domain::history::Page;
use domain::identity::Identity;
use domain::policy::may_subscribe;
use domain::request_id::RequestId;
use domain::timestamp::Timestamp;
use domain::wire::client::{History, Range};
use domain::wire::{Frame, Refusal};

use crate::ports::{LogReader, Span};
use crate::reply::unavailable;

/// The page as a frame, or what the reader is to be told instead.
pub(crate) async fn history(
    log: &impl LogReader,
    who: &Identity,
    id: Option<&RequestId>,
    wanted: &History,
    now: Timestamp,
) -> Result<Frame, Refusal> {
    if !may_subscribe(who, &wanted.channel) {
        return Err(Refusal::forbidden());
    }
    let span = match wanted.range {
        Range::Newest => Span::Down(None),
        Range::Before(number) => Span::Down(Some(number)),
        Range::After(number) => Span::Up(number),
    };
    // One more than asked for tells whether there is more.
    let read = log
        .entries(&wanted.channel, span, wanted.limit + 1, now)
        .await
        .map_err(unavailable("history"))?;
    let page = Page::new(read, matches!(span, Span::Down(_)), wanted.limit, now);
    Ok(Frame::history(id, &wanted.channel, &page))
}

#[cfg(test)]
mod tests;
