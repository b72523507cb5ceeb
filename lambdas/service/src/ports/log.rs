//! Logs of channels: appending to them in one transaction, reading them, and remembering message ids.

use domain::channel::Channel;
use domain::identity::UserId;
use domain::log::{Entry, Head, Sent, Sequence};
use domain::message_id::MessageId;
use domain::shards::Shards;
use domain::timestamp::Timestamp;

use super::TableError;

/// Reads logs.
pub trait LogReader: Sync {
    /// Up to `count` entries that are kept at `now`, in the direction of the span. Strongly consistent. May stop early
    /// once it has more bytes than a frame holds, never before it has two entries.
    ///
    /// What it takes does not grow with the entries past their life: lives are trusted to end in the order of numbers.
    fn entries(
        &self,
        channel: &Channel,
        span: Span,
        count: usize,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Entry>, TableError>> + Send;
}

/// Which way to read, and from where; the number itself is not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The newest first, from the end or from this number down.
    Down(Option<Sequence>),
    /// The oldest first, from this number up.
    Up(Sequence),
}

/// Reads heads of logs.
pub trait Heads: Sync {
    /// The head of a log; `None` if nothing was ever appended. Strongly consistent.
    fn head(&self, channel: &Channel) -> impl Future<Output = Result<Option<Head>, TableError>> + Send;

    /// The heads of several logs, at most [`domain::limits::CURSORS_MAX`], in any order; logs without one are left out.
    /// Strongly consistent.
    fn heads(&self, channels: &[Channel]) -> impl Future<Output = Result<Vec<(Channel, Head)>, TableError>> + Send;

    /// Notes that members of the channel stand in as many shards, if there is a head and it knows of fewer.
    fn spread(&self, channel: &Channel, shards: Shards) -> impl Future<Output = Result<(), TableError>> + Send;

    /// The direct channels of a user that are listed at `now`, at most `limit`. Where there are more, those whose
    /// [`Channel::place`] is the first from `from` on; behind the last place comes the first. Strongly consistent.
    ///
    /// What it takes has a bound, so that it may give fewer where many were listed and are no more.
    fn directs(
        &self,
        user: &UserId,
        from: u64,
        limit: usize,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Channel>, TableError>> + Send;
}

/// Writes logs.
pub trait Log: Heads {
    /// Moves the head, puts the entry and remembers its id, all or nothing. If the new head lists a direct channel for
    /// longer than the previous one did, it is put into both users' lists in the same step.
    ///
    /// Refused unless the head's number is that of `previous` (or there is none, as `previous` says), the new head has as
    /// many shards as are noted there or more, and the id is unknown or no longer remembered at `now`. An error says that
    /// the outcome is unknown.
    fn append(&self, append: &Append<'_>) -> impl Future<Output = Result<Appended, TableError>> + Send;

    /// What is remembered of an id. Strongly consistent; may be past its life.
    fn sent(&self, user: &UserId, id: &MessageId) -> impl Future<Output = Result<Option<Sent>, TableError>> + Send;

    /// Notes that the message with this id was handed to its channel's members; without effect on an id not known.
    fn mark_handed_over(&self, user: &UserId, id: &MessageId) -> impl Future<Output = Result<(), TableError>> + Send;
}

/// One append.
#[derive(Debug, Clone)]
pub struct Append<'a> {
    /// Whose log.
    pub channel: &'a Channel,
    /// The head as it must still be.
    pub previous: Option<&'a Head>,
    /// The head as it becomes.
    pub head: &'a Head,
    /// The entry under the new head's number.
    pub entry: &'a Entry,
    /// What to remember of the entry's id.
    pub sent: Option<&'a Sent>,
    /// The instant that the life of a remembered id is compared with.
    pub now: Timestamp,
}

/// What came of an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// All is written.
    Done,
    /// The head is not as it was thought to be; it is this one, where the table says so.
    HeadMoved(Option<Head>),
    /// The id is known. Told even when the head has moved too.
    IdKnown,
    /// Another transaction was at the same rows, or the table takes no more just now. Nothing is written.
    Contended,
}
