//! Processes of functions: each serves one event at a time, remembers what it learned, has a clock of its own, and dies.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use domain::shards::ShardRules;
use service::guesses::Guesses;
use service::messaging::Messaging;

use crate::call::Port;
use crate::clock::SimClock;
use crate::configuration::Configuration;
use crate::functions::Function;
use crate::gateway::SimSockets;
use crate::handover::SimHandover;
use crate::table::SimTable;
use crate::world::Shared;

/// What its ports know of a process.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) number: u64,
    pub(crate) function: Function,
    task: AtomicU64,
    offset: AtomicI64,
}

/// A process and the service in it.
pub(crate) struct Process {
    pub(crate) state: Arc<State>,
    pub(crate) service: Messaging<SimTable, SimSockets, SimHandover, SimClock>,
    /// What was deployed when it started.
    pub(crate) shards: ShardRules,
}

impl Process {
    pub(crate) fn start(
        shared: &Arc<Shared>,
        number: u64,
        function: Function,
        rules: &Configuration,
        shards: ShardRules,
    ) -> Self {
        let state = Arc::new(State {
            number,
            function,
            task: AtomicU64::new(0),
            offset: AtomicI64::new(0),
        });
        let port = Port {
            shared: Arc::clone(shared),
            process: Arc::clone(&state),
        };
        let service = Messaging {
            table: SimTable(port.clone()),
            sockets: SimSockets(port.clone()),
            handover: SimHandover(port.clone()),
            clock: SimClock(port),
            rules: rules.messages(shards),
            guesses: Guesses::default(),
        };
        Self { state, service, shards }
    }
}

impl State {
    /// The invocation it serves.
    pub(crate) fn task(&self) -> u64 {
        self.task.load(Ordering::Relaxed)
    }

    /// How far its clock is ahead, in microseconds.
    pub(crate) fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }

    pub(crate) fn serve(&self, task: u64, offset: i64) {
        self.task.store(task, Ordering::Relaxed);
        self.offset.store(offset, Ordering::Relaxed);
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "    {:?}/{}#{}", self.function, self.number, self.task())
    }
}
