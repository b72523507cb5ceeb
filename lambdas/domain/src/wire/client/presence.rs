//! `presence`: who is in a channel just now.

use super::fields::Fields;
use crate::channel::Channel;
use crate::wire::refusal::Refusal;

/// A question for the users in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Which channel.
    pub channel: Channel,
}

impl Presence {
    pub(super) fn read(mut data: Fields<'_>) -> Result<Self, Refusal> {
        let channel = data.channel("channel")?;
        data.finish()?;
        Ok(Self { channel })
    }
}
