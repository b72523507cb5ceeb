//! `signal`: what is passed on to members and kept nowhere.

use serde::Serialize;
use serde_json::value::RawValue;

use super::Frame;
use super::push::SenderBody;
use crate::channel::Channel;
use crate::content::Content;
use crate::log::Sender;
use crate::timestamp::Timestamp;

#[derive(Serialize)]
struct Signal<'a> {
    r#type: &'static str,
    channel: String,
    sender: SenderBody<'a>,
    content: &'a RawValue,
    at: u64,
}

impl Frame {
    /// The signal as members get it.
    pub fn signal(channel: &Channel, sender: &Sender, content: &Content, at: Timestamp) -> Self {
        Self::encode(&Signal {
            r#type: "signal",
            channel: channel.to_string(),
            sender: sender.into(),
            content: content.raw(),
            at: at.millis(),
        })
    }
}
