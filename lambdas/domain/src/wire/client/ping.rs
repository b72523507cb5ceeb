//! `ping`: a heartbeat. It keeps the connection, and finds out which channels have something new.

use super::fields::Fields;
use crate::channel::Channel;
use crate::limits::CURSORS_MAX;
use crate::log::Sequence;
use crate::wire::refusal::Refusal;

/// A heartbeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ping {
    /// The last number the client has of each of these channels; at most 20.
    pub cursors: Vec<(Channel, Sequence)>,
}

impl Ping {
    pub(super) fn read(mut data: Fields<'_>) -> Result<Self, Refusal> {
        let cursors = data.cursors()?;
        data.finish()?;
        Ok(Self { cursors })
    }
}

impl Fields<'_> {
    fn cursors(&mut self) -> Result<Vec<(Channel, Sequence)>, Refusal> {
        let name = "cursors";
        let Some(numbers) = self.optional_numbers(name)? else {
            return Ok(Vec::new());
        };
        if numbers.len() > CURSORS_MAX {
            return Err(self.invalid(name, &format!("may hold {CURSORS_MAX} channels")));
        }
        let cursor = |(channel, number): (String, u64)| Some((Channel::parse(&channel)?, Sequence::new(number)?));
        let cursors: Option<Vec<_>> = numbers.into_iter().map(cursor).collect();
        cursors.ok_or_else(|| self.invalid(name, "must hold numbers below 2^53 by names of channels"))
    }
}
