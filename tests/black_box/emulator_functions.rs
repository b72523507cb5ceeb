//! Functions: how they fail, what the client sees of it, and the Invoke API.

use std::time::Instant;

use serde_json::{Value, json};
use tests::{Handshake, Probe, TestResult, eventually};

#[tokio::test]
async fn a_failing_function_makes_an_error_frame_byte_for_byte() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let mut socket = Handshake::with(stack).open().await?;
    for order in ["throw", "panic", "exit", "shape"] {
        socket.send(json!({ "do": order }).to_string()).await?;
        let text = socket.next_text().await?;
        let frame: Value = serde_json::from_str(&text)?;
        let expected = format!(
            r#"{{"message": "Internal server error", "connectionId":"{}", "requestId":"{}"}}"#,
            frame["connectionId"].as_str().unwrap_or_default(),
            frame["requestId"].as_str().unwrap_or_default()
        );
        assert_eq!(text, expected, "{order}");
    }
    socket.send("still here").await?;
    assert_eq!(socket.next().await?["body"], "still here", "and the connection stays");
    Ok(())
}

#[tokio::test]
async fn what_a_route_sends_back() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let mut socket = Handshake::with(stack).open().await?;
    socket.send(r#"{"do":"null"}"#).await?;
    socket.send(r#"{"action":"one-way","do":"status"}"#).await?;
    socket.send(r#"{"action":"one-way"}"#).await?;
    socket.send(r#"{"action":"one-way","do":"throw"}"#).await?;
    assert_eq!(
        socket.next().await?["message"],
        "Internal server error",
        "the others said nothing"
    );
    socket.send(r#"{"do":"status"}"#).await?;
    assert_eq!(
        socket.next_text().await?,
        "five hundred",
        "a two-way route sends the body whatever the status"
    );
    Ok(())
}

#[tokio::test]
async fn a_slow_function_times_out_twice() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let mut socket = Handshake::with(stack).open().await?;
    socket.send(r#"{"action":"hasty","do":"sleep"}"#).await?;
    assert_eq!(
        socket.next().await?["message"],
        "Endpoint request timed out",
        "the integration's 200 ms"
    );
    socket.send(r#"{"do":"sleep"}"#).await?;
    assert_eq!(
        socket.next().await?["message"],
        "Internal server error",
        "the function's 2 s"
    );
    Ok(())
}

#[tokio::test]
async fn messages_of_one_connection_run_at_the_same_time() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let mut socket = Handshake::with(stack).open().await?;
    let start = Instant::now();
    socket.send(r#"{"do":"sleep"}"#).await?;
    socket.send("quick").await?;
    assert_eq!(
        socket.next().await?["body"],
        "quick",
        "a sleeping function holds up nobody"
    );
    socket.next().await?;
    assert!(start.elapsed().as_secs() >= 2, "the sleeper had its time");
    Ok(())
}

#[tokio::test]
async fn an_environment_is_used_again_and_inherits_nothing() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let mut socket = Handshake::with(stack).open().await?;
    let mut processes = Vec::new();
    for _ in 0..3 {
        socket.send(r#"{"do":"environment"}"#).await?;
        let answer = socket.next().await?;
        let names: Vec<&str> = answer["names"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        assert!(!names.contains(&"HOME") && !names.contains(&"USER"), "{names:?}");
        assert!(
            names.contains(&"AWS_LAMBDA_RUNTIME_API") && names.contains(&"RECORD_FILE"),
            "{names:?}"
        );
        processes.push(answer["process"].clone());
    }
    assert_eq!(processes[0], processes[2]);
    Ok(())
}

#[tokio::test]
async fn the_invoke_api_answers_as_lambda_does() -> TestResult {
    let probe = Probe::start().await?;
    let (status, error, body) = probe.invoke("RequestResponse", r#"{"a":1}"#).await?;
    assert_eq!((status, error), (200, None));
    assert!(body.contains(r#"{\"a\":1}"#), "{body}");
    let (status, error, body) = probe.invoke("RequestResponse", r#"{"do":"panic"}"#).await?;
    assert_eq!((status, error.as_deref()), (200, Some("Unhandled")));
    assert!(body.contains("errorMessage"), "{body}");
    assert_eq!(probe.invoke("DryRun", "{}").await?.0, 204);
    assert_eq!(
        probe
            .invoke_named("nobody", "RequestResponse", "{}")
            .await?
            .1
            .as_deref(),
        Some("ResourceNotFoundException")
    );
    assert_eq!(probe.invoke("RequestResponse", "not json").await?.0, 400);
    assert_eq!(probe.invoke("Sometimes", "{}").await?.0, 400);
    Ok(())
}

#[tokio::test]
async fn a_response_over_6_mb_is_an_error_and_noise_harms_nothing() -> TestResult {
    // A machine that is busy with other tests takes long to write so much.
    let patient = |resources: &mut Value| resources["Function"]["Properties"]["Timeout"] = json!(60);
    let probe = Probe::start_changed(patient, &[]).await?;
    let name = probe.stack.endpoint("/functions/probe");
    let address = format!(
        "{}/2015-03-31/functions/{name}/invocations",
        probe.stack.endpoint("/lambda")
    );
    let call = reqwest::Client::new().post(&address).body(r#"{"do":"large"}"#).send();
    let answer = call.await?.text().await?;
    assert!(answer.contains("Function.ResponseSizeTooLarge"), "{answer}");
    let mut socket = Handshake::with(&probe.stack).open().await?;
    for _ in 0..2 {
        socket.send(r#"{"do":"noise"}"#).await?;
        assert_eq!(socket.next_text().await?, "still alive");
    }
    probe.stack.logged("no text").await
}

#[tokio::test]
async fn a_caller_that_hangs_up_takes_no_environment_along() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let name = stack.endpoint("/functions/probe");
    let address = format!("{}/2015-03-31/functions/{name}/invocations", stack.endpoint("/lambda"));
    let slow = || reqwest::Client::new().post(&address).body(r#"{"do":"slow"}"#).send();
    for round in 0..4 {
        let call = tokio::spawn(slow());
        eventually("the event to arrive", async || probe.records.events().len() > 2 * round).await?;
        call.abort();
        assert!(call.await.is_err(), "the caller left before its answer");
        // It began later and takes as long: when it is over, so is the other.
        slow().await?;
    }
    let processes = stack.function_processes("probe");
    assert!(
        processes.len() <= 2,
        "one for each of two calls at a time: {processes:?}"
    );
    Ok(())
}
