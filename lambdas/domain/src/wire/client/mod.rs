//! Frames from clients: one file per action, one enum over them, and nothing left over in a frame that is accepted.

#[cfg(test)]
pub(super) mod asked;
mod echo;
mod fields;
mod history;
mod message;
mod order;
mod ping;
mod presence;
mod signal;
mod subscribe;
mod unsubscribe;

pub use echo::Echo;
pub use history::{History, Range};
pub use message::Message;
pub use order::{Order, read_order};
pub use ping::Ping;
pub use presence::Presence;
pub use signal::Signal;
pub use subscribe::Subscribe;
pub use unsubscribe::Unsubscribe;

use self::fields::Fields;
use super::action_name::ActionName;
use super::refusal::Refusal;
use crate::json::Members;
use crate::limits::FRAME_BYTES_MAX;
use crate::request_id::RequestId;

/// One frame of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The client's id for it, echoed in the answer.
    pub id: Option<RequestId>,
    /// What it wants.
    pub action: Action,
}

/// What a client can want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Publish to a channel.
    Message(Message),
    /// Get the content back.
    Echo(Echo),
    /// Read a channel's log.
    History(History),
    /// Hear that the connection still lasts, and which channels have something new.
    Ping(Ping),
    /// Get a channel's messages.
    Subscribe(Subscribe),
    /// Get them no more.
    Unsubscribe(Unsubscribe),
    /// Learn who is in a channel.
    Presence(Presence),
    /// Tell members something without keeping it.
    Signal(Signal),
    /// Something that does not exist.
    Unknown,
}

/// Reads a frame.
///
/// # Errors
/// What the client is to be told, with its id if that could be read.
pub fn read_request(body: &str) -> Result<Request, Refusal> {
    if body.len() > FRAME_BYTES_MAX {
        return Err(Refusal::frame_too_large());
    }
    let members = Members::read(body).ok_or_else(Refusal::invalid_json)?;
    let mut frame = Fields::new("", members);
    let id = frame.optional_text("id");
    let known_id = id.as_ref().ok().and_then(Option::as_deref).and_then(RequestId::parse);
    read_action(frame, id).map_err(|refusal| refusal.answering(known_id))
}

fn read_action(mut frame: Fields<'_>, id: Result<Option<String>, Refusal>) -> Result<Request, Refusal> {
    frame.refuse_repetition()?;
    let action = frame.optional_text("action").ok().flatten();
    let Some(name) = action.as_deref().and_then(ActionName::parse) else {
        let id = id.ok().flatten().as_deref().and_then(RequestId::parse);
        return Ok(Request {
            id,
            action: Action::Unknown,
        });
    };
    let id = id?
        .map(|text| RequestId::parse(&text).ok_or_else(|| Refusal::invalid_field("id", RequestId::RULE)))
        .transpose()?;
    let data = match name {
        ActionName::Ping => frame.optional_object("data")?,
        _ => frame.object("data")?,
    };
    frame.finish()?;
    let action = match name {
        ActionName::Message => Action::Message(Message::read(id.as_ref(), data)?),
        ActionName::Echo => Action::Echo(Echo::read(data)?),
        ActionName::History => Action::History(History::read(data)?),
        ActionName::Ping => Action::Ping(Ping::read(data)?),
        ActionName::Subscribe => Action::Subscribe(Subscribe::read(data)?),
        ActionName::Unsubscribe => Action::Unsubscribe(Unsubscribe::read(data)?),
        ActionName::Presence => Action::Presence(Presence::read(data)?),
        ActionName::Signal => Action::Signal(Signal::read(data)?),
    };
    Ok(Request { id, action })
}

#[cfg(test)]
mod tests;
