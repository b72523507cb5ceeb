//! Lambda's Invoke API beyond the plain call: names, refusals, context, trace, and the log that a caller may ask for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tests::{Probe, TestResult, repository};

/// The probe's stack, with the Node probe beside it.
async fn start(arguments: &[&str]) -> TestResult<Probe> {
    let node = json!({ "Type": "AWS::Lambda::Function", "Properties": {
        "Runtime": "nodejs20.x", "Handler": "probe.handler", "Code": repository().join("tests/node"), "Timeout": 1,
        "MemorySize": 256,
    } });
    Probe::start_changed(|resources| resources["Node"] = node, arguments).await
}

fn call(probe: &Probe, function: &str) -> RequestBuilder {
    let lambda = probe.stack.endpoint("/lambda");
    reqwest::Client::new().post(format!("{lambda}/2015-03-31/functions/{function}/invocations"))
}

#[tokio::test]
async fn a_function_is_found_by_all_its_names_and_as_latest_alone() -> TestResult {
    let probe = start(&[]).await?;
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:Probe-Node";
    let context = r#"{"do":"context"}"#;
    for (name, invoked) in [
        ("Probe-Node", arn.to_owned()),
        ("Node", arn.to_owned()),
        ("000000000000:function:Probe-Node", arn.to_owned()),
        (arn, arn.to_owned()),
        ("Probe-Node:$LATEST", format!("{arn}:$LATEST")),
        ("Probe-Node?Qualifier=$LATEST", format!("{arn}:$LATEST")),
    ] {
        // The query of the last one stands in the path otherwise.
        let (name, query) = name.split_once('?').unwrap_or((name, ""));
        let lambda = probe.stack.endpoint("/lambda");
        let address = format!("{lambda}/2015-03-31/functions/{name}/invocations?{query}");
        let answer = reqwest::Client::new().post(address).body(context).send().await?;
        assert_eq!(answer.status(), 200, "{name}");
        assert_eq!(answer.headers()["x-amz-executed-version"], "$LATEST");
        let answer: Value = serde_json::from_str(&answer.text().await?)?;
        assert_eq!(answer["invokedFunctionArn"], invoked, "{name}");
    }
    for (name, query, missing) in [
        ("nobody", "", "nobody"),
        ("Probe-Node:live", "", "Probe-Node:live"),
        ("Probe-Node", "?Qualifier=3", "Probe-Node:3"),
    ] {
        let lambda = probe.stack.endpoint("/lambda");
        let address = format!("{lambda}/2015-03-31/functions/{name}/invocations{query}");
        let answer = reqwest::Client::new().post(address).body("{}").send().await?;
        assert_eq!(answer.status(), 404);
        assert_eq!(answer.headers()["x-amzn-errortype"], "ResourceNotFoundException");
        let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{missing}");
        let words = format!("Function not found: {arn} (there is Probe-Function, Probe-Node)");
        let body: Value = serde_json::from_str(&answer.text().await?)?;
        assert_eq!(body, json!({ "Type": "User", "Message": words }));
    }
    let lambda = probe.stack.endpoint("/lambda");
    let address = format!("{lambda}/2015-03-31/functions/Probe-Node:1/invocations?Qualifier=2");
    let answer = reqwest::Client::new().post(address).body("{}").send().await?;
    assert_eq!(answer.headers()["x-amzn-errortype"], "InvalidParameterValueException");
    Ok(())
}

