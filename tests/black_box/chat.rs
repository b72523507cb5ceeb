//! Two people sign in, connect and chat; what was said is there for the one who comes later.

use serde_json::{Value, json};
use tests::{Handshake, Socket, Stack, TestResult, Tokens, eventually};

/// The form that the project's first version took; it stays valid exactly as it is.
const SEED_FORM: &str = r#"{"action":"message","data":{"content":"Hello world","recipient":"all"}}"#;

struct Chat {
    stack: Stack,
    alice: Socket,
    bob: Socket,
    alice_tokens: Tokens,
}

async fn start() -> TestResult<Chat> {
    let stack = Stack::start().await?;
    let alice_tokens = stack.sign_in("alice").await?;
    let bob_tokens = stack.sign_in("bob").await?;
    let alice = Handshake::of_browser(&stack, &alice_tokens.id).open().await?;
    let bob = Handshake::of_browser(&stack, &bob_tokens.id).open().await?;
    Ok(Chat {
        stack,
        alice,
        bob,
        alice_tokens,
    })
}

#[tokio::test]
async fn the_seed_form_arrives_with_sender_number_and_time() -> TestResult {
    let mut chat = start().await?;
    let before = now_ms();
    chat.alice.send(SEED_FORM).await?;
    let ack = chat.alice.next_of("ack").await?;
    let received = chat.bob.next_of("message").await?;
    let claims = tests::Forge::claims(&chat.alice_tokens.id)?;
    assert_eq!(received["sender"], json!({ "id": claims["sub"], "name": "alice" }));
    assert_eq!(received["content"], "Hello world");
    assert_eq!(received["channel"], "all");
    assert_eq!((&received["seq"], &received["at"]), (&ack["seq"], &ack["at"]));
    let at = received["at"].as_u64().unwrap_or_default();
    assert!((before..=now_ms()).contains(&at), "{received}");
    assert!(
        ack.get("id").is_none(),
        "an id that was not given is not made up: {ack}"
    );
    Ok(())
}

#[tokio::test]
async fn numbers_run_without_holes_and_content_is_any_json() -> TestResult {
    let mut chat = start().await?;
    let contents = [
        json!("text with \u{2028}, \u{202e}, 👩‍👩‍👧‍👦 and \"quotes\""),
        json!({ "nested": [1, 2.5, null, true] }),
        json!(9_007_199_254_740_993_u64),
        json!(""),
    ];
    let mut numbers = Vec::new();
    for content in &contents {
        chat.alice
            .send(json!({ "action": "message", "data": { "content": content, "recipient": "all" } }).to_string())
            .await?;
        let received = chat.bob.next_of("message").await?;
        assert_eq!(&received["content"], content);
        numbers.push(received["seq"].as_u64().unwrap_or_default());
    }
    let first = numbers[0];
    assert_eq!(numbers, (first..first + 4).collect::<Vec<_>>());
    assert!(numbers[3] < 1 << 53, "numbers stay exact in JavaScript");
    Ok(())
}

