//! Many connections and several fan-outs at a time: `CONNECTIONS=5000 cargo test -p tests emulator_load -- --nocapture`
//! says how long it takes with more of them.

use std::time::Instant;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde_json::{Value, json};
use tests::machine::make_room;
use tests::{Handshake, Probe, Socket, TestResult};

/// Handshakes at a time; a listening socket's queue is not endless.
const HANDSHAKES: usize = 64;
/// Functions that post at the same time, each to its own part of the connections.
const FAN_OUTS: usize = 8;

async fn open_all(probe: &Probe, count: usize) -> TestResult<Vec<Socket>> {
    let handshakes = (0..count).map(|_| Handshake::with(&probe.stack).open());
    stream::iter(handshakes)
        .buffer_unordered(HANDSHAKES)
        .try_collect()
        .await
}

fn connection_ids(probe: &Probe) -> Vec<Value> {
    let connects = probe.records.events_of("CONNECT");
    connects
        .iter()
        .map(|event| event["requestContext"]["connectionId"].clone())
        .collect()
}

#[tokio::test]
async fn several_fan_outs_reach_every_connection_while_frames_are_answered() -> TestResult {
    let count = match std::env::var("CONNECTIONS") {
        Ok(count) => count.parse()?,
        Err(_) => 1_000,
    };
    let patient = |resources: &mut Value| resources["Function"]["Properties"]["Timeout"] = json!(60);
    let probe = Probe::start_changed(patient, &[]).await?;
    make_room();
    let start = Instant::now();
    let mut sockets = open_all(&probe, count).await?;
    let opened = start.elapsed();
    let ids = connection_ids(&probe);
    assert_eq!(ids.len(), count);

    let mut bystander = Handshake::with(&probe.stack).open().await?;
    let start = Instant::now();
    for part in ids.chunks(count.div_ceil(FAN_OUTS)) {
        let event = json!({ "do": "post", "ids": part, "text": "to all" }).to_string();
        assert_eq!(probe.invoke("Event", event).await?.0, 202);
    }
    bystander.send("quick").await?;
    assert_eq!(bystander.next().await?["body"], "quick");
    let answered = start.elapsed();
    for socket in &mut sockets {
        assert_eq!(socket.next_text().await?, "to all");
    }
    println!(
        "{count} connections opened in {opened:?}; {FAN_OUTS} fan-outs told them in {:?}; a frame meanwhile took {answered:?}",
        start.elapsed()
    );
    Ok(())
}
