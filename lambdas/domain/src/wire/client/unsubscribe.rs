//! `unsubscribe`: stop being a member of a channel.

use super::fields::Fields;
use crate::channel::Channel;
use crate::wire::refusal::Refusal;

/// A wish to get a channel's messages no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsubscribe {
    /// Whose.
    pub channel: Channel,
}

impl Unsubscribe {
    pub(super) fn read(mut data: Fields<'_>) -> Result<Self, Refusal> {
        let channel = data.channel("channel")?;
        data.finish()?;
        Ok(Self { channel })
    }
}
