//! Functions: what runs in them, which process takes an event, and how long it may take.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::connection_id::ConnectionId;
use domain::fan_out_job::FanOutJob;
use domain::identity::UserId;
use domain::jitter::Jitter;
use domain::limits::REVOKE_MAX;
use domain::revocation::Revocation;
use domain::shards::ShardRules;
use service::caller::Caller;
use service::connect::{Handshake, Outcome, connect};
use service::disconnect::disconnect;
use service::fan_out::deliver;
use service::ports::Clock as _;
use service::push::serve_push;
use service::revoke::revoke;
use service::serve::{serve_channel, serve_default, serve_message};
use service::sweep::sweep;

use crate::process::Process;
use crate::time::SECOND;
use crate::world::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Function {
    Connect,
    Disconnect,
    Message,
    Channel,
    Default,
    FanOut,
    Sweep,
    Push,
    Session,
}

/// An event, with what it asks for.
#[derive(Debug, Clone)]
pub(crate) enum Work {
    Connect(Handshake),
    Disconnect(ConnectionId),
    Message(Caller, String),
    Channel(Caller, String),
    Default(Caller, String),
    /// As the text that travels.
    FanOut(String),
    Sweep,
    Push(String),
    Revoke(UserId),
}

/// How an invocation ended by itself.
#[derive(Debug)]
pub(crate) enum Done {
    Connected(Outcome),
    /// The answer of fn-push, as JSON.
    Pushed(String),
    /// Without a result that anybody gets.
    Well,
    Failed,
}

/// What is told when an invocation is over; `None` if it was cut off.
pub(crate) type Sequel = Box<dyn FnOnce(&mut World, Option<Done>) + Send>;

/// An invocation that is to start.
pub(crate) struct Invocation {
    pub(crate) task: u64,
    pub(crate) work: Work,
    pub(crate) seed: u64,
    pub(crate) sequel: Sequel,
}

#[derive(Default)]
pub(crate) struct Functions {
    idle: BTreeMap<Function, Vec<Arc<Process>>>,
    deployed: BTreeMap<Function, ShardRules>,
    pub(crate) starting: Vec<Invocation>,
    pub(crate) killed: Vec<u64>,
}

impl Functions {
    /// Ends an invocation, and its process with it.
    pub(crate) fn kill(&mut self, task: u64) {
        self.killed.push(task);
    }

    /// New processes of the function get these rules, and old ones no event any more.
    pub(crate) fn deploy(&mut self, function: Function, shards: ShardRules) {
        self.deployed.insert(function, shards);
        self.idle.remove(&function);
    }

    pub(crate) fn deployed(&self, function: Function, first: ShardRules) -> ShardRules {
        self.deployed.get(&function).copied().unwrap_or(first)
    }

    /// A process that waits for events, if one is to be used again.
    pub(crate) fn take_idle(&mut self, function: Function, choice: usize) -> Option<Arc<Process>> {
        let idle = self.idle.get_mut(&function)?;
        (choice < idle.len()).then(|| idle.swap_remove(choice))
    }

    pub(crate) fn idle_count(&self, function: Function) -> usize {
        self.idle.get(&function).map_or(0, Vec::len)
    }

    /// Gives a process back that has served its event.
    pub(crate) fn give_back(&mut self, process: Arc<Process>, first: ShardRules) {
        let function = process.state.function;
        if process.shards == self.deployed(function, first) {
            self.idle.entry(function).or_default().push(process);
        }
    }

    /// Ends every process.
    pub(crate) fn clear(&mut self) {
        self.idle.clear();
        self.starting.clear();
    }
}

impl World {
    /// Brings an event to a function.
    pub(crate) fn invoke(&mut self, work: Work, sequel: impl FnOnce(&mut World, Option<Done>) + Send + 'static) -> u64 {
        let task = self.fresh();
        let limit = work.limit();
        self.after(limit, move |world| world.functions.kill(task));
        if !self.quiet && self.rules.kill > 0.0 {
            let end = self.random.exponential(1.0 / self.rules.kill);
            if end < limit {
                self.after(end, move |world| world.functions.kill(task));
            }
        }
        let seed = self.random.next();
        self.functions.starting.push(Invocation {
            task,
            work,
            seed,
            sequel: Box::new(sequel),
        });
        task
    }

    /// The clock error of the next invocation, in microseconds.
    pub(crate) fn clock_error(&mut self) -> i64 {
        let skew = self.rules.skew;
        (self.random.uniform(-1.0, 1.0) * skew * SECOND as f64) as i64
    }
}

impl Work {
    pub(crate) fn function(&self) -> Function {
        match self {
            Self::Connect(_) => Function::Connect,
            Self::Disconnect(_) => Function::Disconnect,
            Self::Message(..) => Function::Message,
            Self::Channel(..) => Function::Channel,
            Self::Default(..) => Function::Default,
            Self::FanOut(_) => Function::FanOut,
            Self::Sweep => Function::Sweep,
            Self::Push(_) => Function::Push,
            Self::Revoke(_) => Function::Session,
        }
    }

    /// Seconds that it may take.
    fn limit(&self) -> f64 {
        match self {
            Self::FanOut(_) | Self::Sweep | Self::Push(_) | Self::Revoke(_) => 60.0,
            _ => 29.0,
        }
    }
}

/// Runs the service's own code for an event.
pub(crate) async fn run(
    process: Arc<Process>,
    work: Work,
    seed: u64,
    rules: crate::configuration::Configuration,
) -> Done {
    let service = &process.service;
    let (table, sockets, clock) = (&service.table, &service.sockets, &service.clock);
    let jitter = Jitter::seeded(seed);
    let connections = rules.connections(process.shards);
    match work {
        Work::Connect(handshake) => match connect(table, clock, &connections, handshake, seed).await {
            Ok(outcome) => Done::Connected(outcome),
            Err(_) => Done::Failed,
        },
        Work::Disconnect(id) => told(disconnect(table, sockets, clock, &id).await),
        Work::Message(caller, body) => {
            serve_message(service, &caller, &body, jitter).await;
            Done::Well
        }
        Work::Channel(caller, body) => {
            serve_channel(service, connections.heartbeat, &caller, &body, jitter).await;
            Done::Well
        }
        Work::Default(caller, body) => {
            serve_default(sockets, clock, &caller, &body).await;
            Done::Well
        }
        Work::FanOut(text) => match FanOutJob::read(&text) {
            Ok(job) => told(deliver(table, sockets, clock, &job, jitter).await),
            Err(_) => Done::Failed,
        },
        Work::Sweep => told(sweep(table, sockets, clock, process.shards).await),
        Work::Push(payload) => match serve_push(service, &payload, jitter).await {
            Ok(answer) => Done::Pushed(serde_json::to_string(&answer).unwrap_or_default()),
            Err(_) => Done::Failed,
        },
        Work::Revoke(user) => {
            let all = Revocation::of_all(clock.now());
            told(revoke(table, sockets, clock, &user, &all, REVOKE_MAX).await)
        }
    }
}

fn told<T, E>(result: Result<T, E>) -> Done {
    match result {
        Ok(_) => Done::Well,
        Err(_) => Done::Failed,
    }
}
