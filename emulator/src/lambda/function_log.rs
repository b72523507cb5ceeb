//! What a function's process prints, and what Lambda says of its invocations: on standard error, and the last of it in memory.

use std::collections::VecDeque;
use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{ChildStderr, ChildStdout};
use tokio::sync::{mpsc, oneshot};

use crate::inspector::{FunctionNotes, Lines, LogLine};

/// How many of a process's last lines are kept to explain its death.
const LAST_LINES: usize = 5;
/// Longer lines of output are broken (CloudWatch Logs takes 256 KiB).
const MAX_LINE_BYTES: usize = 8 * 1024;
/// What an invocation with `LogType=Tail` gives at most
/// (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>).
const TAIL_BYTES: usize = 4 * 1024;

/// The lines of one environment.
#[derive(Debug)]
pub(super) struct FunctionLog {
    label: String,
    notes: FunctionNotes,
    last_lines: Mutex<VecDeque<String>>,
    /// Of the invocation under way, and of the initialisation before it.
    tail: Mutex<VecDeque<u8>>,
    /// Who reads the process's output.
    readers: Mutex<Vec<mpsc::Sender<oneshot::Sender<()>>>>,
}

impl FunctionLog {
    /// A log whose lines begin with `label`.
    pub(super) fn new(label: &str, notes: FunctionNotes) -> Self {
        Self {
            label: label.to_owned(),
            notes,
            last_lines: Mutex::default(),
            tail: Mutex::default(),
            readers: Mutex::default(),
        }
    }

    /// Passes a process's output on until it ends.
    pub(super) fn follow(self: &Arc<Self>, stdout: Option<ChildStdout>, stderr: Option<ChildStderr>) {
        if let Some(stdout) = stdout {
            self.read(stdout);
        }
        if let Some(stderr) = stderr {
            self.read(stderr);
        }
    }

    fn read(self: &Arc<Self>, output: impl AsyncRead + Unpin + Send + 'static) {
        let (ask, asked) = mpsc::channel(1);
        lock(&self.readers).push(ask);
        tokio::spawn(relay(output, Arc::clone(self), asked));
    }

    /// What Lambda itself says of an invocation: shown if it is to be, and always part of the tail.
    pub(super) fn lambda_says(&self, line: &str, shown: bool) {
        if shown {
            self.print(line);
        }
        self.add_to_tail(line);
    }

    fn process_says(&self, lines: &mut Lines, line: LogLine) {
        self.print(&line.text);
        self.notes.said(lines, &line);
        let line = line.text;
        self.add_to_tail(&line);
        let mut kept = lock(&self.last_lines);
        if kept.len() == LAST_LINES {
            kept.pop_front();
        }
        kept.push_back(line);
    }

    /// Whoever reads standard error may have gone.
    fn print(&self, line: &str) {
        let _ = writeln!(std::io::stderr(), "[{}] {line}", self.label);
    }

    fn add_to_tail(&self, line: &str) {
        let mut tail = lock(&self.tail);
        tail.extend(line.bytes().chain([b'\n']));
        let surplus = tail.len().saturating_sub(TAIL_BYTES);
        tail.drain(..surplus);
    }

    /// The process's last lines, on one.
    pub(super) fn last_words(&self) -> Option<String> {
        let lines: Vec<String> = lock(&self.last_lines).iter().cloned().collect();
        (!lines.is_empty()).then(|| lines.join(" | "))
    }

    /// The last 4 KB, which the next invocation does not see again.
    pub(super) fn take_tail(&self) -> Vec<u8> {
        std::mem::take(&mut *lock(&self.tail)).into()
    }

    /// Waits until everything is read that a process, which is frozen or gone, has printed.
    pub(super) async fn caught_up(&self) {
        let readers = lock(&self.readers).clone();
        for reader in readers {
            let (answer, answered) = oneshot::channel();
            // A reader that is gone has read everything.
            if reader.send(answer).await.is_ok() {
                let _ = answered.await;
            }
        }
    }
}

/// Passes a process's output on to standard error, line by line and unchanged but for bytes that are no text: it has
/// its own time and level. Whoever asks is answered when nothing is left to read.
async fn relay(output: impl AsyncRead + Unpin, log: Arc<FunctionLog>, mut asked: mpsc::Receiver<oneshot::Sender<()>>) {
    let mut output = BufReader::new(output);
    let (mut bytes, mut lines, mut is_rest) = (Vec::new(), Lines::default(), false);
    loop {
        // What was read before a question came is kept in `bytes`.
        let room = MAX_LINE_BYTES.saturating_sub(bytes.len()) as u64;
        let mut line = (&mut output).take(room);
        tokio::select! {
            biased;
            read = line.read_until(b'\n', &mut bytes) => {
                let is_over = !matches!(read, Ok(1..));
                if is_over && bytes.is_empty() {
                    return;
                }
                let is_cut = !is_over && bytes.last() != Some(&b'\n');
                let text = String::from_utf8_lossy(&bytes);
                let text = if is_cut { &text } else { text.trim_end() }.to_owned();
                log.process_says(&mut lines, LogLine { text, is_cut, is_rest });
                if is_over {
                    return;
                }
                is_rest = is_cut;
                bytes.clear();
            },
            Some(answer) = asked.recv() => {
                let _ = answer.send(());
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspector::Journal;

    fn notes() -> FunctionNotes {
        FunctionNotes::new(Journal::default(), "f")
    }

    #[test]
    fn the_tail_is_the_last_4_kb_and_begins_anew() {
        let log = FunctionLog::new("f", notes());
        for _ in 0..3 {
            log.lambda_says(&"x".repeat(2_000), false);
        }
        log.lambda_says("END", false);
        let tail = log.take_tail();
        assert_eq!((tail.len(), tail.ends_with(b"x\nEND\n")), (TAIL_BYTES, true));
        assert!(log.take_tail().is_empty());
    }

    #[tokio::test]
    async fn what_was_printed_before_a_question_is_in_the_tail() {
        use tokio::io::AsyncWriteExt;
        let log = Arc::new(FunctionLog::new("f", notes()));
        let (mut process, output) = tokio::io::duplex(64 * 1024);
        log.read(output);
        for number in 0..20 {
            let line = format!("line {number}\n");
            assert!(process.write_all(line.as_bytes()).await.is_ok());
            log.caught_up().await;
            assert_eq!(log.take_tail(), line.as_bytes());
        }
        drop(process);
        log.caught_up().await;
    }
}
