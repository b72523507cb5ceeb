//! Short answers to one request: `ack`, `echo` and `pong`.

use serde::Serialize;
use serde_json::value::RawValue;

use super::Frame;
use crate::channel::Channel;
use crate::connection_id::ConnectionId;
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pong<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    at: u64,
    expires_at: u64,
    behind: Vec<String>,
    connection: &'a str,
}

/// A message that is in its channel's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Whose log.
    pub channel: Channel,
    /// Its number there.
    pub sequence: Sequence,
    /// Its time.
    pub at: Timestamp,
    /// Whether it was there before.
    pub duplicate: bool,
}

impl Frame {
    /// The message is in the log.
    pub fn ack(id: Option<&RequestId>, receipt: &Receipt) -> Self {
        Self::encode(&Ack {
            r#type: "ack",
            id: id.map(RequestId::as_str),
            channel: receipt.channel.to_string(),
            seq: receipt.sequence.number(),
            at: receipt.at.millis(),
            duplicate: receipt.duplicate,
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

    /// The connection lasts at `now`, and does so until `end`; the client has not yet everything of these channels.
    pub fn pong(
        id: Option<&RequestId>,
        connection: &ConnectionId,
        now: Timestamp,
        end: Timestamp,
        behind: &[Channel],
    ) -> Self {
        Self::encode(&Pong {
            r#type: "pong",
            id: id.map(RequestId::as_str),
            at: now.millis(),
            expires_at: end.millis(),
            behind: behind.iter().map(ToString::to_string).collect(),
            connection: connection.as_str(),
        })
    }
}
