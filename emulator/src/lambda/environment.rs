//! One execution environment: a child process that handles one event at a time.

use std::collections::VecDeque;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::{Notify, mpsc, oneshot, watch};

use super::output::{FunctionError, InvocationResult};
use super::program::Program;
use crate::template::FunctionSpec;

/// How many of a process's last lines are kept to explain its death.
const LAST_LINES: usize = 5;
/// Longer lines of output are broken (CloudWatch Logs takes 256 KiB).
const MAX_LINE_BYTES: u64 = 8 * 1024;

/// An event on its way into the process.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    pub(crate) request_id: String,
    pub(crate) function_arn: String,
    pub(crate) payload: Bytes,
    pub(crate) deadline: SystemTime,
}

/// What came of handing an event to an environment.
pub(crate) enum Outcome {
    /// The function answered, and can be used again.
    Answered(InvocationResult),
    /// The environment is gone; the event had reached it.
    Lost(FunctionError),
    /// The environment was gone before the event reached it: another may take it.
    NeverTaken,
}

/// A running process and the event that it works on.
#[derive(Debug)]
pub(crate) struct Environment {
    function_arn: String,
    events: mpsc::Sender<Invocation>,
    inbox: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    pending: Mutex<Option<Pending>>,
    /// Whether the process took the pending event from its inbox.
    taken: AtomicBool,
    ready: watch::Sender<bool>,
    exit: watch::Receiver<Option<String>>,
    kill: Arc<Notify>,
    last_lines: Arc<Mutex<VecDeque<String>>>,
}

#[derive(Debug)]
struct Pending {
    request_id: String,
    answer: oneshot::Sender<InvocationResult>,
}

