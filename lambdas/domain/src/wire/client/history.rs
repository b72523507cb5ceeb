//! `history`: read a page of a channel's log, backwards from its end or from a number, or forwards from one.

use super::fields::Fields;
use crate::channel::Channel;
use crate::limits::{HISTORY_LIMIT_DEFAULT, HISTORY_LIMIT_MAX};
use crate::log::Sequence;
use crate::wire::refusal::Refusal;

/// A page to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Whose log.
    pub channel: Channel,
    /// Which part of it.
    pub range: Range,
    /// How many entries at most: 1 to 100.
    pub limit: usize,
}

/// Which part of a log. The numbers themselves are never included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// The newest entries.
    Newest,
    /// The newest entries before this number.
    Before(Sequence),
    /// The oldest entries after this number.
    After(Sequence),
}

impl History {
    pub(super) fn read(mut data: Fields<'_>) -> Result<Self, Refusal> {
        let channel = data.channel("channel")?;
        let before = data.sequence("before")?;
        let after = data.sequence("after")?;
        let limit = read_limit(&mut data)?;
        let range = match (before, after) {
            (None, None) => Range::Newest,
            (Some(before), None) => Range::Before(before),
            (None, Some(after)) => Range::After(after),
            (Some(_), Some(_)) => return Err(data.invalid("after", "may not stand beside data.before")),
        };
        data.finish()?;
        Ok(Self { channel, range, limit })
    }
}

fn read_limit(data: &mut Fields<'_>) -> Result<usize, Refusal> {
    let Some(limit) = data.optional_number("limit")? else {
        return Ok(HISTORY_LIMIT_DEFAULT);
    };
    let limit = usize::try_from(limit)
        .ok()
        .filter(|limit| (1..=HISTORY_LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| data.invalid("limit", &format!("must be 1 to {HISTORY_LIMIT_MAX}")))
}
