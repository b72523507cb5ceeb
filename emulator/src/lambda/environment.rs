//! One execution environment: a process that handles one event at a time, and is frozen between events.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, watch};

use super::fingerprint::Fingerprint;
use super::function_log::FunctionLog;
use super::invocation::{Event, Invocation};
use super::memory::Memory;
use super::not_ready::NotReady;
use super::outcome::Outcome;
use super::output::{FunctionError, InvocationResult};
use super::process::Process;
use super::program::Program;
use super::reaper::ProcessGroups;
use crate::faults::Faults;
use crate::inspector::FunctionNotes;
use crate::template::FunctionSpec;

/// How often it is looked whether a process has outgrown its memory.
const MEMORY_CHECKS: Duration = Duration::from_millis(50);

/// A running process and the event that it works on.
#[derive(Debug)]
pub(super) struct Environment {
    function_arn: String,
    process: Process,
    pub(super) log: Arc<FunctionLog>,
    /// What the program was like when the process began.
    fingerprint: Option<Fingerprint>,
    faults: Faults,
    events: mpsc::Sender<Invocation>,
    inbox: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    pending: Mutex<Option<Pending>>,
    /// Whether the process took the pending event from its inbox.
    taken: AtomicBool,
    /// Whether the process has asked for an event and has none.
    waiting: watch::Sender<bool>,
    init_error: Mutex<Option<FunctionError>>,
    started: Instant,
    /// How long the initialisation took, until the first invocation has reported it.
    init: Mutex<Option<Duration>>,
}

#[derive(Debug)]
struct Pending {
    request_id: String,
    answer: oneshot::Sender<InvocationResult>,
}

/// The process asks for an event while it has one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unanswered;

/// A process that waits for an event: dropped, it goes on.
struct Frozen<'a>(&'a Environment);

impl<'a> Frozen<'a> {
    fn new(environment: &'a Environment) -> Self {
        environment.process.freeze();
        environment.waiting.send_replace(true);
        Self(environment)
    }
}

impl Drop for Frozen<'_> {
    fn drop(&mut self) {
        self.0.waiting.send_replace(false);
        self.0.process.thaw();
    }
}

impl Environment {
    /// Starts `program` with exactly `variables`.
    ///
    /// # Errors
    /// The program cannot be executed.
    pub(super) fn start(
        function: &FunctionSpec,
        program: &Program,
        variables: impl IntoIterator<Item = (String, String)>,
        groups: &ProcessGroups,
        faults: Faults,
        notes: &FunctionNotes,
    ) -> Result<Arc<Self>, NotReady> {
        let label = function.binary.as_ref().unwrap_or(&function.name);
        let log = Arc::new(FunctionLog::new(label, notes.clone()));
        let fingerprint = program.fingerprint();
        let process = Process::start(program, variables, groups, &log)
            .map_err(|error| NotReady::NotStarted(format!("fork/exec {}: {error}", program.path.display())))?;
        let (events, inbox) = mpsc::channel(1);
        Ok(Arc::new(Self {
            function_arn: function.arn.clone(),
            process,
            log,
            fingerprint,
            faults,
            events,
            inbox: tokio::sync::Mutex::new(inbox),
            pending: Mutex::new(None),
            taken: AtomicBool::new(false),
            waiting: watch::Sender::new(false),
            init_error: Mutex::new(None),
            started: Instant::now(),
            init: Mutex::new(None),
        }))
    }

    /// Waits until the process asks for its first event; kills it when that takes longer than `limit`.
    ///
    /// # Errors
    /// It reported a failure, ended, or took too long.
    pub(super) async fn initialised(&self, limit: Duration) -> Result<(), NotReady> {
        tokio::select! {
            () = self.done() => {
                *lock(&self.init) = Some(self.started.elapsed());
                Ok(())
            }
            how = self.process.exited() => {
                self.log.caught_up().await;
                let words = self.log.last_words();
                let words = words.map_or("without a word".to_owned(), |words| format!("with the last words: {words}"));
                Err(match lock(&self.init_error).take() {
                    Some(error) => NotReady::Reported(error),
                    None => NotReady::Exited(how, words),
                })
            }
            () = tokio::time::sleep(limit) => {
                self.kill();
                Err(NotReady::TimedOut(limit))
            }
        }
    }

    /// Hands over one event and waits for the answer, at most `timeout`; a process that takes longer is killed, as is one
    /// that needs more memory than `memory_mb`.
    pub(super) async fn invoke(&self, event: &Event, timeout: Duration, memory_mb: u64) -> Outcome {
        let (answer, answered) = oneshot::channel();
        *lock(&self.pending) = Some(Pending {
            request_id: event.request_id.clone(),
            answer,
        });
        self.taken.store(false, Ordering::Release);
        let invocation = Invocation {
            event: event.clone(),
            function_arn: self.invoked_arn(event),
            deadline_ms: self.faults.told_now().saturating_add(milliseconds(timeout)),
        };
        if self.has_exited() || self.events.send(invocation).await.is_err() {
            return Outcome::NeverTaken;
        }
        tokio::select! {
            biased;
            Ok(result) = answered => Outcome::Answered(result),
            how = self.process.exited() => match self.taken.load(Ordering::Acquire) {
                true => Outcome::Exited(how),
                false => Outcome::NeverTaken,
            },
            () = tokio::time::sleep(timeout) => {
                self.kill();
                Outcome::TimedOut
            }
            never = self.guard_memory(memory_mb) => never,
        }
    }

    /// The function's ARN, with the qualifier if the caller named one.
    fn invoked_arn(&self, event: &Event) -> String {
        match &event.qualifier {
            Some(qualifier) => format!("{}:{qualifier}", self.function_arn),
            None => self.function_arn.clone(),
        }
    }

