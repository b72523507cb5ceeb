//! Functions die at any moment; what was acknowledged stays, and the next message works.

use std::collections::BTreeSet;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tests::{Handshake, Socket, Stack, TestResult, eventually};

const CONNECTIONS: usize = 100;
const MESSAGES: usize = 50;
/// Short enough to kill many fan-outs in the middle, long enough for some to end.
const PAUSE_BETWEEN_KILLS_MS: std::ops::Range<u64> = 50..500;

#[tokio::test]
async fn every_acknowledged_message_is_in_the_log_whatever_is_killed() -> TestResult {
    let seed: u64 = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(rand::random);
    println!("SEED={seed}");
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let mut sockets =
        futures_util::future::try_join_all((0..CONNECTIONS).map(|_| Handshake::of_browser(&stack, &token).open()))
            .await?;
    let mut sender = sockets.pop().ok_or_else(|| tests::failure("no socket"))?;

    let mut kills = 0;
    let acknowledged = tokio::select! {
        sent = send_all(&mut sender) => sent?,
        () = kill_at_random(&stack, seed, &mut kills) => BTreeSet::new(),
    };
    assert!(kills > 0, "SEED={seed}: nothing was killed");
    println!(
        "{} of {MESSAGES} messages were acknowledged, {kills} processes killed",
        acknowledged.len()
    );
    assert!(!acknowledged.is_empty(), "SEED={seed}: nothing was acknowledged at all");

    let entries = stack.rows_of_kind("entry").await?;
    let mut numbers: Vec<u64> = entries
        .iter()
        .filter_map(|entry| entry["sk"].as_str()?.parse().ok())
        .collect();
    numbers.sort_unstable();
    let expected: Vec<u64> = (numbers[0]..).take(numbers.len()).collect();
    assert_eq!(numbers, expected, "SEED={seed}: numbered without holes");
    let stored: BTreeSet<u64> = numbers.into_iter().collect();
    assert!(
        acknowledged.is_subset(&stored),
        "SEED={seed}: {acknowledged:?} of {stored:?}"
    );

    sender
        .send(r#"{"action":"message","data":{"content":"the last","recipient":"all"}}"#)
        .await?;
    sender.next_of("ack").await?;
    for socket in &mut sockets {
        socket.next_where(|frame| frame["content"] == "the last").await?;
    }
    Ok(())
}

/// Sends one message after the other, each until it is acknowledged or an error frame says that it may not have been;
/// gives the acknowledged numbers.
async fn send_all(sender: &mut Socket) -> TestResult<BTreeSet<u64>> {
    let mut acknowledged = BTreeSet::new();
    for number in 0..MESSAGES {
        sender
            .send(json!({ "action": "message", "data": { "content": number, "recipient": "all" } }).to_string())
            .await?;
        let answer = sender.next_where(|frame| frame["type"] != "message").await?;
        match answer["type"].as_str() {
            Some("ack") => {
                acknowledged.insert(answer["seq"].as_u64().unwrap_or_default());
            }
            Some("error") => assert_eq!(answer["code"], "unavailable"),
            _ => assert_eq!(answer["message"], "Internal server error", "{answer}"),
        }
    }
    Ok(acknowledged)
}

async fn kill_at_random(stack: &Stack, seed: u64, kills: &mut usize) {
    let mut random = StdRng::seed_from_u64(seed);
    loop {
        // The pause is the load itself: there is no signal to wait for.
        tokio::time::sleep(Duration::from_millis(random.random_range(PAUSE_BETWEEN_KILLS_MS))).await;
        let processes = stack.function_processes("fn-message");
        if !processes.is_empty() {
            let victim = processes[random.random_range(0..processes.len())];
            // It may have ended by itself in the meantime.
            *kills += usize::from(kill(Pid::from_raw(victim), Signal::SIGKILL).is_ok());
        }
    }
}

/// Many times more than it takes to kill a function in the middle of its work once.
const ROUNDS_MAX: u64 = 300;

#[tokio::test]
async fn a_killed_function_costs_its_sender_an_error_and_nobody_else_anything() -> TestResult {
    let stack = Stack::start().await?;
    let (alice, bob) = (stack.sign_in("alice").await?.id, stack.sign_in("bob").await?.id);
    let mut alice = Handshake::of_browser(&stack, &alice).open().await?;
    let mut bob = Handshake::of_browser(&stack, &bob).open().await?;
    let echo = |content: u64| json!({ "action": "echo", "data": { "content": content } }).to_string();
    let (mut kills, mut errors) = (0, 0);
    for round in 0..ROUNDS_MAX {
        if errors > 0 {
            break;
        }
        // Looked up before, since that takes longer than serving a frame.
        let victims = stack.function_processes("fn-message");
        alice.send(echo(round)).await?;
        // The pause is the load itself: somewhere in it the frame is served.
        tokio::time::sleep(Duration::from_millis(round % 8)).await;
        for process in &victims {
            kills += usize::from(kill(Pid::from_raw(*process), Signal::SIGKILL).is_ok());
        }
        let answer: Value = alice.next().await?;
        if answer["content"] != round {
            assert_eq!(answer["message"], "Internal server error", "{answer}");
            errors += 1;
        }
        eventually("the killed ones to be gone", async || {
            let left = stack.function_processes("fn-message");
            victims.iter().all(|process| !left.contains(process))
        })
        .await?;
        bob.send(echo(round)).await?;
        let answer = bob.next().await?;
        assert_eq!(answer["content"], round, "{answer}");
    }
    assert!(kills > 0, "nothing was killed");
    assert!(
        errors > 0,
        "{kills} processes were killed, and none while it was at work"
    );
    alice.send(r#"{"action":"echo","data":{"content":"after"}}"#).await?;
    alice.next_where(|frame| frame["content"] == "after").await?;
    Ok(())
}
