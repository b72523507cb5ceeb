//! Logs: appending and reading.

use std::time::Duration;

use domain::channel::Channel;
use domain::identity::UserId;
use domain::log::{Entry, Head, Sent, Sequence};
use domain::message_id::MessageId;
use domain::shards::Shards;
use domain::timestamp::Timestamp;
use serde_json::Value;
use service::ports::{Append, Appended, Heads, Log, LogReader, Span, TableError};
use std::sync::Arc;

use super::{Key, SimTable};
use crate::bugs::Bug;
use crate::call::{Fault, Repetition};
use crate::facts::{self, Fact, mark};
use crate::time::{seconds, stamp};
use crate::world::World;

impl LogReader for SimTable {
    async fn entries(
        &self,
        channel: &Channel,
        span: Span,
        count: usize,
        now: Timestamp,
    ) -> Result<Vec<Entry>, TableError> {
        let channel = channel.clone();
        let effect = move |world: &mut World| {
            let mut entries = world.table.rows.entries(&channel, span, count, now);
            if world.is_planted(Bug::HeadAfterEntries) {
                let old = stamp(world.now.saturating_sub(seconds(3.0)));
                entries.retain(|entry| entry.at < old);
            }
            entries
        };
        self.ask("entries", effect).await
    }
}

impl Heads for SimTable {
    async fn head(&self, channel: &Channel) -> Result<Option<Head>, TableError> {
        let channel = channel.clone();
        self.ask("head", move |world| world.head(&channel)).await
    }

    async fn heads(&self, channels: &[Channel]) -> Result<Vec<(Channel, Head)>, TableError> {
        let channels = channels.to_vec();
        let effect = move |world: &mut World| {
            let head = |channel: &Channel| Some((channel.clone(), world.head(channel)?));
            channels.iter().filter_map(head).collect::<Vec<_>>()
        };
        self.ask("heads", effect).await
    }

    async fn spread(&self, channel: &Channel, shards: Shards) -> Result<(), TableError> {
        let channel = channel.clone();
        let effect = move |world: &mut World| world.table.rows.spread(&channel, shards);
        self.ask("spread", effect).await
    }

    async fn directs(
        &self,
        user: &UserId,
        from: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Channel>, TableError> {
        let user = user.clone();
        let effect = move |world: &mut World| {
            if world.is_planted(Bug::NoDirects) {
                return Vec::new();
            }
            world.table.rows.directs(&user, from, limit, now)
        };
        self.ask("directs", effect).await
    }
}

impl Log for SimTable {
    async fn append(&self, append: &Append<'_>) -> Result<Appended, TableError> {
        let write = Write::of(append);
        let keys = write.keys();
        let rewrites = self.0.shared.world().is_planted(Bug::Rewrite);
        if !rewrites {
            let effect = move |world: &mut World| world.append(&write);
            return self.transact("append", keys, Appended::Contended, effect).await;
        }
        // The bug: a second attempt takes the next number, and forgets that the first one may have been written.
        let mut turn = 0;
        let effect = move |world: &mut World| {
            turn += 1;
            if turn > 1 {
                return world.append_anew(&write);
            }
            world.append(&write)
        };
        let called = self.0.call("append", Repetition::Again, effect).await;
        called.map_err(|fault: Fault| TableError::new("append", format!("{fault:?}")))
    }

    async fn sent(&self, user: &UserId, id: &MessageId) -> Result<Option<Sent>, TableError> {
        let key = (user.clone(), id.clone());
        let effect = move |world: &mut World| world.table.rows.sent(&key.0, &key.1);
        self.ask("sent", effect).await
    }

    async fn mark_handed_over(&self, user: &UserId, id: &MessageId) -> Result<(), TableError> {
        let key = (user.clone(), id.clone());
        let effect = move |world: &mut World| world.table.rows.mark_handed_over(&key.0, &key.1);
        self.ask("mark_handed_over", effect).await
    }
}

/// An append that can wait.
#[derive(Debug, Clone)]
struct Write {
    channel: Channel,
    previous: Option<Head>,
    head: Head,
    entry: Entry,
    sent: Option<Sent>,
    now: Timestamp,
}

impl Write {
    fn of(append: &Append<'_>) -> Self {
        Self {
            channel: append.channel.clone(),
            previous: append.previous.cloned(),
            head: append.head.clone(),
            entry: append.entry.clone(),
            sent: append.sent.cloned(),
            now: append.now,
        }
    }

