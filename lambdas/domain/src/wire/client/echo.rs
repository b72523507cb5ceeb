//! `echo`: get the content back, to measure a round trip or to try a client.

use super::fields::Fields;
use crate::content::Content;
use crate::wire::refusal::Refusal;

/// Content to send back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echo {
    /// What comes back, byte for byte.
    pub content: Content,
}

impl Echo {
    pub(super) fn read(mut data: Fields<'_>) -> Result<Self, Refusal> {
        let content = data.content()?;
        data.finish()?;
        Ok(Self { content })
    }
}
