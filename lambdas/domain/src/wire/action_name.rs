//! The names of the actions: one list, by which frames are read and of which clients are told.

/// What `action` may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActionName {
    Message,
    Echo,
    History,
    Ping,
    Subscribe,
    Unsubscribe,
    Presence,
    Signal,
}

impl ActionName {
    /// Every action there is; the compiler calls one that is missing here dead code.
    pub(super) const ALL: [Self; 8] = [
        Self::Message,
        Self::Echo,
        Self::History,
        Self::Ping,
        Self::Subscribe,
        Self::Unsubscribe,
        Self::Presence,
        Self::Signal,
    ];

    /// `None` unless the text is one of the names, byte for byte.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }

    /// The name on the wire.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Echo => "echo",
            Self::History => "history",
            Self::Ping => "ping",
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
            Self::Presence => "presence",
            Self::Signal => "signal",
        }
    }
}
