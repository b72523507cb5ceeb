//! Everything there is at one instant, and what happens next: a heap of events, each of which changes the world at once.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU64, Ordering as Memory};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::back_end::BackEnd;
use crate::bugs::Bug;
use crate::client::Client;
use crate::configuration::Configuration;
use crate::facts::Fact;
use crate::functions::Functions;
use crate::gateway::Gateway;
use crate::random::Random;
use crate::table::Table;
use crate::time::{Micros, SECOND, seconds};

/// What happens at an instant.
pub(crate) type Event = Box<dyn FnOnce(&mut World) + Send>;

pub(crate) struct World {
    pub(crate) now: Micros,
    pub(crate) start: Micros,
    pub(crate) random: Random,
    pub(crate) rules: Configuration,
    pub(crate) bug: Option<Bug>,
    /// The time of faults is over.
    pub(crate) quiet: bool,
    pub(crate) table: Table,
    pub(crate) gateway: Gateway,
    pub(crate) functions: Functions,
    pub(crate) clients: Vec<Client>,
    pub(crate) back_end: BackEnd,
    /// What happened since the checkers looked.
    pub(crate) facts: Vec<Fact>,
    pub(crate) trace: bool,
    /// Calls of ports so far.
    pub(crate) calls: u64,
    /// The instant for who must not lock the world.
    clock: Arc<AtomicU64>,
    queue: BinaryHeap<Reverse<Scheduled>>,
    order: u64,
    ids: u64,
}

struct Scheduled {
    at: Micros,
    order: u64,
    event: Event,
}

impl World {
    pub(crate) fn new(seed: u64, bug: Option<Bug>, trace: bool) -> Self {
        let mut random = Random::seeded(seed);
        let rules = Configuration::draw(&mut random);
        // Some day of 2026, at any part of a second.
        let start = 1_780_000_000 * SECOND + random.next() % (10_000_000 * SECOND);
        Self {
            now: start,
            start,
            random,
            rules,
            bug,
            quiet: false,
            table: Table::default(),
            gateway: Gateway::default(),
            functions: Functions::default(),
            clients: Vec::new(),
            back_end: BackEnd::default(),
            facts: Vec::new(),
            trace,
            calls: 0,
            clock: Arc::new(AtomicU64::new(start)),
            queue: BinaryHeap::new(),
            order: 0,
            ids: 0,
        }
    }

    /// Has `event` happen after that many seconds.
    pub(crate) fn after(&mut self, span: f64, event: impl FnOnce(&mut Self) + Send + 'static) {
        self.at(self.now + seconds(span), event);
    }

    /// Has `event` happen at that instant.
    pub(crate) fn at(&mut self, at: Micros, event: impl FnOnce(&mut Self) + Send + 'static) {
        self.order += 1;
        self.queue.push(Reverse(Scheduled {
            at,
            order: self.order,
            event: Box::new(event),
        }));
    }

    /// The next event before `end`, whose time has now come.
    pub(crate) fn next(&mut self, end: Micros) -> Option<Event> {
        if self.queue.peek().is_none_or(|Reverse(next)| next.at >= end) {
            return None;
        }
        let Reverse(next) = self.queue.pop()?;
        self.now = next.at;
        self.clock.store(next.at, Memory::Relaxed);
        Some(next.event)
    }

    /// Forgets what is to happen.
    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }

    pub(crate) fn clock(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.clock)
    }

    /// A number never given before.
    pub(crate) fn fresh(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    /// Seconds since the beginning.
    pub(crate) fn age(&self) -> f64 {
        (self.now - self.start) as f64 / SECOND as f64
    }

    /// Whether a fault of that probability happens now.
    pub(crate) fn fault(&mut self, probability: f64) -> bool {
        !self.quiet && self.random.chance(probability)
    }

    /// How long a call is under way.
    pub(crate) fn delay(&mut self) -> f64 {
        let (calm, slow) = (self.rules.calm, self.rules.slow);
        let r = &mut self.random;
        if calm && r.chance(0.1) {
            r.uniform(0.0, 2.0)
        } else if !calm && !self.quiet && r.chance(slow) {
            r.uniform(1.0, 24.0)
        } else {
            r.exponential(0.05).min(0.4)
        }
    }

    /// When the sweeper has ended a connection that is over since then, and for which a round comes. In rough worlds that
    /// is certain only once nothing fails any more.
    pub(crate) fn ended_by(&self, since: Micros) -> Micros {
        let sweeps = seconds(self.rules.sweeps());
        if self.rules.is_rough() {
            since.max(self.start + seconds(self.rules.act)) + sweeps
        } else {
            since + sweeps
        }
    }

    pub(crate) fn is_planted(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    pub(crate) fn note(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    pub(crate) fn print(&self, line: std::fmt::Arguments<'_>) {
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), "{:9.3} {line}", self.age());
    }
}

/// Prints a line of the story, if somebody reads it.
macro_rules! tell {
    ($world:expr, $($words:tt)*) => {
        if $world.trace {
            $world.print(format_args!($($words)*));
        }
    };
}
pub(crate) use tell;

/// The world as functions reach it.
pub(crate) struct Shared {
    world: Mutex<World>,
    clock: Arc<AtomicU64>,
}

impl Shared {
    pub(crate) fn new(world: World) -> Arc<Self> {
        let clock = world.clock();
        Arc::new(Self {
            world: Mutex::new(world),
            clock,
        })
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Micros {
        self.clock.load(Memory::Relaxed)
    }
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Scheduled {}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}
