//! `signal`: tell a channel's members something that is worth no storage, such as that somebody types.

use super::fields::Fields;
use crate::channel::Channel;
use crate::content::Content;
use crate::wire::refusal::Refusal;

/// Something to pass on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// To whose members.
    pub channel: Channel,
    /// What.
    pub content: Content,
}

impl Signal {
    pub(super) fn read(mut data: Fields<'_>) -> Result<Self, Refusal> {
        let channel = data.channel("channel")?;
        let content = data.content()?;
        data.finish()?;
        Ok(Self { channel, content })
    }
}
