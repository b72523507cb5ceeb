//! One user with very many devices that all come at once: after an outage, or with a class of students behind one account.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use serde_json::json;
use tests::{Handshake, Socket, Stack, TestResult};

use crate::frames::{ask, open};

const DEVICES: usize = 150;
/// The time in which all have to be connected and subscribed.
const BOUND: Duration = Duration::from_secs(10);

#[tokio::test]
async fn handshakes_and_subscriptions_of_150_devices_of_one_user_pass_within_10_s() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let mut bob = open(&stack, "bob").await?;
    ask(&mut bob, "subscribe", &json!({ "channel": "room:class" })).await?;
    let began = Instant::now();
    let mut devices = try_join_all((0..DEVICES).map(|_| connected_and_subscribed(&stack, &token))).await?;
    let took = began.elapsed();
    println!("{DEVICES} handshakes and subscriptions of one user took {took:?}");
    assert!(took < BOUND, "{took:?}");

    let words = json!({ "recipient": "room:class", "content": "good morning" });
    let ack = ask(&mut bob, "message", &words).await?;
    assert_eq!(ack["type"], "ack", "{ack}");
    for device in &mut devices {
        let pushed = device.next_of("message").await?;
        assert_eq!(
            (&pushed["seq"], &pushed["content"]),
            (&ack["seq"], &json!("good morning"))
        );
    }
    let present = ask(&mut bob, "presence", &json!({ "channel": "room:class" })).await?;
    assert_eq!(present["users"].as_array().map(Vec::len), Some(2), "{present}");
    assert_eq!(
        stack.rows_of_kind("slot").await?.len(),
        DEVICES + 1,
        "each has a place of its own"
    );
    Ok(())
}

async fn connected_and_subscribed(stack: &Stack, token: &str) -> TestResult<Socket> {
    let mut device = Handshake::of_browser(stack, token).open().await?;
    let subscribed = ask(
        &mut device,
        "subscribe",
        &json!({ "channel": "room:class", "since": 0 }),
    )
    .await?;
    assert_eq!(subscribed["type"], "subscribed", "{subscribed}");
    Ok(device)
}
