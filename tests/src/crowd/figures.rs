//! How it went, in figures.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::Plan;
use super::follower::{Fate, Told};

/// The figures of one run.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Connections that stayed or came back; each showed every message, once and in order.
    pub complete: usize,
    /// Connections that vanished.
    pub vanished: usize,
    /// Connections that came back.
    pub returned: usize,
    /// Further connections that were opened because one was lost.
    pub reopened: usize,
    /// Function processes that were killed.
    pub kills: usize,
    /// Faults that struck, by their kind.
    pub struck: BTreeMap<String, u64>,
    /// Messages that came by push, all connections together.
    pub pushed: usize,
    /// Messages that came by resuming.
    pub resumed: usize,
    /// Frames that asked what is new or missing, the first of each connection included. Each is an invocation.
    pub asked: usize,
    channel: String,
    messages: usize,
    seed: u64,
    latencies: Vec<Duration>,
    connecting: Duration,
    publishing: Duration,
    delivering: Duration,
}

impl Figures {
    pub(super) fn new(
        plan: &Plan,
        told: &[Told],
        mut latencies: Vec<Duration>,
        [connecting, publishing, delivering]: [Duration; 3],
        kills: usize,
        struck: BTreeMap<String, u64>,
    ) -> Self {
        latencies.sort_unstable();
        let count = |wanted: fn(&Fate) -> bool| told.iter().filter(|one| wanted(&one.fate)).count();
        Self {
            complete: count(|fate| !matches!(fate, Fate::Vanishes(_))),
            vanished: count(|fate| matches!(fate, Fate::Vanishes(_))),
            returned: count(|fate| matches!(fate, Fate::Returns(_))),
            reopened: told.iter().map(|one| one.connections - 1).sum(),
            kills,
            struck,
            pushed: told.iter().map(|one| one.pushed).sum(),
            resumed: told.iter().map(|one| one.resumed).sum(),
            asked: told.iter().map(|one| one.asked).sum(),
            channel: plan.channel.clone(),
            messages: plan.messages,
            seed: plan.seed,
            latencies,
            connecting,
            publishing,
            delivering,
        }
    }

    fn latency(&self, percent: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(last * percent / 100).copied().unwrap_or_default()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.complete + self.vanished;
        let shown = self.pushed + self.resumed;
        let seconds = Duration::as_secs_f64;
        writeln!(f, "{all} connections in {}, SEED={}", self.channel, self.seed)?;
        writeln!(
            f,
            "{} vanished unheard, {} came back, {} connections were opened again, {} processes were killed",
            self.vanished, self.returned, self.reopened, self.kills
        )?;
        for (kind, times) in &self.struck {
            writeln!(f, "{kind} struck {times} times")?;
        }
        writeln!(
            f,
            "{} of {} survivors show {} of {} messages, in order, none twice",
            self.complete, self.complete, self.messages, self.messages
        )?;
        writeln!(
            f,
            "{shown} messages shown: {} by push, {} by resuming; followers asked {} times",
            self.pushed, self.resumed, self.asked
        )?;
        writeln!(
            f,
            "acknowledged after {:?} (p50), {:?} (p99)",
            self.latency(50),
            self.latency(99)
        )?;
        write!(
            f,
            "connecting took {:.1} s, publishing {:.1} s, until everybody had everything {:.1} s ({:.0} a second)",
            seconds(&self.connecting),
            seconds(&self.publishing),
            seconds(&self.delivering),
            shown as f64 / seconds(&self.delivering).max(0.001)
        )
    }
}
