//! Asynchronous invocations: taken over at once, tried again as Lambda and the template say, and held up by no other function.

use serde_json::{Value, json};
use tests::{Handshake, Probe, TestResult, binaries, eventually};

/// A minute before a retry lasts 20 ms.
const FAST: [&str; 2] = ["--clock", "3000"];

fn configured(properties: &Value) -> impl FnOnce(&mut Value) + use<> {
    let mut properties = properties.clone();
    properties["FunctionName"] = json!({ "Ref": "Function" });
    properties["Qualifier"] = json!("$LATEST");
    move |resources| {
        resources["Config"] = json!({ "Type": "AWS::Lambda::EventInvokeConfig", "Properties": properties });
    }
}

/// A second function of the same program, whose name the first one knows.
fn add_second(resources: &mut Value) {
    let mut second = resources["Function"].clone();
    second["Metadata"] = json!({});
    resources["Second"] = second;
    resources["Function"]["Properties"]["Environment"]["Variables"]["OTHER_FUNCTION"] = json!({ "Ref": "Second" });
}

async fn start_with_second(change: impl FnOnce(&mut Value)) -> TestResult<Probe> {
    let program = format!("Second={}", binaries().join("probe").display());
    let both = |resources: &mut Value| {
        change(resources);
        add_second(resources);
    };
    Probe::start_changed(both, &["--function", &program]).await
}

#[tokio::test]
async fn a_failing_event_is_tried_three_times_as_one_request() -> TestResult {
    let probe = Probe::start_with(&FAST).await?;
    for order in ["throw", "exit"] {
        let event = json!({ "do": order, "marker": order }).to_string();
        assert_eq!(probe.invoke("Event", event).await?.0, 202, "{order}");
    }
    for order in ["throw", "exit"] {
        eventually("three attempts", async || probe.records.marked(order).len() == 3).await?;
        let attempts = probe.records.marked(order);
        let id = &attempts[0]["lambdaRequestId"];
        assert!(
            attempts.iter().all(|event| &event["lambdaRequestId"] == id),
            "{attempts:?}"
        );
    }
    eventually("both to be given up", async || {
        probe.stack.log().matches("asynchronous event given up").count() == 2
    })
    .await?;
    let event = json!({ "marker": "well" }).to_string();
    assert_eq!(probe.invoke("Event", event).await?, (202, None, String::new()));
    eventually("a good event", async || probe.records.marked("well").len() == 1).await?;
    assert_eq!(probe.records.marked("throw").len(), 3);
    Ok(())
}

