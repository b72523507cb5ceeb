//! Throttling by the quotas of an account, and what the emulator says of settings that throttle otherwise than they look. What a
//! stage's own settings do is in the conformance suite.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Handshake, Probe, Stack, TestResult, failure};

/// The statuses of `count` handshakes at once, in order.
async fn handshakes(stack: &Stack, count: usize) -> TestResult<Vec<u16>> {
    let statuses = join_all((0..count).map(|_| Handshake::with(stack).status())).await;
    let mut statuses = statuses.into_iter().collect::<TestResult<Vec<_>>>()?;
    statuses.sort_unstable();
    Ok(statuses)
}

fn settings(value: Value) -> impl FnOnce(&mut Value) {
    move |resources| {
        if let (Some(stage), Some(settings)) = (
            resources["Stage"]["Properties"].as_object_mut(),
            value.as_object().cloned(),
        ) {
            stage.extend(settings);
        }
    }
}

#[tokio::test]
async fn new_connections_have_a_quota_when_it_is_asked_for() -> TestResult {
    let probe = Probe::start_with(&["--connect-rate", "1"]).await?;
    assert_eq!(handshakes(&probe.stack, 3).await?, [101, 429, 429]);
    let asked = probe.records.events();
    assert_eq!(
        asked.iter().filter(|event| event["type"] == "REQUEST").count(),
        1,
        "before any function"
    );
    let free = Probe::start().await?;
    assert_eq!(handshakes(&free.stack, 3).await?, [101; 3]);
    Ok(())
}

#[tokio::test]
async fn calls_of_connections_count_with_the_accounts_requests() -> TestResult {
    let probe = Probe::start_with(&["--request-rate", "2"]).await?;
    let url = format!("{}/@connections/AAAAAAAAAAAAAAA=", probe.stack.endpoint("/management"));
    let client = reqwest::Client::new();
    let answers = join_all((0..3).map(|_| client.get(&url).send())).await;
    let mut told = Vec::new();
    for answer in answers {
        let answer = answer?;
        let kind = answer
            .headers()
            .get("x-amzn-errortype")
            .and_then(|kind| kind.to_str().ok());
        told.push((answer.status().as_u16(), kind.unwrap_or_default().to_owned()));
    }
    told.sort();
    assert_eq!(told[0], (410, "GoneException".to_owned()));
    assert_eq!(told[2], (429, "LimitExceededException".to_owned()));
    Ok(())
}

#[tokio::test]
async fn settings_without_a_place_or_a_number_are_refused() -> TestResult {
    for (value, expected) in [
        (
            json!({ "RouteSettings": { "nowhere": { "ThrottlingRateLimit": 1 } } }),
            "Stage has RouteSettings of the route nowhere, which its API does not have",
        ),
        (
            json!({ "DefaultRouteSettings": { "ThrottlingRateLimit": -1 } }),
            "Stage.ThrottlingRateLimit must be a number of zero or more",
        ),
        (
            json!({ "DefaultRouteSettings": { "ThrottlingBurstLimit": 1.5 } }),
            "Stage.ThrottlingBurstLimit must be a whole number",
        ),
        (json!({ "StageName": "a b" }), "Stage has the StageName \"a b\""),
        (
            json!({ "StageName": "$default" }),
            "Stage has the StageName \"$default\"",
        ),
    ] {
        let said = match Probe::start_changed(settings(value), &[]).await {
            Ok(_) => return Err(failure(format!("it started: {expected}"))),
            Err(words) => words.to_string(),
        };
        assert!(said.contains(expected), "{expected}: {said}");
    }
    Ok(())
}

#[tokio::test]
async fn settings_that_do_nothing_here_are_told_of() -> TestResult {
    let value = json!({ "DefaultRouteSettings": { "DataTraceEnabled": true, "LoggingLevel": "INFO" } });
    let probe = Probe::start_changed(settings(value), &[]).await?;
    let log = probe.stack.log();
    assert!(
        log.contains("Stage: DataTraceEnabled and LoggingLevel in DefaultRouteSettings have no effect here"),
        "{log}"
    );
    assert!(
        log.contains("without both ThrottlingRateLimit and ThrottlingBurstLimit"),
        "{log}"
    );
    assert_eq!(handshakes(&probe.stack, 2).await?, [101; 2]);
    Ok(())
}
