//! EventBridge's default bus: schedules, events that somebody puts, and what is told about the rest.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Probe, TestResult, eventually};

/// A rule whose target is the probe function.
fn add_rule(resources: &mut Value, logical_id: &str, properties: &Value, input: Option<&str>) {
    let mut target = json!({ "Id": "Target0", "Arn": { "Fn::GetAtt": ["Function", "Arn"] } });
    if let Some(input) = input {
        target["Input"] = json!(input);
    }
    let mut properties = properties.clone();
    properties["Targets"] = json!([target]);
    resources[logical_id] = json!({ "Type": "AWS::Events::Rule", "Properties": properties });
}

fn every_minute() -> Value {
    json!({ "ScheduleExpression": "rate(1 minute)", "State": "ENABLED" })
}

fn of_type<'a>(events: &'a [Value], detail_type: &str) -> Vec<&'a Value> {
    events
        .iter()
        .filter(|event| event["detail-type"] == detail_type)
        .collect()
}

async fn put_events(probe: &Probe, request: &Value) -> TestResult<(u16, Value)> {
    let call = reqwest::Client::new()
        .post(probe.stack.endpoint("/events"))
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AWSEvents.PutEvents")
        .body(request.to_string());
    let answer = call.send().await?;
    let status = answer.status().as_u16();
    Ok((status, serde_json::from_str(&answer.text().await?)?))
}

