//! A client's frames as it writes them. The server reads them field by field, to name what is wrong; these say the same as
//! types, and are held to the readers in `requests`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Json;

/// Every frame of a client, told apart by `action`.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "action", rename_all = "lowercase")]
pub(super) enum ClientFrame {
    /// Publishes to a channel; answered by `ack`. With an `id`, then of 16 to 64 characters, it may be sent again and is
    /// published once.
    Message(Request<Message>),
    /// Gets the content back; answered by `echo`.
    Echo(Request<Echo>),
    /// Becomes a member of a channel, and learns what was missed; answered by `subscribed`.
    Subscribe(Request<Subscribe>),
    /// Is no member of a channel any more; answered by `unsubscribed`.
    Unsubscribe(Request<Named>),
    /// Reads a page of what a channel keeps; answered by `history`.
    History(Request<History>),
    /// Asks who is in a channel; answered by `presence`.
    Presence(Request<Named>),
    /// Keeps the connection, and asks which channels have something new; answered by `pong`.
    Ping(Request<Option<Ping>>),
    /// Tells a channel's members something that is kept nowhere; answered only if it is refused.
    Signal(Request<Signal>),
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct Request<D> {
    /// Ties the answer to it: 1 to 64 characters of `[A-Za-z0-9_-]`.
    pub(super) id: Option<String>,
    pub(super) data: D,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct Message {
    /// A channel's name.
    pub(super) recipient: String,
    /// Anything but `null`.
    #[schemars(with = "Json")]
    pub(super) content: Value,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct Echo {
    /// Anything but `null`.
    #[schemars(with = "Json")]
    pub(super) content: Value,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct Subscribe {
    pub(super) channel: String,
    /// The `seq` of the last message the client has; 0 for none. Without it, no entries.
    pub(super) since: Option<u64>,
    /// Whether to be told who comes and goes; for `all`, rooms and groups.
    pub(super) presence: Option<bool>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct Named {
    pub(super) channel: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct History {
    pub(super) channel: String,
    /// Only entries with a smaller `seq`, the newest of them. Not beside `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<u64>,
    /// Only entries with a larger `seq`, the oldest of them. Not beside `before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<u64>,
    /// At most this many entries: 1 to 100; 50 if absent.
    pub(super) limit: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct Ping {
    /// The last `seq` the client has of each of these channels; at most 20.
    pub(super) cursors: Option<BTreeMap<String, u64>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct Signal {
    pub(super) channel: String,
    /// Anything but `null`.
    #[schemars(with = "Json")]
    pub(super) content: Value,
}
