//! Checkers: each holds the recorded history to one promise, and knows nothing of how the code keeps it.

mod cap;
mod history;
mod presence;
mod pushes;
mod removal;
mod retries;
mod revocation;
mod rows;
mod signals;
mod subscribers;
mod told;

use std::collections::BTreeMap;

use crate::facts::Fact;
use crate::world::World;

/// What is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Promise {
    /// What is acknowledged is in the log; its numbers have no holes and never repeat; its time never goes back.
    Log,
    /// A subscriber has everything, in order, or was told to load anew.
    Subscribers,
    /// Nothing is appended or delivered twice.
    Once,
    /// Nothing appended after a removal is posted to the removed.
    Removal,
    /// The same for the end of a connection, which does not stay open long after.
    Expiry,
    /// No row outlives its connection for long, and a live one has all of its own.
    Rows,
    /// Nobody is registered whose end was served.
    Forgotten,
    /// The cap holds, and nobody is locked out.
    Cap,
    /// Who is sent away is gone.
    Revocation,
    /// Everything is found within one heartbeat.
    Heartbeat,
    /// Nobody is told to load anew without a loss.
    Recovered,
    /// Without any fault everything is there at once.
    Calm,
    /// Without any fault nobody is ended before their time.
    Unended,
    /// Presence is the truth, once nothing moves.
    Presence,
    /// Retries of posts stay within their budget.
    Retries,
    /// Signals are stored nowhere, and reach members alone.
    Signals,
    /// An acknowledged message's members were posted to, or handed over.
    Told,
    /// Every message of a client who is there comes to an end.
    Answered,
    /// A dutiful client is never told that it is not.
    Protocol,
}

/// A promise broken.
#[derive(Debug, Clone)]
pub(crate) struct Violation {
    pub(crate) promise: Promise,
    pub(crate) words: String,
}

pub(crate) type Verdict = Result<(), Violation>;

/// A verdict against the world.
pub(crate) fn broken(promise: Promise, words: impl Into<String>) -> Verdict {
    let words = words.into();
    Err(Violation { promise, words })
}

/// All of them.
#[derive(Default)]
pub(crate) struct Checkers {
    history: history::History,
    subscribers: subscribers::Subscribers,
    removal: removal::Removal,
    cap: cap::Cap,
    revocations: revocation::Revocations,
    pushes: pushes::Pushes,
    presence: presence::Presence,
    told: told::Told,
    retries: retries::Retries,
    signals: signals::Signals,
    rows: rows::Rows,
    pub(crate) tally: BTreeMap<&'static str, u64>,
}

impl Checkers {
    /// Looks at what has just happened.
    pub(crate) fn see(&mut self, world: &World, facts: &[Fact]) -> Option<Violation> {
        self.try_to_see(world, facts).err()
    }

    /// Looks at what is left in the end.
    pub(crate) fn end(&mut self, world: &World) -> Option<Violation> {
        self.try_to_end(world).err()
    }

    fn try_to_see(&mut self, world: &World, facts: &[Fact]) -> Verdict {
        for fact in facts {
            *self.tally.entry(name(fact)).or_default() += 1;
            if let Fact::Wrong { promise, words } = fact {
                return broken(*promise, words.clone());
            }
            self.history.see(world, fact)?;
            self.subscribers.see(world, &self.history, fact)?;
            self.removal.see(world, &self.history, fact)?;
            self.cap.see(world, fact)?;
            self.revocations.see(world, fact)?;
            self.pushes.see(world, fact)?;
            self.told.see(world, &self.history, fact)?;
            self.presence.see(world, fact)?;
            self.retries.see(fact)?;
            self.signals.see(world, fact)?;
            self.rows.see(world, fact)?;
        }
        self.pushes.due(world, &self.history)
    }

    fn try_to_end(&mut self, world: &World) -> Verdict {
        self.history.end(world)?;
        self.cap.end(world)?;
        rows::end(world)?;
        self.subscribers.end(world, &self.history)?;
        self.presence.end(world)
    }
}

fn name(fact: &Fact) -> &'static str {
    match fact {
        Fact::Appended(_) => "appended",
        Fact::Delivered { .. } => "delivered",
        Fact::Reloaded { .. } => "reloaded",
        Fact::Stuck { .. } => "stuck",
        Fact::Acknowledged { .. } => "acknowledged",
        Fact::Posted(_) => "posted",
        Fact::Opened { .. } => "opened",
        Fact::Closed { .. } => "closed",
        Fact::Refused { .. } => "refused",
        Fact::Replaced { .. } => "replaced",
        Fact::Registered { .. } => "registered",
        Fact::Forgotten { .. } => "forgotten",
        Fact::HandedOver(_) => "handed over",
        Fact::Left { .. } => "left",
        Fact::Joining { .. } => "joining",
        Fact::Leaving { .. } => "leaving",
        Fact::Signalled { .. } => "signalled",
        Fact::Revoked { .. } => "revoked",
        Fact::Wrong { .. } => "wrong",
        Fact::Minute => "minutes",
        Fact::Settled => "worlds",
    }
}
