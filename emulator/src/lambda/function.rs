//! A function: keeps its execution environments, starts more when all are busy, and forgets those that died.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::busy::Busy;
use super::concurrency::{Concurrency, Execution, MAX_PROCESSES};
use super::destinations::Destinations;
use super::environment::Environment;
use super::faulty::Fate;
use super::invocation::Event;
use super::not_ready::NotReady;
use super::outcome::Outcome;
use super::output::{FunctionError, InvocationResult};
use super::pool::Pool;
use super::program::Program;
use super::reaper::ProcessGroups;
use super::report::{self, Report, Status};
use super::runtime_api;
use super::variables::Variables;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::identifiers;
use crate::inspector::{FunctionNotes, Invoked, Journal, Times};
use crate::loopback::Port;
use crate::problem::Problem;
use crate::template::FunctionSpec;

/// Lambda's limit for the initialisation phase
/// (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>).
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a caller waits for the environment to be done after it has answered. Usually it asks for its next event within
/// a millisecond, and the caller's own next event then finds it idle.
const SETTLING: Duration = Duration::from_millis(50);

/// How many environments an event is offered to that are gone before they take it: all that may be idle, which somebody may
/// have killed together, and three more.
const MAX_TRIES: usize = MAX_PROCESSES + 3;

/// What all functions of a stack are run with.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    pub(crate) variables: Variables,
    pub(crate) groups: ProcessGroups,
    /// By which the minutes between asynchronous retries are counted.
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    /// Whether `START`, `END` and `REPORT` are shown.
    pub(crate) reports: bool,
    pub(crate) journal: Journal,
}

/// A function of the template with its program.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) spec: FunctionSpec,
    pub(super) host: Host,
    pub(super) concurrency: Concurrency,
    /// Known when all functions are.
    pub(super) destinations: OnceLock<Destinations>,
    notes: FunctionNotes,
    program: Program,
    idle: Pool,
    processes: Arc<Semaphore>,
}

/// What came of an event.
pub(super) struct Run {
    pub(super) result: InvocationResult,
    /// The end of its log, if the caller wanted it.
    pub(super) log: Option<Vec<u8>>,
}

/// What an execution holds on to until its environment is done.
pub(super) struct Place {
    _execution: Execution,
    _process: Option<OwnedSemaphorePermit>,
}

/// An environment with an event, and what is known of it.
struct UnderWay {
    environment: Busy,
    began: Instant,
    /// When the function's time is over.
    end: Instant,
    init: Option<Duration>,
    _place: Place,
}

impl Function {
    pub(super) fn new(spec: FunctionSpec, program: Program, concurrency: Concurrency, host: Host) -> Self {
        let name = spec.binary.as_ref().unwrap_or(&spec.logical_id);
        Self {
            notes: FunctionNotes::new(host.journal.clone(), name),
            spec,
            host,
            concurrency,
            destinations: OnceLock::new(),
            program,
            idle: Pool::default(),
            processes: Arc::new(Semaphore::new(MAX_PROCESSES)),
        }
    }

    /// Starts the first environment, so that a program that cannot run is found at once.
    ///
    /// # Errors
    /// The program cannot be executed or ends. One that is slow is told of, and tried again with its first event.
    pub(super) async fn warm_up(&self) -> Result<(), Problem> {
        let name = self.spec.binary.as_ref().unwrap_or(&self.spec.logical_id);
        match self.start(INIT_TIMEOUT).await {
            Ok(environment) => self.idle.put(environment.keep()),
            Err(slow @ NotReady::TimedOut(_)) => {
                tracing::warn!(function = self.spec.name, "{slow}: tried again with its first event");
            }
            Err(why) => {
                return Err(Problem::new(format!(
                    "The function {name} stopped while it was starting ({why}): mend {} and start again.",
                    self.program.place().display()
                )));
            }
        }
        Ok(())
    }

    /// Waits for a place among the processes of this function.
    pub(super) async fn place(&self, execution: Execution) -> Place {
        Place {
            _execution: execution,
            // The semaphore is never closed.
            _process: Arc::clone(&self.processes).acquire_owned().await.ok(),
        }
    }

    /// Runs the function on one event, in a place that [`Function::place`] gave.
    pub(super) async fn run(self: &Arc<Self>, place: Place, event: &Event) -> Run {
        let fate = Fate::of(&self.host.faults, &self.spec.logical_id);
        let invoked = self.notes.invoked(&event.request_id, &event.payload);
        let mut tries = MAX_TRIES;
        loop {
            let (environment, left) = match self.ready(event, &fate).await {
                Ok(ready) => ready,
                Err(error) => {
                    self.note(&invoked, Err(&error), &Times::default());
                    return Run::failed(error, event);
                }
            };
            let began = Instant::now();
            let start = report::start(&event.request_id);
            environment.log.lambda_says(&start, self.host.reports);
            let invocation = environment.invoke(event, left, self.spec.memory_mb);
            let outcome = fate.met(&environment, invocation).await;
            tries -= 1;
            let outcome = match outcome {
                Outcome::NeverTaken if tries == 0 => Outcome::Exited("gone before it took the event".to_owned()),
                outcome => outcome,
            };
            let Some((status, result)) = outcome.told(&event.request_id, self.spec.timeout) else {
                continue;
            };
            let times = Times {
                init: environment.take_init(),
                run: Some(began.elapsed()),
            };
            self.note(&invoked, result.as_ref(), &times);
            let under_way = UnderWay {
                init: times.init,
                end: began + left,
                environment,
                began,
                _place: place,
            };
            return self.finish(under_way, event, status, result).await;
        }
    }

