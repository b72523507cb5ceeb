//! Frames to clients: serialised once, however many connections they go to.

mod answer;
mod closing;
mod entries;
mod error;
mod history;
mod presence;
mod push;
mod signal;
mod subscribed;

pub use answer::{News, Receipt, Terms};
pub use closing::ClosingReason;
pub use presence::Movement;

use serde::Serialize;

use answer::{Ack, EchoAnswer, Pong};
use closing::Closing;
use error::ErrorBody;
use history::HistoryBody;
use presence::{Joined, Left, List};
use push::Push;
use signal::Signal;
use subscribed::{Subscribed, Unsubscribed};

// The one list by which `type` is written, and by which clients' types are generated.
/// Every frame of the server, told apart by `type`. A newer server may send others.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "lowercase")]
pub(in crate::wire) enum ServerFrame<'a> {
    Message(Push<'a>),
    Ack(Ack<'a>),
    Echo(EchoAnswer<'a>),
    Subscribed(Subscribed<'a>),
    Unsubscribed(Unsubscribed<'a>),
    History(HistoryBody<'a>),
    Presence(List<'a>),
    #[serde(rename = "presence")]
    Joined(Joined<'a>),
    #[serde(rename = "presence")]
    Left(Left<'a>),
    Signal(Signal<'a>),
    Pong(Pong<'a>),
    Closing(Closing),
    Error(ErrorBody<'a>),
}

/// One text frame, ready to post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame(String);

impl Frame {
    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A frame that another function of ours wrote.
    pub(crate) fn relayed(text: String) -> Self {
        Self(text)
    }

    fn encode(frame: &ServerFrame<'_>) -> Self {
        match serde_json::to_string(frame) {
            Ok(text) => Self(text),
            // Frames hold texts, numbers and JSON that was read before: nothing that can fail to be written.
            Err(error) => unreachable!("a frame that cannot be written: {error}"),
        }
    }
}

#[cfg(test)]
mod tests;
