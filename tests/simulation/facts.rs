//! What happened, as far as checkers may know it: what the table committed, what the gateway took, what clients saw.

use std::sync::Arc;

use domain::revocation::Revocation;
use domain::timestamp::Timestamp;
use serde_json::Value;
use service::ports::Posted;

use crate::client::Refusal;

/// A channel's name.
pub(crate) type Name = Arc<str>;

/// What its content tells of a message: the number its sender drew, which no other has.
pub(crate) type Mark = u64;

#[derive(Debug, Clone)]
pub(crate) enum Fact {
    /// An append is committed.
    Appended(Appended),
    /// A message's number and content reached an application.
    Delivered {
        client: usize,
        channel: Name,
        number: u64,
        mark: Mark,
    },
    /// An application was told to load anew; the answer was posted at that instant.
    Reloaded {
        client: usize,
        channel: Name,
        since: u64,
        posted: u64,
    },
    /// A repair showed a gap again and again.
    Stuck {
        client: usize,
        channel: Name,
    },
    /// A sender was told that its message is in the log.
    Acknowledged {
        sender: String,
        channel: Name,
        number: u64,
        mark: Option<Mark>,
    },
    Posted(Post),
    Opened {
        socket: usize,
    },
    Closed {
        socket: usize,
    },
    Refused {
        socket: usize,
        refusal: Refusal,
    },
    /// A place of a user was taken by a connection, from these.
    Replaced {
        user: String,
        /// Who is left a minute.
        spared: Option<usize>,
        /// Who is over from now on.
        ended: Vec<usize>,
    },
    /// A connection was registered.
    Registered {
        socket: usize,
    },
    /// The function of its `$disconnect` says that it is done.
    Forgotten {
        socket: usize,
    },
    /// A message's members in a shard are to be told by another function.
    HandedOver(Post),
    /// A client learned that it is no member any more, and has nothing else under way.
    Left {
        socket: usize,
        channel: Name,
    },
    /// A client asks to be a member.
    Joining {
        socket: usize,
        channel: Name,
    },
    /// A client asks not to be one any more.
    Leaving {
        socket: usize,
        channel: Name,
    },
    /// A client hands a signal over.
    Signalled {
        socket: usize,
        mark: Mark,
    },
    /// It was promised that nobody of these sign-ins is connected.
    Revoked {
        user: String,
        revocation: Revocation,
    },
    /// Something that must never happen, with no more to check.
    Wrong {
        promise: crate::checkers::Promise,
        words: String,
    },
    /// A minute is over.
    Minute,
    /// Nothing has moved for long: what clients believe is to be true.
    Settled,
}

#[derive(Debug, Clone)]
pub(crate) struct Appended {
    pub(crate) channel: Name,
    pub(crate) number: u64,
    pub(crate) sender: String,
    pub(crate) id: Option<String>,
    pub(crate) mark: Mark,
    pub(crate) is_signal: bool,
    pub(crate) at: Timestamp,
    pub(crate) life: Timestamp,
}

/// A frame that a function posted.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) socket: usize,
    pub(crate) kind: Kind,
    pub(crate) channel: Option<Name>,
    pub(crate) number: u64,
    pub(crate) mark: Mark,
    /// The invocation.
    pub(crate) task: u64,
    pub(crate) text: Arc<str>,
    pub(crate) outcome: Posted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Message,
    Signal,
    Movement,
    Other,
}

impl Post {
    pub(crate) fn read(socket: usize, text: &Arc<str>, task: u64, outcome: Posted) -> Self {
        let frame: Value = serde_json::from_str(text).unwrap_or_default();
        let kind = match frame["type"].as_str() {
            Some("message") => Kind::Message,
            Some("signal") => Kind::Signal,
            Some("presence") if frame.get("users").is_none() => Kind::Movement,
            _ => Kind::Other,
        };
        Self {
            socket,
            kind,
            channel: frame["channel"].as_str().map(Arc::from),
            number: frame["seq"].as_u64().unwrap_or_default(),
            mark: mark(&frame["content"]),
            task,
            text: Arc::clone(text),
            outcome,
        }
    }
}

/// The number in a content that a client or the back end wrote.
pub(crate) fn mark(content: &Value) -> Mark {
    content["n"].as_u64().unwrap_or_default()
}
