//! Bad frames get an error frame with a fixed code, and the connection stays.

use serde_json::{Value, json};
use tests::{Handshake, Stack, TestResult};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn every_bad_frame_has_its_code_and_the_connection_stays() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let mut alice = Handshake::of_browser(&stack, &token).open().await?;
    let message = |data: Value| json!({ "action": "message", "data": data }).to_string();
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let cases: Vec<(&str, String, &str)> = vec![
        ("msg_01_empty", String::new(), "invalid_json"),
        ("msg_01_text", "hello".into(), "invalid_json"),
        ("msg_01_array", "[]".into(), "invalid_json"),
        ("msg_01_number", "1".into(), "invalid_json"),
        ("msg_01_null", "null".into(), "invalid_json"),
        ("msg_01_truncated", r#"{"action":"message""#.into(), "invalid_json"),
        (
            "msg_01_trailing",
            r#"{"action":"echo","data":{"content":1}} x"#.into(),
            "invalid_json",
        ),
        ("msg_03_no_action", r#"{"data":{}}"#.into(), "unknown_action"),
        ("msg_03_number", r#"{"action":7}"#.into(), "unknown_action"),
        ("msg_03_object", r#"{"action":{}}"#.into(), "unknown_action"),
        ("msg_03_unknown", r#"{"action":"dance"}"#.into(), "unknown_action"),
        ("msg_03_other_case", r#"{"action":"Message"}"#.into(), "unknown_action"),
        ("msg_03_connect", r#"{"action":"$connect"}"#.into(), "unknown_action"),
        (
            "msg_03_disconnect",
            r#"{"action":"$disconnect"}"#.into(),
            "unknown_action",
        ),
        ("msg_03_default", r#"{"action":"$default"}"#.into(), "unknown_action"),
        ("msg_06_no_data", r#"{"action":"message"}"#.into(), "invalid_field"),
        ("msg_06_data_is_text", message(json!("x")), "invalid_field"),
        (
            "msg_06_no_content",
            message(json!({ "recipient": "all" })),
            "invalid_field",
        ),
        (
            "msg_06_no_recipient",
            message(json!({ "content": "x" })),
            "invalid_field",
        ),
        (
            "msg_06_recipient_is_number",
            message(json!({ "content": "x", "recipient": 1 })),
            "invalid_field",
        ),
        (
            "msg_06_unknown_field",
            message(json!({ "content": "x", "recipient": "all", "seq": 1 })),
            "invalid_field",
        ),
        (
            "msg_09_unknown_channel",
            message(json!({ "content": "x", "recipient": "room" })),
            "invalid_field",
        ),
        (
            "msg_09_separator",
            message(json!({ "content": "x", "recipient": "user:a#b" })),
            "invalid_field",
        ),
        (
            "msg_10_short_id",
            r#"{"action":"message","id":"short","data":{"content":1,"recipient":"all"}}"#.into(),
            "invalid_field",
        ),
        (
            "msg_04_too_large",
            message(json!({ "content": "x".repeat(30_000), "recipient": "all" })),
            "too_large",
        ),
        (
            "msg_05_deep",
            format!(r#"{{"action":"message","data":{{"content":{deep},"recipient":"all"}}}}"#),
            "invalid_field",
        ),
        (
            "history_both_ways",
            r#"{"action":"history","data":{"channel":"all","before":1,"after":1}}"#.into(),
            "invalid_field",
        ),
        (
            "history_limit_0",
            r#"{"action":"history","data":{"channel":"all","limit":0}}"#.into(),
            "invalid_field",
        ),
        (
            "history_limit_101",
            r#"{"action":"history","data":{"channel":"all","limit":101}}"#.into(),
            "invalid_field",
        ),
        (
            "history_negative",
            r#"{"action":"history","data":{"channel":"all","before":-1}}"#.into(),
            "invalid_field",
        ),
    ];
    for (name, frame, code) in &cases {
        alice.send(frame.clone()).await?;
        let error = alice.next().await?;
        assert_eq!(
            (&error["type"], &error["code"]),
            (&json!("error"), &json!(code)),
            "{name}: {error}"
        );
        assert!(
            error["message"].as_str().is_some_and(|text| text.len() > 10),
            "{name}: {error}"
        );
        assert!(error["requestId"].is_string(), "{name}: {error}");
    }
    alice
        .send(r#"{"action":"echo","id":"still-here","data":{"content":1}}"#)
        .await?;
    assert_eq!(alice.next().await?["id"], "still-here");
    assert!(
        stack.rows_of_kind("entry").await?.is_empty(),
        "nothing of all this was stored"
    );
    Ok(())
}

#[tokio::test]
async fn an_error_names_the_field_and_the_id_but_not_the_value() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let mut alice = Handshake::of_browser(&stack, &token).open().await?;
    alice
        .send(r#"{"action":"message","id":"Zr4XkP0qTn2vB8sJ_1","data":{"content":"x","recipient":"<secret>"}}"#)
        .await?;
    let error = alice.next().await?;
    assert_eq!(
        (&error["id"], &error["details"]["field"]),
        (&json!("Zr4XkP0qTn2vB8sJ_1"), &json!("data.recipient"))
    );
    assert!(!error.to_string().contains("secret"), "{error}");
    Ok(())
}

#[tokio::test]
async fn the_gateways_own_limits_close_the_socket() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let open = || Handshake::of_browser(&stack, &token).open();

    let mut socket = open().await?;
    socket.send("x".repeat(32 * 1024)).await?;
    assert_eq!(
        socket.next().await?["code"],
        "invalid_json",
        "a frame of exactly 32 KB passes"
    );
    socket.send("x".repeat(32 * 1024 + 1)).await?;
    assert_eq!(socket.closed().await?.code, 1009);

    let mut socket = open().await?;
    socket.send("x".repeat(1024 * 1024)).await?;
    assert_eq!(
        socket.closed().await?.code,
        1009,
        "also while the rest is still on its way"
    );

    let mut socket = open().await?;
    socket.send_frame(Message::binary(vec![1, 2, 3])).await?;
    assert_eq!(socket.closed().await?.code, 1003);

    let mut socket = open().await?;
    socket.send_frame(Message::Ping("p".into())).await?;
    socket.send(r#"{"action":"echo","data":{"content":1}}"#).await?;
    assert_eq!(socket.next().await?["type"], "echo", "pings are the gateway's business");
    Ok(())
}