#[tokio::test]
async fn the_function_gets_the_callers_context_and_trace() -> TestResult {
    let probe = start(&[]).await?;
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let context = json!({ "custom": { "a": "ü😀" }, "client": {} });
    let asked = call(&probe, "Probe-Node")
        .header("x-amz-client-context", STANDARD.encode(context.to_string()))
        .header("x-amzn-trace-id", trace);
    let answer: Value = serde_json::from_str(&asked.body(r#"{"do":"context"}"#).send().await?.text().await?)?;
    assert_eq!(answer["clientContext"], context);
    let variables = |request: RequestBuilder| async {
        let answer = request.body(r#"{"do":"variables"}"#).send().await?.text().await?;
        TestResult::Ok(serde_json::from_str::<Value>(&answer)?)
    };
    let traced = variables(call(&probe, "Probe-Node").header("x-amzn-trace-id", trace)).await?;
    assert_eq!(traced["_X_AMZN_TRACE_ID"], trace);
    let new = variables(call(&probe, "Probe-Node")).await?;
    let new = new["_X_AMZN_TRACE_ID"].as_str().unwrap_or_default().to_owned();
    assert!(new.starts_with("Root=1-") && new.ends_with(";Sampled=0"), "{new}");
    let too_long = STANDARD.encode(json!({ "a": "x".repeat(2_700) }).to_string());
    for context in [
        "not base64",
        &STANDARD.encode("not JSON"),
        &STANDARD.encode("[1]"),
        &too_long,
    ] {
        let refused = call(&probe, "Probe-Node").header("x-amz-client-context", context);
        let answer = refused.body("{}").send().await?;
        assert_eq!(answer.status(), 400, "{context}");
        assert_eq!(answer.headers()["x-amzn-errortype"], "InvalidRequestContentException");
    }
    Ok(())
}

/// What a call with `LogType=Tail` gives of the log.
async fn tail(probe: &Probe, event: &Value) -> TestResult<String> {
    let call = call(probe, "Probe-Node")
        .header("x-amz-log-type", "Tail")
        .body(event.to_string());
    let answer = call.send().await?;
    let log = STANDARD.decode(&answer.headers()["x-amz-log-result"])?;
    Ok(String::from_utf8(log)?)
}

/// Whether the lines of `log` begin like `expected`, one after the other.
fn begin_like(log: &str, expected: &[&str]) -> bool {
    let lines: Vec<&str> = log.lines().collect();
    lines.len() == expected.len()
        && lines
            .iter()
            .zip(expected)
            .all(|(line, expected)| line.starts_with(expected))
}

#[tokio::test]
async fn a_caller_may_ask_for_the_end_of_the_log() -> TestResult {
    let probe = start(&[]).await?;
    let log = tail(&probe, &json!({ "do": "log", "answer": "4711" })).await?;
    assert!(
        begin_like(
            &log,
            &["START RequestId: ", "20", "END RequestId: ", "REPORT RequestId: "]
        ),
        "{log}"
    );
    assert!(log.contains("\tWARN\tseen 4711\n"), "{log}");
    let report = log.lines().last().unwrap_or_default();
    for part in [
        "\tDuration: ",
        " ms\tBilled Duration: ",
        "\tMemory Size: 256 MB\t",
        "\tInit Duration: ",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
    assert_eq!(
        report.contains("Max Memory Used: "),
        cfg!(target_os = "linux"),
        "{report}"
    );
    let warm = tail(&probe, &json!({ "do": "nothing" })).await?;
    assert!(
        !warm.contains("Init Duration") && !warm.contains("4711"),
        "of this invocation alone: {warm}"
    );
    let long = tail(&probe, &json!({ "do": "log", "answer": "x".repeat(10_000) })).await?;
    assert_eq!(long.len(), 4_096);
    let hung = tail(&probe, &json!({ "do": "reject", "answer": "no" })).await?;
    assert!(hung.contains("Unhandled Promise Rejection"), "{hung}");
    let plain = call(&probe, "Probe-Node").body(r#"{"do":"nothing"}"#).send().await?;
    assert!(plain.headers().get("x-amz-log-result").is_none());
    assert!(
        !probe.stack.log().contains("START RequestId"),
        "nothing of it is shown unless asked for"
    );
    Ok(())
}

#[tokio::test]
async fn reports_are_shown_on_demand() -> TestResult {
    let probe = start(&["--reports"]).await?;
    assert_eq!(probe.invoke("RequestResponse", r#"{"do":"exit"}"#).await?.0, 200);
    assert_eq!(probe.invoke("RequestResponse", r#"{"do":"sleep"}"#).await?.0, 200);
    assert_eq!(probe.invoke("RequestResponse", r#"{"do":"null"}"#).await?.0, 200);
    for text in [
        "[probe] START RequestId: ",
        "[probe] END RequestId: ",
        "Status: error\tError Type: Runtime.ExitError",
        " Task timed out after 2.00 seconds",
        "Status: timeout",
    ] {
        probe.stack.logged(text).await?;
    }
    let log = probe.stack.log();
    let timed_out = log
        .lines()
        .find(|line| line.ends_with("Status: timeout"))
        .unwrap_or_default();
    assert!(
        timed_out.contains("[probe] REPORT RequestId: ") && timed_out.contains("\tDuration: 20"),
        "{timed_out}"
    );
    Ok(())
}
