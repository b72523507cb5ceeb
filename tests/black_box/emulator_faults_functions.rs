//! Faults on demand of Lambda: cold starts, killed processes, a clock that is ahead.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Handshake, Probe, TestResult, eventually, repository};

const SEED: u64 = 7;

async fn ask(probe: &Probe, event: Value) -> TestResult<(Option<String>, String)> {
    let (status, error, text) = probe.invoke("RequestResponse", event.to_string()).await?;
    assert_eq!(status, 200, "{text}");
    Ok((error, text))
}

async fn process(probe: &Probe) -> TestResult<i64> {
    let (_, text) = ask(probe, json!({ "do": "environment" })).await?;
    let answer: Value = serde_json::from_str(&text)?;
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default())?;
    Ok(body["process"].as_i64().unwrap_or_default())
}

#[tokio::test]
async fn a_start_is_cold_and_takes_its_time() -> TestResult {
    const DELAY: Duration = Duration::from_millis(700);
    let probe = Probe::start().await?;
    let warm = process(&probe).await?;
    assert_eq!(process(&probe).await?, warm);
    let faults =
        json!([{ "kind": "function.cold", "function": "Function", "times": 1, "delayMs": DELAY.as_millis() as u64 }]);
    probe.stack.strike(SEED, &faults).await?;
    let start = Instant::now();
    let cold = process(&probe).await?;
    assert!(cold != warm && start.elapsed() >= DELAY, "{:?}", start.elapsed());
    assert_eq!(process(&probe).await?, cold, "the next one is warm");
    eventually("the idle one to be given up", async || {
        probe.stack.function_processes("probe").len() == 1
    })
    .await
}

#[tokio::test]
async fn a_function_is_killed_before_it_answers_and_the_next_event_works() -> TestResult {
    let probe = Probe::start().await?;
    for delay in [0, 300] {
        let faults = json!([{ "kind": "function.killed", "times": 1, "delayMs": delay }]);
        probe.stack.strike(SEED, &faults).await?;
        let (error, text) = ask(&probe, json!({ "do": "slow" })).await?;
        assert_eq!(error.as_deref(), Some("Unhandled"), "{text}");
        assert!(
            text.contains("Runtime.ExitError") && text.contains("signal: killed"),
            "{text}"
        );
        assert_eq!(ask(&probe, json!({})).await?.0, None);
    }
    // As the client of a socket sees it.
    let faults = json!([{ "kind": "function.killed", "skip": 2, "times": 1 }]);
    probe.stack.strike(SEED, &faults).await?;
    let mut socket = Handshake::with(&probe.stack).open().await?;
    socket.send("hello").await?;
    assert_eq!(socket.next().await?["message"], "Internal server error");
    socket.send("again").await?;
    assert_eq!(socket.next().await?["body"], "again");
    Ok(())
}

#[tokio::test]
async fn a_function_is_killed_after_its_work_and_a_retry_does_it_again() -> TestResult {
    // A minute before a retry lasts 20 ms.
    let probe = Probe::start_with(&["--clock", "3000"]).await?;
    let faults = json!([{ "kind": "function.killedAfter", "times": 2 }]);
    probe.stack.strike(SEED, &faults).await?;
    let (error, text) = ask(&probe, json!({ "marker": "once" })).await?;
    assert!(error.is_some() && text.contains("Runtime.ExitError"), "{text}");
    assert_eq!(probe.records.marked("once").len(), 1, "its work is done");
    let event = json!({ "marker": "again" }).to_string();
    assert_eq!(probe.invoke("Event", event).await?.0, 202);
    eventually("the retry", async || probe.records.marked("again").len() == 2).await?;
    let attempts = probe.records.marked("again");
    assert_eq!(attempts[0]["lambdaRequestId"], attempts[1]["lambdaRequestId"]);
    assert_eq!(ask(&probe, json!({})).await?.0, None);
    assert_eq!(probe.records.marked("again").len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_function_whose_clock_is_ahead_has_less_time_left() -> TestResult {
    const AHEAD_MS: u64 = 60_000;
    let node = json!({ "Type": "AWS::Lambda::Function", "Properties": {
        "Runtime": "nodejs20.x", "Handler": "probe.handler", "Code": repository().join("tests/node"),
        "Timeout": 90, "MemorySize": 256,
    } });
    let probe = Probe::start_changed(|resources| resources["Node"] = node, &[]).await?;
    let remaining = async || {
        let event = json!({ "do": "context" }).to_string();
        let (_, _, text) = probe.invoke_named("Probe-Node", "RequestResponse", event).await?;
        let context: Value = serde_json::from_str(&text)?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(context["remaining"].as_u64().unwrap_or_default())
    };
    assert!(remaining().await? > AHEAD_MS);
    let plan = json!({ "clockOffsetMs": AHEAD_MS }).to_string();
    assert_eq!(probe.stack.faults("PUT", plan).await?.0, 200);
    let left = remaining().await?;
    assert!((1..=30_000).contains(&left), "{left}");
    Ok(())
}
