//! `signal`: what is passed on to members and kept nowhere.

use serde::Serialize;
use serde_json::value::RawValue;

use super::push::SenderBody;
use super::{Frame, ServerFrame};
use crate::channel::Channel;
use crate::content::Content;
use crate::log::Sender;
use crate::timestamp::Timestamp;
#[cfg(test)]
use crate::wire::typescript::Json;

/// Something passed on by a member and kept nowhere; may be lost or doubled.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(in crate::wire) struct Signal<'a> {
    channel: String,
    sender: SenderBody<'a>,
    #[cfg_attr(test, schemars(with = "Json"))]
    content: &'a RawValue,
    /// Milliseconds since 1970, by the server's clock.
    at: u64,
}

impl Frame {
    /// The signal as members get it.
    pub fn signal(channel: &Channel, sender: &Sender, content: &Content, at: Timestamp) -> Self {
        Self::encode(&ServerFrame::Signal(Signal {
            channel: channel.to_string(),
            sender: sender.into(),
            content: content.raw(),
            at: at.millis(),
        }))
    }
}
