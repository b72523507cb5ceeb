//! `message`: an entry of a channel's log, pushed to its members and listed in `history`.

use serde::Serialize;
use serde_json::value::RawValue;

use super::Frame;
use crate::channel::Channel;
use crate::log::{Entry, Sender};

#[derive(Serialize)]
struct Push<'a> {
    r#type: &'static str,
    channel: String,
    #[serde(flatten)]
    entry: EntryBody<'a>,
}

#[derive(Serialize)]
pub(super) struct EntryBody<'a> {
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    sender: SenderBody<'a>,
    content: &'a RawValue,
    at: u64,
}

#[derive(Serialize)]
pub(super) struct SenderBody<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
}

impl<'a> From<&'a Entry> for EntryBody<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            seq: entry.sequence.number(),
            id: entry.id.as_ref().map(|id| id.as_str()),
            sender: (&entry.sender).into(),
            content: entry.content.raw(),
            at: entry.at.millis(),
        }
    }
}

impl<'a> From<&'a Sender> for SenderBody<'a> {
    fn from(sender: &'a Sender) -> Self {
        Self {
            id: sender.id.as_str(),
            name: sender.name.as_str(),
        }
    }
}

impl Frame {
    /// The push of an entry to the members of its channel.
    pub fn message(channel: &Channel, entry: &Entry) -> Self {
        Self::encode(&Push {
            r#type: "message",
            channel: channel.to_string(),
            entry: entry.into(),
        })
    }
}