    fn borrowed(&self) -> Append<'_> {
        Append {
            channel: &self.channel,
            previous: self.previous.as_ref(),
            head: &self.head,
            entry: &self.entry,
            sent: self.sent.as_ref(),
            now: self.now,
        }
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = vec![Key::Head(self.channel.clone())];
        if let (Some(_), Some(id)) = (&self.sent, &self.entry.id) {
            keys.push(Key::Sent(self.entry.sender.id.clone(), id.clone()));
        }
        keys
    }

    /// The same under another number.
    fn renumber(&mut self, last: u64) {
        if let Some(number) = Sequence::new(last) {
            self.head.last = number;
            self.entry.sequence = number;
            if let Some(sent) = &mut self.sent {
                sent.sequence = number;
            }
        }
    }
}

impl World {
    fn head(&self, channel: &Channel) -> Option<Head> {
        let head = self.table.rows.head(channel)?;
        let first = if self.is_planted(Bug::NoFirst) {
            head.last
        } else {
            head.first
        };
        Some(Head { first, ..head })
    }

    fn append(&mut self, write: &Write) -> Appended {
        let mut write = write.clone();
        self.spoil(&mut write);
        let overwrites = self.is_planted(Bug::Reuse)
            || (self.is_planted(Bug::Paused) && write.previous.is_some())
            || (self.is_planted(Bug::TwoStarts) && write.previous.is_none());
        if self.is_planted(Bug::LostAppend) && self.random.chance(0.2) {
            return Appended::Done;
        }
        let done = if overwrites && !self.knows(&write) {
            self.table.rows.write(&write.borrowed());
            Appended::Done
        } else {
            self.table.rows.append(&write.borrowed())
        };
        if done == Appended::Done {
            self.appended(&write);
        }
        done
    }

    /// What planted bugs make of an append.
    fn spoil(&mut self, write: &mut Write) {
        if self.is_planted(Bug::Reuse) {
            let log = self.table.rows.entries.get(&write.channel);
            let kept = log.and_then(|log| log.values().rev().find(|entry| entry.is_kept(write.now)));
            let last = kept.map_or(0, |entry| entry.sequence.number());
            write.renumber(last + 1);
        }
        if self.is_planted(Bug::TimeGoesBack) {
            let life = write.entry.life.since(write.entry.at);
            write.entry.at = write.now;
            write.head.at = write.now;
            write.entry.life = write.now.plus(life);
        }
        if self.is_planted(Bug::IdForgotten) {
            write.sent = None;
        }
        if self.is_planted(Bug::DeletionOrder) {
            let key = (write.channel.clone(), write.entry.sequence.number());
            self.table.true_lives.insert(key, write.entry.life);
            write.entry.life = write.entry.life.plus(Duration::from_secs(1_000_000));
        }
    }

    /// When the entry's life ends, whatever a planted bug has readers believe.
    fn true_life(&self, write: &Write) -> Timestamp {
        let key = (write.channel.clone(), write.entry.sequence.number());
        self.table.true_lives.get(&key).copied().unwrap_or(write.entry.life)
    }

    fn knows(&self, write: &Write) -> bool {
        let Some(id) = write.entry.id.as_ref().filter(|_| write.sent.is_some()) else {
            return false;
        };
        let sent = self.table.rows.sent(&write.entry.sender.id, id);
        sent.is_some_and(|sent| write.now < sent.life)
    }

    fn append_anew(&mut self, write: &Write) -> Appended {
        let mut write = write.clone();
        let Some(head) = self.table.rows.head(&write.channel) else {
            return Appended::Contended;
        };
        write.renumber(head.last.number() + 1);
        self.table.rows.write(&write.borrowed());
        self.appended(&write);
        Appended::Done
    }

    fn appended(&mut self, write: &Write) {
        let entry = &write.entry;
        let content: Value = serde_json::from_str(entry.content.as_str()).unwrap_or_default();
        self.note(Fact::Appended(facts::Appended {
            channel: Arc::from(write.channel.to_string()),
            number: entry.sequence.number(),
            sender: entry.sender.id.to_string(),
            id: entry.id.as_ref().map(|id| id.as_str().to_owned()),
            mark: mark(&content),
            is_signal: content["signal"] == true,
            at: entry.at,
            life: self.true_life(write),
        }));
    }
}
