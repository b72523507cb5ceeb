//! Many idle connections and traffic on some: what one costs in memory, and how long an echo takes through a function and
//! back through `@connections`, with an environment that is there and with one that has to be started.

use std::fmt;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::machine::{make_room, resident_bytes};
use crate::{Handshake, Probe, Socket, TestResult, eventually, failure};

/// Handshakes at a time; a listening socket's queue is not endless.
const HANDSHAKES: usize = 64;
/// Echoes with a function that has to be started.
const COLD_ECHOES: usize = 50;
/// Echoes of each busy connection, one after the other.
const ECHOES: usize = 20;

/// The figures of one run.
#[derive(Debug, Clone)]
pub struct Figures {
    idle: usize,
    busy: usize,
    connecting: Duration,
    bytes_each: u64,
    warm: Vec<Duration>,
    alone: Vec<Duration>,
    cold: Vec<Duration>,
}

/// Opens `idle` connections and has `busy` of them send.
///
/// # Errors
/// A connection or an echo fails.
pub async fn run(idle: usize, busy: usize) -> TestResult<Figures> {
    make_room();
    // A machine that is busy with other tests may be slow.
    let patient = |resources: &mut Value| resources["Function"]["Properties"]["Timeout"] = json!(60);
    let probe = Probe::start_changed(patient, &[]).await?;
    let emulator = probe.stack.process_id();
    let empty = resident_bytes(emulator)?;
    let began = Instant::now();
    let handshakes = (0..idle).map(|_| Handshake::with(&probe.stack).open());
    let mut sockets: Vec<Socket> = stream::iter(handshakes)
        .buffer_unordered(HANDSHAKES)
        .try_collect()
        .await?;
    let connecting = began.elapsed();
    let bytes_each = resident_bytes(emulator)?.saturating_sub(empty) / idle as u64;
    let alone = echoes(&mut sockets[0], ECHOES).await?;
    let warm = try_join_all(sockets.iter_mut().take(busy).map(|socket| echoes(socket, ECHOES))).await?;
    let cold = cold_echoes(&probe, &mut sockets[0]).await?;
    Ok(Figures {
        idle,
        busy,
        connecting,
        bytes_each,
        warm: sorted(warm.concat()),
        alone: sorted(alone),
        cold: sorted(cold),
    })
}

async fn echoes(socket: &mut Socket, count: usize) -> TestResult<Vec<Duration>> {
    let mut took = Vec::with_capacity(count);
    for number in 0..count {
        let text = json!({ "action": "one-way", "do": "reply", "number": number }).to_string();
        let began = Instant::now();
        socket.send(text.clone()).await?;
        let answer = socket.next_text().await?;
        took.push(began.elapsed());
        if answer != text {
            return Err(failure(format!("{text} was sent, and {answer} came back")));
        }
    }
    Ok(took)
}

/// Each after every environment of the function was killed.
async fn cold_echoes(probe: &Probe, socket: &mut Socket) -> TestResult<Vec<Duration>> {
    let mut took = Vec::new();
    for _ in 0..COLD_ECHOES {
        for process in probe.stack.function_processes("probe") {
            // It may have ended meanwhile.
            let _ = kill(Pid::from_raw(process), Signal::SIGKILL);
        }
        eventually("the function's processes to end", async || {
            probe.stack.function_processes("probe").is_empty()
        })
        .await?;
        took.extend(echoes(socket, 1).await?);
    }
    Ok(took)
}

fn sorted(mut durations: Vec<Duration>) -> Vec<Duration> {
    durations.sort_unstable();
    durations
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).copied().unwrap_or_default()
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p50, p99) = (
            |of: &[Duration]| percentile(of, 50).as_secs_f64() * 1e3,
            |of: &[Duration]| percentile(of, 99).as_secs_f64() * 1e3,
        );
        writeln!(
            f,
            "{} idle connections, opened in {:.1} s, {:.1} KiB each in the emulator",
            self.idle,
            self.connecting.as_secs_f64(),
            self.bytes_each as f64 / 1024.0
        )?;
        writeln!(f, "an echo through a function and back through @connections:")?;
        for (what, of) in [
            ("one at a time".to_owned(), &self.alone),
            (format!("{} connections at once", self.busy), &self.warm),
            ("the function has to be started".to_owned(), &self.cold),
        ] {
            writeln!(
                f,
                "  {what}: {:.1} ms (p50), {:.1} ms (p99), {} echoes",
                p50(of),
                p99(of),
                of.len()
            )?;
        }
        Ok(())
    }
}
