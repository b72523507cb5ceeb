//! What people say comes back as they said it, byte for byte, by every way there is: pushed, resumed, and read.

use serde_json::{Value, json};
use tests::{Socket, Stack, TestResult};

use crate::frames::{ask, open};

/// Publishes each content to one room, and finds its very bytes in a push, in `subscribed` and in `history`.
async fn unchanged(contents: &[String]) -> TestResult {
    let stack = Stack::start().await?;
    let (mut alice, mut bob) = (open(&stack, "alice").await?, open(&stack, "bob").await?);
    for socket in [&mut alice, &mut bob] {
        ask(socket, "subscribe", &json!({ "channel": "room:text" })).await?;
    }
    let mut first = None;
    for content in contents {
        let frame = format!(r#"{{"action":"message","data":{{"recipient":"room:text","content":{content}}}}}"#);
        alice.send(frame).await?;
        let pushed = bob.next_text().await?;
        holds(&pushed, content);
        let ack = alice.next_of("ack").await?;
        assert_eq!(serde_json::from_str::<Value>(&pushed)?["seq"], ack["seq"]);
        first.get_or_insert(ack["seq"].as_u64().unwrap_or_default());
    }
    let first = first.unwrap_or_default();
    for (index, content) in contents.iter().enumerate() {
        let before = first + u64::try_from(index)? - 1;
        holds(&page(&mut bob, "subscribe", "since", before).await?, content);
        holds(&page(&mut bob, "history", "after", before).await?, content);
    }
    Ok(())
}

/// The answer's text, entries after this number first.
async fn page(socket: &mut Socket, action: &str, field: &str, number: u64) -> TestResult<String> {
    socket
        .send(json!({ "action": action, "data": { "channel": "room:text", field: number } }).to_string())
        .await?;
    socket.next_text().await
}

fn holds(frame: &str, content: &str) {
    let shown = format!("{content:.100} in {frame:.300}");
    // In `entries` it is the first.
    let (_, after) = frame.split_once(r#""content":"#).unwrap_or_else(|| panic!("{shown}"));
    let rest = after.strip_prefix(content).unwrap_or_else(|| panic!("{shown}"));
    assert!(rest.starts_with([',', '}']), "{shown}");
    assert!(frame.len() <= 32 * 1024, "{} bytes", frame.len());
}

fn quoted(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| json!(text).to_string()).collect()
}

#[tokio::test]
async fn msg_05_numbers_and_names_of_any_kind_are_the_senders_business() -> TestResult {
    let many: Vec<String> = (0..2_000).map(|n| format!("\"k{n}\":{n}")).collect();
    let contents = [
        "-0".to_owned(),
        "9007199254740993".to_owned(),
        "1.0".to_owned(),
        "1E2".to_owned(),
        "1e-999".to_owned(),
        format!("0.{}", "1".repeat(10_000)),
        r#"{"a":1,"a":2}"#.to_owned(),
        r#"{"__proto__":{"a":1},"constructor":null,"toString":0,"":1}"#.to_owned(),
        r#"{"type":"closing","seq":1,"sender":{"id":"x"},"channel":"all"}"#.to_owned(),
        "{ \"spaces\" :\t[ 1 ,\n2 ] }".to_owned(),
        "[null,[],{},false]".to_owned(),
        format!("{{{}}}", many.join(",")),
        format!("{}{}", "[".repeat(64), "]".repeat(64)),
    ];
    unchanged(&contents).await
}

#[tokio::test]
async fn msg_07_text_of_every_kind_is_kept_byte_for_byte() -> TestResult {
    let one_letter = "m".repeat(24 * 1024 - 2);
    let marks = format!("Z{}", "\u{301}".repeat(4_000));
    let mut contents = quoted(&[
        "",
        "   ",
        "\u{0}",
        "\u{1}\u{7}\u{8}\u{1b}[31m\u{7f}\u{85}",
        "a\r\nb\tc\u{b}d",
        "\u{202e}txt.exe\u{202c} \u{2066}a\u{2069}",
        "שלום עולם، مرحبا",
        "👩‍👩‍👧‍👦 👍🏽 🏴󠁧󠁢󠁥󠁮󠁧󠁿 \u{10ffff}",
        "\u{2028}\u{2029}\u{feff}\u{200b}\u{fffd}\u{ffff}",
        "é e\u{301} ﬁ K",
        "\\ \" / \\u0041 \\n",
        &marks,
        &one_letter,
    ]);
    // Escapes stay as they were written.
    contents.extend([
        r#""\u0041\/\u00e9\ud83d\ude00\u0000\b""#.to_owned(),
        "\"\u{7f}\"".to_owned(),
    ]);
    unchanged(&contents).await
}

#[tokio::test]
async fn msg_07_lone_surrogates_are_refused() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = open(&stack, "alice").await?;
    for content in [
        r#""\ud800""#,
        r#""\udc00x""#,
        r#""\ude00\ud83d""#,
        r#"{"\ud800":1}"#,
        r#"["\ud83dx"]"#,
    ] {
        let frame = format!(r#"{{"action":"message","data":{{"recipient":"all","content":{content}}}}}"#);
        alice.send(frame).await?;
        let error = alice.next_of("error").await?;
        assert_eq!(error["details"]["field"], "data.content", "{content}: {error}");
    }
    assert!(stack.rows_of_kind("entry").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn msg_08_markup_and_expressions_are_text() -> TestResult {
    let mut contents = quoted(&[
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "</script><style>*{display:none}</style>",
        "[a](javascript:alert(1)) **b** `c`",
        "{{constructor.constructor('alert(1)')()}} ${7*7} <%= 7*7 %> #{7*7}",
        "'; DROP TABLE users; --",
        "\" OR \"\"=\"",
        "attribute_exists(pk) AND #n = :v",
        "SET #a = :b REMOVE #c ADD $d",
        "{\"$gt\":\"\"}",
        "$channel #kind :now",
        "../../etc/passwd",
        "%s%n%x $(id) `id`",
    ]);
    contents
        .push(r##"{"#pk":"x",":v":{"S":"x"},"$set":{"kind":"connection"},"pk":"connection#1","ttl":0}"##.to_owned());
    unchanged(&contents).await
}
