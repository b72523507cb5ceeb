//! What the use-cases of messages and channels work with: ports, rules, and what a process remembers.

use std::time::Duration;

use domain::channel::Channel;
use domain::policy::Policy;
use domain::rate::Rates;
use domain::shards::{ShardRules, Shards};

use crate::guesses::Guesses;
use crate::ports::{Buckets, Connections, Heads, Leases, Log, LogReader, Members, Memberships};

/// Lives as long as the process, for the sake of its guesses.
#[derive(Debug)]
pub struct Messaging<T, S, H, C> {
    /// Where logs, members and connections stand.
    pub table: T,
    /// Where frames go.
    pub sockets: S,
    /// Who tells the members of large channels.
    pub handover: H,
    /// What time it is.
    pub clock: C,
    /// What the deployment decided.
    pub rules: MessagingRules,
    /// Heads last seen.
    pub guesses: Guesses,
}

/// What a deployment decides about messages.
#[derive(Debug, Clone, Copy)]
pub struct MessagingRules {
    /// How long entries are kept.
    pub retention: Duration,
    /// Over how many keys members are spread.
    pub shards: ShardRules,
    /// Posts a second that tell the members of one message, all functions that do so together.
    pub posts_per_second: u32,
    /// Members that the publishing function tells by itself.
    pub inline_members: usize,
    /// Who may publish where.
    pub policy: Policy,
    /// How much clients may send.
    pub rates: Rates,
}

/// A table for publishing.
pub trait Publishable: Log + Members + Connections + Buckets {}
impl<T: Log + Members + Connections + Buckets> Publishable for T {}

/// A table for everything a client can ask of a channel.
pub trait Channelled: Publishable + LogReader + Memberships + Leases {}
impl<T: Publishable + LogReader + Memberships + Leases> Channelled for T {}

impl<T: Heads, S, H, C> Messaging<T, S, H, C> {
    /// The shards in which members of the channel can stand, as far as is known without reading.
    pub(crate) fn shards(&self, channel: &Channel) -> Shards {
        let known = self.guesses.get(channel).map(|head| head.shards);
        self.rules.shards.of(channel).max(known.unwrap_or(Shards::ONE))
    }
}
