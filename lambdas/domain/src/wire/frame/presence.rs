//! `presence`: who is in a channel, and who came or went.

use serde::Serialize;

use super::entries::{take, text_of};
use super::push::SenderBody;
use super::{Frame, ServerFrame};
use crate::channel::Channel;
use crate::limits::FRAME_BYTES_MAX;
use crate::log::Sender;
use crate::presence::Present;
use crate::request_id::RequestId;
use crate::timestamp::Timestamp;

/// Who is in a channel.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(in crate::wire) struct List<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    channel: String,
    users: Vec<SenderBody<'a>>,
    /// There are more than those listed.
    more: bool,
}

/// Somebody came to a channel: a hint, which may be lost or doubled.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, title = "JoinedFrame"))]
pub(in crate::wire) struct Joined<'a> {
    channel: String,
    joined: SenderBody<'a>,
    /// Milliseconds since 1970, by the server's clock.
    at: u64,
}

/// Somebody left a channel: a hint, which may be lost or doubled.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, title = "LeftFrame"))]
pub(in crate::wire) struct Left<'a> {
    channel: String,
    left: SenderBody<'a>,
    /// Milliseconds since 1970, by the server's clock.
    at: u64,
}

/// Which way somebody moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Movement {
    /// The first of the user's connections is in the channel.
    Joined,
    /// The last one is not any more.
    Left,
}

impl Frame {
    /// The users in a channel, as many as fit into a frame.
    pub fn presence(id: Option<&RequestId>, channel: &Channel, present: &Present) -> Self {
        let write = |users: Vec<SenderBody<'_>>, more| {
            Self::encode(&ServerFrame::Presence(List {
                id: id.map(RequestId::as_str),
                channel: channel.to_string(),
                users,
                more,
            }))
        };
        let mut room = FRAME_BYTES_MAX.saturating_sub(write(Vec::new(), false).as_str().len());
        let all = present.users().count();
        let users = present.users().map(|(id, name)| SenderBody {
            id: id.as_str(),
            name: name.as_str(),
        });
        let fitting: Vec<_> = users
            .take_while(|user| take(&mut room, text_of(user).get().len() + 1))
            .collect();
        let more = present.more || fitting.len() < all;
        write(fitting, more)
    }

    /// Somebody came to a channel, or went.
    pub fn moved(movement: Movement, channel: &Channel, who: &Sender, at: Timestamp) -> Self {
        let (channel, at) = (channel.to_string(), at.millis());
        Self::encode(&match movement {
            Movement::Joined => ServerFrame::Joined(Joined {
                channel,
                joined: who.into(),
                at,
            }),
            Movement::Left => ServerFrame::Left(Left {
                channel,
                left: who.into(),
                at,
            }),
        })
    }
}
