//! `subscribed` and `unsubscribed`: a membership, with what its client missed, and the end of one.

use serde::Serialize;
use serde_json::value::RawValue;

use super::entries::fit;
#[cfg(test)]
use super::push::EntryBody;
use super::{Frame, ServerFrame};
use crate::catch_up::CatchUp;
use crate::channel::Channel;
use crate::request_id::RequestId;

/// The connection is a member, and this is what it missed.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(in crate::wire) struct Subscribed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    channel: String,
    /// The channel's largest number; 0: nothing was ever stored.
    head: u64,
    /// Whether `entries` continue right after `since`; if not, they are the oldest kept.
    recovered: bool,
    #[cfg_attr(test, schemars(with = "Vec<EntryBody<'static>>"))]
    entries: Vec<&'a RawValue>,
    /// There is more: ask again with `since` set to the last entry's `seq`.
    more: bool,
}

/// The connection is no member any more: nothing published after it is pushed.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(in crate::wire) struct Unsubscribed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    channel: String,
}

impl Frame {
    /// The connection is a member, and this is what came after its cursor, as much as fits into a frame.
    pub fn subscribed(id: Option<&RequestId>, channel: &Channel, told: &CatchUp) -> Self {
        fit(&told.page, |entries, more| {
            Self::encode(&ServerFrame::Subscribed(Subscribed {
                id: id.map(RequestId::as_str),
                channel: channel.to_string(),
                head: told.head.number(),
                recovered: told.recovered,
                entries,
                more,
            }))
        })
    }

    /// The connection is no member any more.
    pub fn unsubscribed(id: Option<&RequestId>, channel: &Channel) -> Self {
        Self::encode(&ServerFrame::Unsubscribed(Unsubscribed {
            id: id.map(RequestId::as_str),
            channel: channel.to_string(),
        }))
    }
}