#[tokio::test]
async fn the_template_says_how_often() -> TestResult {
    for retries in [0, 1] {
        let destinations = json!({ "OnFailure": { "Destination": "arn:aws:sqs:us-east-1:000000000000:lost" } });
        let config = json!({ "MaximumRetryAttempts": retries, "DestinationConfig": destinations });
        let probe = Probe::start_changed(configured(&config), &FAST).await?;
        let event = json!({ "do": "throw", "marker": "m" }).to_string();
        assert_eq!(probe.invoke("Event", event).await?.0, 202);
        probe.stack.logged("asynchronous event given up").await?;
        assert_eq!(probe.records.marked("m").len(), retries + 1);
        probe
            .stack
            .logged("destinations of asynchronous invocations are not served")
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_event_is_not_tried_beyond_its_age() -> TestResult {
    let config = configured(&json!({ "MaximumEventAgeInSeconds": 60 }));
    let probe = Probe::start_changed(config, &[]).await?;
    let event = json!({ "do": "throw", "marker": "m" }).to_string();
    assert_eq!(probe.invoke("Event", event).await?.0, 202);
    probe.stack.logged("a retry would be older than 60 s").await?;
    assert_eq!(probe.records.marked("m").len(), 1);
    Ok(())
}

#[tokio::test]
async fn an_event_has_at_most_1_mb_or_6_mb() -> TestResult {
    let probe = Probe::start().await?;
    let event = |bytes: usize| {
        let frame = r#"{"do":"null","padding":""}"#.len();
        json!({ "do": "null", "padding": "x".repeat(bytes - frame) }).to_string()
    };
    for (kind, limit, accepted) in [("Event", 1_048_576, 202), ("RequestResponse", 6_291_456, 200)] {
        assert_eq!(probe.invoke(kind, event(limit)).await?.0, accepted, "{kind}");
        let (status, error, words) = probe.invoke(kind, event(limit + 1)).await?;
        assert_eq!(
            (status, error.as_deref()),
            (413, Some("RequestTooLargeException")),
            "{kind}"
        );
        assert!(words.contains(&limit.to_string()), "{words}");
    }
    Ok(())
}

#[tokio::test]
async fn a_function_invokes_another_by_the_name_in_its_variable() -> TestResult {
    let probe = start_with_second(|_| ()).await?;
    let order = json!({ "do": "invoke", "payload": { "marker": "relayed" } }).to_string();
    let (_, error, answer) = probe.invoke("RequestResponse", order).await?;
    assert_eq!((error, answer.as_str()), (None, r#"{"statusCode":202}"#));
    eventually("the other's event", async || {
        !probe.records.marked("relayed").is_empty()
    })
    .await?;
    assert_eq!(probe.records.marked("relayed")[0]["lambdaFunction"], "Probe-Second");
    Ok(())
}

#[tokio::test]
async fn a_busy_function_holds_up_no_other() -> TestResult {
    let probe = start_with_second(|resources| resources["Function"]["Properties"]["Timeout"] = json!(50)).await?;
    let mut socket = Handshake::with(&probe.stack).open().await?;
    let busy = || probe.records.events_of("MESSAGE").len();
    for _ in 0..15 {
        socket.send(r#"{"do":"sleep"}"#).await?;
    }
    eventually("every place to be taken", async || busy() == 10).await?;
    let event = json!({ "marker": "aside" }).to_string();
    assert_eq!(probe.invoke_named("Probe-Second", "Event", event).await?.0, 202);
    eventually("the other's event", async || !probe.records.marked("aside").is_empty()).await?;
    assert_eq!(busy(), 10, "the rest of the frames still waits");
    Ok(())
}

#[tokio::test]
async fn what_came_of_an_event_is_sent_to_functions() -> TestResult {
    let destination = json!({ "Destination": { "Fn::GetAtt": ["Second", "Arn"] } });
    let config = json!({ "MaximumRetryAttempts": 1, "DestinationConfig": {
        "OnSuccess": destination, "OnFailure": destination,
    } });
    let program = format!("Second={}", binaries().join("probe").display());
    let configure = configured(&config);
    let both = |resources: &mut Value| {
        configure(resources);
        add_second(resources);
    };
    let [clock, factor] = FAST;
    let probe = Probe::start_changed(both, &["--function", &program, clock, factor]).await?;
    for order in ["throw", "null"] {
        let event = json!({ "do": order, "marker": order }).to_string();
        assert_eq!(probe.invoke("Event", event).await?.0, 202);
    }
    let told = |order: &str| {
        let mut events = probe.records.events();
        events.retain(|event| event["requestPayload"]["do"] == order);
        events
    };
    for order in ["throw", "null"] {
        eventually("the destination to be told", async || !told(order).is_empty()).await?;
    }
    let (failed, succeeded) = (&told("throw")[0], &told("null")[0]);
    assert_eq!(
        failed["requestContext"],
        json!({
            "requestId": probe.records.marked("throw")[0]["lambdaRequestId"],
            "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:Probe-Function:$LATEST",
            "condition": "RetriesExhausted", "approximateInvokeCount": 2,
        })
    );
    assert_eq!(failed["responseContext"]["functionError"], "Unhandled");
    assert_eq!(failed["responsePayload"]["errorMessage"], "thrown on purpose");
    assert_eq!(succeeded["requestContext"]["condition"], "Success");
    assert_eq!(succeeded["requestContext"]["approximateInvokeCount"], 1);
    assert_eq!(
        (&succeeded["responseContext"], &succeeded["responsePayload"]),
        (
            &json!({ "statusCode": 200, "executedVersion": "$LATEST" }),
            &Value::Null
        )
    );
    Ok(())
}
