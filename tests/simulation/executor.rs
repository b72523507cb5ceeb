//! Runs one world: invocations as tasks of one thread, events in the order of virtual time, checkers after each of them.

use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use crate::bugs::Bug;
use crate::checkers::{Checkers, Violation};
use crate::functions::{Done, Invocation, Sequel, run};
use crate::process::Process;
use crate::schedule;
use crate::time::{Micros, seconds};
use crate::world::{Shared, World, tell};

/// What came of a world.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) violation: Option<Violation>,
    pub(crate) calls: u64,
    pub(crate) seconds: f64,
    /// What happened how often, to see that the worlds are worth their time.
    pub(crate) tally: BTreeMap<&'static str, u64>,
}

/// Runs the world of this seed to its end, or to the first violation.
pub(crate) fn run_world(seed: u64, bug: Option<Bug>, trace: bool) -> Outcome {
    let mut world = World::new(seed, bug, trace);
    tell!(world, "{:?}", world.rules);
    let end = schedule::begin(&mut world);
    let mut executor = Executor::new(Shared::new(world));
    let violation = executor.run(end);
    executor.finish(violation)
}

struct Executor {
    shared: Arc<Shared>,
    tasks: BTreeMap<u64, Task>,
    ready: Arc<Ready>,
    checkers: Checkers,
}

type Ready = Mutex<VecDeque<u64>>;

struct Task {
    future: Pin<Box<dyn Future<Output = Done> + Send>>,
    call: Arc<Call>,
    process: Arc<Process>,
    sequel: Sequel,
}

/// Calls a task up.
struct Call {
    task: u64,
    called: AtomicBool,
    ready: Arc<Ready>,
}

impl Wake for Call {
    fn wake(self: Arc<Self>) {
        if !self.called.swap(true, Ordering::Relaxed) {
            self.ready
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push_back(self.task);
        }
    }
}

impl Executor {
    fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            tasks: BTreeMap::new(),
            ready: Arc::default(),
            checkers: Checkers::default(),
        }
    }

    fn run(&mut self, end: Micros) -> Option<Violation> {
        loop {
            self.settle();
            {
                let world = &mut *self.shared.world();
                let Some(event) = world.next(end) else { break };
                event(world);
            }
            self.settle();
            if let Some(violation) = self.judge() {
                return Some(violation);
            }
        }
        self.checkers.end(&self.shared.world())
    }

    /// Lets tasks go on until all of them wait for time to pass.
    fn settle(&mut self) {
        loop {
            let (killed, starting) = {
                let world = &mut *self.shared.world();
                let functions = &mut world.functions;
                (
                    std::mem::take(&mut functions.killed),
                    std::mem::take(&mut functions.starting),
                )
            };
            let ready = std::mem::take(&mut *self.ready.lock().unwrap_or_else(PoisonError::into_inner));
            if killed.is_empty() && starting.is_empty() && ready.is_empty() {
                return;
            }
            for task in killed {
                self.cut_off(task);
            }
            for invocation in starting {
                self.start(invocation);
            }
            for task in ready {
                self.poll(task);
            }
        }
    }

    fn start(&mut self, invocation: Invocation) {
        let Invocation {
            task,
            work,
            seed,
            sequel,
        } = invocation;
        let (process, rules) = {
            let world = &mut *self.shared.world();
            let process = process_for(&self.shared, world, &work);
            process.state.serve(task, world.clock_error());
            tell!(world, "{} begins {work:?}", process.state);
            (process, world.rules.clone())
        };
        let call = Arc::new(Call {
            task,
            called: AtomicBool::new(false),
            ready: Arc::clone(&self.ready),
        });
        let running = Task {
            future: Box::pin(run(Arc::clone(&process), work, seed, rules)),
            call,
            process,
            sequel,
        };
        self.tasks.insert(task, running);
        self.poll(task);
    }

    fn poll(&mut self, id: u64) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        task.call.called.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&task.call));
        let Poll::Ready(done) = task.future.as_mut().poll(&mut Context::from_waker(&waker)) else {
            return;
        };
        if let Some(Task { process, sequel, .. }) = self.tasks.remove(&id) {
            let world = &mut *self.shared.world();
            tell!(world, "{} ends {done:?}", process.state);
            if world.quiet || world.random.chance(0.9) {
                let first = world.rules.shards;
                world.functions.give_back(process, first);
            }
            sequel(world, Some(done));
        }
    }

    /// Takes the process away in the middle of its work.
    fn cut_off(&mut self, id: u64) {
        if let Some(Task { process, sequel, .. }) = self.tasks.remove(&id) {
            let world = &mut *self.shared.world();
            tell!(world, "{} is cut off", process.state);
            sequel(world, None);
        }
    }

    fn judge(&mut self) -> Option<Violation> {
        let world = &mut *self.shared.world();
        let facts = std::mem::take(&mut world.facts);
        let violation = self.checkers.see(world, &facts);
        if let Some(violation) = &violation {
            tell!(world, "VIOLATION {violation:?}");
        }
        violation
    }

    fn finish(mut self, violation: Option<Violation>) -> Outcome {
        self.tasks.clear();
        let world = &mut *self.shared.world();
        world.functions.clear();
        world.clear();
        Outcome {
            violation,
            calls: world.calls,
            seconds: world.age(),
            tally: std::mem::take(&mut self.checkers.tally),
        }
    }
}

fn process_for(shared: &Arc<Shared>, world: &mut World, work: &crate::functions::Work) -> Arc<Process> {
    let function = work.function();
    let idle = world.functions.idle_count(function);
    // Now and then a new one starts although others wait.
    if idle > 0 && world.random.chance(0.8) {
        let choice = world.random.below(idle);
        if let Some(process) = world.functions.take_idle(function, choice) {
            return process;
        }
    }
    let number = world.fresh();
    let shards = world.functions.deployed(function, world.rules.shards);
    Arc::new(Process::start(shared, number, function, &world.rules, shards))
}

/// The last instant at which anything happens.
pub(crate) fn end_of(world: &World, quiet: f64) -> Micros {
    world.start + seconds(world.rules.act + quiet)
}
