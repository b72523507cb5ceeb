//! Environments that somebody kills between two events: the next event goes to another, and nobody notices.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tests::{Handshake, Probe, TestResult};

/// Events, each right behind a kill of the process that had the one before: the emulator cannot have seen it end.
const EVENTS: usize = 100;

#[tokio::test]
async fn an_event_right_behind_a_kill_is_run_once_and_by_another_process() -> TestResult {
    let probe = Probe::start().await?;
    let mut socket = Handshake::with(&probe.stack).open().await?;
    let (mut processes, mut lost) = (BTreeSet::new(), Vec::new());
    for _ in 0..EVENTS {
        socket.send(r#"{"do":"environment"}"#).await?;
        let answer = socket.next().await?;
        match process_in(&answer) {
            Some(process) => {
                processes.insert(process);
                kill(process, Signal::SIGKILL)?;
            }
            None => lost.push(answer),
        }
    }
    assert!(lost.is_empty(), "{} of {EVENTS} events: {lost:?}", lost.len());
    assert_eq!(processes.len(), EVENTS, "processes, each killed after one event");
    assert_eq!(probe.records.events_of("MESSAGE").len(), EVENTS, "events that were run");
    Ok(())
}

fn process_in(answer: &Value) -> Option<Pid> {
    let id = answer["process"].as_i64()?;
    i32::try_from(id).ok().map(Pid::from_raw)
}
