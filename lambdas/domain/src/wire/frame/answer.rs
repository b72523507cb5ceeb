//! Short answers to one request: `ack`, `echo` and `pong`.

use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;

use super::{Frame, ServerFrame};
use crate::channel::Channel;
use crate::connection_id::ConnectionId;
use crate::content::Content;
use crate::log::Sequence;
use crate::request_id::RequestId;
use crate::timestamp::Timestamp;
#[cfg(test)]
use crate::wire::typescript::Json;

/// The message is in its channel's log, under this number and time.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(in crate::wire) struct Ack<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    channel: String,
    seq: u64,
    at: u64,
    /// It was there before: this answers a retry.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    duplicate: bool,
}

/// The content of an `echo`, back.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(in crate::wire) struct EchoAnswer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[cfg_attr(test, schemars(with = "Json"))]
    content: &'a RawValue,
}

/// The connection lasts.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "camelCase")]
pub(in crate::wire) struct Pong<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    /// The server's time, in milliseconds since 1970.
    at: u64,
    /// The connection's end, by the same clock.
    expires_at: u64,
    /// Channels in which there is something that the cursors sent do not cover.
    behind: Vec<String>,
    /// Channels of the cursors sent that the user may not read; left out if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    forbidden: Vec<String>,
    /// The id by which the next handshake names this connection in `replaces`.
    connection: &'a str,
    /// How often a client pings, in milliseconds.
    heartbeat_ms: u64,
    /// How long messages are kept, in milliseconds.
    retention_ms: u64,
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

/// What a heartbeat finds out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// Channels of which the client has not yet everything.
    pub behind: Vec<Channel>,
    /// Channels that it asked for and may not read.
    pub forbidden: Vec<Channel>,
}

/// What a client has to go by, as long as its connection lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The connection's end.
    pub end: Timestamp,
    /// Time between two heartbeats.
    pub heartbeat: Duration,
    /// How long messages are kept.
    pub retention: Duration,
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn names(channels: &[Channel]) -> Vec<String> {
    channels.iter().map(ToString::to_string).collect()
}

impl Frame {
    /// The message is in the log.
    pub fn ack(id: Option<&RequestId>, receipt: &Receipt) -> Self {
        Self::encode(&ServerFrame::Ack(Ack {
            id: id.map(RequestId::as_str),
            channel: receipt.channel.to_string(),
            seq: receipt.sequence.number(),
            at: receipt.at.millis(),
            duplicate: receipt.duplicate,
        }))
    }

    /// The content, back.
    pub fn echo(id: Option<&RequestId>, content: &Content) -> Self {
        Self::encode(&ServerFrame::Echo(EchoAnswer {
            id: id.map(RequestId::as_str),
            content: content.raw(),
        }))
    }

    /// The connection lasts at `now`, on these terms.
    pub fn pong(id: Option<&RequestId>, connection: &ConnectionId, now: Timestamp, terms: &Terms, news: &News) -> Self {
        Self::encode(&ServerFrame::Pong(Pong {
            id: id.map(RequestId::as_str),
            at: now.millis(),
            expires_at: terms.end.millis(),
            behind: names(&news.behind),
            forbidden: names(&news.forbidden),
            connection: connection.as_str(),
            heartbeat_ms: millis(terms.heartbeat),
            retention_ms: millis(terms.retention),
        }))
    }
}
