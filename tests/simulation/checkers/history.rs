//! The log as it was committed: the truth that every other checker compares with.

use std::collections::{BTreeMap, BTreeSet};

use domain::channel::Channel;
use domain::timestamp::Timestamp;

use super::{Promise, Verdict, broken};
use crate::client::Pending;
use crate::facts::{Appended, Fact, Mark, Name};
use crate::time::{Micros, SECOND, seconds, stamp};
use crate::world::World;

/// One entry, and when it was really committed.
#[derive(Debug)]
pub(super) struct Committed {
    pub(super) entry: Appended,
    pub(super) when: Micros,
}

#[derive(Debug, Default)]
pub(super) struct History {
    logs: BTreeMap<Name, BTreeMap<u64, Committed>>,
    marks: BTreeSet<Mark>,
    ids: BTreeSet<(String, String)>,
}

impl History {
    pub(super) fn entry(&self, channel: &str, number: u64) -> Option<&Committed> {
        self.logs.get(channel)?.get(&number)
    }

    /// The number of the newest entry; 0 if there is none.
    pub(super) fn head(&self, channel: &str) -> u64 {
        let newest = self.logs.get(channel).and_then(|log| log.keys().next_back());
        newest.copied().unwrap_or_default()
    }

    /// The number of the very first entry.
    pub(super) fn first(&self, channel: &str) -> Option<u64> {
        self.logs.get(channel)?.keys().next().copied()
    }

    pub(super) fn see(&mut self, world: &World, fact: &Fact) -> Verdict {
        match fact {
            Fact::Appended(entry) => self.append(world.now, entry),
            Fact::Acknowledged {
                sender,
                channel,
                number,
                mark,
            } => self.acknowledge(world, sender, channel, *number, *mark),
            _ => Ok(()),
        }
    }

    fn append(&mut self, when: Micros, entry: &Appended) -> Verdict {
        let name = (&entry.channel, entry.number);
        if entry.is_signal {
            return broken(Promise::Signals, format!("a signal was stored: {name:?}"));
        }
        let log = self.logs.entry(entry.channel.clone()).or_default();
        if log.contains_key(&entry.number) {
            return broken(Promise::Log, format!("a number was given twice: {name:?}"));
        }
        if let Some((last, newest)) = log.last_key_value() {
            if entry.number != last + 1 {
                return broken(Promise::Log, format!("{name:?} was written after {last}"));
            }
            if entry.at < newest.entry.at {
                return broken(Promise::Log, format!("{name:?} is older than the entry before"));
            }
        }
        let entry = entry.clone();
        if !self.marks.insert(entry.mark) {
            return broken(Promise::Once, format!("a message was appended twice: {name:?}"));
        }
        let id = entry.id.clone().map(|id| (entry.sender.clone(), id));
        if id.is_some_and(|id| !self.ids.insert(id)) {
            return broken(Promise::Once, format!("an id was appended twice: {name:?}"));
        }
        log.insert(entry.number, Committed { entry, when });
        Ok(())
    }

    fn acknowledge(&self, world: &World, sender: &str, channel: &str, number: u64, mark: Option<Mark>) -> Verdict {
        let name = (channel, number);
        let Some(Committed { entry, .. }) = self.entry(channel, number) else {
            return broken(Promise::Log, format!("acknowledged, but not in the log: {name:?}"));
        };
        if entry.sender != sender || mark.is_some_and(|mark| mark != entry.mark) {
            return broken(
                Promise::Log,
                format!("acknowledged under the number of another message: {name:?}"),
            );
        }
        self.holds(world, channel, entry, stamp(world.now + SECOND))
    }

    /// The table still has what is to be kept beyond `until`.
    fn holds(&self, world: &World, channel: &str, entry: &Appended, until: Timestamp) -> Verdict {
        let log = Channel::parse(channel).and_then(|channel| world.table.rows.entries.get(&channel));
        let is_there = log.is_some_and(|log| log.contains_key(&entry.number));
        if entry.life > until && !is_there {
            return broken(Promise::Log, format!("an entry is lost: {:?}", (channel, entry.number)));
        }
        Ok(())
    }

    pub(super) fn end(&self, world: &World) -> Verdict {
        for (channel, log) in &self.logs {
            for committed in log.values() {
                self.holds(world, channel, &committed.entry, stamp(world.now + SECOND))?;
            }
        }
        for (index, client) in world.clients.iter().enumerate() {
            let waits = |pending: &&Pending| pending.id.is_some() && pending.first + seconds(300.0) < world.now;
            if let Some(pending) = client.pending.values().find(waits) {
                let words = format!("client {index} waits for an acknowledgement since {pending:?}");
                return broken(Promise::Answered, words);
            }
        }
        Ok(())
    }
}
