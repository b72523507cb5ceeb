//! `subscribe`: become a member of a channel, and learn what was missed.

use super::fields::Fields;
use crate::channel::Channel;
use crate::log::Sequence;
use crate::wire::refusal::Refusal;

/// A wish to get a channel's messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribe {
    /// Whose.
    pub channel: Channel,
    /// The number of the last message the client has; zero for none; `None` if it does not care for what was before.
    pub since: Option<Sequence>,
    /// Whether it wants to be told who comes and goes.
    pub presence: bool,
}

impl Subscribe {
    pub(super) fn read(mut data: Fields<'_>) -> Result<Self, Refusal> {
        let channel = data.channel("channel")?;
        let since = data.sequence("since")?;
        let presence = data.optional_flag("presence")?.unwrap_or_default();
        if presence && !channel.tells_presence() {
            return Err(data.invalid("presence", "may be true only for all, a room or a group"));
        }
        data.finish()?;
        Ok(Self {
            channel,
            since,
            presence,
        })
    }
}
