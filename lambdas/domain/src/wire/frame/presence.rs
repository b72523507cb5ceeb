//! `presence`: who is in a channel, and who came or went.

use serde::Serialize;

use super::Frame;
use super::entries::take;
use super::push::SenderBody;
use crate::channel::Channel;
use crate::limits::FRAME_BYTES_MAX;
use crate::log::Sender;
use crate::presence::Present;
use crate::request_id::RequestId;
use crate::timestamp::Timestamp;

#[derive(Serialize)]
struct List<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    channel: String,
    users: Vec<SenderBody<'a>>,
    more: bool,
}

#[derive(Serialize)]
struct Event<'a> {
    r#type: &'static str,
    channel: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    joined: Option<SenderBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<SenderBody<'a>>,
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
            Self::encode(&List {
                r#type: "presence",
                id: id.map(RequestId::as_str),
                channel: channel.to_string(),
                users,
                more,
            })
        };
        let mut room = FRAME_BYTES_MAX.saturating_sub(write(Vec::new(), false).as_str().len());
        let all = present.users().count();
        let users = present.users().map(|(id, name)| SenderBody {
            id: id.as_str(),
            name: name.as_str(),
        });
        let fitting: Vec<_> = users
            .take_while(|user| take(&mut room, Self::encode(user).as_str().len() + 1))
            .collect();
        let more = present.more || fitting.len() < all;
        write(fitting, more)
    }

    /// Somebody came to a channel, or went.
    pub fn moved(movement: Movement, channel: &Channel, who: &Sender, at: Timestamp) -> Self {
        let body = |wanted| (movement == wanted).then(|| SenderBody::from(who));
        Self::encode(&Event {
            r#type: "presence",
            channel: channel.to_string(),
            joined: body(Movement::Joined),
            left: body(Movement::Left),
            at: at.millis(),
        })
    }
}