#[tokio::test]
async fn a_schedule_runs_its_function_at_each_period() -> TestResult {
    let rules = |resources: &mut Value| {
        add_rule(resources, "Often", &every_minute(), None);
        add_rule(resources, "Constant", &every_minute(), Some(r#"{"marker":"constant"}"#));
        let disabled = json!({ "ScheduleExpression": "rate(1 minute)", "State": "DISABLED" });
        add_rule(resources, "Off", &disabled, Some(r#"{"marker":"disabled"}"#));
        let by_clock = json!({ "ScheduleExpression": "cron(* * * * ? *)" });
        add_rule(resources, "ByClock", &by_clock, Some(r#"{"marker":"cron"}"#));
    };
    let probe = Probe::start_changed(rules, &["--clock", "1200"]).await?;
    eventually("three runs of each", async || {
        of_type(&probe.records.events(), "Scheduled Event").len() >= 3 && probe.records.marked("constant").len() >= 3
    })
    .await?;
    let events = probe.records.events();
    let mut event = of_type(&events, "Scheduled Event")[0].clone();
    let id = event["id"].take();
    assert_eq!(id.as_str().map(str::len), Some(36));
    let time = event["time"].take();
    assert!(
        time.as_str()
            .is_some_and(|time| time.len() == 20 && time.ends_with('Z')),
        "{time}"
    );
    event["lambdaRequestId"].take();
    let expected = json!({
        "version": "0", "id": null, "detail-type": "Scheduled Event", "source": "aws.events",
        "account": "000000000000", "time": null, "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:000000000000:rule/Probe-Often"], "detail": {},
        "lambdaFunction": "Probe-Function", "lambdaRequestId": null,
    });
    assert_eq!(event, expected);
    for marker in ["disabled", "cron"] {
        assert!(probe.records.marked(marker).is_empty(), "{marker}");
    }
    probe.stack.logged("schedules by cron are not run").await
}

#[tokio::test]
async fn a_schedule_begins_one_period_after_the_start() -> TestResult {
    let probe = Probe::start_changed(
        |resources| add_rule(resources, "Rule", &every_minute(), None),
        &["--clock", "30"],
    )
    .await?;
    let ready = Instant::now();
    eventually("the first run", async || !probe.records.events().is_empty()).await?;
    assert!(ready.elapsed() > Duration::from_millis(500), "{:?}", ready.elapsed());
    Ok(())
}

#[tokio::test]
async fn an_event_reaches_the_functions_whose_pattern_it_matches() -> TestResult {
    let rules = |resources: &mut Value| {
        let paid = json!({ "source": ["shop"], "detail-type": ["Paid"], "detail": { "order": { "state": ["done"] } } });
        add_rule(resources, "Paid", &json!({ "EventPattern": paid }), None);
        let any = json!({ "EventPattern": { "source": ["shop", "stall"] } });
        add_rule(resources, "Any", &any, Some(r#"{"marker":"any"}"#));
        let disabled = json!({ "EventPattern": { "source": ["shop"] }, "State": "DISABLED" });
        add_rule(resources, "Off", &disabled, Some(r#"{"marker":"never"}"#));
        let by_prefix = json!({ "EventPattern": { "source": [{ "prefix": "s" }] } });
        add_rule(resources, "ByPrefix", &by_prefix, Some(r#"{"marker":"never"}"#));
        let elsewhere = json!({ "EventPattern": { "source": ["shop"] }, "EventBusName": "elsewhere" });
        add_rule(resources, "Elsewhere", &elsewhere, Some(r#"{"marker":"never"}"#));
    };
    let probe = Probe::start_changed(rules, &[]).await?;
    let entry = |source: &str, state: &str| {
        let detail = json!({ "order": { "state": state, "number": 7 } }).to_string();
        json!({ "Source": source, "DetailType": "Paid", "Detail": detail, "Resources": ["r"], "Time": 1_707_502_303.5 })
    };
    let entries = [
        entry("shop", "done"),
        entry("shop", "open"),
        entry("stall", "done"),
        entry("inn", "done"),
    ];
    let (status, answer) = put_events(&probe, &json!({ "Entries": entries })).await?;
    assert_eq!((status, &answer["FailedEntryCount"]), (200, &json!(0)));
    eventually("every run", async || {
        probe.records.marked("any").len() == 3 && of_type(&probe.records.events(), "Paid").len() == 1
    })
    .await?;
    let events = probe.records.events();
    let mut event = of_type(&events, "Paid")[0].clone();
    event["lambdaRequestId"].take();
    let expected = json!({
        "version": "0", "id": answer["Entries"][0]["EventId"], "detail-type": "Paid", "source": "shop",
        "account": "000000000000", "time": "2024-02-09T18:11:43Z", "region": "us-east-1", "resources": ["r"],
        "detail": { "order": { "state": "done", "number": 7 } },
        "lambdaFunction": "Probe-Function", "lambdaRequestId": null,
    });
    assert_eq!(event, expected);
    assert!(probe.records.marked("never").is_empty());
    probe.stack.logged("matches exact values alone").await?;
    probe
        .stack
        .logged("event buses other than the default one are not run")
        .await
}

#[tokio::test]
async fn a_bad_entry_keeps_no_other_back_and_a_bad_request_does_nothing() -> TestResult {
    let rule = json!({ "EventPattern": { "source": ["shop"] } });
    let probe = Probe::start_changed(|resources| add_rule(resources, "Rule", &rule, None), &[]).await?;
    let good = json!({ "Source": "shop", "DetailType": "t", "Detail": "{}" });
    let with = |field: &str, value: Value| {
        let mut entry = good.clone();
        entry[field] = value;
        entry
    };
    let bad = [
        (with("Source", Value::Null), "InvalidArgument"),
        (with("DetailType", json!("")), "InvalidArgument"),
        (with("Detail", Value::Null), "InvalidArgument"),
        (with("Detail", json!("no json")), "MalformedDetail"),
        (with("Detail", json!("[]")), "MalformedDetail"),
        (with("Source", json!("aws.ec2")), "NotAuthorizedForSourceException"),
    ];
    let mut entries: Vec<&Value> = bad.iter().map(|(entry, _)| entry).collect();
    entries.push(&good);
    let (_, answer) = put_events(&probe, &json!({ "Entries": entries })).await?;
    assert_eq!(answer["FailedEntryCount"], bad.len());
    for (index, (entry, code)) in bad.iter().enumerate() {
        assert_eq!(answer["Entries"][index]["ErrorCode"], *code, "{entry}");
    }
    eventually("the good entry", async || probe.records.events().len() == 1).await?;

    let of_bytes = |bytes: usize| {
        with(
            "Detail",
            json!(format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - "shopt".len() - 8))),
        )
    };
    for (entries, expected) in [
        (vec![], 400),
        (vec![good.clone(); 10], 200),
        (vec![good.clone(); 11], 400),
        (vec![of_bytes(1_048_577)], 400),
    ] {
        let (status, answer) = put_events(&probe, &json!({ "Entries": entries })).await?;
        assert_eq!(status, expected, "{answer}");
    }
    eventually("the ten", async || probe.records.events().len() == 11).await?;
    assert_eq!(
        put_events(&probe, &json!({ "Entries": [of_bytes(1_048_576)] }))
            .await?
            .0,
        200
    );
    Ok(())
}

#[tokio::test]
async fn what_eventbridge_would_not_deploy_is_named() -> TestResult {
    let rate = |expression: &str| json!({ "ScheduleExpression": expression });
    for (properties, input, expected) in [
        (
            rate("rate(1 minutes)"),
            None,
            "ScheduleExpression must be rate(1 minute)",
        ),
        (
            json!({ "EventPattern": { "source": "shop" } }),
            None,
            "EventPattern must be",
        ),
        (
            rate("rate(1 minute)"),
            Some("no json"),
            "Input of a target of Rule is no JSON",
        ),
    ] {
        let started = Probe::start_changed(|resources| add_rule(resources, "Rule", &properties, input), &[]).await;
        let words = started.err().map(|words| words.to_string()).unwrap_or_default();
        assert!(words.contains(expected), "{words}");
    }
    Ok(())
}