#[tokio::test]
async fn an_echo_comes_back_to_its_sender_alone() -> TestResult {
    let mut chat = start().await?;
    chat.bob
        .send(r#"{"action":"echo","id":"e-1","data":{"content":"for bob"}}"#)
        .await?;
    assert_eq!(
        chat.bob.next().await?,
        json!({ "type": "echo", "id": "e-1", "content": "for bob" })
    );
    chat.alice
        .send(r#"{"action":"echo","data":{"content":{"a":1}}}"#)
        .await?;
    assert_eq!(
        chat.alice.next().await?,
        json!({ "type": "echo", "content": { "a": 1 } })
    );
    Ok(())
}

#[tokio::test]
async fn history_shows_what_was_missed_in_pages() -> TestResult {
    let mut chat = start().await?;
    for number in 1..=5 {
        chat.alice
            .send(json!({ "action": "message", "data": { "content": number, "recipient": "all" } }).to_string())
            .await?;
        chat.alice.next_of("ack").await?;
    }
    let mut late = Handshake::of_browser(&chat.stack, &chat.alice_tokens.id).open().await?;
    let newest = history(&mut late, json!({ "channel": "all", "limit": 2 })).await?;
    assert_eq!(
        (contents(&newest), &newest["more"]),
        (vec![json!(4), json!(5)], &json!(true))
    );
    let earlier = history(
        &mut late,
        json!({ "channel": "all", "before": newest["entries"][0]["seq"], "limit": 50 }),
    )
    .await?;
    assert_eq!(
        (contents(&earlier), &earlier["more"]),
        (vec![json!(1), json!(2), json!(3)], &json!(false))
    );
    let later = history(
        &mut late,
        json!({ "channel": "all", "after": earlier["entries"][2]["seq"] }),
    )
    .await?;
    assert_eq!(
        (contents(&later), &later["more"]),
        (vec![json!(4), json!(5)], &json!(false))
    );
    let own = tests::Forge::claims(&chat.alice_tokens.id)?;
    let empty = history(
        &mut late,
        json!({ "channel": format!("user:{}", own["sub"].as_str().unwrap_or_default()) }),
    )
    .await?;
    assert_eq!(empty["entries"], json!([]));
    Ok(())
}

#[tokio::test]
async fn a_page_of_large_messages_fits_a_frame() -> TestResult {
    let mut chat = start().await?;
    let large = "ä".repeat(10_000);
    for _ in 0..4 {
        chat.alice
            .send(json!({ "action": "message", "data": { "content": large, "recipient": "all" } }).to_string())
            .await?;
        chat.alice.next_of("ack").await?;
    }
    chat.bob
        .send(r#"{"action":"history","id":"h","data":{"channel":"all"}}"#)
        .await?;
    let text = loop {
        let text = chat.bob.next_text().await?;
        if text.contains("\"history\"") {
            break text;
        }
    };
    assert!(text.len() <= 32 * 1024, "{} bytes", text.len());
    let page: Value = serde_json::from_str(&text)?;
    assert_eq!(page["more"], true);
    assert!(!contents(&page).is_empty());
    Ok(())
}

#[tokio::test]
async fn a_retry_with_the_same_id_has_no_second_effect() -> TestResult {
    let mut chat = start().await?;
    let message = |content: &str| {
        json!({ "action": "message", "id": "Zr4XkP0qTn2vB8sJ_1", "data": { "content": content, "recipient": "all" } })
            .to_string()
    };
    chat.alice.send(message("once")).await?;
    let first = chat.alice.next_of("ack").await?;
    let mut elsewhere = Handshake::of_browser(&chat.stack, &chat.alice_tokens.id).open().await?;
    elsewhere.send(message("once")).await?;
    let second = elsewhere.next_of("ack").await?;
    assert_eq!(
        (&second["seq"], &second["at"], &second["duplicate"]),
        (&first["seq"], &first["at"], &json!(true))
    );
    elsewhere.send(message("twice")).await?;
    assert_eq!(elsewhere.next_of("error").await?["code"], "conflict");
    assert_eq!(chat.stack.rows_of_kind("entry").await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn clients_cannot_write_into_somebody_elses_channel() -> TestResult {
    let mut chat = start().await?;
    let own = tests::Forge::claims(&chat.alice_tokens.id)?["sub"].clone();
    let channel = format!("user:{}", own.as_str().unwrap_or_default());
    chat.bob.send(json!({ "action": "message", "id": "Zr4XkP0qTn2vB8sJ_2", "data": { "content": "x", "recipient": channel } }).to_string()).await?;
    assert_eq!(chat.bob.next_of("error").await?["code"], "forbidden");
    chat.bob
        .send(json!({ "action": "history", "data": { "channel": channel } }).to_string())
        .await?;
    assert_eq!(chat.bob.next_of("error").await?["code"], "forbidden");
    assert!(chat.stack.rows_of_kind("entry").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn no_row_of_a_connection_outlives_it() -> TestResult {
    let mut chat = start().await?;
    chat.alice.send(SEED_FORM).await?;
    chat.bob.next_of("message").await?;
    assert_eq!(chat.stack.rows_of_kind("connection").await?.len(), 2);
    assert_eq!(chat.stack.rows_of_kind("member").await?.len(), 4);
    chat.alice.close().await?;
    drop(chat.bob); // without a close frame
    eventually("both connections to be forgotten", async || {
        let rows = chat.stack.rows().await.unwrap_or_default();
        rows.iter()
            .all(|row| row["kind"] != "connection" && row["kind"] != "member")
    })
    .await?;
    let rows = chat.stack.rows().await?;
    let count = |kind: &str| rows.iter().filter(|row| row["kind"] == kind).count();
    assert_eq!((count("tombstone"), count("head"), count("entry")), (2, 1, 1));
    for row in &rows {
        let ends = row.get("life").and_then(Value::as_u64);
        assert_eq!(
            row.get("ttl").and_then(Value::as_u64),
            ends.map(|life| life + 3_600),
            "{row:?}"
        );
        assert_eq!(ends.is_none(), row["kind"] == "head", "{row:?}");
    }
    Ok(())
}

#[tokio::test]
async fn what_was_said_survives_a_restart() -> TestResult {
    let folder = tempfile::tempdir()?;
    let options = || tests::StackOptions {
        state: Some(folder.path().to_owned()),
        ..Default::default()
    };
    let stack = Stack::start_with(options()).await?;
    let (issuer, password) = (stack.endpoint("/cognito/issuer"), stack.password("alice"));
    let token = stack.sign_in("alice").await?.id;
    let mut alice = Handshake::of_browser(&stack, &token).open().await?;
    alice.send(SEED_FORM).await?;
    alice.next_of("ack").await?;
    stack.stop().await?;

    let stack = Stack::start_with(options()).await?;
    assert_eq!(
        (stack.endpoint("/cognito/issuer"), stack.password("alice")),
        (issuer, password)
    );
    let mut alice = Handshake::of_browser(&stack, &token).open().await?;
    let page = history(&mut alice, json!({ "channel": "all" })).await?;
    assert_eq!(contents(&page), [json!("Hello world")]);
    stack.stop().await?;

    let fresh = tests::StackOptions {
        arguments: vec!["--fresh".into()],
        ..options()
    };
    let stack = Stack::start_with(fresh).await?;
    assert!(stack.rows().await?.is_empty());
    assert_eq!(
        Handshake::of_browser(&stack, &token).status().await?,
        401,
        "the keys are new"
    );
    Ok(())
}

async fn history(socket: &mut Socket, data: Value) -> TestResult<Value> {
    socket
        .send(json!({ "action": "history", "id": "h", "data": data }).to_string())
        .await?;
    let page = socket.next_of("history").await?;
    assert_eq!(page["id"], "h");
    Ok(page)
}

fn contents(page: &Value) -> Vec<Value> {
    let entries = page["entries"].as_array().into_iter().flatten();
    entries.map(|entry| entry["content"].clone()).collect()
}

fn now_ms() -> u64 {
    let since_epoch = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
}
