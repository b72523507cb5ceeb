//! `history`: a page of a log.

use serde::Serialize;
use serde_json::value::RawValue;

use super::entries::fit;
#[cfg(test)]
use super::push::EntryBody;
use super::{Frame, ServerFrame};
use crate::channel::Channel;
use crate::history::Page;
use crate::request_id::RequestId;

/// A part of a channel's log, the smallest `seq` first.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(in crate::wire) struct HistoryBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    channel: String,
    #[cfg_attr(test, schemars(with = "Vec<EntryBody<'static>>"))]
    entries: Vec<&'a RawValue>,
    /// Whether more is kept in the direction asked for.
    more: bool,
}

impl Frame {
    /// The page, as much of it as fits into a frame.
    pub fn history(id: Option<&RequestId>, channel: &Channel, page: &Page) -> Self {
        fit(page, |entries, more| {
            Self::encode(&ServerFrame::History(HistoryBody {
                id: id.map(RequestId::as_str),
                channel: channel.to_string(),
                entries,
                more,
            }))
        })
    }
}
