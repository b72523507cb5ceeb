//! What reached applications: in order, once, complete, or with a word that something is lost, and then something is.

use std::collections::BTreeMap;

use super::history::{Committed, History};
use super::{Promise, Verdict, broken};
use crate::client::is_direct;
use crate::facts::{Fact, Mark, Name};
use crate::time::{Micros, SECOND, seconds, stamp};
use crate::world::World;

/// How far the clocks of a reader and of this checker, and the time from reading to posting, may be apart.
const TOLERANCE: Micros = 5 * SECOND;

/// Time after which a client that is there has caught up, in seconds.
const CAUGHT_UP: f64 = 120.0;

/// What one application has of one channel.
#[derive(Debug, Default)]
struct Had {
    /// The last number since it joined.
    last: Option<u64>,
    /// The last number ever.
    ever: u64,
    /// It was told to load anew, by an answer posted then.
    reloaded: Option<Micros>,
}

#[derive(Debug, Default)]
pub(super) struct Subscribers {
    had: BTreeMap<(usize, Name), Had>,
}

impl Subscribers {
    pub(super) fn see(&mut self, world: &World, history: &History, fact: &Fact) -> Verdict {
        match fact {
            Fact::Delivered {
                client,
                channel,
                number,
                mark,
            } => self.deliver(history, (*client, channel.clone()), *number, *mark),
            Fact::Reloaded {
                client,
                channel,
                since,
                posted,
            } => {
                self.had.entry((*client, channel.clone())).or_default().reloaded = Some(*posted);
                reload(history, *client, channel, *since, *posted)
            }
            Fact::Left { socket, channel } => {
                let client = world.socket(*socket).client;
                self.had.entry((client, channel.clone())).or_default().last = None;
                Ok(())
            }
            Fact::Stuck { client, channel } => broken(
                Promise::Subscribers,
                format!("client {client} is shown a gap in {channel} again and again, and never told"),
            ),
            _ => Ok(()),
        }
    }

    fn deliver(&mut self, history: &History, whose: (usize, Name), number: u64, mark: Mark) -> Verdict {
        let channel = whose.1.clone();
        let name = format!("client {} in {channel}: {number}", whose.0);
        let had = self.had.entry(whose).or_default();
        if history
            .entry(&channel, number)
            .is_none_or(|truth| truth.entry.mark != mark)
        {
            return broken(Promise::Subscribers, format!("another content, {name}"));
        }
        if number <= had.ever {
            return broken(Promise::Once, format!("delivered twice, {name}"));
        }
        if let Some(last) = had.last {
            let told = had.reloaded.map(|posted| stamp(posted + TOLERANCE));
            let is_lost = |truth: &Committed| told.is_some_and(|told| truth.entry.life <= told);
            let skipped = (last + 1..number).find(|n| !history.entry(&channel, *n).is_some_and(is_lost));
            if let Some(skipped) = skipped {
                return broken(Promise::Subscribers, format!("{skipped} was skipped, {name}"));
            }
        }
        had.last = Some(number);
        had.ever = number;
        had.reloaded = None;
        Ok(())
    }

    pub(super) fn end(&self, world: &World, history: &History) -> Verdict {
        let enough = seconds(CAUGHT_UP);
        for (index, client) in world.clients.iter().enumerate() {
            let Some(socket) = client.current.map(|socket| world.socket(socket)) else {
                continue;
            };
            let is_fresh = socket.opened.is_none_or(|opened| opened + enough > world.now);
            for (channel, wish) in &client.wishes {
                if is_fresh || !wish.wanted || wish.since + enough > world.now {
                    continue;
                }
                let (head, cursor) = (history.head(channel), client.cursors.get(channel).copied());
                // Nobody hears of a direct channel in which nothing is kept any more.
                let newest = history.entry(channel, head);
                let is_empty = newest.is_none_or(|newest| newest.entry.life <= stamp(world.now));
                let has_all = cursor == Some(head) || (cursor.is_none() && is_direct(channel) && is_empty);
                if !has_all {
                    let words = format!("client {index} is behind in the end: {channel} at {cursor:?} of {head}");
                    return broken(Promise::Subscribers, words);
                }
            }
        }
        Ok(())
    }
}

/// The entry after the cursor must be gone.
fn reload(history: &History, client: usize, channel: &Name, since: u64, posted: Micros) -> Verdict {
    let next = if since == 0 {
        history.first(channel)
    } else {
        Some(since + 1)
    };
    let next = next.and_then(|next| history.entry(channel, next));
    if let Some(next) = next.filter(|next| next.entry.life > stamp(posted + TOLERANCE)) {
        let words = format!(
            "client {client} was told to load {channel} anew after {since}, but {} is kept",
            next.entry.number
        );
        return broken(Promise::Recovered, words);
    }
    Ok(())
}
