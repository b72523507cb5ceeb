//! Every frame there is: the one list by which `type` is written, and by which clients' types are generated.

use serde::Serialize;

use super::answer::{Ack, EchoAnswer, Pong};
use super::closing::Closing;
use super::error::ErrorBody;
use super::history::HistoryBody;
use super::presence::{Joined, Left, List};
use super::push::Push;
use super::signal::Signal;
use super::subscribed::{Subscribed, Unsubscribed};

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
