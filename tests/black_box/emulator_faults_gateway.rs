//! Faults on demand of API Gateway: handshakes, `$disconnect`, events and pushes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Handshake, Probe, Socket, Stack, TestResult, eventually};

const SEED: u64 = 7;
/// Long enough for whatever shall come first.
const LATE_MS: u64 = 2_000;

async fn open(probe: &Probe) -> TestResult<Socket> {
    Handshake::with(&probe.stack).open().await
}

/// Opens a socket, and learns its connection id.
async fn open_known(probe: &Probe) -> TestResult<(Socket, String)> {
    let mut socket = open(probe).await?;
    socket.send("who am I").await?;
    let event = socket.next().await?;
    let id = event["requestContext"]["connectionId"].as_str().unwrap_or_default();
    Ok((socket, id.to_owned()))
}

/// Posts to a connection; gives status and error type, or nothing if no answer came within `patience`.
async fn push(stack: &Stack, id: &str, text: &str, patience: Duration) -> TestResult<Option<(u16, String)>> {
    let address = format!("{}/@connections/{id}", stack.endpoint("/management"));
    let post = reqwest::Client::new().post(address).timeout(patience);
    match post.body(text.to_owned()).send().await {
        Ok(answer) => {
            let kind = answer
                .headers()
                .get("x-amzn-errortype")
                .and_then(|kind| kind.to_str().ok());
            Ok(Some((answer.status().as_u16(), kind.unwrap_or_default().to_owned())))
        }
        Err(error) if error.is_timeout() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The connection ids of the `$disconnect` events so far.
fn disconnected(probe: &Probe) -> Vec<String> {
    let events = probe.records.events_of("DISCONNECT");
    let ids = events
        .iter()
        .map(|event| event["requestContext"]["connectionId"].as_str());
    ids.map(|id| id.unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_handshake_fails_after_connect_has_succeeded() -> TestResult {
    let probe = Probe::start().await?;
    let faults = json!([{ "kind": "connect.failed", "times": 1 }]);
    probe.stack.strike(SEED, &faults).await?;
    assert_eq!(Handshake::with(&probe.stack).status().await?, 500);
    let (socket, id) = open_known(&probe).await?;
    assert_eq!(probe.records.events_of("CONNECT").len(), 2, "$connect has run for both");
    socket.close().await?;
    eventually("$disconnect", async || !disconnected(&probe).is_empty()).await?;
    assert_eq!(disconnected(&probe), [id], "nobody tells of the one that failed");
    Ok(())
}

#[tokio::test]
async fn disconnect_is_lost_late_and_told_twice() -> TestResult {
    let probe = Probe::start().await?;
    let faults = json!([
        { "kind": "disconnect.lost", "times": 1 },
        { "kind": "disconnect.late", "times": 1, "delayMs": LATE_MS },
        { "kind": "disconnect.twice", "skip": 1, "times": 1 },
    ]);
    probe.stack.strike(SEED, &faults).await?;
    let mut ids = Vec::new();
    for told in ["lost", "late", "twice", "as usual"] {
        let (socket, id) = open_known(&probe).await?;
        socket.close().await?;
        // Two in a row are two events in a row.
        if told == "lost" {
            probe.stack.logged("fault disconnect.lost strikes").await?;
        } else if told == "late" {
            probe.stack.logged("fault disconnect.late strikes").await?;
        } else {
            eventually("$disconnect", async || disconnected(&probe).contains(&id)).await?;
        }
        ids.push(id);
    }
    eventually("all that are told of", async || disconnected(&probe).len() >= 4).await?;
    let (told, [_, late, twice, usual]) = (disconnected(&probe), &ids[..]) else {
        return Err(tests::failure("four were opened"));
    };
    let mut expected = [twice, twice, usual, late];
    expected.sort();
    let mut sorted: Vec<&String> = told.iter().collect();
    sorted.sort();
    assert_eq!(sorted, expected);
    assert_eq!(told.last(), Some(late));
    Ok(())
}

#[tokio::test]
async fn an_event_is_delivered_twice_and_answered_once() -> TestResult {
    let probe = Probe::start().await?;
    let faults = json!([{ "kind": "event.twice", "route": "$default", "times": 1 }]);
    probe.stack.strike(SEED, &faults).await?;
    let mut socket = open(&probe).await?;
    for body in ["first", "second"] {
        socket.send(body).await?;
        assert_eq!(socket.next().await?["body"], body);
    }
    let of = |body: &str| {
        let mut events = probe.records.events_of("MESSAGE");
        events.retain(|event| event["body"] == body);
        events
    };
    eventually("the second delivery", async || of("first").len() == 2).await?;
    let events = of("first");
    assert_eq!(events[0], events[1], "the same event");
    assert_eq!(of("second").len(), 1);
    Ok(())
}

#[tokio::test]
async fn frames_of_one_client_overtake_each_other() -> TestResult {
    let probe = Probe::start().await?;
    let faults = json!([{ "kind": "event.late", "route": "$default", "times": 1, "delayMs": LATE_MS }]);
    probe.stack.strike(SEED, &faults).await?;
    let mut socket = open(&probe).await?;
    for body in ["first", "second"] {
        socket.send(body).await?;
    }
    for body in ["second", "first"] {
        assert_eq!(socket.next().await?["body"], body);
    }
    Ok(())
}

#[tokio::test]
async fn pushes_are_refused_lost_late_doubled_and_never_answered() -> TestResult {
    let probe = Probe::start().await?;
    let (mut socket, id) = open_known(&probe).await?;
    let once = |kind: &str| json!({ "kind": kind, "times": 1 });
    let mut faults = json!([
        once("push.gone"),
        once("push.throttled"),
        once("push.failed"),
        once("push.lost"),
        once("push.hanging"),
        once("push.delayed"),
        once("push.doubled"),
    ]);
    faults[5]["delayMs"] = json!(LATE_MS);
    probe.stack.strike(SEED, &faults).await?;
    let (short, long) = (Duration::from_millis(500), Duration::from_secs(20));
    let answer = |status: u16, kind: &str| Some((status, kind.to_owned()));
    for (text, patience, expected) in [
        (r#""gone""#, long, answer(410, "GoneException")),
        (r#""throttled""#, long, answer(429, "LimitExceededException")),
        (r#""failed""#, long, answer(500, "InternalServerErrorException")),
        (r#""lost""#, long, answer(200, "")),
        (r#""hanging""#, short, None),
        (r#""delayed""#, long, answer(200, "")),
        (r#""doubled""#, long, answer(200, "")),
        (r#""usual""#, long, answer(200, "")),
    ] {
        assert_eq!(push(&probe.stack, &id, text, patience).await?, expected, "{text}");
    }
    for text in ["doubled", "doubled", "usual", "delayed"] {
        assert_eq!(socket.next().await?, text);
    }
    let struck = probe.stack.struck().await?;
    assert_eq!((struck.len(), struck.values().sum::<u64>()), (7, 7), "{struck:?}");
    Ok(())
}

#[tokio::test]
async fn a_push_that_hangs_fails_in_the_end() -> TestResult {
    let probe = Probe::start().await?;
    let (_socket, id) = open_known(&probe).await?;
    let faults = json!([{ "kind": "push.hanging", "delayMs": 10 }]);
    probe.stack.strike(SEED, &faults).await?;
    let (status, _) = push(&probe.stack, &id, "hello", Duration::from_secs(20))
        .await?
        .unwrap_or_default();
    assert_eq!(status, 500);
    Ok(())
}

#[tokio::test]
async fn functions_whose_clock_is_ahead_find_the_world_behind() -> TestResult {
    const HOUR_MS: u64 = 3_600_000;
    let probe = Probe::start().await?;
    let mut socket = open(&probe).await?;
    let mut times = async || {
        socket.send("when").await?;
        let event = socket.next().await?;
        let time = |name: &str| event["requestContext"][name].as_u64().unwrap_or_default();
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>((time("connectedAt"), time("requestTimeEpoch")))
    };
    let (connected, before) = times().await?;
    let plan = json!({ "clockOffsetMs": HOUR_MS }).to_string();
    assert_eq!(probe.stack.faults("PUT", plan).await?.0, 200);
    let (told_connected, told) = times().await?;
    assert_eq!(told_connected, connected - HOUR_MS);
    // Half an hour passed since the first one at most.
    assert!(
        (before - HOUR_MS..before - HOUR_MS / 2).contains(&told),
        "{told} after {before}"
    );
    Ok(())
}

#[tokio::test]
async fn a_token_is_over_for_a_clock_that_is_ahead() -> TestResult {
    let stack = Stack::start().await?;
    let day_ms = 24 * 3_600_000;
    stack
        .faults("PUT", json!({ "clockOffsetMs": day_ms }).to_string())
        .await?;
    let old = stack.sign_in("alice").await?.id;
    assert_ne!(Handshake::of_browser(&stack, &old).status().await?, 101);
    stack.faults("PUT", "{}").await?;
    let fresh = stack.sign_in("alice").await?.id;
    assert_eq!(Handshake::of_browser(&stack, &fresh).status().await?, 101);
    Ok(())
}

/// What strikes at forty pushes and forty frames, in the order of the log.
async fn strikes(seed: u64) -> TestResult<Vec<String>> {
    let folder = TempDir::new()?;
    let file = folder.path().join("faults.json");
    let plan = json!({ "seed": seed, "faults": [
        { "kind": "push.lost", "probability": 0.3 },
        { "kind": "push.failed", "probability": 0.3 },
        { "kind": "event.twice", "probability": 0.3 },
    ] });
    std::fs::write(&file, plan.to_string())?;
    let probe = Probe::start_with(&["--faults", &file.to_string_lossy()]).await?;
    let (mut socket, id) = open_known(&probe).await?;
    for number in 0..40 {
        push(
            &probe.stack,
            &id,
            &format!(r#"{{"push":{number}}}"#),
            Duration::from_secs(20),
        )
        .await?;
        socket.send(format!("frame {number}")).await?;
        socket
            .next_where(|frame: &Value| frame["body"] == format!("frame {number}"))
            .await?;
    }
    let struck = probe.stack.struck().await?;
    let log = probe.stack.log();
    let lines = log
        .lines()
        .filter_map(|line| Some(line.split_once("fault ")?.1.to_owned()));
    let lines: Vec<String> = lines.filter(|line| line.contains(" strikes at ")).collect();
    let mut counted = BTreeMap::new();
    for line in &lines {
        let kind = line.split(' ').next().unwrap_or_default();
        *counted.entry(kind.to_owned()).or_default() += 1;
    }
    assert_eq!(struck, counted, "one line each");
    Ok(lines)
}

#[tokio::test]
async fn the_same_seed_and_the_same_events_give_the_same_faults() -> TestResult {
    let first = strikes(SEED).await?;
    assert!(first.len() > 20, "{first:?}");
    assert_eq!(strikes(SEED).await?, first);
    assert_ne!(strikes(SEED + 1).await?, first);
    Ok(())
}
