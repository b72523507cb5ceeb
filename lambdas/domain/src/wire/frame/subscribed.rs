//! `subscribed` and `unsubscribed`: a membership, with what its client missed, and the end of one.

use serde::Serialize;
use serde_json::value::RawValue;

use super::Frame;
use super::entries::fit;
use crate::catch_up::CatchUp;
use crate::channel::Channel;
use crate::request_id::RequestId;

#[derive(Serialize)]
struct Subscribed<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    channel: String,
    head: u64,
    recovered: bool,
    entries: Vec<&'a RawValue>,
    more: bool,
}

#[derive(Serialize)]
struct Unsubscribed<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    channel: String,
}

impl Frame {
    /// The connection is a member, and this is what came after its cursor, as much as fits into a frame.
    pub fn subscribed(id: Option<&RequestId>, channel: &Channel, told: &CatchUp) -> Self {
        fit(&told.page, |entries, more| {
            Self::encode(&Subscribed {
                r#type: "subscribed",
                id: id.map(RequestId::as_str),
                channel: channel.to_string(),
                head: told.head.number(),
                recovered: told.recovered,
                entries,
                more,
            })
        })
    }

    /// The connection is no member any more.
    pub fn unsubscribed(id: Option<&RequestId>, channel: &Channel) -> Self {
        Self::encode(&Unsubscribed {
            r#type: "unsubscribed",
            id: id.map(RequestId::as_str),
            channel: channel.to_string(),
        })
    }
}
