//! Short answers to one request: `ack` and `echo`.

use serde::Serialize;
use serde_json::value::RawValue;

use super::Frame;
use crate::channel::Channel;
use crate::content::Content;
use crate::log::Sequence;
use crate::request_id::RequestId;
use crate::timestamp::Timestamp;

#[derive(Serialize)]
struct Ack<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    channel: String,
    seq: u64,
    at: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    duplicate: bool,
}

#[derive(Serialize)]
struct EchoAnswer<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    content: &'a RawValue,
}

impl Frame {
    /// The message is in the log. `duplicate` when it already was.
    pub fn ack(id: Option<&RequestId>, channel: &Channel, sequence: Sequence, at: Timestamp, duplicate: bool) -> Self {
        Self::encode(&Ack {
            r#type: "ack",
            id: id.map(RequestId::as_str),
            channel: channel.to_string(),
            seq: sequence.number(),
            at: at.millis(),
            duplicate,
        })
    }

    /// The content, back.
    pub fn echo(id: Option<&RequestId>, content: &Content) -> Self {
        Self::encode(&EchoAnswer {
            r#type: "echo",
            id: id.map(RequestId::as_str),
            content: content.raw(),
        })
    }
}
