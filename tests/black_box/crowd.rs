//! The small form of `npm run crowd`: everybody who stays shows every message, whoever vanishes and whatever is killed.

use std::time::Duration;

use tests::TestResult;
use tests::crowd::{Plan, run};

fn plan(channel: &str, connections: usize, messages: usize) -> Plan {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    Plan {
        channel: channel.to_owned(),
        connections,
        messages,
        vanishing: 10,
        returning: 5,
        kill_every: None,
        seed: seed.unwrap_or_else(rand::random),
    }
}

async fn show(plan: Plan) -> TestResult {
    println!("SEED={}", plan.seed);
    let figures = run(&plan).await?;
    println!("{figures}");
    assert!(figures.returned > 0, "nobody was to come back: {figures}");
    assert!(
        figures.reopened >= figures.returned,
        "not everybody came back: {figures}"
    );
    let is_killing = plan.kill_every.is_some();
    assert_eq!(figures.kills > 0, is_killing, "killed: {figures}");
    assert!(figures.pushed > 0, "not one message was pushed: {figures}");
    Ok(())
}

#[tokio::test]
async fn a_room_of_60_shows_everything_though_some_vanish_and_return() -> TestResult {
    show(plan("room:crowd", 60, 20)).await
}

#[tokio::test]
async fn killing_functions_changes_nothing_of_that() -> TestResult {
    let plan = Plan {
        kill_every: Some(Duration::from_millis(200)),
        ..plan("room:crowd", 60, 20)
    };
    show(plan).await
}

#[tokio::test]
async fn more_members_than_one_function_tells_are_told_by_several() -> TestResult {
    show(plan("all", 260, 5)).await
}
