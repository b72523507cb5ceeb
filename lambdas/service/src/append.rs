//! Appends a message to its channel's log: once, however often and from however many places it is sent.

use std::time::Duration;

use domain::channel::Channel;
use domain::digest::Digest;
use domain::jitter::Jitter;
use domain::limits::APPEND_ATTEMPTS_MAX;
use domain::log::{Draft, Entry, Head};
use domain::shards::Shards;
use domain::timestamp::Timestamp;

use crate::guesses::Guesses;
use crate::ports::{Append, Appended, Clock, Log, TableError};

/// What an append needs beside the log itself.
pub(crate) struct Appender<'a, L, C> {
    pub(crate) log: &'a L,
    pub(crate) clock: &'a C,
    pub(crate) guesses: &'a Guesses,
    pub(crate) retention: Duration,
    pub(crate) shards: Shards,
}

/// A message in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InLog {
    /// The entry, now or from the first time.
    pub(crate) entry: Entry,
    /// Over how many keys the members to tell are spread.
    pub(crate) shards: Shards,
    /// Whether it was there before.
    pub(crate) duplicate: bool,
    /// Whether its members were told before.
    pub(crate) handed_over: bool,
}

/// Why a message is not in the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    #[error("the id was used for another message")]
    Conflict,
    #[error("{APPEND_ATTEMPTS_MAX} attempts met other writers")]
    Contended,
    #[error(transparent)]
    Table(#[from] TableError),
}

impl<L: Log, C: Clock> Appender<'_, L, C> {
    /// Tries until the message is in the log, at most [`APPEND_ATTEMPTS_MAX`] times.
    pub(crate) async fn append(&self, draft: &Draft, now: Timestamp, mut jitter: Jitter) -> Result<InLog, AppendError> {
        let mut previous = match self.guesses.get(&draft.channel) {
            Some(guess) => Some(guess),
            None => self.log.head(&draft.channel).await?,
        };
        for attempt in 0..APPEND_ATTEMPTS_MAX {
            let head = self.head_after(previous.as_ref(), &draft.channel, now);
            match self.try_once(draft, previous.as_ref(), &head, now).await? {
                Appended::Done => {
                    self.guesses.set(&draft.channel, head.clone());
                    return Ok(self.fresh(draft, &head));
                }
                Appended::IdKnown => {
                    if let Some(known) = self.known(draft).await? {
                        return Ok(known);
                    }
                }
                // The head the table shows is the newest there is: worth one attempt at once.
                Appended::HeadMoved(Some(shown)) if attempt == 0 => {
                    previous = Some(shown);
                    continue;
                }
                Appended::HeadMoved(_) | Appended::Contended => self.clock.sleep(jitter.pause(attempt)).await,
            }
            previous = self.log.head(&draft.channel).await?;
        }
        self.guesses.drop(&draft.channel);
        Err(AppendError::Contended)
    }

    fn head_after(&self, previous: Option<&Head>, channel: &Channel, now: Timestamp) -> Head {
        Head::after(previous, now, self.shards)
            .keeping(self.retention)
            .listing(channel, self.retention)
    }

    async fn try_once(
        &self,
        draft: &Draft,
        previous: Option<&Head>,
        head: &Head,
        now: Timestamp,
    ) -> Result<Appended, TableError> {
        let (entry, sent) = (draft.entry(head), draft.sent(head));
        let channel = &draft.channel;
        self.log
            .append(&Append {
                channel,
                previous,
                head,
                entry: &entry,
                sent: sent.as_ref(),
                now,
            })
            .await
    }

    fn fresh(&self, draft: &Draft, head: &Head) -> InLog {
        let entry = draft.entry(head);
        InLog {
            entry,
            shards: head.shards,
            duplicate: false,
            handed_over: false,
        }
    }

    /// The first answer to a message sent again; `None` if the memory of its id was deleted meanwhile.
    async fn known(&self, draft: &Draft) -> Result<Option<InLog>, AppendError> {
        let Some(id) = &draft.id else { return Ok(None) };
        let Some(sent) = self.log.sent(&draft.sender.id, id).await? else {
            return Ok(None);
        };
        if sent.digest != Digest::of(&draft.channel, &draft.content) {
            return Err(AppendError::Conflict);
        }
        let entry = Entry {
            sequence: sent.sequence,
            at: sent.at,
            sender: draft.sender.clone(),
            id: draft.id.clone(),
            content: draft.content.clone(),
            life: sent.at.plus(self.retention),
        };
        let shards = match self.guesses.get(&draft.channel) {
            Some(head) => head.shards,
            None => self
                .log
                .head(&draft.channel)
                .await?
                .map_or(self.shards, |head| head.shards),
        };
        Ok(Some(InLog {
            entry,
            shards: shards.max(self.shards),
            duplicate: true,
            handed_over: sent.handed_over,
        }))
    }
}

#[cfg(test)]
mod tests;
