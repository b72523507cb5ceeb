//! `message`: publish content to a channel.

use super::fields::Fields;
use crate::channel::Channel;
use crate::content::Content;
use crate::message_id::MessageId;
use crate::request_id::RequestId;
use crate::wire::refusal::Refusal;

/// A message to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Makes a retry harmless.
    pub id: Option<MessageId>,
    /// Where it goes.
    pub recipient: Channel,
    /// What it says.
    pub content: Content,
}

impl Message {
    pub(super) fn read(id: Option<&RequestId>, mut data: Fields<'_>) -> Result<Self, Refusal> {
        let rule = "must be 16 to 64 characters of [A-Za-z0-9_-] on a message";
        let id = id.map(|id| MessageId::from_request(id).ok_or_else(|| Refusal::invalid_field("id", rule)));
        let content = data.content()?;
        let recipient = data.channel("recipient")?;
        data.finish()?;
        Ok(Self {
            id: id.transpose()?,
            recipient,
            content,
        })
    }
}
