//! What is an answer and what a function error, and that a job's pace is never above the deployment's.

#![allow(clippy::unwrap_used)]

use std::sync::Mutex;
use std::time::Duration;

use domain::channel::Channel;
use domain::content::Content;
use domain::limits::SHARD_FAN_OUT_MAX;
use domain::shards::Shards;
use domain::timestamp::Timestamp;
use domain::wire::Frame;
use serde_json::json;
use service::testing::{MemoryHandover, MemorySockets, MemoryTable, TestClock, caller, messaging, register};

use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

type World = Messaging<MemoryTable, MemorySockets, MemoryHandover, TestClock>;

/// A world in which these many of alice's connections are registered.
async fn world(connections: u32) -> World {
    let world = messaging(NOW);
    for number in 0..connections {
        let caller = caller("alice", number, Timestamp::from_seconds(1_003_600)).unwrap();
        register(&world.table, &caller, Shards::ONE, NOW).await.unwrap();
    }
    world
}

fn job(posts_per_second: u32) -> String {
    let job = FanOutJob {
        channel: Channel::All,
        shard: 0,
        posts_per_second,
        except: None,
        frame: Frame::echo(None, &Content::parse("1").unwrap()),
    };
    job.write()
}

async fn told(world: &World, limit: u32, payload: &str) -> Result<(), Diagnostic> {
    fan_out(&world.table, &world.sockets, &world.clock, limit, payload, 1).await
}

#[tokio::test]
async fn a_job_is_done() {
    let world = world(3).await;
    told(&world, 5000, &job(5000)).await.unwrap();
    assert_eq!(world.sockets.all().len(), 3);
}

/// Notes how long it is asked to wait, and waits for limits alone.
#[derive(Default)]
struct Noting(Mutex<Vec<Duration>>);

impl Clock for Noting {
    fn now(&self) -> Timestamp {
        NOW
    }

    async fn sleep(&self, span: Duration) {
        if span == SHARD_FAN_OUT_MAX {
            std::future::pending::<()>().await;
        }
        self.0.lock().unwrap().push(span);
    }
}

#[tokio::test]
async fn a_job_keeps_to_the_pace_of_the_deployment_even_if_it_asks_for_more() {
    for (asked, allowed) in [(1, 5000), (5000, 1)] {
        let (world, clock) = (world(3).await, Noting::default());
        let told = fan_out(&world.table, &world.sockets, &clock, allowed, &job(asked), 1).await;
        assert!(told.is_ok());
        // The first page holds two members, of one post a second each.
        assert_eq!(*clock.0.lock().unwrap(), [Duration::from_secs(2)], "{asked} {allowed}");
    }
}

#[tokio::test]
async fn what_is_no_job_and_what_cannot_be_done_are_function_errors() {
    let world = world(1).await;
    assert_eq!(told(&world, 5000, "{}").await.unwrap_err().error_type, "NoJob");
    world.table.fail("members");
    assert_eq!(told(&world, 5000, &job(1)).await.unwrap_err().error_type, "Unavailable");
}

#[tokio::test]
async fn a_sweep_that_meets_no_table_is_a_function_error() {
    let world = world(1).await;
    let shards = world.rules.shards;
    assert!(sweep(&world.table, &world.sockets, &world.clock, shards).await.is_ok());
    world.table.fail("members");
    assert!(sweep(&world.table, &world.sockets, &world.clock, shards).await.is_err());
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_a_failure_that_may_pass_is_a_function_error() {
    let world = world(1).await;
    let order = json!({"action": "publish", "channel": "user:alice", "content": 1, "id": "0123456789abcdef"});
    let answer = push(&world, &order.to_string(), 1).await.unwrap();
    assert_eq!(
        (&answer["channel"], &answer["duplicate"]),
        (&json!("user:alice"), &json!(false))
    );
    let answer = push(&world, r#"{"action":"publish","channel":"nowhere"}"#, 1)
        .await
        .unwrap();
    assert!(
        answer["error"]["code"].is_string() && answer["error"]["message"].is_string(),
        "{answer}"
    );
    world.table.fail("append");
    let failure = push(&world, &order.to_string().replace("0123", "4567"), 1)
        .await
        .unwrap_err();
    assert_eq!(failure.error_type, "Unavailable");
}
