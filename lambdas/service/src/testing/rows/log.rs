//! Heads, entries, remembered ids and lists of direct channels.

use std::ops::Bound;

use domain::channel::Channel;
use domain::identity::UserId;
use domain::log::{Entry, Head, Sent};
use domain::message_id::MessageId;
use domain::shards::Shards;
use domain::timestamp::Timestamp;

use super::Rows;
use crate::ports::{Append, Appended, Span};

impl Rows {
    /// See [`crate::ports::Heads::head`].
    pub fn head(&self, channel: &Channel) -> Option<Head> {
        self.heads.get(channel).cloned()
    }

    /// See [`crate::ports::Heads::heads`].
    pub fn heads(&self, channels: &[Channel]) -> Vec<(Channel, Head)> {
        let head = |channel: &Channel| Some((channel.clone(), self.head(channel)?));
        channels.iter().filter_map(head).collect()
    }

    /// See [`crate::ports::Heads::spread`].
    pub fn spread(&mut self, channel: &Channel, shards: Shards) {
        if let Some(head) = self.heads.get_mut(channel) {
            head.shards = head.shards.max(shards);
        }
    }

    /// See [`crate::ports::Heads::directs`].
    pub fn directs(&self, user: &UserId, from: u64, limit: usize, now: Timestamp) -> Vec<Channel> {
        let rows = self.directs.get(user).into_iter().flatten();
        let listed = rows.filter(|(_, life)| now < **life);
        let mut channels: Vec<_> = listed.map(|(channel, _)| channel.clone()).collect();
        channels.sort_by_key(|channel| (channel.place() < from, channel.place()));
        channels.truncate(limit);
        channels
    }

    /// See [`crate::ports::LogReader::entries`].
    pub fn entries(&self, channel: &Channel, span: Span, count: usize, now: Timestamp) -> Vec<Entry> {
        let Some(log) = self.entries.get(channel) else {
            return Vec::new();
        };
        let kept = |entry: &&Entry| entry.is_kept(now);
        match span {
            Span::Up(from) => {
                let range = (Bound::Excluded(from.number()), Bound::Unbounded);
                log.range(range)
                    .map(|(_, e)| e)
                    .filter(kept)
                    .take(count)
                    .cloned()
                    .collect()
            }
            Span::Down(to) => {
                let end = to.map_or(Bound::Unbounded, |to| Bound::Excluded(to.number()));
                let range = log.range((Bound::Unbounded, end)).rev();
                range.map(|(_, e)| e).filter(kept).take(count).cloned().collect()
            }
        }
    }

    /// See [`crate::ports::Log::append`].
    pub fn append(&mut self, append: &Append<'_>) -> Appended {
        let head = self.heads.get(append.channel);
        let remembered = append.entry.id.as_ref().filter(|_| append.sent.is_some()).map(|id| {
            let key = (append.entry.sender.id.clone(), id.clone());
            self.sent.get(&key).is_some_and(|sent| append.now < sent.life)
        });
        if remembered == Some(true) {
            return Appended::IdKnown;
        }
        let knows_too_few = head.is_some_and(|head| append.head.shards < head.shards);
        if head.map(|head| head.last) != append.previous.map(|head| head.last) || knows_too_few {
            return Appended::HeadMoved(head.cloned());
        }
        self.write(append);
        Appended::Done
    }

    /// See [`crate::ports::Log::sent`].
    pub fn sent(&self, user: &UserId, id: &MessageId) -> Option<Sent> {
        self.sent.get(&(user.clone(), id.clone())).cloned()
    }

    /// See [`crate::ports::Log::mark_handed_over`].
    pub fn mark_handed_over(&mut self, user: &UserId, id: &MessageId) {
        if let Some(sent) = self.sent.get_mut(&(user.clone(), id.clone())) {
            sent.handed_over = true;
        }
    }

    /// Writes an append without looking at what is there.
    pub fn write(&mut self, append: &Append<'_>) {
        let channel = append.channel;
        let entry = append.entry;
        // Members may stand in as many shards as there ever were.
        let shards = self
            .heads
            .get(channel)
            .map_or(append.head.shards, |head| head.shards.max(append.head.shards));
        let head = Head {
            shards,
            ..append.head.clone()
        };
        self.heads.insert(channel.clone(), head);
        let log = self.entries.entry(channel.clone()).or_default();
        log.insert(entry.sequence.number(), entry.clone());
        if let (Some(sent), Some(id)) = (append.sent, &entry.id) {
            self.sent.insert((entry.sender.id.clone(), id.clone()), sent.clone());
        }
        if let Channel::Direct(pair) = channel
            && append.head.listed_until > append.previous.map_or(Timestamp::default(), |head| head.listed_until)
        {
            for user in pair.users() {
                let rows = self.directs.entry(user.clone()).or_default();
                rows.insert(channel.clone(), append.head.listed_until);
            }
        }
    }
}
