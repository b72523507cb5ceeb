//! The handshake: authorizer, `$connect`, 101, in this order, with API Gateway's statuses.

use serde_json::json;
use tests::{Handshake, Probe, TestResult, eventually};

#[tokio::test]
async fn the_authorizer_decides_first() -> TestResult {
    let probe = Probe::start().await?;
    let (stack, records) = (&probe.stack, &probe.records);
    for (verdict, expected) in [
        ("allow", 101),
        ("deny", 403),
        ("unauthorized", 401),
        ("throw", 500),
        ("malformed", 500),
        ("null", 500),
        ("panic", 500),
        ("exit", 500),
    ] {
        let status = Handshake::with(stack)
            .query(&format!("verdict={verdict}"))
            .status()
            .await?;
        assert_eq!(status, expected, "{verdict}");
    }
    assert_eq!(
        records.events_of("CONNECT").len(),
        1,
        "$connect runs after the authorizer has allowed it, and not else"
    );
    Ok(())
}

#[tokio::test]
async fn an_identity_source_may_be_of_the_context() -> TestResult {
    let change = |resources: &mut serde_json::Value| {
        resources["Authorizer"]["Properties"]["IdentitySource"] =
            json!(["context.identity.userAgent", "context.stage"]);
    };
    let probe = Probe::start_changed(change, &[]).await?;
    let handshake = Handshake::with(&probe.stack);
    assert_eq!(handshake.clone().status().await?, 401);
    assert_eq!(handshake.header("user-agent", "tests/1").status().await?, 101);
    Ok(())
}

#[tokio::test]
async fn the_status_of_connect_is_the_clients() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    for (connect, expected) in [
        ("200", 101),
        ("201", 101),
        ("301", 301),
        ("400", 400),
        ("401", 401),
        ("501", 501),
        ("throw", 502),
        ("panic", 502),
        ("exit", 502),
        ("null", 502),
        ("shape", 502),
    ] {
        let status = Handshake::with(stack)
            .query(&format!("connect={connect}"))
            .status()
            .await?;
        assert_eq!(status, expected, "{connect}");
    }
    Ok(())
}

#[tokio::test]
async fn sub_03_the_subprotocol_is_the_one_that_connect_answers() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let socket = Handshake::with(stack)
        .header("sec-websocket-protocol", "one, two")
        .open()
        .await?;
    assert_eq!(socket.subprotocol.as_deref(), Some("one"));
    let refused = Handshake::with(stack)
        .header("sec-websocket-protocol", "one")
        .query("connect=200")
        .attempt()
        .await;
    assert!(
        refused.is_err(),
        "a client that offered protocols refuses a 101 without one"
    );
    Ok(())
}

#[tokio::test]
async fn what_is_no_handshake_is_told_so() -> TestResult {
    let probe = Probe::start().await?;
    let (stack, records) = (&probe.stack, &probe.records);
    let http = |path: &str| format!("{}{path}", stack.endpoint("/web"));
    let client = reqwest::Client::new();
    let plain = client.get(http("/probe")).send().await?;
    assert_eq!(plain.status(), 426);
    assert!(plain.text().await?.contains("connect to it with a WebSocket client"));
    assert_eq!(
        client.post(http("/probe")).send().await?.status(),
        403,
        "the distribution allows reading"
    );
    let old = client
        .get(http("/probe"))
        .header("connection", "Upgrade")
        .header("upgrade", "websocket");
    let old = old
        .header("sec-websocket-version", "8")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    assert_eq!(old.send().await?.status(), 400);
    assert!(records.events().is_empty(), "no function ran for any of this");
    Ok(())
}

#[tokio::test]
async fn a_client_that_leaves_during_the_handshake_is_disconnected() -> TestResult {
    let probe = Probe::start().await?;
    let (stack, records) = (&probe.stack, &probe.records);
    let attempt = tokio::spawn(Handshake::with(stack).query("connect=slow").attempt());
    eventually("the handshake to begin", async || !records.events().is_empty()).await?;
    attempt.abort();
    assert!(attempt.await.is_err(), "the client left before its 101");
    eventually("$connect to run to its end, and $disconnect after it", async || {
        (
            records.events_of("CONNECT").len(),
            records.events_of("DISCONNECT").len(),
        ) == (1, 1)
    })
    .await
}

#[tokio::test]
async fn query_parameters_arrive_decoded_at_both_functions() -> TestResult {
    let probe = Probe::start().await?;
    let handshake = Handshake::with(&probe.stack).query("replaces=PJqB0fHsqRcCHlw%3D&name=%C3%84da%20L%26B&plain=a=b");
    assert_eq!(handshake.status().await?, 101);
    let events = probe.records.events();
    assert_eq!((&events[0]["type"], events.len()), (&json!("REQUEST"), 2));
    for event in events {
        assert_eq!(
            event["queryStringParameters"],
            json!({ "replaces": "PJqB0fHsqRcCHlw=", "name": "Äda L&B", "plain": "a=b" })
        );
        assert_eq!(
            event["multiValueQueryStringParameters"]["replaces"],
            json!(["PJqB0fHsqRcCHlw="])
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_handshake_where_no_stage_is_gets_403_and_the_log_says_where_they_are() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let wrong = stack.endpoint("/web") + "/prob%0a";
    let asked = reqwest::Client::new().get(&wrong).header("connection", "Upgrade");
    let asked = asked
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13");
    let answer = asked
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .send()
        .await?;
    assert_eq!(
        (answer.status().as_u16(), answer.text().await?.as_str()),
        (403, "{\"message\":\"Forbidden\"}")
    );
    let told = format!(
        "a handshake at \"/prob%0a\", where no stage is, is answered with 403: connect to {}",
        stack.endpoint("/websocket")
    );
    stack.logged(&told).await
}

#[tokio::test]
async fn tls_at_a_plain_port_is_told_of_once() -> TestResult {
    let probe = Probe::start().await?;
    let secure = probe.stack.endpoint("/web").replacen("http", "https", 1);
    for _ in 0..2 {
        assert!(reqwest::get(&secure).await.is_err(), "there is no TLS");
    }
    probe.stack.logged("start the emulator with --tls").await?;
    assert_eq!(probe.stack.log().matches("start the emulator with --tls").count(), 1);
    Ok(())
}
