//! How large a frame and its content may be, and in which pieces they may come: one byte below each bound, at it, and above.

use serde_json::{Value, json};
use tests::{Socket, Stack, TestResult};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::frames::{ask, open};

const FRAME_BYTES: usize = 32 * 1024;
const CONTENT_BYTES: usize = 24 * 1024;
const MESSAGE_BYTES: usize = 128 * 1024;
const ECHO: &str = r#"{"action":"echo","data":{"content":"ping"}}"#;

/// A text of that many bytes as JSON, of letters that take as many bytes each.
fn text(bytes: usize, letter: &str) -> String {
    let inside = bytes - 2;
    let letters = letter.repeat(inside / letter.len());
    format!("\"{}{letters}\"", "x".repeat(inside % letter.len()))
}

/// Sends a message in pieces of these bytes.
async fn send_in_pieces(socket: &mut Socket, pieces: &[&[u8]]) -> TestResult {
    let last = pieces.len() - 1;
    for (index, piece) in pieces.iter().enumerate() {
        let kind = if index == 0 { Data::Text } else { Data::Continue };
        let frame = Frame::message(piece.to_vec(), OpCode::Data(kind), index == last);
        socket.send_frame(Message::Frame(frame)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn msg_02_pieces_binary_frames_and_pings() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = open(&stack, "alice").await?;
    let frame = r#"{"action":"echo","data":{"content":"é👍"}}"#.as_bytes();
    let content = |answer: &Value| answer["content"].clone();
    for cut in 1..frame.len() {
        // Also inside of characters.
        send_in_pieces(&mut alice, &[&frame[..cut], &frame[cut..]]).await?;
        assert_eq!(content(&alice.next().await?), "é👍", "cut at {cut}");
    }
    let bytes: Vec<&[u8]> = frame.chunks(1).collect();
    send_in_pieces(&mut alice, &bytes).await?;
    assert_eq!(content(&alice.next().await?), "é👍", "byte by byte");
    send_in_pieces(&mut alice, &[frame, b"", b""]).await?;
    assert_eq!(content(&alice.next().await?), "é👍", "with empty pieces");

    alice.send_frame(Message::Ping("p".into())).await?;
    alice.send_frame(Message::Pong("q".into())).await?;
    alice.send(ECHO).await?;
    assert_eq!(alice.next().await?["type"], "echo", "pings are the gateway's business");

    alice.send_frame(Message::binary(ECHO.as_bytes().to_vec())).await?;
    assert_eq!(alice.closed().await?.code, 1003);
    let mut alice = open(&stack, "alice").await?;
    let broken = Frame::message(vec![b'"', 0xff, b'"'], OpCode::Data(Data::Text), true);
    alice.send_frame(Message::Frame(broken)).await?;
    assert_eq!(alice.closed().await?.code, 1007, "no UTF-8 (RFC 6455, 8.1)");
    Ok(())
}

#[tokio::test]
async fn msg_04_content_at_its_bound() -> TestResult {
    let stack = Stack::start().await?;
    let (mut alice, mut bob) = (open(&stack, "alice").await?, open(&stack, "bob").await?);
    for letter in ["x", "é", "€", "👍"] {
        for (bytes, fits) in [
            (CONTENT_BYTES - 1, true),
            (CONTENT_BYTES, true),
            (CONTENT_BYTES + 1, false),
        ] {
            let content = text(bytes, letter);
            let spaced = format!(r#"{{"action":"message","data":{{"recipient":"all","content": {content}  }}}}"#);
            alice.send(spaced).await?;
            let answer = alice.next_where(|frame| frame["type"] != "message").await?;
            if fits {
                assert_eq!(answer["type"], "ack", "{bytes} bytes of {letter}: {answer}");
                let pushed = bob.next_text().await?;
                assert!(
                    pushed.contains(&content) && pushed.len() <= FRAME_BYTES,
                    "{bytes} bytes of {letter}"
                );
            } else {
                let told = (&answer["code"], &answer["details"]["field"]);
                assert_eq!(
                    told,
                    (&json!("too_large"), &json!("data.content")),
                    "{bytes} bytes of {letter}"
                );
            }
            let signal = format!(r#"{{"action":"signal","data":{{"channel":"all","content":{content}}}}}"#);
            alice.send(signal).await?;
            if fits {
                assert!(bob.next_text().await?.contains(&content), "{bytes} bytes of {letter}");
            } else {
                assert_eq!(
                    alice.next_of("error").await?["code"],
                    "too_large",
                    "{bytes} bytes of {letter}"
                );
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn msg_04_a_frame_at_its_bound() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = open(&stack, "alice").await?;
    for bytes in [FRAME_BYTES - 1, FRAME_BYTES] {
        alice.send(format!("{ECHO}{}", " ".repeat(bytes - ECHO.len()))).await?;
        assert_eq!(alice.next().await?["type"], "echo", "{bytes} bytes");
    }
    alice.send(" ".repeat(FRAME_BYTES + 1)).await?;
    assert_eq!(alice.closed().await?.code, 1009);

    let mut alice = open(&stack, "alice").await?;
    alice.send("x".repeat(1024 * 1024)).await?;
    assert_eq!(
        alice.closed().await?.code,
        1009,
        "also while the rest is still on its way"
    );

    let mut alice = open(&stack, "alice").await?;
    for (bytes, outcome) in [
        (FRAME_BYTES, "echo"),
        (FRAME_BYTES + 1, "too_large"),
        (MESSAGE_BYTES, "too_large"),
    ] {
        let frame = format!("{ECHO}{}", " ".repeat(bytes - ECHO.len()));
        let pieces: Vec<&[u8]> = frame.as_bytes().chunks(FRAME_BYTES / 2).collect();
        send_in_pieces(&mut alice, &pieces).await?;
        let answer = alice.next().await?;
        let told = if answer["type"] == "error" {
            &answer["code"]
        } else {
            &answer["type"]
        };
        assert_eq!(told, outcome, "{bytes} bytes in pieces: {answer}");
    }
    let beyond = " ".repeat(MESSAGE_BYTES + 1);
    let pieces: Vec<&[u8]> = beyond.as_bytes().chunks(FRAME_BYTES).collect();
    // The server may close before the last piece has left.
    let _ = send_in_pieces(&mut alice, &pieces).await;
    assert_eq!(alice.closed().await?.code, 1009);
    Ok(())
}

#[tokio::test]
async fn pages_of_large_messages_fit_a_frame_and_say_that_there_is_more() -> TestResult {
    let stack = Stack::start().await?;
    let (mut alice, mut bob) = (open(&stack, "alice").await?, open(&stack, "bob").await?);
    ask(&mut alice, "subscribe", &json!({ "channel": "room:large" })).await?;
    let contents: Vec<String> = (0..4).map(|n| format!("{n}{}", "ä".repeat(10_000))).collect();
    let mut first = 0;
    for content in &contents {
        let ack = ask(
            &mut alice,
            "message",
            &json!({ "recipient": "room:large", "content": content }),
        )
        .await;
        let seq = ack?["seq"].as_u64().unwrap_or_default();
        first = if first == 0 { seq } else { first };
    }
    let mut read = Vec::new();
    let mut since = 0;
    loop {
        let page = ask(
            &mut bob,
            "subscribe",
            &json!({ "channel": "room:large", "since": since }),
        )
        .await?;
        assert!(
            page.to_string().len() <= FRAME_BYTES,
            "{} bytes",
            page.to_string().len()
        );
        assert_eq!(page["recovered"], true);
        let entries = page["entries"].as_array().cloned().unwrap_or_default();
        assert!(!entries.is_empty(), "a page holds at least one");
        since = entries
            .last()
            .and_then(|entry| entry["seq"].as_u64())
            .unwrap_or_default();
        read.extend(entries.into_iter().map(|entry| entry["content"].clone()));
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(read, contents, "as often as there is more, and nothing twice");
    assert_eq!(since, first + 3);
    Ok(())
}
