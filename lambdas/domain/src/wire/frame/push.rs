//! `message`: an entry of a channel's log, pushed to its members and listed in `history`.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{Frame, ServerFrame};
use crate::channel::Channel;
use crate::log::{Entry, Sender};
#[cfg(test)]
use crate::wire::typescript::Json;

/// A message was published in a channel this connection is a member of.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(in crate::wire) struct Push<'a> {
    channel: String,
    #[serde(flatten)]
    entry: EntryBody<'a>,
}

/// A message in its channel's log.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Entry"))]
pub(in crate::wire) struct EntryBody<'a> {
    /// Its number in the channel: whole, without holes, growing.
    seq: u64,
    /// The id its sender's client gave it, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    sender: SenderBody<'a>,
    #[cfg_attr(test, schemars(with = "Json"))]
    content: &'a RawValue,
    /// Milliseconds since 1970, by the server's clock.
    at: u64,
}

/// Somebody as the server knows them; `name` is for showing and proves nothing.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Person"))]
pub(in crate::wire) struct SenderBody<'a> {
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
        Self::encode(&ServerFrame::Message(Push {
            channel: channel.to_string(),
            entry: entry.into(),
        }))
    }
}