    /// Kills the process as out of memory when it needs more than it has; how it ended is seen like any other end.
    async fn guard_memory<T>(&self, memory_mb: u64) -> T {
        loop {
            tokio::time::sleep(MEMORY_CHECKS).await;
            if self.has_outgrown(memory_mb) {
                self.kill();
                return std::future::pending().await;
            }
        }
    }

    /// Whether the process needs more than its function has.
    pub(super) fn has_outgrown(&self, memory_mb: u64) -> bool {
        let outgrown = self.memory().is_some_and(|memory| memory.own_kb > memory_mb * 1_024);
        if outgrown {
            tracing::warn!(
                function = self.function_arn,
                memory_mb,
                "out of memory: the process is killed"
            );
        }
        outgrown
    }

    pub(super) fn memory(&self) -> Option<Memory> {
        self.process.memory()
    }

    /// The Runtime API's `next`: waits for the next event, with the process frozen until it comes, or until nobody waits any
    /// longer or the process is killed. Asking says that initialisation, or the event before, is over.
    ///
    /// # Errors
    /// The event before is not answered yet.
    pub(super) async fn next(&self) -> Result<Option<Invocation>, Unanswered> {
        let mut inbox = self.inbox.lock().await;
        if self.taken.load(Ordering::Acquire) && lock(&self.pending).is_some() {
            return Err(Unanswered);
        }
        let frozen = Frozen::new(self);
        let invocation = inbox.recv().await;
        if self.process.is_killed() {
            // It cannot have read the event, which is left to another environment. One that is killed later may have.
            return Ok(None);
        }
        self.taken.store(true, Ordering::Release);
        drop(frozen);
        Ok(invocation)
    }

    /// Waits until the process asks for an event.
    pub(super) async fn done(&self) {
        // The sender is this environment's own.
        let _ = self.waiting.subscribe().wait_for(|waiting| *waiting).await;
    }

    /// The Runtime API's `response` and `error`; false when `request_id` is not the event under way.
    pub(super) fn answer(&self, request_id: &str, result: InvocationResult) -> bool {
        let mut pending = lock(&self.pending);
        match pending.take_if(|pending| pending.request_id == request_id) {
            Some(pending) => pending.answer.send(result).is_ok(),
            None => false,
        }
    }

    /// The Runtime API's `init/error`: what the function's caller is told.
    pub(super) fn fail_init(&self, error: FunctionError) {
        *lock(&self.init_error) = Some(error);
        self.kill();
    }

    /// How long the initialisation took, to whoever asks first.
    pub(super) fn take_init(&self) -> Option<Duration> {
        lock(&self.init).take()
    }

    /// Whether the program has been replaced since the process began; one that is just not there has not.
    pub(super) fn is_outdated(&self, now: Option<Fingerprint>) -> bool {
        now.is_some() && now != self.fingerprint
    }

    /// Waits until the process has ended.
    pub(super) async fn ended(&self) {
        self.process.exited().await;
    }

    pub(super) fn has_exited(&self) -> bool {
        self.process.has_exited()
    }

    /// Kills the process; nothing happens if it is gone already.
    pub(super) fn kill(&self) {
        self.process.kill();
    }
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, target_os = "linux"))]
pub(super) mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::inspector::Journal;

    const LONG: Duration = Duration::from_secs(30);

    /// A process that never asks for anything itself.
    pub(in crate::lambda) fn sleeping() -> Result<Arc<Environment>, NotReady> {
        let program = Program {
            arguments: vec!["60".into()],
            ..Program::executable(PathBuf::from("/bin/sleep"))
        };
        let notes = FunctionNotes::new(Journal::default(), "f");
        let groups = ProcessGroups::default();
        let function = FunctionSpec::for_tests();
        Environment::start(&function, &program, [], &groups, Faults::default(), &notes)
    }

    fn is_waiting(environment: &Environment) -> bool {
        *environment.waiting.borrow()
    }

    /// A signal takes a moment to arrive.
    async fn becomes(environment: &Environment, stopped: bool) {
        let arrived = async {
            while environment.process.is_stopped() != stopped {
                tokio::task::yield_now().await;
            }
        };
        assert!(tokio::time::timeout(LONG, arrived).await.is_ok(), "stopped: {stopped}");
    }

    #[tokio::test]
    async fn a_process_that_stops_waiting_goes_on() -> Result<(), NotReady> {
        let environment = sleeping()?;
        let asking = Arc::clone(&environment);
        let asking = tokio::spawn(async move { asking.next().await.is_ok() });
        environment.done().await;
        becomes(&environment, true).await;
        asking.abort();
        let _ = asking.await;
        assert!(!is_waiting(&environment));
        becomes(&environment, false).await;
        environment.kill();
        Ok(())
    }

    #[tokio::test]
    async fn an_event_is_answered_before_the_next_one_is_asked_for() -> Result<(), NotReady> {
        let environment = sleeping()?;
        let event = Event::new("{}".into());
        let invoked = async { environment.invoke(&event, LONG, 128).await };
        let process = async {
            assert!(environment.next().await.is_ok_and(|event| event.is_some()));
            let early = tokio::time::timeout(LONG, environment.next()).await;
            assert!(matches!(early, Ok(Err(Unanswered))), "{early:?}");
            becomes(&environment, false).await;
            assert!(environment.answer(&event.request_id, Ok("1".into())));
        };
        let (outcome, ()) = tokio::join!(invoked, process);
        assert!(matches!(outcome, Outcome::Answered(Ok(answer)) if answer == "1"));
        environment.kill();
        Ok(())
    }
}
