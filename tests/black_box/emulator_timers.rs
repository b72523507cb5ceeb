//! The services' own timers, on a clock that makes hours short: idle sockets and old ones are closed, and `$disconnect` is told.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Closing, Handshake, Incoming, Probe, Socket, TestResult, eventually};

/// The ten minutes of an idle socket last a second, and the two hours of a busy one twelve.
const FAST: [&str; 2] = ["--clock", "600"];
const IDLE: Duration = Duration::from_secs(1);
const LIFETIME: Duration = Duration::from_secs(12);

async fn told_of_the_end(probe: &Probe) -> TestResult {
    eventually("the $disconnect event", async || {
        !probe.records.events_of("DISCONNECT").is_empty()
    })
    .await?;
    let context = &probe.records.events_of("DISCONNECT")[0]["requestContext"];
    assert_eq!(
        (&context["disconnectStatusCode"], &context["disconnectReason"]),
        (&json!(1001), &json!("Going away"))
    );
    Ok(())
}

async fn open(probe: &Probe) -> TestResult<(Socket, Instant)> {
    let start = Instant::now();
    Ok((Handshake::with(&probe.stack).open().await?, start))
}

#[tokio::test]
async fn an_idle_socket_is_closed_after_ten_minutes() -> TestResult {
    let probe = Probe::start_with(&FAST).await?;
    let (mut socket, start) = open(&probe).await?;
    let Closing { code, reason } = socket.closed().await?;
    assert_eq!((code, reason.as_str()), (1001, "Going away"));
    assert!(start.elapsed() >= IDLE, "{:?}", start.elapsed());
    told_of_the_end(&probe).await
}

#[tokio::test]
async fn a_busy_socket_is_closed_after_two_hours() -> TestResult {
    let probe = Probe::start_with(&FAST).await?;
    let (mut socket, start) = open(&probe).await?;
    let closing = loop {
        // The client may meet the end while it sends; the close frame is read next.
        let _ = socket.send("still here").await;
        tokio::time::sleep(IDLE / 10).await;
        if let Incoming::End(closing) = socket.incoming().await? {
            break closing;
        }
    };
    assert_eq!((closing.code, closing.reason.as_str()), (1001, "Going away"));
    assert!(start.elapsed() >= LIFETIME, "{:?}", start.elapsed());
    told_of_the_end(&probe).await
}