impl Environment {
    /// Starts `program` with exactly `variables`, as a member of the process group `group`.
    ///
    /// # Errors
    /// The program cannot be executed.
    pub(crate) fn start(
        function: &FunctionSpec,
        program: &Program,
        variables: impl IntoIterator<Item = (String, String)>,
        group: i32,
    ) -> std::io::Result<Arc<Self>> {
        let mut command = Command::new(&program.path);
        if let Some(folder) = &program.folder {
            command.current_dir(folder);
        }
        let mut child = command
            .args(&program.arguments)
            .env_clear()
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(group)
            .kill_on_drop(true)
            .spawn()?;
        let last_lines = Arc::new(Mutex::new(VecDeque::new()));
        let label = function.binary.as_ref().unwrap_or(&function.name);
        if let Some(stdout) = child.stdout.take() {
            tokio::spawn(relay_lines(stdout, label.clone(), Arc::clone(&last_lines)));
        }
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(relay_lines(stderr, label.clone(), Arc::clone(&last_lines)));
        }
        let kill = Arc::new(Notify::new());
        let (exit_sender, exit) = watch::channel(None);
        tokio::spawn(watch_over(child, Arc::clone(&kill), exit_sender));
        let (events, inbox) = mpsc::channel(1);
        Ok(Arc::new(Self {
            function_arn: function.arn.clone(),
            events,
            inbox: tokio::sync::Mutex::new(inbox),
            pending: Mutex::new(None),
            taken: AtomicBool::new(false),
            ready: watch::Sender::new(false),
            exit,
            kill,
            last_lines,
        }))
    }

    /// Hands over one event and waits for the answer, at most `timeout`; a process that takes longer is killed.
    pub(crate) async fn invoke(&self, request_id: &str, payload: Bytes, timeout: Duration) -> Outcome {
        let (answer, answered) = oneshot::channel();
        *lock(&self.pending) = Some(Pending {
            request_id: request_id.to_owned(),
            answer,
        });
        self.taken.store(false, Ordering::Release);
        let invocation = Invocation {
            request_id: request_id.to_owned(),
            function_arn: self.function_arn.clone(),
            payload,
            deadline: SystemTime::now() + timeout,
        };
        if self.has_exited() || self.events.send(invocation).await.is_err() {
            return Outcome::NeverTaken;
        }
        let mut exit = self.exit.clone();
        tokio::select! {
            biased;
            Ok(result) = answered => Outcome::Answered(result),
            how = exited(&mut exit) => self.lost(request_id, &how),
            () = tokio::time::sleep(timeout) => {
                self.kill();
                Outcome::Lost(FunctionError::timed_out(request_id, timeout.as_secs_f64()))
            }
        }
    }

    fn lost(&self, request_id: &str, how: &str) -> Outcome {
        if self.taken.load(Ordering::Acquire) {
            Outcome::Lost(FunctionError::exited(request_id, how))
        } else {
            Outcome::NeverTaken
        }
    }

    /// The Runtime API's `next`: waits for the next event. Asking for the first one says that initialisation is over.
    pub(crate) async fn next(&self) -> Option<Invocation> {
        self.ready.send_replace(true);
        let invocation = self.inbox.lock().await.recv().await?;
        self.taken.store(true, Ordering::Release);
        Some(invocation)
    }

    /// The Runtime API's `response` and `error`; false when `request_id` is not the event under way.
    pub(crate) fn answer(&self, request_id: &str, result: InvocationResult) -> bool {
        let mut pending = lock(&self.pending);
        match pending.take_if(|pending| pending.request_id == request_id) {
            Some(pending) => pending.answer.send(result).is_ok(),
            None => false,
        }
    }

    /// Waits until the process asks for its first event.
    ///
    /// # Errors
    /// How the process ended, with its last lines, when it ended instead.
    pub(crate) async fn initialised(&self) -> Result<(), String> {
        let mut ready = self.ready.subscribe();
        let mut exit = self.exit.clone();
        tokio::select! {
            _ = ready.wait_for(|ready| *ready) => Ok(()),
            how = exited(&mut exit) => {
                let lines: Vec<String> = lock(&self.last_lines).iter().cloned().collect();
                Err(match lines.is_empty() {
                    true => format!("{how}, without a word"),
                    false => format!("{how}, with the last words: {}", lines.join(" | ")),
                })
            }
        }
    }

    /// Waits until the process has ended.
    pub(crate) async fn ended(&self) {
        exited(&mut self.exit.clone()).await;
    }

    pub(crate) fn has_exited(&self) -> bool {
        self.exit.borrow().is_some()
    }

    /// Kills the process; nothing happens if it is gone already.
    pub(crate) fn kill(&self) {
        self.kill.notify_one();
    }
}

/// Waits for the process to end and says how it did.
async fn exited(exit: &mut watch::Receiver<Option<String>>) -> String {
    match exit.wait_for(Option::is_some).await {
        Ok(how) => how.clone().unwrap_or_default(),
        Err(_) => "gone".to_owned(),
    }
}

async fn watch_over(mut child: Child, kill: Arc<Notify>, exit: watch::Sender<Option<String>>) {
    let status = tokio::select! {
        status = child.wait() => status,
        () = kill.notified() => {
            // The process may have ended by itself in the meantime.
            let _ = child.start_kill();
            child.wait().await
        }
    };
    exit.send_replace(Some(status.map_or_else(|error| error.to_string(), describe)));
}

fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

/// Passes a process's output on to standard error, line by line and unchanged but for bytes that are no text: it has
/// its own time and level.
async fn relay_lines(output: impl AsyncRead + Unpin, function: String, last_lines: Arc<Mutex<VecDeque<String>>>) {
    let mut output = BufReader::new(output);
    let mut bytes = Vec::new();
    while let Ok(1..) = (&mut output).take(MAX_LINE_BYTES).read_until(b'\n', &mut bytes).await {
        let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        bytes.clear();
        eprintln!("[{function}] {line}");
        let mut kept = lock(&last_lines);
        if kept.len() == LAST_LINES {
            kept.pop_front();
        }
        kept.push_back(line);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
