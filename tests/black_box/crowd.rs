//! The small form of `npm run crowd`: everybody who stays shows every message, whoever vanishes and whatever is killed.

use std::time::Duration;

use serde_json::json;
use tests::crowd::{Figures, Plan, run};
use tests::{TestResult, carillon_template, logical_id};

fn plan(channel: &str, connections: usize, messages: usize) -> Plan {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    Plan {
        channel: channel.to_owned(),
        connections,
        messages,
        vanishing: 10,
        returning: 5,
        kill_every: None,
        faults: None,
        seed: seed.unwrap_or_else(rand::random),
    }
}

async fn show(plan: Plan) -> TestResult<Figures> {
    println!("SEED={}", plan.seed);
    let figures = run(&plan).await?;
    println!("{figures}");
    assert!(figures.returned > 0, "nobody was to come back: {figures}");
    assert!(
        figures.reopened >= figures.returned,
        "not everybody came back: {figures}"
    );
    let opened = plan.connections + figures.reopened;
    assert!(figures.asked >= opened, "each of {opened} subscribed: {figures}");
    let is_killing = plan.kill_every.is_some();
    assert_eq!(figures.kills > 0, is_killing, "killed: {figures}");
    assert!(figures.pushed > 0, "not one message was pushed: {figures}");
    Ok(figures)
}

#[tokio::test]
async fn a_room_of_60_shows_everything_though_some_vanish_and_return() -> TestResult {
    show(plan("room:crowd", 60, 20)).await.map(drop)
}

#[tokio::test]
async fn killing_functions_changes_nothing_of_that() -> TestResult {
    let plan = Plan {
        kill_every: Some(Duration::from_millis(200)),
        ..plan("room:crowd", 60, 20)
    };
    show(plan).await.map(drop)
}

#[tokio::test]
async fn more_members_than_one_function_tells_are_told_by_several() -> TestResult {
    show(plan("all", 260, 5)).await.map(drop)
}

#[tokio::test]
async fn faults_of_gateway_functions_and_table_change_nothing_of_that() -> TestResult {
    let message = logical_id(&carillon_template()?, "fn-message")?;
    let faults = json!([
        { "kind": "push.lost", "probability": 0.1 },
        { "kind": "push.doubled", "probability": 0.1 },
        { "kind": "push.delayed", "probability": 0.1, "delayMs": 300 },
        { "kind": "event.late", "probability": 0.2, "delayMs": 100 },
        { "kind": "event.twice", "route": "message", "skip": 1, "times": 5 },
        { "kind": "function.killed", "function": message, "skip": 3, "times": 2, "delayMs": 20 },
        { "kind": "function.killedAfter", "function": message, "skip": 7, "times": 2 },
        { "kind": "table.throttled", "probability": 0.05 },
        { "kind": "table.smallPages", "items": 7 },
        { "kind": "table.unanswered", "operation": "TransactWriteItems", "probability": 0.05 },
    ]);
    let kinds = faults.as_array().cloned().unwrap_or_default();
    let figures = show(Plan {
        faults: Some(faults),
        ..plan("room:crowd", 60, 20)
    })
    .await?;
    for kind in kinds.iter().filter_map(|fault| fault["kind"].as_str()) {
        let struck = figures.struck.contains_key(kind);
        // Of 20 appends it strikes at none once in three runs.
        assert!(struck || kind == "table.unanswered", "{kind} never struck: {figures}");
    }
    Ok(())
}