    fn note(&self, invoked: &Invoked, result: Result<&Bytes, &FunctionError>, times: &Times) {
        let answer = result.map(|answer| answer.as_ref());
        let answer = answer.map_err(|error| (error.kind.as_str(), error.message.as_str()));
        self.notes.answered(invoked, answer, times);
    }

    /// An environment that waits for an event, and what is left of the function's time. Initialisation takes none of it
    /// unless it has failed once: Lambda then begins it again, as part of the invocation.
    async fn ready(&self, event: &Event, fate: &Fate) -> Result<(Busy, Duration), FunctionError> {
        let timeout = self.spec.timeout;
        let idle = self.idle.take(self.program.fingerprint());
        if let Some(environment) = fate.warm(idle).await {
            return Ok((Busy::new(environment), timeout));
        }
        let why = match self.start(INIT_TIMEOUT).await {
            Ok(environment) => return Ok((environment, timeout)),
            Err(why) => why,
        };
        tracing::warn!(
            function = self.spec.name,
            "{why}: started once more, in the function's own time"
        );
        let began = Instant::now();
        match self.start(timeout).await {
            Ok(environment) => Ok((environment, timeout.saturating_sub(began.elapsed()))),
            Err(why) => Err(why.error(&event.request_id, timeout)),
        }
    }

    /// Starts an environment and waits until it asks for its first event.
    async fn start(&self, limit: Duration) -> Result<Busy, NotReady> {
        let port = Port::listen(0).await;
        let port = port.map_err(|problem| NotReady::NotStarted(problem.to_string()))?;
        let variables = &self.host.variables;
        let mut variables = variables.of(&self.spec, &identifiers::environment(), &port.address());
        variables.extend(self.program.variables.clone());
        let environment = Environment::start(
            &self.spec,
            &self.program,
            variables,
            &self.host.groups,
            self.host.faults.clone(),
            &self.notes,
        )?;
        runtime_api::serve(port, Arc::clone(&environment));
        let environment = Busy::new(environment);
        environment.initialised(limit).await?;
        Ok(environment)
    }

    /// Gives the caller its answer when the environment is done with the event, or has taken [`SETTLING`] over it.
    async fn finish(
        self: &Arc<Self>,
        under_way: UnderWay,
        event: &Event,
        status: Status,
        result: InvocationResult,
    ) -> Run {
        if let Err(error) = &result
            && status != Status::Answered
        {
            tracing::warn!(function = self.spec.name, error = error.message, "environment lost");
        }
        let (function, request_id) = (Arc::clone(self), event.request_id.clone());
        let ending = tokio::spawn(async move { function.end(under_way, &request_id, status).await });
        let log = match event.wants_log {
            true => ending.await.ok(),
            false => {
                // It goes on by itself.
                let _ = tokio::time::timeout(SETTLING, ending).await;
                None
            }
        };
        Run { result, log }
    }

    /// Waits until the environment is done, reports on the invocation, and keeps the environment if it is still good. Gives
    /// the end of its log.
    async fn end(&self, under_way: UnderWay, request_id: &str, status: Status) -> Vec<u8> {
        let environment = &under_way.environment;
        let status = match status {
            Status::Answered => under_way.settled().await,
            lost => lost,
        };
        let report = Report {
            request_id,
            duration: under_way.began.elapsed(),
            init: under_way.init,
            memory_mb: self.spec.memory_mb,
            memory: environment.memory(),
            status,
        };
        let log = &environment.log;
        log.caught_up().await;
        if status == Status::TimedOut {
            log.lambda_says(&report::timed_out(request_id, self.spec.timeout), self.host.reports);
        }
        log.lambda_says(&report::end(request_id), self.host.reports);
        log.lambda_says(&report.to_string(), self.host.reports);
        let tail = log.take_tail();
        let is_good = status == Status::Answered
            && !environment.has_outgrown(self.spec.memory_mb)
            && !environment.is_outdated(self.program.fingerprint());
        if is_good {
            self.idle.put(under_way.environment.keep());
        }
        tail
    }
}

impl UnderWay {
    /// Waits until the process asks for its next event; it has the function's time for that too.
    async fn settled(&self) -> Status {
        tokio::select! {
            () = self.environment.done() => Status::Answered,
            () = self.environment.ended() => Status::Exited,
            () = tokio::time::sleep_until(self.end.into()) => {
                self.environment.kill();
                Status::TimedOut
            }
        }
    }
}

impl Run {
    fn failed(error: FunctionError, event: &Event) -> Self {
        Self {
            result: Err(error),
            log: event.wants_log.then(Vec::new),
        }
    }
}
