//! Concurrency: what a function reserves, what all share, and what happens to events beyond.

use serde_json::{Value, json};
use tests::{Handshake, Probe, TestResult, eventually};

/// How long a sleeper has an execution: longer than anybody takes to be refused.
const SLEEPERS_SECONDS: u64 = 6;

fn reserving(executions: u64) -> impl FnOnce(&mut Value) {
    move |resources| {
        let function = &mut resources["Function"]["Properties"];
        function["ReservedConcurrentExecutions"] = json!(executions);
        function["Timeout"] = json!(SLEEPERS_SECONDS);
    }
}

/// Invokes the probe function; gives status, error type and body.
async fn invoke(probe: &Probe, event: &str) -> TestResult<(u16, Option<String>, Value)> {
    let (status, error, text) = probe.invoke("RequestResponse", event).await?;
    Ok((status, error, serde_json::from_str(&text)?))
}

fn throttled(reason: &str) -> (u16, Option<String>, Value) {
    let body = json!({ "Reason": reason, "Type": "User", "message": "Rate Exceeded." });
    (429, Some("TooManyRequestsException".to_owned()), body)
}

#[tokio::test]
async fn beyond_what_it_reserves_a_function_is_throttled() -> TestResult {
    let probe = Probe::start_changed(reserving(1), &["--clock", "10"]).await?;
    let mut socket = Handshake::with(&probe.stack).open().await?;
    socket.send(r#"{"do":"sleep","which":"the only one"}"#).await?;
    eventually("its execution", async || probe.records.events_of("MESSAGE").len() == 1).await?;
    let refused = throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
    assert_eq!(invoke(&probe, "{}").await?, refused);
    assert_eq!(probe.invoke("DryRun", "{}").await?.0, 204, "nothing runs");
    socket.send("another").await?;
    assert_eq!(socket.next().await?["message"], "Internal server error");
    assert_eq!(Handshake::with(&probe.stack).status().await?, 500, "the authorizer");
    let address = format!("{}/api", probe.stack.endpoint("/web"));
    assert_eq!(reqwest::get(address).await?.status(), 500);
    assert_eq!(probe.records.events().len(), 3, "authorizer, $connect, message");
    // An asynchronous event waits for its turn, and the sleeper's time is over at some point.
    assert_eq!(probe.invoke("Event", r#"{"marker":"later"}"#).await?.0, 202);
    assert_eq!(
        socket.next().await?["message"],
        "Internal server error",
        "the sleeper's time-out"
    );
    eventually("the event to be tried again", async || {
        !probe.records.marked("later").is_empty()
    })
    .await?;
    eventually("a free execution", async || {
        invoke(&probe, "{}").await.is_ok_and(|answer| answer.0 == 200)
    })
    .await
}

#[tokio::test]
async fn one_call_after_the_other_needs_no_second_execution() -> TestResult {
    let probe = Probe::start_changed(reserving(1), &[]).await?;
    for call in 0..50 {
        assert_eq!(invoke(&probe, "{}").await?.0, 200, "call {call}");
    }
    assert_eq!(probe.stack.function_processes("probe").len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_function_that_reserves_nothing_at_all_is_off() -> TestResult {
    let off = |resources: &mut Value| {
        let mut second = resources["Function"].clone();
        second["Metadata"] = json!({});
        second["Properties"]["Runtime"] = json!("nodejs20.x");
        second["Properties"]["Handler"] = json!("index.handler");
        second["Properties"]["Code"] = json!({ "ZipFile": "exports.handler = async () => 1" });
        second["Properties"]["ReservedConcurrentExecutions"] = json!(0);
        resources["Off"] = second;
        resources["Config"] = json!({ "Type": "AWS::Lambda::EventInvokeConfig", "Properties": {
            "FunctionName": { "Ref": "Off" }, "Qualifier": "$LATEST",
            "DestinationConfig": { "OnFailure": { "Destination": { "Fn::GetAtt": ["Function", "Arn"] } } },
        } });
    };
    let probe = Probe::start_changed(off, &[]).await?;
    let (status, error, _) = probe.invoke_named("Probe-Off", "RequestResponse", "{}").await?;
    assert_eq!((status, error.as_deref()), (429, Some("TooManyRequestsException")));
    assert_eq!(probe.invoke_named("Probe-Off", "Event", "{}").await?.0, 202);
    probe
        .stack
        .logged("the function reserves no concurrent executions")
        .await?;
    let told = || {
        probe
            .records
            .events()
            .into_iter()
            .find(|event| event["version"] == "1.0")
    };
    eventually("its failure destination to be told", async || told().is_some()).await?;
    let record = told().unwrap_or_default();
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 0, "{record}");
    Ok(())
}

#[tokio::test]
async fn all_functions_share_what_none_reserves() -> TestResult {
    let second = |resources: &mut Value| {
        resources["Function"]["Properties"]["Timeout"] = json!(SLEEPERS_SECONDS);
        resources["Second"] = json!({ "Type": "AWS::Lambda::Function", "Properties": {
            "Runtime": "nodejs20.x", "Handler": "index.handler", "Code": { "ZipFile": "exports.handler = async () => 1" },
        } });
    };
    let probe = Probe::start_changed(second, &["--concurrency", "1"]).await?;
    let sleeper = probe.invoke("RequestResponse", r#"{"do":"sleep","marker":"sleeper"}"#);
    let meanwhile = async {
        eventually("the sleeper", async || !probe.records.marked("sleeper").is_empty()).await?;
        let (status, _, text) = probe.invoke_named("Probe-Second", "RequestResponse", "{}").await?;
        assert_eq!(status, 429);
        assert!(
            text.contains(r#""Reason":"ConcurrentInvocationLimitExceeded""#),
            "{text}"
        );
        TestResult::Ok(())
    };
    let (slept, seen) = tokio::join!(sleeper, meanwhile);
    seen?;
    assert!(slept?.2.contains("Sandbox.Timedout"));
    assert_eq!(
        probe.invoke_named("Probe-Second", "RequestResponse", "{}").await?.0,
        200
    );
    Ok(())
}

#[tokio::test]
async fn more_than_there_is_cannot_be_reserved() -> TestResult {
    let refused = Probe::start_changed(reserving(5), &["--concurrency", "4"]).await;
    let words = refused.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(
        words.contains("The functions reserve 5 concurrent executions") && words.contains("--concurrency"),
        "{words}"
    );
    Ok(())
}
