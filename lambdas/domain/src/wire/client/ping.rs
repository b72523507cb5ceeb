//! `ping`: hear that the connection still lasts, and until when; keeps it from being idle.

use super::fields::Fields;
use crate::wire::refusal::Refusal;

/// A heartbeat. It says nothing yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ping;

impl Ping {
    pub(super) fn read(data: Fields<'_>) -> Result<Self, Refusal> {
        data.finish().map(|()| Self)
    }
}
